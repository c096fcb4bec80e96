"""Makes the recordings of this folder with the official libraries, and reads ours with them.

    python3 -m venv v; v/bin/pip install mcap mcap-protobuf-support foxglove-sdk rosbags numpy pillow
    v/bin/python make_recordings.py              writes foxglove-*.mcap, ros*.mcap, plain.mcap
    v/bin/python make_recordings.py read FILE    every message of FILE, decoded, checksums judged, with and without its summary

`GoldenRecordingTests.swift` knows the values. Libraries: mcap 1.6.0, mcap-protobuf-support 0.6.0, foxglove-sdk 0.30.3, rosbags 0.11.9.
"""

import base64
import io
import json
import pathlib
import shutil
import sys
import tempfile

FOLDER = pathlib.Path(__file__).parent
TIME = 1_700_000_000_123_456_789
STEP = 100_000_000
K = [331.5, 0, 8.25, 0, 331.75, 4.5, 0, 0, 1]
R = [1, 0, 0, 0, 1, 0, 0, 0, 1]
P = [330, 0, 8, 0, 0, 330, 4, 0, 0, 0, 1, 0]
D = [-0.25, 0.0625, 0.001, -0.002, 0.5]
HALF = 0.5


def jpeg():
    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (16, 8), (200, 40, 90)).save(stream, "jpeg", quality=50)
    return stream.getvalue()


def foxglove_protobuf():
    import foxglove
    from foxglove.channels import (
        CameraCalibrationChannel, CompressedImageChannel, CompressedVideoChannel, FrameTransformChannel,
        FrameTransformsChannel, PoseInFrameChannel, RawImageChannel,
    )
    from foxglove.mcap import MCAPCompression, MCAPWriteOptions
    from foxglove.messages import (
        CameraCalibration, CompressedImage, CompressedVideo, FrameTransform, FrameTransforms, Pose, PoseInFrame,
        Quaternion, RawImage, Timestamp, Vector3,
    )

    for name, compression in (("zstd", MCAPCompression.Zstd), ("lz4", MCAPCompression.Lz4)):
        path = FOLDER / f"foxglove-{name}.mcap"
        path.unlink(missing_ok=True)
        writer = foxglove.open_mcap(path, writer_options=MCAPWriteOptions(compression=compression, chunk_size=2048))
        channels = [
            CompressedImageChannel("/front/image"), CameraCalibrationChannel("/front/calibration"),
            FrameTransformChannel("/tf_static"), FrameTransformsChannel("/tf"), PoseInFrameChannel("/pose"),
            CompressedVideoChannel("/video"), RawImageChannel("/raw"),
        ]
        turned = Quaternion(x=-HALF, y=HALF, z=-HALF, w=HALF)
        for index in range(3 if name == "zstd" else 1):
            time = TIME + index * STEP
            stamp = Timestamp(sec=time // 10**9, nsec=time % 10**9)
            pose = Pose(position=Vector3(x=index, y=0.5, z=0), orientation=Quaternion(x=0, y=0, z=0, w=1))
            messages = [
                CompressedImage(timestamp=stamp, frame_id="front", data=jpeg(), format="jpeg"),
                CameraCalibration(
                    timestamp=stamp, frame_id="front", width=16, height=8, distortion_model="plumb_bob",
                    D=D, K=K, R=R, P=P,
                ),
                FrameTransform(
                    timestamp=stamp, parent_frame_id="base_link", child_frame_id="front",
                    translation=Vector3(x=1.5, y=0, z=1.25), rotation=turned,
                ),
                FrameTransforms(transforms=[
                    FrameTransform(
                        timestamp=stamp, parent_frame_id="map", child_frame_id="base_link",
                        translation=Vector3(x=10 + index, y=0, z=0), rotation=Quaternion(x=0, y=0, z=0, w=1),
                    )
                ]),
                PoseInFrame(timestamp=stamp, frame_id="map", pose=pose),
                CompressedVideo(timestamp=stamp, frame_id="front", data=b"\0\0\0\1", format="h264"),
                RawImage(timestamp=stamp, frame_id="front", width=1, height=1, encoding="rgb8", step=3, data=b"abc"),
            ]
            for channel, message in zip(channels, messages):
                channel.log(message, log_time=time)
        writer.close()
        for channel in channels:
            channel.close()


def foxglove_boxes():
    """Messages that are only written: a cloud, a grid, a box."""
    import foxglove
    from foxglove.channels import PointCloudChannel, SceneUpdateChannel, VoxelGridChannel
    from foxglove.messages import (
        Color, CubePrimitive, KeyValuePair, PackedElementField, PackedElementFieldNumericType, PointCloud, Pose, Quaternion,
        SceneEntity, SceneEntityDeletion, SceneEntityDeletionType, SceneUpdate, TextPrimitive, Timestamp, Vector3,
        VoxelGrid,
    )

    stamp = Timestamp(sec=TIME // 10**9, nsec=TIME % 10**9)
    float32, uint8 = PackedElementFieldNumericType.Float32, PackedElementFieldNumericType.Uint8
    field = lambda name, offset, kind: PackedElementField(name=name, offset=offset, type=kind)
    pose = lambda x, y, z, *turn: Pose(
        position=Vector3(x=x, y=y, z=z), orientation=Quaternion(**dict(zip("xyzw", turn or (0, 0, 0, 1))))
    )
    path = FOLDER / "foxglove-boxes.mcap"
    path.unlink(missing_ok=True)
    writer = foxglove.open_mcap(path)
    PointCloudChannel("/points").log(PointCloud(
        timestamp=stamp, frame_id="base_link", pose=pose(0, 0, 0), point_stride=13, data=bytes(range(26)),
        fields=[field("x", 0, float32), field("y", 4, float32), field("z", 8, float32), field("class", 12, uint8)],
    ), log_time=TIME)
    VoxelGridChannel("/grid").log(VoxelGrid(
        timestamp=stamp, frame_id="base_link", pose=pose(-40, -40, -1), row_count=2, column_count=3,
        cell_size=Vector3(x=0.5, y=0.5, z=0.25), slice_stride=12, row_stride=6, cell_stride=2, data=bytes(range(24)),
        fields=[field("alpha", 0, uint8), field("class", 1, uint8)],
    ), log_time=TIME)
    SceneUpdateChannel("/boxes").log(SceneUpdate(
        deletions=[SceneEntityDeletion(timestamp=stamp, type=SceneEntityDeletionType.All)],
        entities=[SceneEntity(
            timestamp=stamp, frame_id="map", id="0", frame_locked=True,
            metadata=[KeyValuePair(key="category", value="car"), KeyValuePair(key="score", value="0.87")],
            cubes=[CubePrimitive(
                pose=pose(10, -2, 1, 0, 0, 0.5, 0.75), size=Vector3(x=4, y=2, z=1.5), color=Color(r=1, g=0.5, b=0, a=0.25),
            )],
            texts=[TextPrimitive(
                pose=pose(10, -2, 2.25), billboard=True, font_size=0.5, scale_invariant=False,
                color=Color(r=1, g=0.5, b=0, a=1), text="car 0.87",
            )],
        )],
    ), log_time=TIME)
    writer.close()


def foxglove_json():
    from mcap.writer import CompressionType, Writer

    stamp = {"sec": TIME // 10**9, "nsec": TIME % 10**9}
    messages = {
        "CompressedImage": {
            "timestamp": stamp, "frame_id": "front", "data": base64.b64encode(jpeg()).decode(), "format": "jpeg",
        },
        "CameraCalibration": {
            "timestamp": stamp, "frame_id": "front", "width": 16, "height": 8, "distortion_model": "plumb_bob",
            "D": D, "K": K, "R": R, "P": P,
        },
        "FrameTransform": {
            "timestamp": stamp, "parent_frame_id": "base_link", "child_frame_id": "front",
            "translation": {"x": 1.5, "y": 0, "z": 1.25}, "rotation": {"x": -HALF, "y": HALF, "z": -HALF, "w": HALF},
        },
        "FrameTransforms": {"transforms": [{
            "timestamp": stamp, "parent_frame_id": "map", "child_frame_id": "base_link",
            "translation": {"x": 10, "y": 0, "z": 0}, "rotation": {"x": 0, "y": 0, "z": 0, "w": 1},
        }]},
        "PoseInFrame": {
            "timestamp": stamp, "frame_id": "map",
            "pose": {"position": {"x": 0, "y": 0.5, "z": 0}, "orientation": {"x": 0, "y": 0, "z": 0, "w": 1}},
        },
    }
    with open(FOLDER / "foxglove-json.mcap", "wb") as stream:
        writer = Writer(stream, compression=CompressionType.LZ4, enable_data_crcs=True)
        writer.start(profile="", library="goldens")
        for name, message in messages.items():
            schema = writer.register_schema(f"foxglove.{name}", "jsonschema", b'{"type":"object"}')
            channel = writer.register_channel(f"/{name}", "json", schema)
            writer.add_message(channel, TIME, json.dumps(message).encode(), TIME)
        writer.finish()


def ros_messages(store, header):
    import numpy

    types = store.types
    point = types["geometry_msgs/msg/Point"]
    vector = types["geometry_msgs/msg/Vector3"]
    quaternion = types["geometry_msgs/msg/Quaternion"]
    stamped = types["geometry_msgs/msg/TransformStamped"]
    pose = types["geometry_msgs/msg/Pose"](position=point(x=3, y=0.5, z=0), orientation=quaternion(x=0, y=0, z=0, w=1))
    twist = types["geometry_msgs/msg/Twist"](linear=vector(x=1, y=0, z=0), angular=vector(x=0, y=0, z=0))
    array = lambda values: numpy.array(values, dtype=numpy.float64)
    info = types["sensor_msgs/msg/CameraInfo"]
    matrices = {"d": array(D), "k": array(K), "r": array(R), "p": array(P)}
    if "K" in info.__dataclass_fields__:
        matrices = {name.upper(): value for name, value in matrices.items()}
    transform = stamped(
        header=header("base_link"), child_frame_id="front",
        transform=types["geometry_msgs/msg/Transform"](
            translation=vector(x=1.5, y=0, z=1.25), rotation=quaternion(x=-HALF, y=HALF, z=-HALF, w=HALF),
        ),
    )
    yield "/front/image_raw/compressed", types["sensor_msgs/msg/CompressedImage"](
        header=header("front"), format="rgb8; jpeg compressed bgr8", data=numpy.frombuffer(jpeg(), dtype=numpy.uint8),
    )
    yield "/front/camera_info", info(
        header=header("front"), height=8, width=16, distortion_model="plumb_bob", **matrices,
        binning_x=1, binning_y=2,
        roi=types["sensor_msgs/msg/RegionOfInterest"](x_offset=1, y_offset=2, height=3, width=4, do_rectify=True),
    )
    yield "/tf_static", types["tf2_msgs/msg/TFMessage"](transforms=[transform, transform])
    yield "/odometry", types["nav_msgs/msg/Odometry"](
        header=header("map"), child_frame_id="base_link",
        pose=types["geometry_msgs/msg/PoseWithCovariance"](pose=pose, covariance=array([0] * 36)),
        twist=types["geometry_msgs/msg/TwistWithCovariance"](twist=twist, covariance=array([0] * 36)),
    )
    yield "/pose", types["geometry_msgs/msg/PoseStamped"](header=header("map"), pose=pose)


def ros2():
    from rosbags.rosbag2 import StoragePlugin, Writer
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.ROS2_HUMBLE)
    stamp = store.types["builtin_interfaces/msg/Time"](sec=TIME // 10**9, nanosec=TIME % 10**9)
    header = lambda frame: store.types["std_msgs/msg/Header"](stamp=stamp, frame_id=frame)
    with tempfile.TemporaryDirectory() as folder:
        bag = pathlib.Path(folder) / "bag"
        with Writer(bag, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
            for topic, message in ros_messages(store, header):
                kind = message.__msgtype__
                writer.write(writer.add_connection(topic, kind, typestore=store), TIME, store.serialize_cdr(message, kind))
        shutil.copyfile(next(bag.glob("*.mcap")), FOLDER / "ros2.mcap")


def plain():
    """ROS 2 in big endian and ROS 1, in no chunks and without a summary."""
    from mcap.writer import CompressionType, IndexType, Writer
    from rosbags.typesys import Stores, get_types_from_msg, get_typestore

    with open(FOLDER / "plain.mcap", "wb") as stream:
        writer = Writer(
            stream, compression=CompressionType.NONE, index_types=IndexType.NONE, repeat_channels=False,
            repeat_schemas=False, use_chunking=False, use_statistics=False, use_summary_offsets=False,
        )
        writer.start(profile="", library="goldens")
        for version, name in ((Stores.ROS2_HUMBLE, "cdr"), (Stores.ROS1_NOETIC, "ros1")):
            store = get_typestore(version)
            if "tf2_msgs/msg/TFMessage" not in store.types:
                text = "geometry_msgs/TransformStamped[] transforms"
                store.register(get_types_from_msg(text, "tf2_msgs/msg/TFMessage"))
            if name == "cdr":
                stamp = store.types["builtin_interfaces/msg/Time"](sec=TIME // 10**9, nanosec=TIME % 10**9)
                header = lambda frame: store.types["std_msgs/msg/Header"](stamp=stamp, frame_id=frame)
            else:
                stamp = store.types["builtin_interfaces/msg/Time"](sec=TIME // 10**9, nanosec=TIME % 10**9)
                header = lambda frame: store.types["std_msgs/msg/Header"](seq=7, stamp=stamp, frame_id=frame)
            for topic, message in ros_messages(store, header):
                kind = message.__msgtype__
                if name == "cdr":
                    data = bytes(store.serialize_cdr(message, kind, little_endian=False))
                else:
                    data = bytes(store.serialize_ros1(message, kind))
                    kind = kind.replace("/msg/", "/")
                schema = writer.register_schema(kind, "ros2msg" if name == "cdr" else "ros1msg", b"")
                channel = writer.register_channel(f"/{name}{topic}", name, schema)
                writer.add_message(channel, TIME, data, TIME)
        writer.finish()


def read(path):
    from mcap.reader import NonSeekingReader, SeekingReader
    from mcap_protobuf.decoder import DecoderFactory

    texts = []
    for kind in (SeekingReader, NonSeekingReader):
        with open(path, "rb") as stream:
            reader = kind(stream, validate_crcs=True, decoder_factories=[DecoderFactory()])
            texts.append([
                f"{schema.name} {channel.topic} {message.log_time} {message.sequence}\n{decoded}"
                for schema, channel, message, decoded in reader.iter_decoded_messages()
            ])
    with open(path, "rb") as stream:
        summary = SeekingReader(stream).get_summary()
    assert texts[0] == texts[1], "the summary leads to other messages"
    assert summary.statistics.message_count == len(texts[0])
    print("\n".join(texts[0]), f"\n{len(texts[0])} messages, {len(summary.chunk_indexes)} chunks")


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        read(sys.argv[2])
    else:
        foxglove_protobuf()
        foxglove_boxes()
        foxglove_json()
        ros2()
        plain()
