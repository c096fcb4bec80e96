#!/usr/bin/env python3
"""Argoverse 2 sensor dataset -> manifest.

Reads, of each log, calibration/{egovehicle_SE3_sensor,intrinsics}.feather, city_SE3_egovehicle.feather, the names of
the pictures in sensors/cameras/* (their times) and of the sweeps in sensors/lidar, and annotations.feather where
there is one. Pictures stay where they are; they are undistorted already, so the lens is "none" whatever k1, k2, k3
say.
"""

from pathlib import Path

import manifest
from manifest import Manifest, picked
from problem import Problem, module, need, program
from rigid import Rigid, Track, nearest

LEFT_OUT = [
    "lidar points, maps, the stereo cameras (unless --stereo)",
    "coefficients of the lens (the pictures are undistorted), rolling shutter",
    "boxes of riders (nuScenes has them in the box of what they ride), and of what nuScenes has no name for",
]
RING = [
    "ring_front_center",
    "ring_front_left",
    "ring_front_right",
    "ring_side_left",
    "ring_side_right",
    "ring_rear_left",
    "ring_rear_right",
]
STEREO = ["stereo_front_left", "stereo_front_right"]
CATEGORIES = {
    "REGULAR_VEHICLE": "vehicle.car",
    "LARGE_VEHICLE": "vehicle.truck",
    "BOX_TRUCK": "vehicle.truck",
    "TRUCK": "vehicle.truck",
    "TRUCK_CAB": "vehicle.truck",
    "VEHICULAR_TRAILER": "vehicle.trailer",
    "MESSAGE_BOARD_TRAILER": "vehicle.trailer",
    "TRAFFIC_LIGHT_TRAILER": "vehicle.trailer",
    "BUS": "vehicle.bus.rigid",
    "SCHOOL_BUS": "vehicle.bus.rigid",
    "ARTICULATED_BUS": "vehicle.bus.bendy",
    "BICYCLE": "vehicle.bicycle",
    "MOTORCYCLE": "vehicle.motorcycle",
    "PEDESTRIAN": "human.pedestrian.adult",
    "OFFICIAL_SIGNALER": "human.pedestrian.adult",
    "STROLLER": "human.pedestrian.stroller",
    "WHEELCHAIR": "human.pedestrian.wheelchair",
    "WHEELED_DEVICE": "human.pedestrian.personal_mobility",
    "CONSTRUCTION_CONE": "movable_object.trafficcone",
    "ANIMAL": "animal",
    "DOG": "animal",
}
# Cameras take 20 pictures a second: the nearest is at most half of that away, and a little.
MOST_DELAY_NS = 30_000_000
POSE = ["tx_m", "ty_m", "tz_m", "qw", "qx", "qy", "qz"]


def table(path, columns):
    """Rows of a feather file as tuples of the columns."""
    pyarrow, feather = module("pyarrow"), module("pyarrow.feather")
    need(path, "file", "this is half a log; unpack the rest")
    try:
        found = feather.read_table(path, columns=columns)
    except (pyarrow.ArrowException, OSError) as error:
        raise Problem(
            f"{path}: {str(error).splitlines()[0]}",
            "columns of another version, or a damaged file; it is of the sensor dataset?",
        )
    if found.num_columns != len(columns):
        raise Problem(f"{path}: it has the columns {found.column_names}", f"wanted are {columns}")
    return list(zip(*(found.column(name).to_pylist() for name in columns)))


def rigid(row, what):
    return Rigid(row[:3], row[3:7], what)


def stamps(folder, suffix):
    """Times of files that are called by them."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else []:
        if path.suffix == suffix:
            if not path.stem.isdigit():
                raise Problem(f"{path}: the name is no time in nanoseconds", "remove what does not belong to the log")
            found.append(int(path.stem))
    return sorted(found)


def logs_of(data, wanted):
    """Folders of logs below a folder, or the folder itself."""
    need(data, "such folder", "name a log, or the folder that has logs: sensor/val")
    if (data / "calibration").is_dir() and not wanted:
        return [data]
    logs = [data / name for name in wanted] or sorted(
        path for path in data.iterdir() if (path / "calibration").is_dir()
    )
    if not logs:
        raise Problem(
            f"{data}: no folder in it has a folder calibration", "name a log, or the folder that has logs: sensor/val"
        )
    return logs


def boxes_of(log, pose_at, into, counts):
    """Boxes by times; what nuScenes has no name for is counted."""
    columns = ["timestamp_ns", *POSE, "category", "track_uuid", "width_m", "length_m", "height_m", "num_interior_pts"]
    for t, *rest in table(log / "annotations.feather", columns):
        category, track, *wlh, points = rest[7:]
        kept, pose = into.setdefault(t, []), pose_at(t)
        if category not in CATEGORIES:
            counts[f"boxes of {category}"] += 1
        elif pose is not None:
            kept.append(
                manifest.box(CATEGORIES[category], pose * rigid(rest, f"{log.name}, a box"), wlh, track, points)
            )
    return into


def convert(out, log, options):
    intrinsics = {
        row[0]: row[1:]
        for row in table(
            log / "calibration/intrinsics.feather",
            ["sensor_name", "fx_px", "fy_px", "cx_px", "cy_px", "width_px", "height_px"],
        )
    }
    mounts = {
        row[0]: rigid(row[1:], f"{log.name}, mount of {row[0]}")
        for row in table(log / "calibration/egovehicle_SE3_sensor.feather", ["sensor_name", *POSE])
    }
    track = Track(
        {
            row[0]: rigid(row[1:], f"{log.name}, pose at {row[0]}")
            for row in table(log / "city_SE3_egovehicle.feather", ["timestamp_ns", *POSE])
        },
        log / "city_SE3_egovehicle.feather",
    )

    cameras, times = {}, {}
    for name in RING + (STEREO if options.stereo else []):
        if name not in intrinsics or name not in mounts:
            raise Problem(
                f"{log}: the calibration has no {name}",
                "leave --stereo out" if name in STEREO else "half a calibration; unpack it again",
            )
        *k, width, height = intrinsics[name]
        cameras[name] = manifest.camera((width, height), k, mounts[name])
        times[name] = stamps(log / "sensors/cameras" / name, ".jpg")
        if not times[name]:
            raise Problem(f"{log / 'sensors/cameras' / name}: no pictures", "this is half a log; unpack the rest")

    anchor, sweeps = options.anchor, stamps(log / "sensors/lidar", ".feather")
    if anchor is None:
        anchor = "annotations" if (log / "annotations.feather").is_file() else "lidar" if sweeps else RING[0]
    boxes = boxes_of(log, track.at, {}, out.left_out) if anchor == "annotations" else {}
    moments = {"annotations": sorted(boxes), "lidar": sweeps}.get(anchor, times[RING[0]])
    if not moments:
        raise Problem(f"{log}: nothing to take samples from ({anchor})", "say another --anchor")

    out.rig(log.name, cameras, options.ground_z, mounts.get("up_lidar"))
    out.scene(log.name, log.name, [log.parent.name] if log.parent.name in ("train", "val", "test") else [])
    for t in picked(moments, options.rate):
        pose = track.at(t)
        if pose is None:
            out.left_out["samples without a pose"] += 1
            continue
        pictures = {}
        for name in cameras:
            place = nearest(times[name], t, MOST_DELAY_NS)
            own = times[name][place] if place is not None else None
            if own is not None and track.at(own):
                pictures[name] = (log / "sensors/cameras" / name / f"{own}.jpg", own, track.at(own))
        out.sample(f"{log.name}-{t}", t, pose, pictures, boxes[t] if anchor == "annotations" else None)


def main(arguments):
    # The mean over the 2,706 poses of a log: height of the ego's origin over the map's ground.
    parser = manifest.arguments(
        __doc__, "argoverse2.py --data /data/av2/sensor/val --output /data/av2/av2.occ.jsonl", LEFT_OUT, ground_z=-0.32
    )
    parser.add_argument(
        "--data",
        required=True,
        type=Path,
        help="a log, or a folder of logs such as sensor/val; its name becomes the split",
    )
    parser.add_argument(
        "--log", action="append", default=[], metavar="ID", help="only this log of the folder; may be repeated"
    )
    parser.add_argument("--rate", type=manifest.rate, default=2.0, help="samples a second, or all (default: 2)")
    parser.add_argument(
        "--anchor",
        choices=["annotations", "lidar", RING[0]],
        help="whose times samples have (default: annotations where there are any, else lidar; only annotations have boxes)",
    )
    parser.add_argument(
        "--stereo",
        action="store_true",
        help="also the two stereo cameras, which have 5 pictures a second: samples may lack theirs",
    )
    parser.add_argument(
        "--skip-broken", action="store_true", help="leave out logs that are not whole, and leave with 1"
    )
    options = parser.parse_args(arguments)
    module("pyarrow")
    logs = logs_of(options.data.resolve(), options.log)
    with Manifest(options, options.data) as out:
        broken = out.each(logs, lambda out, log: convert(out, log, options), options.skip_broken)
    out.report(LEFT_OUT)
    return 1 if broken else 0


if __name__ == "__main__":
    program(main)
