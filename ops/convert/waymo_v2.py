#!/usr/bin/env python3
"""Waymo Open Dataset, perception, version 2 (parquet) -> manifest.

Reads, of each segment, camera_calibration, vehicle_pose, camera_image and, where there is one, lidar_box:
FOLDER/COMPONENT/SEGMENT.parquet. Pictures are inside camera_image: those of samples are unpacked into NAME.pictures
beside the manifest, byte for byte.

Lenses are distorted ("opencv": k1 k2 p1 p2 k3). Waymo's camera frame has x forward, y left, z up: it is turned to the
optical one. A picture's time is the middle of its exposure at its middle line; its pose is the one that it comes
with, moved to that time by the velocity that it comes with. There are five cameras, none to the rear.
"""

import math
from pathlib import Path

import manifest
from manifest import Manifest, picked
from problem import Problem, module, need, program
from rigid import Rigid, about_z, times

LEFT_OUT = [
    "lidar points, 2D boxes, key points, segmentation, speeds of boxes (velocities follow from their tracks)",
    "boxes of signs; a vehicle becomes vehicle.car, a cyclist vehicle.bicycle, whatever they are",
    "correction of the rolling shutter (direction and readout are kept)",
]
NAMES = {1: "FRONT", 2: "FRONT_LEFT", 3: "FRONT_RIGHT", 4: "SIDE_LEFT", 5: "SIDE_RIGHT"}
CATEGORIES = {1: "vehicle.car", 2: "human.pedestrian.adult", 4: "vehicle.bicycle"}
SHUTTERS = {1: "topToBottom", 2: "leftToRight", 3: "bottomToTop", 4: "rightToLeft"}
# Optical axes in Waymo's camera frame: right is -y, down is -z, forward is x.
CAMERA_FROM_OPTICAL = Rigid((0, 0, 0), (0.5, -0.5, 0.5, -0.5))
# A picture's pose is of a moment in its exposure, or close to it.
MOST_MOVE_S = 0.2
K, T = "key.", "key.frame_timestamp_micros"
CAL, IMG, POSE, BOX = (
    "[CameraCalibrationComponent].",
    "[CameraImageComponent].",
    "[VehiclePoseComponent].",
    "[LiDARBoxComponent].",
)


def rows(data, component, segment, columns, batch=4096):
    """Rows of a component as dicts, a few at a time."""
    parquet, pyarrow = module("pyarrow.parquet"), module("pyarrow")
    path = need(data / component / f"{segment}.parquet", "file", f"download the component {component} of the segment")
    try:
        with parquet.ParquetFile(path) as file:
            lacking = [name for name in columns if name not in file.schema_arrow.names]
            if lacking:
                raise Problem(f"{path}: no column {lacking[0]}", "files of version 2 are wanted")
            for part in file.iter_batches(batch_size=batch, columns=columns):
                yield from part.to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise Problem(f"{path}: {str(error).splitlines()[0]}", "the file may be cut off; download it again") from None


def cameras_of(data, segment):
    columns = [
        K + "camera_name",
        *(f"{CAL}intrinsic.{n}" for n in ("f_u", "f_v", "c_u", "c_v", "k1", "k2", "p1", "p2", "k3")),
        CAL + "extrinsic.transform",
        CAL + "width",
        CAL + "height",
        CAL + "rolling_shutter_direction",
    ]
    found = {}
    for row in rows(data, "camera_calibration", segment, columns):
        name, *lens, mount, width, height, direction = (row[column] for column in columns)
        if name not in NAMES:
            raise Problem(f"{segment}: a camera of the number {name}", f"known are {NAMES}")
        mounted = Rigid.of_matrix(mount, f"{segment}, mount of {NAMES[name]}") * CAMERA_FROM_OPTICAL
        found[NAMES[name]] = manifest.camera((width, height), lens[:4], mounted, "opencv", lens[4:])
        if direction in SHUTTERS:
            found[NAMES[name]]["direction"] = SHUTTERS[direction]
    return {name: found[name] for name in NAMES.values() if name in found}


def moved(pose, row, seconds, where):
    """A pose after some seconds: straight on, and turned about the world's axes at constant speed."""
    if not abs(seconds) <= MOST_MOVE_S:
        raise Problem(f"{where}: its pose is {seconds} s from the middle of its exposure", "times of another version?")
    v = [row[f"{IMG}velocity.linear_velocity.{axis}"] * seconds for axis in "xyz"]
    w = [row[f"{IMG}velocity.angular_velocity.{axis}"] * seconds for axis in "xyz"]
    angle = math.sqrt(sum(value * value for value in w))
    share = math.sin(angle / 2) / angle if angle > 1e-12 else 0.5
    return Rigid(
        [a + b for a, b in zip(pose.t, v)], times((math.cos(angle / 2), *(value * share for value in w)), pose.q)
    )


def pictures_of(data, segment, wanted, cameras, folder):
    """Unpacks the pictures of frames: (path, time, pose) by frame and camera; notes how long cameras read out."""
    shutter = [
        f"{IMG}rolling_shutter_params.{n}" for n in ("camera_trigger_time", "camera_readout_done_time", "shutter")
    ]
    columns = [
        K + "camera_name",
        T,
        IMG + "image",
        IMG + "pose.transform",
        IMG + "pose_timestamp",
        *shutter,
        *(f"{IMG}velocity.{kind}_velocity.{axis}" for kind in ("linear", "angular") for axis in "xyz"),
    ]
    found = {t: {} for t in wanted}
    # Some pictures at a time: each has up to a megabyte.
    for row in rows(data, "camera_image", segment, columns, batch=32):
        name, t = NAMES.get(row[K + "camera_name"]), row[T]
        if t not in found or name not in cameras:
            continue
        where = f"{segment}, frame {t}, {name}"
        start, end, exposure = (row[column] for column in shutter)
        middle = (start + end) / 2
        if not row[IMG + "image"] or row[IMG + "image"][:2] != b"\xff\xd8":
            raise Problem(f"{where}: the picture is no JPEG", "the file may be damaged; download it again")
        path = folder / name / f"{t}.jpg"
        if not path.is_file() or path.stat().st_size != len(row[IMG + "image"]):
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(row[IMG + "image"])
            part.replace(path)
        pose = moved(
            Rigid.of_matrix(row[IMG + "pose.transform"], where), row, middle - row[IMG + "pose_timestamp"], where
        )
        # Doubles of this size have a quarter of a microsecond.
        found[t][name] = (path, round(middle * 1e6) * 1000, pose)
        if "direction" in cameras[name]:
            cameras[name]["shutter"] = {
                "direction": cameras[name].pop("direction"),
                "readout": max(1, round((end - start - exposure) * 1e6)) * 1000,
            }
    return found


def boxes_of(data, segment, poses, counts):
    columns = [
        T,
        K + "laser_object_id",
        *(f"{BOX}box.center.{axis}" for axis in "xyz"),
        *(f"{BOX}box.size.{axis}" for axis in "xyz"),
        BOX + "box.heading",
        BOX + "type",
        BOX + "num_lidar_points_in_box",
    ]
    found = {t: [] for t in poses}
    for row in rows(data, "lidar_box", segment, columns):
        t, track, x, y, z, length, width, height, heading, kind, points = (row[column] for column in columns)
        if t not in poses:
            continue
        if kind not in CATEGORIES:
            counts["boxes of signs and unknown things"] += 1
            continue
        found[t].append(
            manifest.box(
                CATEGORIES[kind], poses[t] * about_z(heading, (x, y, z)), (width, length, height), track, points
            )
        )
    return found


def convert(out, segment, options, pictures):
    data = options.data
    poses = {
        row[T]: Rigid.of_matrix(row[POSE + "world_from_vehicle.transform"], f"{segment}, frame {row[T]}")
        for row in rows(data, "vehicle_pose", segment, [T, POSE + "world_from_vehicle.transform"])
    }
    cameras = cameras_of(data, segment)
    kept = [t // 1000 for t in picked([t * 1000 for t in sorted(poses)], options.rate)]
    found = pictures_of(data, segment, kept, cameras, pictures / segment)
    boxes = None
    if (data / "lidar_box" / f"{segment}.parquet").is_file():
        boxes = boxes_of(data, segment, {t: poses[t] for t in kept}, out.left_out)
    for value in cameras.values():
        value.pop("direction", None)
    out.rig(segment, cameras, options.ground_z)
    out.scene(segment, segment, [data.name] if data.name in ("training", "validation", "testing") else [])
    for t in kept:
        out.sample(f"{segment}-{t}", t * 1000, poses[t], found[t], boxes[t] if boxes is not None else None)


def segments_of(data, wanted):
    need(data, "such folder", "name the folder that has camera_image, vehicle_pose and so on")
    if any(data.glob("*.tfrecord")):
        raise Problem(
            f"{data}: these are tfrecord files of version 1",
            "version 2 is wanted: a folder a component, a parquet file a segment",
        )
    found = wanted or sorted(path.stem for path in (data / "camera_image").glob("*.parquet"))
    if not found:
        raise Problem(
            f"{data / 'camera_image'}: no *.parquet", "name the folder that has camera_image, vehicle_pose and so on"
        )
    return found


def main(arguments):
    # The vehicle's frame has its origin on the road.
    parser = manifest.arguments(
        __doc__,
        "waymo_v2.py --data /data/waymo_v2/validation --output /data/waymo/validation.occ.jsonl",
        LEFT_OUT,
        ground_z=0.0,
    )
    parser.add_argument(
        "--data",
        required=True,
        type=Path,
        help="the folder that has a folder for each component; its name becomes the split",
    )
    parser.add_argument(
        "--segment", action="append", default=[], metavar="NAME", help="only this segment; may be repeated"
    )
    parser.add_argument("--rate", type=manifest.rate, default=2.0, help="samples a second, or all (default: 2)")
    parser.add_argument(
        "--skip-broken", action="store_true", help="leave out segments that are not whole, and leave with 1"
    )
    options = parser.parse_args(arguments)
    module("pyarrow")
    options.data = options.data.resolve()
    segments = segments_of(options.data, options.segment)
    pictures = (options.output.parent / f"{options.output.name.removesuffix('.occ.jsonl')}.pictures").resolve()
    with Manifest(options, options.output.parent) as out:
        broken = out.each(segments, lambda out, segment: convert(out, segment, options, pictures), options.skip_broken)
    out.report(LEFT_OUT)
    return 1 if broken else 0


if __name__ == "__main__":
    program(main)
