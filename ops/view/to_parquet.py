"""Writes a run's boxes, or the voxels of each class a sample, as one Parquet table, for pandas, DuckDB, Polars or Spark.

    python3 -m venv v; v/bin/pip install pyarrow==26.0.1 mcap==1.6.0 mcap-protobuf-support==0.6.0
    occ-scheduler export --output out --format mcap --without-pictures --to recordings
    v/bin/python ops/view/to_parquet.py recordings/*.mcap --to run.parquet

A run of boxes gives a row a box: scene, time, sample_token, category, score, attribute, x, y, z, length, width, height (metres), the
rotation qw, qx, qy, qz (all in the map's frame), velocity_x, velocity_y (metres a second; null where unknown). A run of voxels gives a
row a sample: scene, time, and the number of voxels of each class. What the run is stands in the table's metadata.
"""

import argparse
import pathlib

import numpy
import pyarrow
import pyarrow.parquet
from mcap.reader import make_reader
from mcap_protobuf.decoder import DecoderFactory

TIME = pyarrow.timestamp("ns", tz="UTC")
NUMBERS = [
    "score", "x", "y", "z", "length", "width", "height", "qw", "qx", "qy", "qz", "velocity_x", "velocity_y",
]
TEXTS = ["scene", "sample_token", "category", "attribute"]


def box_rows(scene, time, message):
    for entity in message.entities:
        known = {entry.key: entry.value for entry in entity.metadata}
        cube = entity.cubes[0]
        centre, turn = cube.pose.position, cube.pose.orientation
        number = lambda key: float(known[key]) if key in known else None
        yield {
            "scene": scene, "time": time, "sample_token": known["sample_token"], "category": known["category"],
            "score": number("score"), "attribute": known["attribute"] or None,
            "x": centre.x, "y": centre.y, "z": centre.z,
            "length": cube.size.x, "width": cube.size.y, "height": cube.size.z,
            "qw": turn.w, "qx": turn.x, "qy": turn.y, "qz": turn.z,
            "velocity_x": number("velocity_x"), "velocity_y": number("velocity_y"),
        }


def count_row(scene, time, message, names):
    place = next(field.offset for field in message.fields if field.name == "class")
    labels = numpy.frombuffer(message.data, numpy.uint8)[place :: message.point_stride]
    counts = numpy.bincount(labels, minlength=len(names))
    return {"scene": scene, "time": time} | {name: int(count) for name, count in zip(names, counts)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings", nargs="+", type=pathlib.Path)
    parser.add_argument("--to", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    rows, schema, about = [], None, None
    for path in arguments.recordings:
        with open(path, "rb") as stream:
            reader = make_reader(stream, decoder_factories=[DecoderFactory()])
            topics = ["/markers/detections", "/occupancy/points"]
            for _, channel, message, decoded in reader.iter_decoded_messages(topics=topics):
                known = dict(channel.metadata)
                scene = known.pop("scene")
                names = [name for name in known.pop("classes", "").split(",") if name and name != "free"]
                if about is None:
                    about = known
                    number = [pyarrow.field(name, pyarrow.float64()) for name in NUMBERS]
                    text = [pyarrow.field(name, pyarrow.string()) for name in TEXTS]
                    fields = [pyarrow.field(name, pyarrow.int32()) for name in names] or text[1:] + number
                    schema = pyarrow.schema([text[0], pyarrow.field("time", TIME)] + fields, metadata=about)
                if about != known:
                    raise SystemExit(f"{path} is of another run than the recordings before it: {known} and {about}")
                time = message.log_time
                if names:
                    rows.append(count_row(scene, time, decoded, names))
                else:
                    rows.extend(box_rows(scene, time, decoded))
    if schema is None:
        raise SystemExit("no recording has predictions in it")
    table = pyarrow.Table.from_pylist(rows, schema=schema)
    pyarrow.parquet.write_table(table, arguments.to, compression="zstd")
    print(f"{arguments.to}: {table.num_rows} rows, {table.num_columns} columns, {arguments.to.stat().st_size} bytes")


if __name__ == "__main__":
    main()
