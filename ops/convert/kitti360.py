#!/usr/bin/env python3
"""KITTI-360 -> manifest.

Reads calibration/{perspective.txt,image_02.yaml,image_03.yaml,calib_cam_to_pose.txt}, data_poses/SEQUENCE/poses.txt,
and of each camera data_2d_raw/SEQUENCE/image_0N/{timestamps.txt,data_rect or data_rgb}. Samples are frames that have
a pose. Manifests take JPEG, so the PNG pictures of samples are written as JPEG (quality 95, full colour) into
NAME.pictures beside the manifest.

image_00 and image_01 are rectified pinholes ("none"): the rotation of the rectification is taken out of their mounts.
image_02 and image_03 are fisheyes to the sides ("mei"). The frame of the poses has x forward, y right, z down: it is
turned to x forward, y left, z up.
"""

import re
from datetime import datetime, timezone
from pathlib import Path

import manifest
from manifest import Manifest, picked
from problem import Problem, module, need, program, text_of
from rigid import Rigid, quaternion

LEFT_OUT = [
    "lidar points, 3D boxes and semantic labels of data_3d_* and data_2d_semantics",
    "frames without a pose (the vehicle stood, or was outside the trajectory)",
    "the pose of a picture at its own time (all pictures of a frame have the frame's)",
]
CAMERAS = ["image_00", "image_01", "image_02", "image_03"]
# Half a turn about x, its own inverse.
EGO_FROM_POSE = Rigid((0, 0, 0), (0, 1, 0, 0))


def numbers(text, count, where):
    try:
        values = [float(word) for word in text.split()]
    except ValueError:
        values = []
    if len(values) != count:
        raise Problem(
            f"{where}: {text[:80]!r}", f"{count} numbers are wanted; the file may be cut off or of another version"
        )
    return values


def keyed(path):
    """Lines `key: numbers` of a calibration file."""
    lines = text_of(path, "unpack calibration.zip").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def entry(found, key, count, path):
    if key not in found:
        raise Problem(f"{path}: no line {key}:", "the file may be cut off or of another version")
    return numbers(found[key], count, f"{path}, {key}")


def fisheye(path):
    """Values of a calibration in OpenCV's YAML: `key: number` anywhere."""
    text = text_of(path, "unpack calibration.zip")
    kind = re.search(r"^\s*model_type:\s*(\S+)", text, re.M)
    if not kind or kind[1] != "MEI":
        raise Problem(f"{path}: model_type is {kind[1] if kind else 'missing'}", "fisheyes of KITTI-360 are MEI")
    found = dict(re.findall(r"^\s*(\w+):\s*([-+.\deE]+)\s*$", text, re.M))
    return {
        key: entry(found, key, 1, path)[0]
        for key in ["image_width", "image_height", "xi", "k1", "k2", "p1", "p2", "gamma1", "gamma2", "u0", "v0"]
    }


def camera(name, folder):
    """A camera of the rig."""
    path = folder / "calib_cam_to_pose.txt"
    pose_from_camera = Rigid.of_matrix(entry(keyed(path), name, 12, path), f"{path}, {name}")
    if name in CAMERAS[2:]:
        v = fisheye(folder / f"{name}.yaml")
        return manifest.camera(
            (v["image_width"], v["image_height"]),
            [v[key] for key in ("gamma1", "gamma2", "u0", "v0")],
            EGO_FROM_POSE * pose_from_camera,
            "mei",
            [v[key] for key in ("xi", "k1", "k2", "p1", "p2")],
        )
    path, number = folder / "perspective.txt", name[-2:]
    found = keyed(path)
    p = entry(found, f"P_rect_{number}", 12, path)
    r = entry(found, f"R_rect_{number}", 9, path)
    rectified_from_camera = Rigid((0, 0, 0), quaternion([r[0:3], r[3:6], r[6:9]], f"{path}, R_rect_{number}"))
    # The fourth column of P is the way from camera 0, in pixels; calib_cam_to_pose has it already.
    return manifest.camera(
        entry(found, f"S_rect_{number}", 2, path),
        (p[0], p[5], p[2], p[6]),
        EGO_FROM_POSE * pose_from_camera * rectified_from_camera.inverse(),
    )


def poses_of(path):
    """Poses by frame numbers."""
    found = {}
    for number, line in enumerate(text_of(path, "unpack data_poses.zip").splitlines(), 1):
        if line.strip():
            frame, *matrix = numbers(line, 13, f"{path}, line {number}")
            found[int(frame)] = Rigid.of_matrix(matrix, f"{path}, line {number}") * EGO_FROM_POSE.inverse()
    if not found:
        raise Problem(f"{path} has no pose", "the file may be cut off")
    return found


def stamps_of(path):
    """Times of frames, nanoseconds: the line's place is the frame's number."""
    found = []
    for number, line in enumerate(text_of(path, "unpack the camera's data_2d_raw").splitlines(), 1):
        match = re.fullmatch(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,9}))?\s*", line)
        if not match:
            raise Problem(
                f"{path}, line {number}: {line[:60]!r}", "a time such as 2013-05-28 08:46:02.904121600 is wanted"
            )
        seconds = int(datetime.strptime(match[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc).timestamp())
        found.append(seconds * 1_000_000_000 + int((match[2] or "0").ljust(9, "0")))
    return found


def as_jpeg(source, target):
    """Writes a picture as JPEG, unless that was done before."""
    if target.is_file() and target.stat().st_size > 0:
        return
    image = module("PIL.Image")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    try:
        with image.open(source) as picture:
            picture.convert("RGB").save(part, "JPEG", quality=95, subsampling=0)
    except (OSError, SyntaxError) as error:
        part.unlink(missing_ok=True)
        raise Problem(f"{source}: {error}", "the picture may be cut off, or the disk full") from None
    part.replace(target)


def convert(out, sequence, options, pictures):
    raw = need(
        options.data / "data_2d_raw" / sequence,
        "such folder",
        "name a sequence such as 2013_05_28_drive_0000_sync, and unpack data_2d_raw",
    )
    poses = poses_of(options.data / "data_poses" / sequence / "poses.txt")
    cameras = {name: camera(name, options.data / "calibration") for name in options.cameras}
    times = {name: stamps_of(raw / name / "timestamps.txt") for name in cameras}
    folders = {
        name: need(
            raw / name / ("data_rgb" if name in CAMERAS[2:] else "data_rect"),
            "such folder",
            "unpack the camera, or leave it out by --cameras",
        )
        for name in cameras
    }
    first = options.cameras[0]
    frames = {}
    for frame in sorted(poses):
        if not 0 <= frame < len(times[first]):
            raise Problem(
                f"{raw / first / 'timestamps.txt'} has {len(times[first])} lines, but there is a pose of frame {frame}",
                "half a log?",
            )
        frames[times[first][frame]] = frame
    out.rig(sequence, cameras, options.ground_z)
    out.scene(sequence, sequence)
    for t in picked(sorted(frames), options.rate):
        frame, found = frames[t], {}
        for name in cameras:
            source = folders[name] / f"{frame:010d}.png"
            if frame < len(times[name]) and source.is_file():
                target = pictures / sequence / name / f"{frame:010d}.jpg"
                as_jpeg(source, target)
                found[name] = (target, times[name][frame], None)
        out.sample(f"{sequence}-{frame:010d}", t, poses[frame], found)


def camera_list(text):
    names = text.split(",")
    if len(set(names)) != len(names) or not set(names) <= set(CAMERAS):
        raise manifest.argparse.ArgumentTypeError(f"{text!r}: name some of {','.join(CAMERAS)}, each once")
    return names


def main(arguments):
    # The cameras are 0.65 m over the poses' origin (calib_cam_to_pose.txt) and about 1.55 m over the road.
    parser = manifest.arguments(
        __doc__,
        "kitti360.py --data /data/KITTI-360 --sequence 2013_05_28_drive_0000_sync --output /data/k360/k360.occ.jsonl",
        LEFT_OUT,
        ground_z=-0.9,
    )
    parser.add_argument(
        "--data", required=True, type=Path, help="the folder that has calibration, data_poses and data_2d_raw"
    )
    parser.add_argument("--sequence", action="append", required=True, metavar="NAME", help="a drive; may be repeated")
    parser.add_argument("--rate", type=manifest.rate, default=2.0, help="samples a second, or all (default: 2)")
    parser.add_argument(
        "--cameras",
        type=camera_list,
        default=CAMERAS,
        metavar="LIST",
        help="some of image_00,image_01,image_02,image_03",
    )
    parser.add_argument(
        "--skip-broken", action="store_true", help="leave out sequences that are not whole, and leave with 1"
    )
    options = parser.parse_args(arguments)
    module("PIL")
    pictures = (options.output.parent / f"{options.output.name.removesuffix('.occ.jsonl')}.pictures").resolve()
    with Manifest(options, options.output.parent) as out:
        broken = out.each(
            options.sequence, lambda out, sequence: convert(out, sequence, options, pictures), options.skip_broken
        )
    out.report(LEFT_OUT)
    return 1 if broken else 0


if __name__ == "__main__":
    program(main)
