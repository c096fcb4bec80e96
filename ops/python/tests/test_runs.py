"""A run's folder: which run, which file of a scene, what is said where something is not there."""

import json
import pickle
import threading

import numpy as np
import pytest
from writer import Folder, box, grid

from occ_predictions import (
    DETECTION_CLASSES,
    OCCUPANCY_CLASSES,
    DamagedFileError,
    MismatchError,
    MissingFileError,
    NoRunError,
    NoSuchSampleError,
    NoSuchSceneError,
    PredictionsError,
    Run,
    UnsupportedVersionError,
    WrongKindError,
)
from occ_predictions.names import escape, file_name, parse_file_name, unescape


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "out")


def labels_of(scene):
    return {token: sample.occupancy.tolist() for token, sample in scene.items()}


def test_a_run_is_a_mapping_in_order(folder):
    rows = [folder.put(scene, 1, [(f"{scene}{n}", grid(n)) for n in (2, 0, 1)]) for scene in ("b", "a")]
    folder.manifest(rows)
    run = Run(folder.output)
    assert list(run) == ["b", "a"] == list(run.scenes) and len(run) == 2 and "a" in run and "c" not in run
    assert list(run["b"]) == ["b2", "b0", "b1"] and "b2" in run["b"] and len(run["b"]) == 3
    sample = run["a"]["a1"]
    assert sample.occupancy.dtype == np.uint8 and np.array_equal(sample.occupancy, grid(1)) and sample.confidence is None
    assert (sample.scene, sample.token, sample.kind) == ("a", "a1", "occupancy")
    assert sample.occupancy is sample.occupancy and sample.occupancy.flags.writeable
    assert run["a"] is run["a"] and run["a"].lease == 1 and run["a"].path.endswith("a.1.occ.lz4")
    assert (run.kind, run.class_names, run.is_complete) == ("occupancy", OCCUPANCY_CLASSES, True)
    assert (run.dataset, run.dataset_folder, run.dataset_version, run.split) == ("nuscenes", "/data", "v1.0-mini", "val")
    assert (run.model, run.model_digest, run.precision) == ("occ-small_BDC-T", "ab" * 32, "fp32")
    for scene in run.values():
        scene.verify()


def test_boxes_become_arrays(folder):
    rows = [
        box("t", rotation=[np.cos(0.4), 0, 0, np.sin(0.4)], detection_score=0.9),
        box("t", detection_name="barrier", velocity=None, attribute_name="", detection_score=0.2),
    ]
    folder.put("s", 1, [("t", rows), ("empty", [])])
    run = Run(folder.output)
    boxes = run["s"]["t"].boxes
    assert (run.kind, run.class_names, len(boxes), boxes.token) == ("detections", DETECTION_CLASSES, 2, "t")
    assert boxes.centers.tolist() == [[600.5, 1600.25, 1.0]] * 2 and boxes.sizes.tolist() == [[1.9, 4.5, 1.6]] * 2
    assert boxes.names == ("car", "barrier") and boxes.labels.tolist() == [0, 9]
    assert boxes.attributes == ("vehicle.moving", "") and boxes.scores.tolist() == [0.9, 0.2]
    assert np.allclose(boxes.yaws, [0.8, 0]) and boxes.rotations.shape == (2, 4)
    assert boxes.velocities[0].tolist() == [0.5, -1.5] and np.isnan(boxes.velocities[1]).all()
    some = boxes.select(boxes.scores < 0.5)
    assert some.names == ("barrier",) and some.centers.shape == (1, 3) and len(boxes.select(slice(0, 0))) == 0
    assert run["s"]["t"].confidence.tolist() == [0.9, 0.2] and run["s"]["t"].detections == rows
    none = run["s"]["empty"].boxes
    assert len(none) == 0 and none.centers.shape == (0, 3) and none.rotations.shape == (0, 4) and len(none.yaws) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sample_token": "u"}, "box 1: it is of the sample 'u'"),
        ({"translation": [1, 2]}, r"box 1: translation is \[1, 2\], not 3 numbers"),
        ({"translation": "123"}, "value of 'translation' is '123'"),
        ({"size": ["1", 2, 3]}, "size has '1', which is no finite number"),
        ({"size": [True, 2, 3]}, "size has True"),
        ({"rotation": None}, "value of 'rotation' is None"),
        ({"velocity": [None, 1]}, "velocity has None"),
        ({"velocity": [1e400, 1]}, "NaN|Infinity is no number"),
        ({"detection_score": 10**400}, "detection_score has 1"),
        ({"detection_score": "high"}, "detection_score has 'high'"),
        ({"detection_name": "tank"}, "'tank' is none of the ten classes"),
        ({"detection_name": ["car"]}, r"value of 'detection_name' is \['car'\]"),
        ({"attribute_name": None}, "value of 'attribute_name' is None"),
    ],
)
def test_boxes_that_lack_something_are_an_error(folder, change, words):
    folder.put("s", 1, [("t", [box("t"), box("t", **change)])])
    with pytest.raises(DamagedFileError, match=words) as caught:
        Run(folder.output)["s"]["t"].boxes
    assert "s.1.occ.lz4" in str(caught.value) and "sample 't'" in str(caught.value)


def test_a_number_that_overruns_and_too_many_boxes_are_errors(folder):
    text = json.dumps([box("t")]).replace("0.75", "1e999").encode()
    folder.put("s", 1, [("t", text), ("u", [box("u")] * 501), ("v", [[]]), ("w", [{}])])
    scene = Run(folder.output)["s"]
    for token, words in (("t", "inf"), ("u", "501 boxes"), ("v", "no JSON object"), ("w", "lacks the key 'sample_token'")):
        with pytest.raises(DamagedFileError, match=words):
            scene[token].boxes


def test_the_wrong_kind_is_named(folder):
    folder.put("s", 1, [("t", grid(0)), ("u", [])])
    scene = Run(folder.output)["s"]
    with pytest.raises(WrongKindError, match="'t' holds occupancy, not detections; ask for .occupancy"):
        scene["t"].boxes
    with pytest.raises(WrongKindError, match="'u' holds detections, not occupancy; ask for .boxes"):
        scene["u"].occupancy


# Which run


def test_the_only_run_with_predictions_is_taken(folder):
    folder.identity("begun")
    with pytest.raises(NoRunError, match="no run in .* has predictions yet; it has 'begun'"):
        Run(folder.output)
    folder.put("s", 1, [("t", grid(0))], run="one")
    assert Run(folder.output).name == "one" and Run(folder.output, "begun").scenes == ()
    (folder.run("two") / ".partial").mkdir()
    (folder.run("two") / ".partial" / "s.1.part").write_bytes(b"")
    with pytest.raises(NoRunError, match=r"there are 2 runs in .*; choose one with Run\(output, name\): it has 'one', 'two'"):
        Run(folder.output)
    with pytest.raises(NoRunError, match="there is no run 'three' in"):
        Run(folder.output, "three")


def test_what_is_no_output_folder_is_said(folder):
    folder.put("s", 1, [("t", grid(0))])
    for path, words in (
        (folder.output / "none", "is no folder"),
        (folder.output / "runs", f"no folder 'runs'.*which is '{folder.output}'"),
        (folder.run(), f"no folder 'runs'.*which is '{folder.output}'"),
        (folder.output / "runs/r/s.1.occ.lz4", "is no folder"),
    ):
        with pytest.raises(NoRunError, match=words):
            Run(path)
    with pytest.raises(NoRunError):
        Run(folder.output, "../r")


def test_names_are_escaped_as_the_format_says(folder):
    for name, escaped in (("a b", "a%20b"), (".x", "%2Ex"), ("ü/%", "%C3%BC%2F%25"), ("A.b-_9", "A.b-_9")):
        assert escape(name) == escaped and unescape(escaped) == name
        assert parse_file_name(file_name(name, 12)) == (name, 12)
    assert [escape(name) for name in ("", "a\0", "x" * 181, "\ud800")] == [None] * 4
    assert [unescape(name) for name in ("%2e", "%41", "a b", "ü", "%FF", "%", ".x")] == [None] * 7
    for name in ("s.0.occ.lz4", "s.01.occ.lz4", "s.1.part", "s.occ.lz4", ".1.occ.lz4", "s.٣.occ.lz4", f"s.{2**63}.occ.lz4"):
        assert parse_file_name(name) is None
    folder.put("a b", 3, [("t", grid(0))], run="r%20r", escaped="a%20b")
    with pytest.raises(MismatchError, match="its run is 'r%20r'.* say 'r r'"):
        Run(folder.output)["a b"]


# Which file


def test_run_json_names_the_file(folder):
    row = folder.put("s", 1, [("t", grid(1))])
    folder.put("s", 2, [("t", grid(2))])
    folder.manifest([row])
    assert labels_of(Run(folder.output)["s"]) == {"t": grid(1).tolist()}


def test_without_run_json_the_newest_finished_file_counts(folder):
    folder.identity()
    for lease in (2, 10, 9):
        folder.put("s", lease, [("t", grid(lease))])
    (folder.run() / ".partial").mkdir()
    (folder.run() / ".partial" / "s.11.part").write_bytes(b"cut off")
    (folder.run() / ".partial" / "u.1.part").write_bytes(b"cut off")
    run = Run(folder.output)
    assert run.scenes == ("s",) and run["s"].lease == 10 and not run.is_complete and run.states == {"s": "done"}
    assert (run.model, run.dataset_folder, run.dataset) == ("occ-small_BDC-T", "/data", "nuscenes")
    # One that cannot be opened gives way to an earlier one.
    (folder.run() / "s.10.occ.lz4").write_bytes(b"")
    assert Run(folder.output)["s"].lease == 9
    folder.put("s", 9, [("t", grid(0))], head={"modelDigest": "cd" * 32})
    assert Run(folder.output)["s"].lease == 2
    folder.put("s", 2, [("t", grid(0))], head={"precision": "int8"})
    with pytest.raises(PredictionsError, match="s.10.occ.lz4"):
        Run(folder.output)["s"]


def test_files_that_run_json_does_not_name_yet_count_too(folder):
    row = folder.put("b", 1, [("t", grid(1))])
    folder.put("a", 3, [("u", grid(2))])
    failed = {"name": "f", "state": "failed", "sampleTokens": [], "failure": "the picture\nis gone"}
    waiting = {"name": "c", "state": "unfinished", "sampleTokens": []}
    folder.manifest([row, failed, waiting])
    folder.put("c", 2, [("v", grid(3))])
    run = Run(folder.output)
    assert run.scenes == ("b", "c", "a") and not run.is_complete
    assert run.states == {"b": "done", "f": "failed", "c": "done", "a": "done"}
    assert [sample.token for sample in run.samples()] == ["t", "v", "u"]
    with pytest.raises(NoSuchSceneError, match=r"scene 'f' is failed \('the picture\\nis gone'\)"):
        run["f"]
    with pytest.raises(KeyError, match="no predictions of a scene 'x'; it has 'b', 'c', 'a'"):
        run["x"]
    with pytest.raises(NoSuchSceneError):
        next(run.samples(scenes=["b", "f"]))
    with pytest.raises(NoSuchSampleError, match="scene 'b' has no sample 'x' among its 1"):
        run["b"]["x"]


def test_a_file_that_is_not_the_one_of_run_json_is_an_error(folder):
    samples = [("t", grid(1)), ("u", grid(2))]
    row = folder.put("s", 1, samples)
    folder.manifest([row])
    path = folder.run() / "s.1.occ.lz4"
    whole = path.read_bytes()
    for head, words in (
        ({"run": "q"}, "its run is 'q'"),
        ({"scene": "q"}, "its scene is 'q'"),
        ({"lease": 7}, "its lease is 7"),
        ({"modelDigest": "0"}, "its model digest is '0'"),
        ({"precision": "bf16"}, "its precision is 'bf16'"),
        ({"software": "longer than before"}, "its size in bytes is"),
    ):
        folder.put("s", 1, samples, head=head)
        with pytest.raises(MismatchError, match=words):
            Run(folder.output)["s"]
    row = folder.put("s", 1, [("t", grid(1)), ("v", grid(2))])
    folder.manifest([row | {"sampleTokens": ["t", "u"]}])
    with pytest.raises(MismatchError, match="list of samples is \"of 2, with 'v'\".*\"of 2, with 'u'\""):
        Run(folder.output)["s"]
    folder.manifest([folder.put("s", 1, samples) | {"sha256": "0" * 64}])
    with pytest.raises(MismatchError, match="its SHA-256 is"):
        Run(folder.output)["s"].verify()
    path.write_bytes(whole[:-1])
    with pytest.raises(DamagedFileError):
        Run(folder.output)["s"]
    path.unlink()
    run = Run(folder.output)
    assert run.scenes == ("s",)
    with pytest.raises(MissingFileError, match=r"run.json names it for scene 's', and it is not there; .*retry --damaged"):
        run["s"]


@pytest.mark.parametrize("name", ["run.json", "identity.json"])
def test_every_truncation_of_a_document_is_an_error(folder, name):
    folder.manifest([folder.put("s", 1, [("t", grid(1))])])
    folder.identity()
    path = folder.run() / name
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedFileError, match=name):
            Run(folder.output)


def test_a_manifest_that_contradicts_itself_is_an_error(folder):
    row = folder.put("s", 1, [("t", grid(1))])
    other = row | {"name": "o", "fileName": "o.1.occ.lz4"}
    for scenes, words in (
        ([row, row], "'s' stands in it twice"),
        ([row, other], "a sample of scene 'o' stands in it twice"),
        ([row | {"sampleTokens": ["t", "t"]}], "a sample of scene 's' stands in it twice"),
        ([row | {"fileName": "../s.1.occ.lz4"}], "does not write"),
        ([row | {"lease": 2}], "lease 2 does not write 's.1.occ.lz4'"),
        ([row | {"lease": 0, "fileName": "s.0.occ.lz4"}], "lease 0"),
        ([row | {"state": "gone"}], "state is 'gone'"),
        ([row | {"sampleTokens": [1]}], "1 is no sample token"),
        ([row | {"byteCount": "1"}], "value of 'byteCount' is '1'"),
        ([{k: v for k, v in row.items() if k != "sha256"}], "lacks the key 'sha256'"),
        ([1], "no JSON object"),
    ):
        folder.manifest(scenes)
        with pytest.raises(DamagedFileError, match=words):
            Run(folder.output)
    folder.manifest([row], formatVersion=2)
    with pytest.raises(UnsupportedVersionError, match="format version 2, this package reads 1"):
        Run(folder.output)
    folder.manifest([row])
    document = json.loads((folder.run() / "run.json").read_text())
    (folder.run() / "run.json").write_text(json.dumps(document | {"run": "q"}))
    with pytest.raises(DamagedFileError, match="it is of run 'q', not 'r'"):
        Run(folder.output)


def test_a_run_without_scenes_says_what_it_can(folder):
    folder.identity(predicts="detections")
    run = Run(folder.output, "r")
    assert (len(run), run.kind, run.model, run.dataset, list(run.samples())) == (0, "detections", "occ-small_BDC-T", "", [])
    (folder.run() / "identity.json").unlink()
    with pytest.raises(PredictionsError, match="no sample is predicted yet"):
        Run(folder.output, "r").kind


# Iteration


@pytest.fixture
def run(folder):
    folder.manifest([folder.put(f"s{n}", 1, [(f"{n}-{k}", grid(10 * n + k)) for k in range(7)]) for n in range(4)])
    return Run(folder.output)


ORDER = [f"{n}-{k}" for n in range(4) for k in range(7)]


@pytest.mark.parametrize(("prefetch", "workers"), [(0, None), (4, 0), (1, 1), (3, 8), (8, 2), (100, None)])
def test_samples_come_loaded_and_in_order(run, prefetch, workers):
    found = [(sample.token, sample.occupancy.tolist()) for sample in run.samples(prefetch, workers)]
    assert found == [(token, grid(10 * int(token[0]) + int(token[2])).tolist()) for token in ORDER]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("occ-predictions")]


def test_some_scenes_are_gone_through(run):
    assert [s.token for s in run.samples(scenes=["s2", "s0"])] == ORDER[14:21] + ORDER[:7]
    with pytest.raises(ValueError, match="at least 0"):
        run.samples(prefetch=-1)


def test_no_more_is_read_ahead_than_was_asked_for(run, monkeypatch):
    loaded = []
    load = type(run["s0"]["0-0"]).load
    monkeypatch.setattr("occ_predictions.scene.Sample.load", lambda sample: loaded.append(sample.token) or load(sample))
    samples = run.samples(prefetch=3, workers=2)
    for given in range(1, 10):
        next(samples)
        assert len(loaded) <= given + 3
    samples.close()
    assert len(loaded) <= 12
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("occ-predictions")]


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("part", ["sample", "index"])
def test_damage_is_met_in_its_place(run, workers, part):
    path = run["s1"].path
    with open(path, "r+b") as stream:
        stream.seek(-1 if part == "index" else run["s1"]._file.entries[0].offset + 20, 2 if part == "index" else 0)
        stream.write(b"\xff\xff"[: 1 if part == "index" else 2])
    again = Run(run.path.rpartition("runs")[0])
    seen = []
    with pytest.raises(DamagedFileError, match="s1.1.occ.lz4"):
        for sample in again.samples(prefetch=5, workers=workers):
            seen.append(sample.token)
    assert seen == ORDER[:7]


def test_runs_scenes_samples_and_errors_can_be_pickled(run):
    loaded = run["s0"]["0-0"].load()
    for value in (run, run["s0"], loaded, run["s1"]["1-1"]):
        pickle.loads(pickle.dumps(value))
    again = pickle.loads(pickle.dumps(run))
    assert again.scenes == run.scenes and again["s3"]["3-6"].occupancy.tolist() == grid(36).tolist()
    for make in (lambda: run["x"], lambda: run["s0"]["x"], lambda: run["s0"]["0-0"].boxes):
        with pytest.raises(PredictionsError) as caught:
            make()
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    error = MissingFileError("p", "is gone", "look for it")
    assert str(pickle.loads(pickle.dumps(error))) == "p: is gone; look for it" == str(error)


def test_several_threads_read_one_run(run):
    failures = []

    def read():
        try:
            for _ in range(3):
                assert [sample.token for sample in run.samples(workers=0)] == ORDER
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_only_so_many_indices_are_kept(run, monkeypatch):
    monkeypatch.setattr("occ_predictions.run._SCENES_KEPT", 2)
    first = run["s0"]
    assert run["s0"] is first
    for scene in run:
        run[scene]
    assert run["s0"] is not first and len(run._open) == 2
