"""Writes manifests, version 1 (docs/manifest.md), and judges what goes into them: names, times, poses, mounts,
pictures.

A Manifest takes rigs, scenes and samples in the order of the file, log by log: what a log gave is written when the
log is whole. The file appears under its name when everything is in it.
"""

import argparse
import json
import math
import os
import struct
import sys
from collections import Counter
from pathlib import Path

from problem import Problem

# Directions of nuScenes' cameras, degrees to the left (v1.0, rounded); a camera takes the nearest within MOST_TURN.
SLOTS = {
    "CAM_FRONT": 0,
    "CAM_FRONT_LEFT": 55,
    "CAM_FRONT_RIGHT": -55,
    "CAM_BACK_LEFT": 110,
    "CAM_BACK_RIGHT": -110,
    "CAM_BACK": 180,
}
MOST_TURN = 22
COEFFICIENTS = {"none": [0], "opencv": [4, 5, 8, 12], "kb4": [4], "mei": [5]}
MOST_SAMPLES = 20_000
MOST_BOXES = 10_000
MOST_DELAY_NS = 1_000_000_000
FASTEST_MPS = 120
SHUTTERS = ["topToBottom", "bottomToTop", "leftToRight", "rightToLeft"]


def arguments(description, example, left_out, ground_z):
    """The options that all converters have."""
    text = description.strip() + "\n\nNot carried over:\n" + "\n".join(f"  - {line}" for line in left_out)
    parser = argparse.ArgumentParser(
        description=text, epilog=f"Example:\n  {example}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", required=True, type=Path, metavar="NAME.occ.jsonl", help="the manifest to write")
    parser.add_argument(
        "--split",
        action="append",
        default=[],
        metavar="NAME",
        help="a split that all scenes belong to; may be repeated",
    )
    parser.add_argument(
        "--ground-z",
        type=float,
        default=ground_z,
        metavar="METRES",
        help="height of the road in the ego frame" + ("" if ground_z is None else " (default: %(default)s)"),
    )
    parser.add_argument(
        "--link",
        action="store_true",
        help="where the pictures are not below the manifest's folder: make a link to them beside the manifest",
    )
    parser.add_argument("--whole", action="store_true", help="leave out samples that lack the picture of a camera")
    return parser


def rate(text):
    """An argument that is a rate: samples a second; `all` is 0."""
    if text == "all":
        return 0.0
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number of samples a second, up to 1000, nor all")
    return value


def picked(times, per_second):
    """Of rising times, nanoseconds, those nearest to even ticks from the first on; all where the rate is 0.

    A tick with no time within 0.4 of a period is passed over, so gaps stay gaps.
    """
    if not per_second or not times:
        return list(times)
    period = 1e9 / per_second
    nearest = {}
    for t in times:
        tick = round((t - times[0]) / period)
        off = abs(t - times[0] - tick * period)
        if off <= 0.4 * period and (tick not in nearest or off < nearest[tick][0]):
            nearest[tick] = (off, t)
    return [nearest[tick][1] for tick in sorted(nearest)]


def plain_name(text, what):
    """A name that can be that of a file."""
    text = str(text)
    if (
        not 1 <= len(text.encode()) <= 200
        or text in (".", "..")
        or any(c == "/" or ord(c) < 32 or ord(c) == 127 for c in text)
    ):
        raise Problem(
            f"{what} {text[:80]!r} cannot be the name of a file", "1 to 200 bytes, neither slash nor control character"
        )
    return text


def jpeg_size(path):
    """Width and height of a JPEG file, pixels."""
    with open(path, "rb") as file:
        start = file.read(2)
        if start != b"\xff\xd8":
            raise Problem(
                f"{path} is no JPEG file (it begins with {start.hex() or 'nothing'})",
                "manifests take JPEG; convert or copy it again",
            )
        # No file has as many segments before its frame.
        for _ in range(1000):
            marker = file.read(2)
            while marker[1:] == b"\xff":
                marker = marker[1:] + file.read(1)
            head = file.read(2)
            if len(marker) < 2 or marker[0] != 0xFF or len(head) < 2:
                break
            length = struct.unpack(">H", head)[0]
            if 0xC0 <= marker[1] <= 0xCF and marker[1] not in (0xC4, 0xC8, 0xCC):
                frame = file.read(5)
                if len(frame) < 5:
                    break
                height, width = struct.unpack(">xHH", frame)
                return width, height
            file.seek(length - 2, 1)
    raise Problem(f"{path} has no JPEG frame", "it may be cut off; copy it again")


def camera(size, k, mount, model="none", d=(), shutter=None):
    """A camera of a rig: size in pixels, [fx, fy, cx, cy], where it is mounted (optical axes), its lens."""
    value = {
        "size": [int(size[0]), int(size[1])],
        "k": [float(v) for v in k],
        "mount": mount,
        "model": model,
        "d": [float(v) for v in d],
    }
    if shutter:
        value["shutter"] = shutter
    return value


def box(category, placed, wlh, instance=None, points=None, velocity=None):
    """An annotated box; `placed` takes its own frame to the world."""
    value = {"category": category, "worldFromBox": transform(placed), "wlh": [number(v) for v in wlh]}
    if instance is not None:
        value["instance"] = str(instance)
    if points is not None:
        value["lidarPoints"] = int(points)
    if velocity is not None:
        value["velocity"] = [number(v) for v in velocity]
    return value


def number(value):
    value = round(float(value), 9)
    if not math.isfinite(value):
        raise Problem(f"a number is {value}", "the file that it comes from is damaged")
    return value + 0.0


def transform(rigid):
    return {"t": [number(v) for v in rigid.t], "q": [number(v) for v in rigid.q]}


def slots(cameras):
    """The places that cameras take, by names: the pairs nearest in direction first, in steps of 3 degrees; then the
    cameras in their order, so that of a stereo pair the first is the one."""
    yaws = {}
    for name, value in cameras.items():
        x, y, _ = value["mount"].turned((0, 0, 1))
        yaws[name] = math.degrees(math.atan2(y, x))
    pairs = sorted(
        (turn // 3, i, j, name, slot)
        for i, (name, yaw) in enumerate(yaws.items())
        for j, (slot, place) in enumerate(SLOTS.items())
        if (turn := abs((yaw - place + 180) % 360 - 180)) <= MOST_TURN
    )
    taken = {}
    for _, _, _, name, slot in pairs:
        if name not in taken and slot not in taken.values():
            taken[name] = slot
    return taken


class Manifest:
    """A manifest that is being written.

    - output: its path, NAME.occ.jsonl
    - data: the folder that pictures are below
    """

    def __init__(self, options, data):
        self.output = options.output
        if not self.output.name.endswith(".occ.jsonl") or self.output.name == ".occ.jsonl":
            raise Problem(
                f"--output {self.output}: the name is not NAME.occ.jsonl", "name it so: commands know manifests by it"
            )
        if self.output.exists():
            raise Problem(f"{self.output} is there already", "remove it, or name another")
        self.name = plain_name(self.output.name.removesuffix(".occ.jsonl"), "the dataset's name")
        self.splits = [self.split(name) for name in options.split]
        self.whole = options.whole
        self.left_out = Counter()
        self.counts = Counter()
        self.rigs, self.scenes, self.tokens = {}, set(), set()
        self.lines, self.added = [], []
        self.output.parent.mkdir(parents=True, exist_ok=True)
        folder = self.output.parent.resolve()
        self.data = Path(data).resolve()
        head = {"kind": "manifest", "version": 1, "name": self.name}
        if self.data.is_relative_to(folder):
            root = self.data.relative_to(folder).as_posix()
        elif options.link:
            root = f"{self.name}.pictures"
            link = folder / root
            if not link.is_symlink() and not link.exists():
                link.symlink_to(self.data)
            elif link.resolve() != self.data:
                raise Problem(
                    f"{link} is something else than a link to {self.data}", "remove it, or name the manifest otherwise"
                )
        else:
            raise Problem(
                f"{self.data} is not below the manifest's folder {folder}",
                "write the manifest above the pictures, or say --link",
            )
        if root != ".":
            head["root"] = root
        self.part = self.output.with_name(self.output.name + ".part")
        self.file = open(self.part, "w", encoding="utf-8")
        self._write([head])

    @staticmethod
    def split(name):
        if plain_name(name, "the split") == "all":
            raise Problem('a split cannot be called "all"', "that is every scene already; name it otherwise")
        return name

    def _write(self, lines):
        for line in lines:
            text = json.dumps(line, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
            if len(text.encode()) > 4 << 20:
                raise Problem(f"a line of kind {line['kind']} has more than 4 MiB", "it has too many boxes or cameras")
            self.file.write(text + "\n")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        """Puts the file in its place; removes what was begun where something went wrong."""
        self.file.close()
        if kind is None and not self.counts["scenes"]:
            self.part.unlink()
            raise Problem("no scene was found", "nothing was written")
        if kind is None:
            os.replace(self.part, self.output)
        else:
            self.part.unlink(missing_ok=True)

    def each(self, logs, convert, skip_broken):
        """Converts logs one after the other; returns how many were left out. What a log gave is written when it is whole."""
        broken = 0
        for log in logs:
            try:
                convert(self, log)
                self._finish_scene()
                self._write(self.lines)
            except Problem as problem:
                if not skip_broken:
                    raise
                broken += 1
                print(f"left out {log}: {problem}", file=sys.stderr)
                for known, name in self.added:
                    known.pop(name) if isinstance(known, dict) else known.discard(name)
            else:
                self.counts.update(line["kind"] + "s" for line in self.lines)
            self.lines, self.added = [], []
        return broken

    def _add(self, known, name, what):
        if name in known:
            raise Problem(
                f"there are two {what}s called {name}", "each needs a name of its own; was a log named twice?"
            )
        if isinstance(known, dict):
            known[name] = None
        else:
            known.add(name)
        self.added.append((known, name))
        return name

    def rig(self, name, cameras, ground_z, lidar=None):
        """A rig: its cameras by name."""
        self._finish_scene()
        self._add(self.rigs, plain_name(name, "the rig's name"), "rig")
        if not 1 <= len(cameras) <= 32:
            raise Problem(f"rig {name} has {len(cameras)} cameras", "a rig has 1 to 32")
        if not abs(ground_z) <= 5:
            raise Problem(
                f"--ground-z {ground_z}: the road would be so far from the ego frame's origin",
                "it is in metres, -0.33 for an axle",
            )
        taken, values = slots(cameras) if not any("slot" in value for value in cameras.values()) else {}, {}
        for channel, value in cameras.items():
            plain_name(channel, f"rig {name}: the camera's name")
            self._judge(f"rig {name}, camera {channel}", value, ground_z)
            d = {"d": [number(v) for v in value["d"]]} if value["model"] != "none" else {}
            values[channel] = {
                "size": value["size"],
                "k": [number(v) for v in value["k"]],
                "distortion": {"model": value["model"], **d},
                "egoFromCamera": transform(value["mount"]),
            }
            if channel in taken and channel not in SLOTS:
                values[channel]["slot"] = taken[channel]
            for key in ("slot", "shutter", "mask", "maxAngle", "unusual"):
                if key in value:
                    values[channel][key] = value[key]
        line = {"kind": "rig", "name": name, "groundZ": number(ground_z), "cameras": values}
        if lidar is not None:
            line["lidar"] = {"egoFromLidar": transform(lidar)}
        self.lines.append(line)
        self.rigs[name] = {channel: None for channel in cameras}
        self.sizes = {channel: tuple(value["size"]) for channel, value in cameras.items()}

    @staticmethod
    def _judge(what, value, ground_z):
        """Refuses cameras that can hardly be meant, before a whole log is read."""
        (width, height), (fx, fy, cx, cy) = value["size"], value["k"]
        if len(value["d"]) not in COEFFICIENTS[value["model"]]:
            raise Problem(
                f"{what}: {len(value['d'])} coefficients of the model {value['model']}",
                f"it has {COEFFICIENTS[value['model']]}",
            )
        if not (fx > 0 and fy > 0 and 0 <= cx <= width and 0 <= cy <= height):
            raise Problem(
                f"{what}: fx, fy, cx, cy are {value['k']} in a picture of {width} x {height}",
                "these should be pixels of that picture",
            )
        mount = value["mount"]
        if value.get("unusual"):
            return
        if mount.turned((0, 1, 0))[2] > 0.3 or abs(mount.turned((0, 0, 1))[2]) > 0.985:
            raise Problem(
                f"{what}: it looks up, down, or is upside down", "calibration of another version, or of other axes?"
            )
        if not 0.05 <= mount.t[2] - ground_z <= 12:
            raise Problem(
                f"{what}: it is {mount.t[2] - ground_z:.2f} m over the road",
                "say --ground-z, the road's height in the ego frame",
            )

    def scene(self, name, rig, splits=None):
        """A scene of a rig above; samples follow."""
        self._finish_scene()
        self._add(self.scenes, plain_name(name, "the scene's name"), "scene")
        line = {"kind": "scene", "name": name, "rig": rig}
        if splits or self.splits:
            line["splits"] = self.splits or splits
        self.lines.append(line)
        self.rig_name, self.scene_name, self.last, self.samples, self.has_boxes = rig, name, None, 0, None

    def _finish_scene(self):
        """Takes a scene of which no sample was left back."""
        if self.lines and self.lines[-1]["kind"] == "scene":
            self.left_out["scenes without a sample"] += 1
            self.scenes.discard(self.lines.pop()["name"])

    def sample(self, token, t, pose, pictures, boxes=None):
        """A sample: its time (ns), the pose, pictures by camera: (path, time or None, pose or None)."""
        where = f"scene {self.scene_name}, sample {token}"
        cameras = self.rigs[self.rig_name]
        if len(pictures) < len(cameras):
            self.left_out["pictures that are missing"] += len(cameras) - len(pictures)
        if not pictures or (self.whole and len(pictures) < len(cameras)):
            self.left_out["samples that lack pictures"] += 1
            return
        self._move(where, t, pose)
        images = {}
        for channel, (path, own, own_pose) in pictures.items():
            if channel not in cameras:
                raise Problem(
                    f"{where}: the rig has no camera {channel}", "calibration and pictures are of different logs"
                )
            images[channel] = {"path": self._picture(where, channel, path)}
            if own is not None:
                if abs(own - t) > MOST_DELAY_NS:
                    raise Problem(
                        f"{where}: the picture of {channel} is {(own - t) / 1e9} s away", "times of different clocks?"
                    )
                images[channel]["t"] = str(own)
            if own_pose is not None:
                images[channel]["worldFromEgo"] = transform(own_pose)
        self._add(self.tokens, plain_name(token, "the sample's token"), "sample")
        line = {"kind": "sample", "token": token, "t": str(t), "worldFromEgo": transform(pose), "images": images}
        if (boxes is None) == self.has_boxes:
            raise Problem(f"{where}: some samples of the scene have boxes and some have none", "half a log?")
        self.has_boxes = boxes is not None
        if boxes is not None:
            if len(boxes) > MOST_BOXES:
                raise Problem(f"{where}: {len(boxes)} boxes", f"a sample has at most {MOST_BOXES}")
            line["boxes"] = boxes
        self.lines.append(line)
        self.samples += 1
        if self.samples > MOST_SAMPLES:
            raise Problem(f"scene {self.scene_name} has more than {MOST_SAMPLES} samples", "say a lower --rate")

    def _move(self, where, t, pose):
        """Refuses times and poses that can hardly be meant."""
        if not 0 <= t < 1 << 63:
            raise Problem(f"{where}: its time is {t} ns", "times are from 0 to 2^63 - 1 nanoseconds")
        if pose.turned((0, 0, 1))[2] < 0.5:
            raise Problem(
                f"{where}: the vehicle lies on its side or its back", "poses in other axes, or of another world?"
            )
        if self.last:
            gap, step = t - self.last[0], math.dist(pose.t, self.last[1].t)
            if gap < 1_000_000:
                raise Problem(
                    f"{where}: it is {gap} ns after the sample before",
                    "times must rise, and be in the unit that was named",
                )
            if step > FASTEST_MPS * gap / 1e9:
                raise Problem(
                    f"{where}: the vehicle moved {step:.1f} m in {gap / 1e9:.3f} s",
                    "poses in another unit, or of two logs?",
                )
        self.last = (t, pose)

    def _picture(self, where, channel, path):
        path = Path(path)
        if not path.is_absolute():
            path = self.data / path
        if not path.is_relative_to(self.data) or ".." in path.parts:
            raise Problem(f"{where}: {path} is not below {self.data}", "the picture's path leaves the dataset")
        if not path.is_file():
            raise Problem(f"{where}: there is no picture {path}", "unpack or copy the rest of the log")
        # One a camera and rig: the rest are of the same camera.
        size = self.sizes.pop(channel, None)
        if size and jpeg_size(path) != size:
            raise Problem(
                f"{path} has {jpeg_size(path)} pixels, its calibration says {size}",
                "take the pictures that belong to the calibration",
            )
        return path.relative_to(self.data).as_posix()

    def report(self, left_out):
        """Says what was written, and what was not."""
        c = self.counts
        print(f"{self.output}: {c['scenes']} scenes, {c['samples']} samples, {c['rigs']} rigs")
        for what, count in sorted(self.left_out.items()):
            print(f"  left out: {count} {what}")
        print("  not carried over: " + "; ".join(left_out))
