#!/usr/bin/env python3
"""OpenScene 1.1 (nuPlan's logs at 2 Hz) -> manifest.

Reads the pickled frames of meta_datas/PART/*.pkl, a log each, and takes the pictures of sensor_blobs/PART where they
are. Only plain data is read out of pickles: a file that asks for anything else is refused and runs nothing.

The eight cameras are distorted ("opencv": k1 k2 p1 p2 k3). sensor2lidar_* of these files holds nuPlan's camera ->
ego, as nuPlan's table of cameras has it, and is taken as that. Scenes are those of nuPlan, cut where frames are left
out for more than five seconds.

The files do not say how high the ego frame is over the road: without --ground-z it is the median of the lower faces
of the vehicles within 10 m in the log, of which there must be twenty.
"""

import statistics
from pathlib import Path

import manifest
import unpickle
from manifest import Manifest, picked
from problem import Problem, need, program
from rigid import IDENTITY, Rigid, about_z, quaternion

LEFT_OUT = [
    "lidar points, maps, traffic lights, driving commands, can_bus, occupancy and flow labels",
    "times and poses of single pictures (the files have only those of the frame)",
    "boxes of czone_sign and generic_object; vehicle becomes vehicle.car, whatever its size",
]
CAMERAS = ["CAM_F0", "CAM_L0", "CAM_R0", "CAM_L1", "CAM_R1", "CAM_L2", "CAM_R2", "CAM_B0"]
CATEGORIES = {
    "vehicle": "vehicle.car",
    "bicycle": "vehicle.bicycle",
    "pedestrian": "human.pedestrian.adult",
    "traffic_cone": "movable_object.trafficcone",
    "barrier": "movable_object.barrier",
}
LONGEST_GAP_NS = 5_000_000_000
NEAR_M = 10
LEAST_VEHICLES = 20


def get(frame, key, where):
    if not isinstance(frame, dict) or key not in frame:
        raise Problem(f"{where}: there is no {key!r}", "frames of OpenScene 1.1 are wanted (meta_datas/PART/LOG.pkl)")
    return frame[key]


def numbers(value, counts, where):
    """A flat list of so many numbers out of a list, or lists in it."""
    flat = []
    for row in value if isinstance(value, (list, tuple)) else [value]:
        flat += row if isinstance(row, (list, tuple)) else [row]
        if len(flat) > max(counts):
            break
    if len(flat) not in counts or not all(isinstance(v, (int, float)) for v in flat):
        raise Problem(
            f"{where}: it is not {' or '.join(map(str, counts))} numbers", "a file of another version, or a damaged one"
        )
    return flat


def turned(value, where):
    """A rotation: a quaternion w x y z, or a matrix."""
    flat = numbers(value, [4, 9], where)
    return flat if len(flat) == 4 else quaternion([flat[0:3], flat[3:6], flat[6:9]], where)


def placed(frame, name, where):
    """NAME_translation and NAME_rotation."""
    what = f"{where}, {name}"
    return Rigid(
        numbers(get(frame, f"{name}_translation", where), [3], what),
        turned(get(frame, f"{name}_rotation", where), what),
        what,
    )


def pose_of(frame, where):
    # nuPlan's own tables of poses are whole; ego2global is made of them.
    return placed(frame, "ego2global", where)


def rows_of(frame, where):
    """(category, box in the ego frame, wlh, velocity in the lidar's frame, track) of annotations; None without any."""
    found = frame.get("anns")
    if found is None:
        return None
    names, boxes = get(found, "gt_names", where), get(found, "gt_boxes", where)
    speeds, tracks = get(found, "gt_velocity_3d", where), get(found, "track_tokens", where)
    if (
        not all(isinstance(part, list) for part in (names, boxes, speeds, tracks))
        or len({len(part) for part in (names, boxes, speeds, tracks)}) != 1
    ):
        raise Problem(f"{where}: names, boxes, velocities and tracks are not equally many", "the file is damaged")
    rows = []
    for name, values, speed, track in zip(names, boxes, speeds, tracks):
        x, y, z, length, width, height, yaw = numbers(values, [7], f"{where}, gt_boxes")
        rows.append(
            (
                name,
                about_z(yaw, (x, y, z)),
                (width, length, height),
                numbers(speed, [3], f"{where}, gt_velocity_3d"),
                track,
            )
        )
    return rows


def ground_of(frames, log):
    """Height of the road in the ego frame by the vehicles that stand on it."""
    lows = [
        box.t[2] - wlh[2] / 2
        for frame in frames
        for name, box, wlh, _, _ in rows_of(frame, log) or []
        if name == "vehicle" and box.t[0] ** 2 + box.t[1] ** 2 < NEAR_M**2
    ]
    if len(lows) < LEAST_VEHICLES:
        raise Problem(
            f"{log}: {len(lows)} vehicles are near, too few to tell the road by",
            "say --ground-z, the road's height in the ego frame",
        )
    return round(statistics.median(lows), 2)


def cameras_of(frame, blobs, where):
    found = {}
    cams = get(frame, "cams", where)
    for name in CAMERAS:
        if not isinstance(cams, dict) or name not in cams:
            raise Problem(f"{where}: there is no camera {name}", "half a frame; download the file again")
        what = f"{where}, {name}"
        k = numbers(get(cams[name], "cam_intrinsic", what), [9], what)
        path = blobs / path_of(cams[name], what)
        need(path, "picture", "unpack the camera's part of openscene_sensor_*_camera")
        found[name] = manifest.camera(
            manifest.jpeg_size(path),
            (k[0], k[4], k[2], k[5]),
            placed(cams[name], "sensor2lidar", what),
            "opencv",
            numbers(get(cams[name], "distortion", what), [4, 5, 8], what),
        )
    return found


def path_of(cam, where):
    path = get(cam, "data_path", where)
    if not isinstance(path, str):
        raise Problem(f"{where}: data_path is no text", "a file of another version, or a damaged one")
    return path


def scenes_of(frames, log):
    """Frames by scenes: (name, frames); times are microseconds."""
    scenes, last = [], None
    for number, frame in enumerate(frames):
        where = f"{log}, frame {number}"
        t, token = get(frame, "timestamp", where), str(get(frame, "scene_token", where))
        if not isinstance(t, int):
            raise Problem(f"{where}: the time is {t!r}", "microseconds are wanted, a whole number")
        if last is None or token != last[1] or t * 1000 - last[0] > LONGEST_GAP_NS:
            scenes.append(
                (
                    f"{log}-{token}"
                    if not any(name == f"{log}-{token}" for name, _ in scenes)
                    else f"{log}-{token}-{number}",
                    [],
                )
            )
        scenes[-1][1].append((t * 1000, frame))
        last = (t * 1000, token)
    return scenes


def convert(out, path, options, blobs):
    log, frames = path.stem, unpickle.load(path)
    if isinstance(frames, dict):
        frames = get(frames, "infos", path)
    if not isinstance(frames, list) or not frames:
        raise Problem(f"{path}: no list of frames", "frames of OpenScene 1.1 are wanted (meta_datas/PART/LOG.pkl)")
    if log != str(get(frames[0], "log_name", path)):
        raise Problem(
            f"{path}: the frames are of the log {frames[0]['log_name']}",
            "OpenScene 1.1 has one file a log, called as the log is",
        )
    ground = options.ground_z if options.ground_z is not None else ground_of(frames, log)
    rig = None
    for name, moments in scenes_of(frames, log):
        kept = set(picked([t for t, _ in moments], options.rate))
        cameras = cameras_of(moments[0][1], blobs, f"{log}, scene {name}")
        if cameras != rig or rig is None:
            rig, rig_name = cameras, log if rig is None else f"{log}-{len(out.rigs)}"
            lidar = placed(moments[0][1], "lidar2ego", log) if "lidar2ego_rotation" in moments[0][1] else None
            out.rig(rig_name, cameras, ground, lidar)
        out.scene(name, rig_name)
        for t, frame in moments:
            if t not in kept:
                continue
            where = f"{log}, frame of {t}"
            pose, pictures = pose_of(frame, where), {}
            for channel, cam in get(frame, "cams", where).items():
                if (blobs / path_of(cam, where)).is_file():
                    pictures[str(channel)] = (path_of(cam, where), None, None)
            rows, boxes = rows_of(frame, where), None
            if rows is not None:
                world_from_lidar = pose * (
                    placed(frame, "lidar2ego", where) if "lidar2ego_rotation" in frame else IDENTITY
                )
                boxes = []
                for kind, box, wlh, speed, track in rows:
                    if kind in CATEGORIES:
                        boxes.append(
                            manifest.box(CATEGORIES[kind], pose * box, wlh, track, None, world_from_lidar.turned(speed))
                        )
                    else:
                        out.left_out[f"boxes of {kind}"] += 1
            out.sample(str(get(frame, "token", where)), t, pose, pictures, boxes)


def main(arguments):
    parser = manifest.arguments(
        __doc__,
        "openscene.py --data /data/openscene-v1.1 --part mini --output /data/openscene-v1.1/mini.occ.jsonl",
        LEFT_OUT,
        ground_z=None,
    )
    parser.add_argument("--data", required=True, type=Path, help="the folder that has meta_datas and sensor_blobs")
    parser.add_argument("--part", required=True, help="mini, trainval, test: a folder of both")
    parser.add_argument("--log", action="append", default=[], metavar="NAME", help="only this log; may be repeated")
    parser.add_argument(
        "--rate", type=manifest.rate, default=0.0, help="samples a second, or all (default: all, which is 2)"
    )
    parser.add_argument(
        "--skip-broken", action="store_true", help="leave out logs that are not whole, and leave with 1"
    )
    options = parser.parse_args(arguments)
    metas = need(options.data / "meta_datas" / options.part, "such folder", "unpack openscene_metadata_PART.tgz")
    blobs = need(
        options.data / "sensor_blobs" / options.part, "such folder", "unpack openscene_sensor_PART_camera"
    ).resolve()
    paths = [need(metas / f"{name}.pkl", "such log", "see meta_datas for names") for name in options.log] or sorted(
        metas.glob("*.pkl")
    )
    if not paths:
        raise Problem(f"{metas}: no *.pkl", "unpack openscene_metadata_PART.tgz")
    with Manifest(options, blobs) as out:
        broken = out.each(paths, lambda out, path: convert(out, path, options, blobs), options.skip_broken)
    out.report(LEFT_OUT)
    return 1 if broken else 0


if __name__ == "__main__":
    program(main)
