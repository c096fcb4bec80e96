"""Reads recordings of `occ-scheduler export --format mcap` with the official libraries and judges them.

    python3 -m venv v; v/bin/pip install mcap mcap-protobuf-support
    v/bin/python ops/view/check_recording.py recordings/*.mcap

Judged: checksums, the same messages with and without the summary, that every frame leads to `map`, that pictures are JPEG and have a
calibration and a transform of their time, that clouds, grids and boxes are as docs/exports.md has them. Tried with mcap 1.6.0,
mcap-protobuf-support 0.6.0.
"""

import collections
import struct
import sys

from mcap.reader import NonSeekingReader, SeekingReader
from mcap_protobuf.decoder import DecoderFactory


def read(path, kind):
    with open(path, "rb") as stream:
        reader = kind(stream, validate_crcs=True, decoder_factories=[DecoderFactory()])
        return [(c, m.log_time, decoded) for _, c, m, decoded in reader.iter_decoded_messages(log_time_order=False)]


def elements(message, count_field):
    sizes = {1: 1, 7: 4}
    names = [field.name for field in message.fields]
    stride = getattr(message, count_field)
    last = message.fields[-1]
    assert stride == last.offset + sizes[last.type], "the last field does not end where an element does"
    assert len(message.data) % stride == 0, "a part of an element is left over"
    return names, stride, len(message.data) // stride


def judge(path):
    messages = read(path, SeekingReader)
    other = read(path, NonSeekingReader)
    assert [str(m) for _, _, m in messages] == [str(m) for _, _, m in other], "the summary leads to other messages"
    transforms = collections.defaultdict(set)
    parents, counts = {}, collections.Counter()
    for channel, time, message in messages:
        counts[channel.topic] += 1
        if channel.topic != "/tf":
            continue
        turn = message.rotation
        assert abs(turn.x**2 + turn.y**2 + turn.z**2 + turn.w**2 - 1) < 1e-9, "a rotation is not of length 1"
        assert message.timestamp.ToNanoseconds() == time
        transforms[message.child_frame_id].add(time)
        assert parents.setdefault(message.child_frame_id, message.parent_frame_id) == message.parent_frame_id
    for frame in parents:
        while frame in parents:
            frame = parents[frame]
        assert frame == "map", f"a frame leads to {frame}"
    facts = collections.Counter()
    infos = {(c.topic, time) for c, time, _ in messages}
    for channel, time, message in messages:
        topic = channel.topic
        if topic.endswith("/image_rect_compressed"):
            frame = message.frame_id
            assert topic == f"/{frame}/image_rect_compressed" and message.format == "jpeg"
            assert message.data[:3] == b"\xff\xd8\xff" and message.data[-2:] == b"\xff\xd9", "no whole JPEG"
            assert time in transforms[frame] and time in transforms["base_link"], "a picture without a pose"
            assert (f"/{frame}/camera_info", time) in infos, "a picture without a calibration"
        elif topic.endswith("/camera_info"):
            assert len(message.K) == 9 and len(message.P) == 12 and message.width and message.height
            assert list(message.P[:3]) == list(message.K[:3])
        elif topic == "/occupancy/points":
            names, stride, count = elements(message, "point_stride")
            assert names == ["x", "y", "z", "red", "green", "blue", "alpha", "class"] and message.frame_id == "base_link"
            for place in range(0, len(message.data), stride):
                x, y, z, *colour, label = struct.unpack_from("<3f5B", message.data, place)
                assert abs(x) < 40 and abs(y) < 40 and -1 < z < 5.4 and label < 17 and colour[3] == 255
            facts["points"] += count
        elif topic == "/occupancy/voxels":
            names, stride, count = elements(message, "cell_stride")
            assert names == ["red", "green", "blue", "alpha", "class"] and count == 200 * 200 * 16
            assert (message.column_count, message.row_count) == (200, 200)
            assert message.row_stride == 200 * stride and message.slice_stride == 200 * message.row_stride
            facts["cells"] += count - message.data[4::5].count(17)
        elif topic == "/markers/detections":
            assert len(message.deletions) == 1 and message.deletions[0].type == 1
            assert time in transforms["base_link"]
            for entity in message.entities:
                known = {entry.key: entry.value for entry in entity.metadata}
                assert entity.frame_id == "map" and len(entity.cubes) == 1 and len(entity.texts) == 1
                assert 0 <= float(known["score"]) <= 1 and known["category"].replace("_", " ") in entity.texts[0].text
            facts["boxes"] += len(message.entities)
    if "points" in facts and "cells" in facts:
        assert facts["points"] == facts["cells"], "cloud and grid differ"
    with open(path, "rb") as stream:
        summary = SeekingReader(stream).get_summary()
    assert summary.statistics.message_count == len(messages)
    print(f"{path}: {len(messages)} messages on {len(counts)} topics, " + ", ".join(f"{n} {k}" for k, n in facts.items()))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for path in sys.argv[1:]:
        judge(path)
