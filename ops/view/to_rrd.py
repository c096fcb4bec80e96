"""Makes rerun recordings (.rrd) of those of `occ-scheduler export --format mcap`: pictures, occupied voxels, boxes.

    python3 -m venv v; v/bin/pip install rerun-sdk==0.41.0 mcap==1.6.0 mcap-protobuf-support==0.6.0
    v/bin/python ops/view/to_rrd.py recordings/*.mcap              # beside each, NAME.rrd
    v/bin/python ops/view/to_rrd.py --output out --scheduler .build/release/occ-scheduler --to recordings    # exports first
    v/bin/rerun recordings/scene-0103.rrd

Rerun opens .mcap files too, but shows voxels as points or dense grids, and no boxes; here occupied voxels are cubes with their classes' names.
"""

import argparse
import pathlib
import subprocess

import numpy
import rerun
from mcap.reader import make_reader
from mcap_protobuf.decoder import DecoderFactory

VOXEL_M = 0.4


def vector(value):
    return [value.x, value.y, value.z]


def quaternion(value):
    return rerun.Quaternion(xyzw=[value.x, value.y, value.z, value.w])


def cloud(message):
    types = {"x": "<f4", "y": "<f4", "z": "<f4"}
    element = numpy.dtype({
        "names": [field.name for field in message.fields],
        "formats": [types.get(field.name, "u1") for field in message.fields],
        "offsets": [field.offset for field in message.fields],
        "itemsize": message.point_stride,
    })
    points = numpy.frombuffer(message.data, element)
    columns = lambda names: numpy.stack([points[name] for name in names], axis=1)
    return columns(["x", "y", "z"]), columns(["red", "green", "blue", "alpha"]), points["class"]


def boxes(message):
    cubes = [entity.cubes[0] for entity in message.entities]
    colour = lambda value: [round(255 * part) for part in (value.r, value.g, value.b, 1)]
    return rerun.Boxes3D(
        centers=[vector(cube.pose.position) for cube in cubes],
        half_sizes=[[part / 2 for part in vector(cube.size)] for cube in cubes],
        quaternions=[quaternion(cube.pose.orientation) for cube in cubes],
        colors=[colour(cube.color) for cube in cubes],
        labels=[entity.texts[0].text for entity in message.entities],
        show_labels=False,
    )


def log(recording, names, channel, message):
    place = lambda frame: "map" if frame == "map" else "map/base_link" + ("" if frame == "base_link" else f"/{frame}")
    topic = channel.topic
    if topic == "/tf":
        recording.log(place(message.child_frame_id), rerun.Transform3D(
            translation=vector(message.translation), quaternion=quaternion(message.rotation),
        ))
    elif topic.endswith("/camera_info"):
        recording.log(place(message.frame_id) + "/picture", rerun.Pinhole(
            image_from_camera=numpy.reshape(message.K, (3, 3)), width=message.width, height=message.height,
            camera_xyz=rerun.ViewCoordinates.RDF, image_plane_distance=1.0,
        ))
    elif topic.endswith("/image_rect_compressed"):
        recording.log(
            place(message.frame_id) + "/picture", rerun.EncodedImage(contents=message.data, media_type="image/jpeg")
        )
    elif topic == "/occupancy/points":
        centres, colours, classes = cloud(message)
        if not names:
            names.extend(channel.metadata["classes"].split(","))
            context = [rerun.AnnotationInfo(id=index, label=name) for index, name in enumerate(names)]
            recording.log("map", rerun.AnnotationContext(context), static=True)
        recording.log(place("base_link") + "/occupancy", rerun.Boxes3D(
            centers=centres, half_sizes=[[VOXEL_M / 2] * 3], colors=colours, class_ids=classes,
            fill_mode=rerun.components.FillMode.Solid, show_labels=False,
        ))
    elif topic == "/markers/detections":
        recording.log("map/detections", boxes(message))


def convert(source):
    target = source.with_suffix(".rrd")
    recording = rerun.RecordingStream("occ", recording_id=source.stem)
    recording.save(target)
    recording.log("map", rerun.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
    names, count = [], 0
    with open(source, "rb") as stream:
        reader = make_reader(stream, decoder_factories=[DecoderFactory()])
        for _, channel, message, decoded in reader.iter_decoded_messages():
            recording.set_time("time", timestamp=numpy.datetime64(message.log_time, "ns"))
            log(recording, names, channel, decoded)
            count += 1
    recording.flush()
    recording.disconnect()
    print(f"{target}: {count} messages of {source}, {target.stat().st_size / 1e6:.1f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings", nargs="*", type=pathlib.Path)
    parser.add_argument("--output", help="output folder of a run, which is exported first")
    parser.add_argument("--scheduler", default="occ-scheduler", help="the program that exports it")
    parser.add_argument("--to", type=pathlib.Path, help="folder for its recordings")
    arguments = parser.parse_args()
    recordings = arguments.recordings
    if arguments.output:
        if not arguments.to or recordings:
            parser.error("--output exports into --to DIR, and takes no recordings beside")
        command = [arguments.scheduler, "export", "--output", arguments.output, "--format", "mcap", "--to", arguments.to]
        # 1: some scenes are not done; the others are there.
        if subprocess.run(command).returncode not in (0, 1):
            raise SystemExit("the export failed")
        recordings = sorted(arguments.to.glob("*.mcap"))
    if not recordings:
        parser.error("name recordings, or a run with --output")
    for recording in recordings:
        convert(recording)


if __name__ == "__main__":
    main()
