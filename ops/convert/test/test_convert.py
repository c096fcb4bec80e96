"""Tests of the converters: logs of the true layouts with known geometry, hostile pickles, what is said of half a log.

python3 -m venv venv && venv/bin/pip install -r ops/convert/requirements.txt
venv/bin/python ops/convert/test/test_convert.py
"""

import contextlib
import io
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import argoverse2
import frames
import kitti360
import logs
import manifest
import openscene
import project
import unpickle
import waymo_v2
from problem import Problem
from rigid import Rigid, Track, nearest

SEQUENCE, LOG = "2013_05_28_drive_0000_sync", "2021.05.12.22.00.38_veh-35_01008_01518"
VAN = [
    "--rig",
    "{}/rig.json",
    "--poses",
    "{}/poses.csv",
    "--camera",
    "front={}/front",
    "--camera",
    "left={}/left",
    "--data",
    "{}",
]
ARGUMENTS = {
    argoverse2: ["--data", "{}"],
    kitti360: ["--data", "{}", "--sequence", SEQUENCE],
    openscene: ["--data", "{}", "--part", "mini"],
    waymo_v2: ["--data", "{}"],
    frames: VAN,
}
MAKERS = {
    argoverse2: logs.argoverse2,
    kitti360: logs.kitti360,
    openscene: logs.openscene,
    waymo_v2: logs.waymo_v2,
    frames: logs.frames,
}


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp()).resolve()
        self.addCleanup(shutil.rmtree, self.folder)
        self.output = self.folder / "van.occ.jsonl"

    def convert(self, converter, *more, code=0):
        """Runs a converter over the folder; what it printed, and the manifest."""
        arguments = [a.format(self.folder) for a in ARGUMENTS[converter]]
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            self.assertEqual(converter.main([*arguments, "--output", str(self.output), *more]), code)
        self.said = said.getvalue()
        return project.read(self.output)

    def refused(self, converter, *words, more=()):
        with self.assertRaises(Problem) as caught:
            self.convert(converter, *more)
        for word in words:
            self.assertIn(word, str(caught.exception))
        # Nothing half is left.
        self.assertEqual(list(self.output.parent.glob("*.part")), [])
        self.assertFalse(self.output.exists())


class Geometry(Case):
    def agree(self, converter, tolerance=1e-3):
        expected = MAKERS[converter](self.folder)
        head, rigs, scenes = found = self.convert(converter)
        self.assertEqual((head["version"], head["name"]), (1, "van"))
        self.assertGreaterEqual(len(expected), 2)
        for e in expected:
            line, samples = scenes[e.scene]
            sample = next(s for s in samples if int(s["t"]) == e.t)
            rig = rigs[line["rig"]]
            pixel = project.pixel(rig, e.camera, sample, e.point)
            np.testing.assert_allclose(pixel, e.pixel, atol=tolerance, err_msg=e.camera)
            size = rig["cameras"][e.camera]["size"]
            self.assertTrue(all(0 <= p < s for p, s in zip(pixel, size)), f"{e.camera}: {pixel}")
            path = self.folder / head.get("root", ".") / sample["images"][e.camera]["path"]
            self.assertEqual(manifest.jpeg_size(path), tuple(size))
        for line, samples in scenes.values():
            times = [int(s["t"]) for s in samples]
            self.assertEqual(times, sorted(set(times)))
        return found

    def test_argoverse2(self):
        _, rigs, scenes = self.agree(argoverse2)
        line, samples = scenes["log-a"]
        self.assertEqual(
            [int(s["t"]) - int(samples[0]["t"]) for s in samples], [0, 500_000_000, 1_000_000_000, 1_400_000_000]
        )
        cameras = rigs["log-a"]["cameras"]
        self.assertEqual({c["distortion"]["model"] for c in cameras.values()}, {"none"})
        self.assertEqual(
            {n: c["slot"] for n, c in cameras.items() if "slot" in c},
            {
                "ring_front_center": "CAM_FRONT",
                "ring_front_left": "CAM_FRONT_LEFT",
                "ring_front_right": "CAM_FRONT_RIGHT",
                "ring_side_left": "CAM_BACK_LEFT",
                "ring_side_right": "CAM_BACK_RIGHT",
            },
        )
        # The box in the world; the bollard has no name there.
        (box,) = samples[1]["boxes"]
        np.testing.assert_allclose(
            project.matrix(box["worldFromBox"])[:3, 3], (logs.world_from_ego(0.5) @ [15, 2, 0.5, 1])[:3], atol=1e-6
        )
        self.assertEqual(
            (box["category"], box["wlh"], box["lidarPoints"], box["instance"]),
            ("vehicle.car", [1.9, 4.5, 1.6], 12, "track-REGULAR_VEHICLE"),
        )
        self.assertIn("15 boxes of BOLLARD", self.said)
        self.assertIn("not carried over", self.said)

    def test_kitti360(self):
        _, rigs, scenes = self.agree(kitti360)
        cameras = rigs[SEQUENCE]["cameras"]
        self.assertEqual([c["distortion"]["model"] for c in cameras.values()], ["none", "none", "mei", "mei"])
        self.assertEqual(
            {name: c["slot"] for name, c in cameras.items() if "slot" in c},
            {"image_00": "CAM_FRONT", "image_02": "CAM_BACK_LEFT", "image_03": "CAM_BACK_RIGHT"},
        )
        samples = scenes[SEQUENCE][1]
        self.assertEqual([s["token"][-2:] for s in samples], ["02", "07", "12", "17", "22"])
        np.testing.assert_allclose(project.matrix(samples[1]["worldFromEgo"]), logs.world_from_ego(0.7), atol=1e-8)
        self.assertEqual(samples[1]["t"][-9:], "700123456")

    def test_openscene(self):
        _, rigs, scenes = self.agree(openscene)
        self.assertEqual([len(samples) for _, samples in scenes.values()], [4, 4])
        self.assertEqual(list(rigs), [LOG])
        # The median of the vehicles' lower faces: 0.4 - 1.5 / 2.
        self.assertEqual(rigs[LOG]["groundZ"], -0.35)
        box = scenes[f"{LOG}-scene1"][1][1]["boxes"][2]
        np.testing.assert_allclose(box["velocity"], [1, 2, 0.5], atol=1e-6)
        placed = logs.world_from_ego(2.5) @ logs.rigid(logs.about([0, 0, 1], 0.2), [7, -3, 0.4])
        np.testing.assert_allclose(project.matrix(box["worldFromBox"]), placed, atol=1e-6)
        self.assertIn("8 boxes of generic_object", self.said)

    def test_waymo_v2(self):
        _, rigs, scenes = self.agree(waymo_v2)
        ((name, rig),) = rigs.items()
        self.assertEqual(rig["cameras"]["FRONT"]["shutter"], {"direction": "rightToLeft", "readout": 44_000_000})
        samples = scenes[name][1]
        self.assertEqual(len(samples), 3)
        (box,) = samples[1]["boxes"]
        placed = logs.world_from_ego(0.5) @ logs.rigid(logs.about([0, 0, 1], 0.25), [12, 3, 0.9])
        # The poses of frames are single precision.
        np.testing.assert_allclose(project.matrix(box["worldFromBox"]), placed, atol=1e-3)
        path = self.folder / samples[0]["images"]["FRONT"]["path"]
        self.assertEqual(path.read_bytes(), (self.folder / "jpeg/a.jpg").read_bytes())
        # Unpacked again, they are the same.
        self.output.unlink()
        self.convert(waymo_v2, "--rate", "all")
        self.assertEqual(len(project.read(self.output)[2][name][1]), 12)

    def test_frames(self):
        _, rigs, scenes = self.agree(frames, tolerance=0.02)
        self.assertEqual(rigs["van"]["cameras"]["left"]["maxAngle"], 1.6)
        samples = scenes["van"][1]
        self.assertEqual(len(samples), 7)
        self.assertEqual(int(samples[2]["images"]["left"]["t"]) - int(samples[2]["t"]), 20_000_000)

    def test_every_log_says_its_example_and_what_is_left(self):
        for converter in ARGUMENTS:
            said = io.StringIO()
            with contextlib.redirect_stdout(said), self.assertRaises(SystemExit):
                converter.main(["--help"])
            for word in ("Example:", "--output", *(line.split("(")[0] for line in converter.LEFT_OUT)):
                self.assertIn(word, said.getvalue())


class Logs(Case):
    def test_manifest_elsewhere_needs_a_link(self):
        logs.argoverse2(self.folder / "data")
        out = self.folder / "out/av.occ.jsonl"
        arguments = ["--data", str(self.folder / "data"), "--output", str(out)]
        with self.assertRaisesRegex(Problem, "say --link"):
            argoverse2.main(arguments)
        with contextlib.redirect_stdout(io.StringIO()):
            argoverse2.main([*arguments, "--link"])
        head, _, scenes = project.read(out)
        picture = scenes["log-a"][1][0]["images"]["ring_side_left"]["path"]
        self.assertEqual(head["root"], "av.pictures")
        self.assertTrue((out.parent / head["root"] / picture).is_file())

    def test_splits(self):
        logs.argoverse2(self.folder / "val")
        self.assertEqual(self.convert(argoverse2, "--data", str(self.folder / "val"))[2]["log-a"][0]["splits"], ["val"])
        self.output.unlink()
        self.assertEqual(
            self.convert(argoverse2, "--data", str(self.folder / "val"), "--split", "a", "--split", "b")[2]["log-a"][0][
                "splits"
            ],
            ["a", "b"],
        )
        self.output.unlink()
        self.refused(argoverse2, "every scene already", more=["--data", str(self.folder / "val"), "--split", "all"])

    def test_without_annotations_sweeps_are_the_anchor(self):
        logs.argoverse2(self.folder, annotations=False)
        ((_, samples),) = self.convert(argoverse2, "--rate", "all")[2].values()
        self.assertEqual((len(samples), "boxes" in samples[0]), (15, False))

    def test_broken_logs_are_left_out_whole(self):
        logs.argoverse2(self.folder, "a")
        logs.argoverse2(self.folder, "b")
        logs.argoverse2(self.folder, "c")
        shutil.rmtree(self.folder / "b/sensors/cameras/ring_rear_left")
        self.refused(argoverse2, "ring_rear_left: no pictures", "half a log")
        _, rigs, scenes = self.convert(argoverse2, "--skip-broken", code=1)
        self.assertEqual((list(rigs), list(scenes)), (["a", "c"], ["a", "c"]))
        self.assertIn("left out", self.said)

    def test_missing_pictures_are_counted_or_their_samples_left_out(self):
        logs.kitti360(self.folder)
        (self.folder / "data_2d_raw" / SEQUENCE / "image_03/data_rgb/0000000007.png").unlink()
        samples = self.convert(kitti360)[2][SEQUENCE][1]
        self.assertEqual([len(s["images"]) for s in samples], [4, 3, 4, 4, 4])
        self.assertIn("1 pictures that are missing", self.said)
        self.output.unlink()
        self.assertEqual(len(self.convert(kitti360, "--whole")[2][SEQUENCE][1]), 4)

    def test_gaps_make_scenes(self):
        logs.openscene(self.folder)
        path = self.folder / f"meta_datas/mini/{LOG}.pkl"
        found = pickle.loads(path.read_bytes())
        for frame in found[2:]:
            frame["timestamp"] += 6_000_000
        path.write_bytes(pickle.dumps(found))
        scenes = self.convert(openscene)[2]
        self.assertEqual([len(samples) for _, samples in scenes.values()], [2, 2, 4])

    def test_even_ticks(self):
        times = [0, 90, 210, 290, 400, 900, 1000]
        self.assertEqual(
            manifest.picked([t * 1_000_000 for t in times], 5), [0, 210_000_000, 400_000_000, 1_000_000_000]
        )
        self.assertEqual(manifest.picked(times, 0), times)

    def test_what_is_wrong_is_said(self):
        def cut(path, size):
            os.truncate(self.folder / path, size)

        def change(path, old, new):
            text = (self.folder / path).read_text()
            self.assertIn(old, text)
            (self.folder / path).write_text(text.replace(old, new))

        def drop(path, key, to=None):
            found = pickle.loads((self.folder / path).read_bytes())
            for frame in found:
                frame.pop(key) if to is None else frame.update({key: to})
            (self.folder / path).write_bytes(pickle.dumps(found))

        pkl, seq = f"meta_datas/mini/{LOG}.pkl", f"data_2d_raw/{SEQUENCE}"
        segment = "10023947602400723454_1120_000_1140_000.parquet"
        cases = [
            (argoverse2, lambda: cut("log-a/calibration/intrinsics.feather", 100), "intrinsics.feather", "damaged"),
            (
                argoverse2,
                lambda: os.remove(self.folder / "log-a/city_SE3_egovehicle.feather"),
                "there is no file",
                "half a log",
            ),
            (argoverse2, lambda: shutil.rmtree(self.folder / "log-a/calibration"), "calibration", "sensor/val"),
            (
                argoverse2,
                lambda: os.rename(
                    self.folder / "log-a/sensors/lidar/315966253000000000.feather",
                    self.folder / "log-a/sensors/lidar/x.feather",
                ),
                "x.feather",
                "no time",
            ),
            (kitti360, lambda: change("calibration/perspective.txt", "R_rect_00", "R_00"), "no line R_rect_00"),
            (kitti360, lambda: change("calibration/image_02.yaml", "MEI", "PINHOLE"), "model_type is PINHOLE"),
            (kitti360, lambda: change("calibration/image_03.yaml", "   xi", "   x1"), "no line xi"),
            (kitti360, lambda: cut(f"data_poses/{SEQUENCE}/poses.txt", 300), "line 2", "13 numbers"),
            (
                kitti360,
                lambda: cut(f"{seq}/image_00/timestamps.txt", 100),
                "image_00/timestamps.txt, line 4",
                "a time such as",
            ),
            (kitti360, lambda: cut(f"{seq}/image_00/timestamps.txt", 60), "has 2 lines", "pose of frame 2"),
            (kitti360, lambda: shutil.rmtree(self.folder / seq / "image_02/data_rgb"), "--cameras"),
            (kitti360, lambda: cut(f"{seq}/image_01/data_rect/0000000002.png", 40), "0000000002.png"),
            (openscene, lambda: cut(pkl, 5000), "no whole pickle", "cut off"),
            (openscene, lambda: drop(pkl, "cams"), "no 'cams'", "OpenScene 1.1"),
            (openscene, lambda: drop(pkl, "timestamp", 1.5), "microseconds"),
            (openscene, lambda: drop(pkl, "timestamp", 5), "times must rise"),
            (openscene, lambda: drop(pkl, "ego2global_rotation", [0.5, 0, 0, 0]), "norm"),
            (openscene, lambda: drop(pkl, "log_name", "other"), "called as the log is"),
            (openscene, lambda: drop(pkl, "anns"), "--ground-z"),
            (openscene, lambda: shutil.rmtree(self.folder / "sensor_blobs/mini" / LOG / "CAM_L2"), "openscene_sensor"),
            (waymo_v2, lambda: cut(f"camera_calibration/{segment}", 500), segment, "cut off"),
            (
                waymo_v2,
                lambda: os.remove(self.folder / "vehicle_pose" / segment),
                "download the component vehicle_pose",
            ),
            (
                waymo_v2,
                lambda: shutil.copy(self.folder / "lidar_box" / segment, self.folder / "camera_calibration" / segment),
                "no column",
                "version 2",
            ),
            (waymo_v2, lambda: (self.folder / "a.tfrecord").touch(), "version 1"),
            (frames, lambda: change("poses.csv", "t_s", "t"), "t_ns, t_us, t_ms, t_s"),
            (frames, lambda: change("poses.csv", "t_s", "t_ms"), "are units and --start right?"),
            (frames, lambda: change("poses.csv", ",qz", ",q"), "qz is None"),
            (frames, lambda: change("rig.json", "maxAngle", "maxangle"), "maxangle", "misspelt"),
            (frames, lambda: change("rig.json", '"kb4"', '"fish"'), "known here are"),
            (
                frames,
                lambda: change("rig.json", "[96, 64]", "[192, 128]"),
                "has (96, 64) pixels, its calibration says (192, 128)",
            ),
            (frames, lambda: change("left/times.csv", "000001.jpg", "nothing.jpg"), "line 2", "nothing.jpg"),
        ]
        for converter, harm, *words in cases:
            with self.subTest(converter=converter.__name__, words=words):
                shutil.rmtree(self.folder)
                self.folder.mkdir()
                MAKERS[converter](self.folder)
                harm()
                self.refused(converter, *words)

    def test_videos_are_refused_with_a_command(self):
        logs.frames(self.folder)
        (self.folder / "inside").mkdir()
        for name in ("top.mp4", "top.AVI", "top.h264", "inside/top.mp4"):
            video = self.folder / name
            video.touch()
            camera = video.parent if "/" in name else video
            rate = "-framerate 30 " if name == "top.h264" else ""
            self.refused(
                frames,
                f"{video} is a video",
                f"ffmpeg {rate}-i {video} -fps_mode passthrough",
                f"{video.parent}/top/times.csv",
                "--start",
                more=["--camera", f"top={camera}"],
            )
        (self.folder / "png").mkdir()
        (self.folder / "png/1.png").touch()
        self.refused(frames, "mogrify", more=["--camera", f"top={self.folder}/png"])

    def test_an_error_is_a_line_and_2(self):
        done = subprocess.run(
            [sys.executable, HERE.parent / "waymo_v2.py", "--data", "/nowhere", "--output", self.output],
            capture_output=True,
            text=True,
        )
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, r"^error: /nowhere: there is no such folder; .*\n$")


class Evil:
    def __init__(self, call, *arguments):
        self.reduced = (call, arguments)

    def __reduce__(self):
        return self.reduced


class Pickles(Case):
    def load(self, data):
        return unpickle.loads(data, Path("a.pkl"))

    def test_plain_data_comes_through(self):
        value = {"a": [1, 2.5, None, True, "ü", b"\xff", (1, {2})], "huge": 1 << 80, "bytes": bytearray(b"ab")}
        arrays = {
            "f": np.arange(6.0).reshape(2, 3),
            "t": np.arange(6, dtype=np.int32).reshape(2, 3).T,
            "big": np.arange(3, dtype=">f4"),
            "s": np.array(["car", "lorry"]),
            "e": np.array([]),
            "o": np.array(["a", None], dtype=object),
            "b": np.array([True, False]),
            "n": np.float64(2.5),
            "i": np.int64(-3),
            "empty": np.zeros((0, 7)),
        }
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            found = self.load(pickle.dumps((value, arrays), protocol))
            self.assertEqual(found[0], value)
            for name, array in arrays.items():
                self.assertEqual(found[1][name], array.tolist(), f"{name}, protocol {protocol}")
        # As numpy 1 names its modules.
        old = pickle.dumps(arrays, 2).replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
        self.assertEqual(self.load(old)["f"], arrays["f"].tolist())

    def test_hostile_pickles_are_refused_and_run_nothing(self):
        mark = self.folder / "mark"
        command = f"touch {mark}"
        frame = pickle.dumps({"rest": 1})
        evil = [
            pickle.dumps(Evil(os.system, command)),
            pickle.dumps([{"token": Evil(os.system, command)}], 0),
            pickle.dumps(Evil(eval, f"open({str(mark)!r}, 'w')")),
            pickle.dumps(Evil(exec, f"open({str(mark)!r}, 'w')")),
            pickle.dumps(Evil(open, str(mark), "w")),
            pickle.dumps(Evil(getattr, {}, "__class__")),
            pickle.dumps(Evil(subprocess.Popen, ["touch", str(mark)])),
            pickle.dumps(Evil(__import__, "os")),
            b"cbuiltins\neval\n.",
            b"\x8c\x08builtins\x8c\x0eeval.__class__\x93.",
            b"cposix\nsystem\n(S'touch " + str(mark).encode() + b"'\ntR.",
            b"cnumpy\nload\n.",
            b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I1000000000000\ntS'b'\ntR.",
            b"cnumpy.core.multiarray\n_reconstruct\n(c__builtin__\nset\n(I0\ntS'b'\ntR.",
            # A change of what stands for numpy's functions.
            b"cnumpy.core.multiarray\nscalar\n}S'__defaults__'\nI1\nsb.",
            b"c__builtin__\nset\n}S'a'\nI1\nsb.",
            b"Pstranger\n.",
            b"\x82\x01.",
            frame.replace(b"\x80\x04", b"\x80\x09"),
            frame[:-3],
            b"",
            b"no pickle at all",
            b"(" * 100,
            b"c__builtin__\nset\n)\x81.x"[:4],
            pickle.dumps(np.zeros(3))[:-20],
            pickle.dumps(np.zeros(3, dtype="V8")),
            pickle.dumps(np.zeros(3, dtype=[("a", "f4")])),
        ]
        for data in evil:
            with self.subTest(data=data[:60]), self.assertRaises(Problem) as caught:
                self.load(data)
            self.assertIn("a.pkl", str(caught.exception))
        self.assertFalse(mark.exists())

    def test_broken_pickles_give_a_value_or_a_problem(self):
        value = {
            "a": np.arange(3.0),
            "n": np.array(["x", "yz"]),
            "t": [1, (2.5, "ü")],
            "b": bytearray(b"abc"),
            "s": {1},
        }
        for protocol in (2, 5):
            whole = pickle.dumps(value, protocol)
            broken = [whole[:length] for length in range(len(whole))]
            for place in range(len(whole)):
                broken += [whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :] for bit in range(8)]
            refused = 0
            for data in broken:
                try:
                    self.load(data)
                except Problem:
                    refused += 1
            self.assertGreater(refused, len(whole))

    def test_few_bytes_do_not_take_much_memory(self):
        self.enterContext(mock.patch.object(unpickle, "MOST_ITEMS", 2000))
        item = pickle.dumps(np.zeros(100, dtype=np.int8), 2)[2:-1]
        self.assertEqual(len(self.load(b"\x80\x02(" + item * 20 + b"l.")), 20)
        # Thirty arrays of a hundred.
        with self.assertRaisesRegex(Problem, "in all"):
            self.load(b"\x80\x02(" + item * 30 + b"l.")
        # A bytearray of 2^40 bytes.
        with self.assertRaisesRegex(Problem, "not there"):
            self.load(b"\x80\x05\x96" + (1 << 40).to_bytes(8, "little") + b"abc.")
        # A list of 2^40 empty lists.
        empty = pickle.dumps(np.zeros((7, 0)), 2)
        self.assertIn(b"K\x07K\x00\x86", empty)
        with self.assertRaisesRegex(Problem, "in all"):
            self.load(empty.replace(b"K\x07K\x00\x86", b"\x8a\x06" + (1 << 40).to_bytes(6, "little") + b"K\x00\x86"))

    def test_an_array_has_the_bytes_that_it_says(self):
        whole = pickle.dumps(np.arange(4, dtype=np.int64), 2)
        for old, new in ((b"K\x04\x85", b"K\x05\x85"), (b"K\x04\x85", b"K\x03\x85")):
            self.assertIn(old, whole)
            with self.assertRaisesRegex(Problem, "not that of its bytes"):
                self.load(whole.replace(old, new))

    def test_a_hostile_log_stops_the_converter(self):
        logs.openscene(self.folder)
        (self.folder / f"meta_datas/mini/{LOG}.pkl").write_bytes(
            pickle.dumps([Evil(os.system, f"touch {self.folder}/mark")])
        )
        self.refused(openscene, "asks for posix.system", "hostile")
        self.assertFalse((self.folder / "mark").exists())

    def test_a_picture_may_not_leave_the_dataset(self):
        logs.openscene(self.folder)
        path = self.folder / f"meta_datas/mini/{LOG}.pkl"
        (self.folder / "sensor_blobs/out.jpg").write_bytes(
            next((self.folder / "sensor_blobs").rglob("*.jpg")).read_bytes()
        )
        found = pickle.loads(path.read_bytes())
        found[3]["cams"]["CAM_F0"]["data_path"] = "../out.jpg"
        path.write_bytes(pickle.dumps(found))
        self.refused(openscene, "leaves the dataset")


class Transforms(unittest.TestCase):
    def test_quaternions_of_matrices(self):
        rng = np.random.default_rng(7)
        rotations = [logs.about(rng.normal(size=3), angle) for angle in np.linspace(0, np.pi, 40)]
        for r in [*rotations, np.diag([1, -1, -1]), np.diag([-1, 1, -1]), np.diag([-1, -1, 1])]:
            found = Rigid.of_matrix([[*row, 1] for row in r], "a test")
            np.testing.assert_allclose(project.matrix({"q": found.q, "t": found.t})[:3, :3], r, atol=1e-12)
            np.testing.assert_allclose((found * found.inverse())((3, 4, 5)), (3, 4, 5), atol=1e-12)
        for wrong in (np.diag([1, 1, -1]), 2 * np.eye(3), np.full((3, 3), np.nan)):
            with self.assertRaises(Problem):
                Rigid.of_matrix([[*row, 1] for row in wrong], "a test")

    def test_poses_between_poses(self):
        a, b = Rigid((0, 0, 0), (1, 0, 0, 0)), Rigid((2, 0, 0), (np.cos(0.5), 0, 0, np.sin(0.5)))
        track = Track({0: a, 100: b, 1000: a}, "a test", most_gap_ns=100)
        np.testing.assert_allclose(track.at(25).q, (np.cos(0.125), 0, 0, np.sin(0.125)), atol=1e-12)
        np.testing.assert_allclose(track.at(25).t, (0.5, 0, 0))
        self.assertEqual([track.at(t) for t in (-1, 500, 1001)], [None] * 3)
        # The short way, whatever the sign.
        back = Rigid(b.t, [-v for v in b.q])
        np.testing.assert_allclose(a.between(back, 0.25).q, track.at(25).q, atol=1e-12)

    def test_nearest(self):
        self.assertEqual(
            [nearest([10, 20, 30], t, 4) for t in (5, 6, 14, 15, 16, 34, 35)], [None, 0, 0, None, 1, 2, None]
        )


if __name__ == "__main__":
    unittest.main()
