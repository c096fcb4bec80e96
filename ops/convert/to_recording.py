#!/usr/bin/env python3
"""Makes recordings of a dataset: each scene of a manifest becomes an MCAP, as vehicles record them.

    python3 -m venv v; v/bin/pip install foxglove-sdk            for --format foxglove
    v/bin/pip install rosbags numpy                              for --format ros2
    v/bin/python ops/convert/to_recording.py --manifest set/dataset.occ.jsonl --format foxglove --to set/recordings

Writes TO/SCENE.mcap (foxglove) or the bag TO/SCENE with its .mcap (ros2). Topics, for each camera: /CAMERA/image and /CAMERA/calibration, in ROS
/CAMERA/image_raw/compressed and /CAMERA/camera_info; /tf_static (where cameras and lidar are on the vehicle), /tf (where the vehicle is, at
the time of each picture and sample), /keyframe (the same at each sample: an anchor for import-log). Frames: map, base_link, lidar and the cameras'
names. Pictures are copied byte for byte.
"""

import argparse
import json
import pathlib

MODELS = {"none": "plumb_bob", "kb4": "equidistant"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--manifest", required=True, type=pathlib.Path)
    parser.add_argument("--format", required=True, choices=["foxglove", "ros2"])
    parser.add_argument("--to", required=True, type=pathlib.Path)
    return parser.parse_args()


def scenes(manifest):
    """Scenes with their rigs and samples, one at a time."""
    rigs, scene = {}, None
    with open(manifest, encoding="utf-8") as lines:
        for line in lines:
            if not line.strip():
                continue
            item = json.loads(line)
            if item["kind"] == "rig":
                rigs[item["name"]] = item
            elif item["kind"] == "scene":
                if scene:
                    yield scene
                scene = {"name": item["name"], "rig": rigs[item["rig"]], "samples": []}
            elif item["kind"] == "sample":
                scene["samples"].append(item)
    if scene:
        yield scene


def calibration(camera):
    """Size, distortion's name and numbers, K as nine numbers."""
    model, d = camera["distortion"]["model"], camera["distortion"].get("d", [])
    if model not in ("none", "opencv", "kb4"):
        raise SystemExit(f"the distortion {model} has no name in recordings")
    name = MODELS.get(model) or ("plumb_bob" if len(d) <= 5 else "rational_polynomial")
    fx, fy, cx, cy = camera["k"]
    return camera["size"], name, d or ([0.0] * 5 if name == "plumb_bob" else d), [fx, 0, cx, 0, fy, cy, 0, 0, 1]


def messages(scene, folder):
    """(time, kind, topic, content) of a scene in the order of time."""
    rig, found = scene["rig"], []
    first = min(int(image.get("t", s["t"])) for s in scene["samples"] for image in [s, *s["images"].values()])
    mounts = [(name, camera["egoFromCamera"]) for name, camera in rig["cameras"].items()]
    if "lidar" in rig:
        mounts.append(("lidar", rig["lidar"]["egoFromLidar"]))
    found.append((first, 0, "transforms", "/tf_static", [("base_link", name, mount) for name, mount in mounts]))
    poses = {}
    for name, camera in rig["cameras"].items():
        found.append((first, 1, "calibration", f"/{name}", (name, calibration(camera))))
    for sample in scene["samples"]:
        poses[int(sample["t"])] = sample["worldFromEgo"]
        found.append((int(sample["t"]), 3, "pose", "/keyframe", sample["worldFromEgo"]))
        for name, image in sample["images"].items():
            time = int(image.get("t", sample["t"]))
            poses[time] = image.get("worldFromEgo", sample["worldFromEgo"])
            found.append((time, 3, "image", f"/{name}", (name, folder / image["path"])))
    found += [(time, 2, "transforms", "/tf", [("map", "base_link", pose)]) for time, pose in poses.items()]
    for time, _, kind, topic, content in sorted(found, key=lambda item: item[:2]):
        yield time, kind, topic, content


def write_foxglove(scene, folder, target):
    import foxglove
    from foxglove.channels import (
        CameraCalibrationChannel, CompressedImageChannel, FrameTransformsChannel, PoseInFrameChannel,
    )
    from foxglove.messages import (
        CameraCalibration, CompressedImage, FrameTransform, FrameTransforms, Pose, PoseInFrame, Quaternion, Timestamp,
        Vector3,
    )

    vector = lambda t: Vector3(x=t[0], y=t[1], z=t[2])
    turn = lambda q: Quaternion(w=q[0], x=q[1], y=q[2], z=q[3])
    kinds = {
        "image": ("/image", CompressedImageChannel), "calibration": ("/calibration", CameraCalibrationChannel),
        "transforms": ("", FrameTransformsChannel), "pose": ("", PoseInFrameChannel),
    }
    channels = {}
    writer = foxglove.open_mcap(target / f"{scene['name']}.mcap", allow_overwrite=True)
    for time, kind, topic, content in messages(scene, folder):
        stamp = Timestamp(sec=time // 10**9, nsec=time % 10**9)
        if kind == "image":
            name, path = content
            message = CompressedImage(timestamp=stamp, frame_id=name, data=path.read_bytes(), format="jpeg")
        elif kind == "calibration":
            name, (size, model, d, k) = content
            message = CameraCalibration(
                timestamp=stamp, frame_id=name, width=size[0], height=size[1], distortion_model=model, D=d, K=k,
                R=[1, 0, 0, 0, 1, 0, 0, 0, 1], P=[*k[:3], 0, *k[3:6], 0, *k[6:], 0],
            )
        elif kind == "transforms":
            message = FrameTransforms(transforms=[
                FrameTransform(
                    timestamp=stamp, parent_frame_id=parent, child_frame_id=child, translation=vector(pose["t"]),
                    rotation=turn(pose["q"]),
                )
                for parent, child, pose in content
            ])
        else:
            pose = Pose(position=vector(content["t"]), orientation=turn(content["q"]))
            message = PoseInFrame(timestamp=stamp, frame_id="map", pose=pose)
        suffix, make = kinds[kind]
        if topic not in channels or kind not in channels[topic]:
            channels.setdefault(topic, {})[kind] = make(topic + suffix)
        channels[topic][kind].log(message, log_time=time)
    writer.close()
    for by_kind in channels.values():
        for channel in by_kind.values():
            channel.close()


def write_ros2(scene, folder, target):
    import numpy
    from rosbags.rosbag2 import StoragePlugin, Writer
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.ROS2_HUMBLE)
    types = store.types
    array = lambda values: numpy.array(values, dtype=numpy.float64)
    vector = lambda t, kind: types[f"geometry_msgs/msg/{kind}"](x=t[0], y=t[1], z=t[2])
    turn = lambda q: types["geometry_msgs/msg/Quaternion"](w=q[0], x=q[1], y=q[2], z=q[3])

    def header(time, frame):
        stamp = types["builtin_interfaces/msg/Time"](sec=time // 10**9, nanosec=time % 10**9)
        return types["std_msgs/msg/Header"](stamp=stamp, frame_id=frame)

    connections = {}
    with Writer(target / scene["name"], version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        for time, kind, topic, content in messages(scene, folder):
            if kind == "image":
                name, path = content
                topic += "/image_raw/compressed"
                data = numpy.frombuffer(path.read_bytes(), dtype=numpy.uint8)
                message = types["sensor_msgs/msg/CompressedImage"](header=header(time, name), format="jpeg", data=data)
            elif kind == "calibration":
                name, (size, model, d, k) = content
                topic += "/camera_info"
                message = types["sensor_msgs/msg/CameraInfo"](
                    header=header(time, name), height=size[1], width=size[0], distortion_model=model, d=array(d),
                    k=array(k), r=array([1, 0, 0, 0, 1, 0, 0, 0, 1]),
                    p=array([*k[:3], 0, *k[3:6], 0, *k[6:], 0]), binning_x=0, binning_y=0,
                    roi=types["sensor_msgs/msg/RegionOfInterest"](
                        x_offset=0, y_offset=0, height=0, width=0, do_rectify=False,
                    ),
                )
            elif kind == "transforms":
                message = types["tf2_msgs/msg/TFMessage"](transforms=[
                    types["geometry_msgs/msg/TransformStamped"](
                        header=header(time, parent), child_frame_id=child,
                        transform=types["geometry_msgs/msg/Transform"](
                            translation=vector(pose["t"], "Vector3"), rotation=turn(pose["q"]),
                        ),
                    )
                    for parent, child, pose in content
                ])
            else:
                pose = types["geometry_msgs/msg/Pose"](
                    position=vector(content["t"], "Point"), orientation=turn(content["q"]),
                )
                message = types["geometry_msgs/msg/PoseStamped"](header=header(time, "map"), pose=pose)
            name = message.__msgtype__
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, name, typestore=store)
            writer.write(connections[topic], time, store.serialize_cdr(message, name))


def main():
    chosen = arguments()
    chosen.to.mkdir(parents=True, exist_ok=True)
    with open(chosen.manifest, encoding="utf-8") as lines:
        root = json.loads(next(lines)).get("root", ".")
    folder = chosen.manifest.parent / root
    write = {"foxglove": write_foxglove, "ros2": write_ros2}[chosen.format]
    for scene in scenes(chosen.manifest):
        write(scene, folder, chosen.to)
        print(scene["name"])


if __name__ == "__main__":
    main()
