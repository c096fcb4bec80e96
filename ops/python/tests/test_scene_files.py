"""One scene file: what is right is read, what is damaged is an error, never other content."""

import itertools
import struct

import numpy as np
import pytest
from writer import GOLDENS, box, data_frame, grid, header, npy, scene_file, section

from occ_predictions import (
    DamagedFileError,
    PredictionsError,
    SceneFile,
    UnfinishedFileError,
    UnsupportedVersionError,
)
from occ_predictions.scene import Scene


@pytest.fixture
def put(tmp_path):
    """Writes bytes over the one file of a test."""
    path = tmp_path / "a.1.occ.lz4"

    def put(data):
        path.write_bytes(data)
        return path

    return put


def contents(path):
    file = SceneFile(path)
    return [(entry.token, bytes(file.content(entry))) for entry in file.entries]


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.name)
def test_golden_files_are_read(golden):
    file = SceneFile(golden)
    file.verify()
    assert file.header.scene == "scene-0001" and file.header.run == "run a" and file.header.lease == 5
    scene = Scene(file)
    assert list(scene) == ["t0", "t1", "t2", "t3"]
    for token, sample in scene.items():
        if sample.kind == "occupancy":
            assert sample.occupancy.shape == (3, 4, 2) and sample.occupancy.dtype == np.uint8 and sample.confidence is None
        else:
            assert sample.detections[0]["sample_token"] == token
            # The golden boxes are too short for arrays.
            with pytest.raises(DamagedFileError, match="box 0: it lacks the key 'translation'"):
                sample.boxes


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.name)
def test_every_truncation_is_an_error(golden, put):
    whole = golden.read_bytes()
    path = put(whole)
    # From the longest to the shortest, so that the file is only ever cut.
    for length in reversed(range(len(whole))):
        with open(path, "r+b") as stream:
            stream.truncate(length)
        with pytest.raises(UnfinishedFileError):
            SceneFile(path)


def flips(path, bits):
    """Flips bits one by one; the walk must find each, and reading by the index must give the same content or an error.

    Returns: how many changed nothing that is read by the index.
    """
    opened, expected, unread = SceneFile(path), contents(path), 0
    whole = path.read_bytes()
    with open(path, "r+b", buffering=0) as stream:
        for bit in bits:
            place = bit // 8
            stream.seek(place)
            stream.write(bytes([whole[place] ^ 1 << bit % 8]))
            with pytest.raises(PredictionsError):
                opened.verify()
            try:
                assert contents(path) == expected
                unread += 1
            except PredictionsError:
                pass
            stream.seek(place)
            stream.write(whole[place : place + 1])
    return unread


def test_every_flipped_bit_is_an_error_or_is_not_read(put):
    path = put(scene_file(header("r", "s", 1), [("a", grid(1)), ("b", [box("b")])]))
    entries = SceneFile(path).entries
    header_bytes = struct.unpack_from("<I", path.read_bytes(), 4)[0] + 8
    records = entries[0].offset - header_bytes + entries[1].offset - entries[0].offset - entries[0].frame_bytes
    # Records are there for recovery: the index has all of them again.
    assert flips(path, range(8 * path.stat().st_size)) == 8 * records


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.name)
def test_a_flipped_bit_of_every_byte_of_a_golden_file_is_an_error_or_is_not_read(golden, put):
    path = put(golden.read_bytes())
    assert flips(path, [8 * place + place % 8 for place in range(path.stat().st_size)]) > 0


def test_bytes_after_the_end_are_an_error(put):
    whole = GOLDENS[0].read_bytes()
    for more in (b"\0", whole, whole[:40]):
        opened = SceneFile(put(whole))
        path = put(whole + more)
        with pytest.raises(PredictionsError):
            opened.verify()
        if more != whole:
            with pytest.raises(UnfinishedFileError):
                SceneFile(path)


def test_a_block_of_another_file_is_found_out(put):
    head = header("r", "s", 1)
    labels = grid(1)
    one = scene_file(head, [("t", labels)])
    labels[0, 0, 0] ^= 1
    other = scene_file(head, [("t", labels)])
    theirs = SceneFile(put(other)).entries[0]
    opened = SceneFile(put(one))
    entry = opened.entries[0]
    assert entry.frame_bytes == theirs.frame_bytes
    mixed = one[: entry.offset] + other[theirs.offset :][: entry.frame_bytes] + one[entry.offset + entry.frame_bytes :]
    put(mixed)
    with pytest.raises(DamagedFileError, match="sample 't': the checksum of its frame"):
        opened.content(entry)


def test_a_newer_version_is_named(put):
    with pytest.raises(UnsupportedVersionError, match="format version 2, this package reads 1; use a newer one"):
        SceneFile(put(section(0, b"OCCSCENE", header("r", "s", 1), 0, version=2)))


def _header_checksum(descriptor):
    """The second byte of xxHash32 of fewer than 16 bytes (the LZ4 frame format's HC)."""
    mask, turn = 0xFFFFFFFF, lambda x, n: (x << n | x >> 32 - n) & 0xFFFFFFFF
    value = (374761393 + len(descriptor)) & mask
    words, rest = len(descriptor) // 4, len(descriptor) % 4
    for (word,) in struct.iter_unpack("<I", descriptor[: 4 * words]):
        value = turn((value + word * 3266489917) & mask, 17) * 668265263 & mask
    for byte in descriptor[len(descriptor) - rest :]:
        value = turn((value + byte * 374761393) & mask, 11) * 2654435761 & mask
    value = (value ^ value >> 15) * 2246822519 & mask
    value = (value ^ value >> 13) * 3266489917 & mask
    return (value ^ value >> 16) >> 8 & 0xFF


def reheaded(frame, block, size):
    """A data frame with another block maximum and content size in its header, whose checksum is right."""
    head = frame[4:5] + bytes([block]) + size.to_bytes(8, "little")
    return frame[:4] + head + bytes([_header_checksum(head)]) + frame[15:]


LABELS = grid(0)
CONTENT = npy(LABELS)
NAN = b'[{"x":NaN}]'
DEEP = b"[" * 65 + b"]" * 65


@pytest.mark.parametrize(
    ("content", "wrong", "words"),
    [
        (LABELS, {"contentBytes": len(CONTENT) + 1}, "does not have the header of"),
        (LABELS, {"contentBytes": 1 << 29}, "impossible"),
        (LABELS, {"frameBytes": 0}, "impossible"),
        (LABELS, {"kind": "confidence"}, "kind 'confidence'"),
        (LABELS, {"frameCRC32": 7}, "checksum of its frame"),
        (LABELS, {"frameCRC32": True}, "the value of 'frameCRC32' is True"),
        (LABELS, {"token": ""}, "impossible"),
        (LABELS, {"token": "a\n"}, "impossible"),
        (LABELS, {"frame": data_frame(CONTENT, block_checksum=False)}, "does not have the header of"),
        (LABELS, {"frame": reheaded(data_frame(CONTENT), 0x50, len(CONTENT))}, "does not have the header of"),
        (LABELS, {"frame": reheaded(data_frame(CONTENT), 0x40, 7), "contentBytes": 7}, "frame is damaged|does not end after"),
        (LABELS, {"frame": data_frame(CONTENT) + b"more"}, "does not end after"),
        (LABELS, {"frame": data_frame(CONTENT)[:-4]}, "does not end after"),
        (LABELS, {"frame": data_frame(CONTENT)[:20]}, "cut off"),
        (LABELS.astype(np.int8), {}, "not that of a uint8 array"),
        (np.asfortranarray(LABELS), {}, "not that of a uint8 array"),
        (LABELS[0], {}, "not that of a uint8 array"),
        (b"\x93NUMPY\x02\x00" + CONTENT[8:], {"kind": "occupancy"}, "no .npy file of format 1.0"),
        (CONTENT + b"\0", {"kind": "occupancy"}, "25 bytes follow the .npy header"),
        (CONTENT[:60], {"kind": "occupancy"}, "not that of a uint8 array"),
        (b"", {"kind": "occupancy"}, "cut off"),
        ({"a": 1}, {}, "no JSON array"),
        (b"[1,]", {}, "no JSON"),
        (b'["\xff"]', {}, "no JSON"),
        (b"\xef\xbb\xbf[]", {}, "no JSON"),
        (b"", {}, "cut off"),
        (NAN, {}, "NaN is no number"),
        (DEEP, {}, "nested more than 64 deep"),
        (b"[" * 500_000, {}, "nested more than 64 deep|no JSON"),
    ],
    ids=itertools.count(),
)
def test_a_whole_frame_of_wrong_content_is_an_error(put, content, wrong, words):
    path = put(scene_file(header("r", "s", 1), [("t", content, dict(wrong))]))
    with pytest.raises(DamagedFileError, match=words) as caught:
        Scene(SceneFile(path))["t"].load()
    assert str(path) in str(caught.value) and "retry --damaged" in str(caught.value)
    # The walk finds it too, whatever the index allows.
    good = SceneFile(GOLDENS[0])
    good.path = str(path)
    with pytest.raises(PredictionsError):
        good.verify()


def test_a_frame_that_unpacks_to_more_than_it_says_asks_for_no_memory(put):
    claimed = (1 << 16) + 1
    bomb = reheaded(data_frame(bytes(1 << 24)), 0x50, claimed)
    path = put(scene_file(header("r", "s", 1), [("t", LABELS, {"frame": bomb, "contentBytes": claimed})]))
    with pytest.raises(DamagedFileError, match="frame is damaged|does not end after"):
        SceneFile(path).content(SceneFile(path).entries[0])
    path = put(scene_file(header("r", "s", 1), [("t", LABELS, {"contentBytes": 1 << 28})]))
    with pytest.raises(DamagedFileError):
        SceneFile(path).content(SceneFile(path).entries[0])


def index_of(whole, change):
    """The file with its index rewritten, checksums right."""
    start = struct.unpack("<Q", whole[-12:-4])[0]
    return whole[:start] + section(2, b"OCCINDEX", change(whole[start + 20 : -12]), start)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b'{"samples":[]}',
        lambda text: b"[]",
        lambda text: b'{"samples":{}}',
        lambda text: b'{"samples":[1]}',
        lambda text: text.replace(b'"t1"', b'"t0"'),
        lambda text: text.replace(b'"offset":', b'"offset":-'),
        lambda text: text.replace(b'"offset":', b'"offset":1'),
        lambda text: text.replace(b'"offset"', b'"offset2"'),
    ],
)
def test_an_index_that_lies_is_an_error(put, change):
    path = put(index_of(GOLDENS[0].read_bytes(), change))
    with pytest.raises(DamagedFileError):
        SceneFile(path)


def test_the_walk_compares_the_index(put):
    whole = GOLDENS[0].read_bytes()
    file = SceneFile(put(whole))
    put(index_of(whole, lambda text: text.replace(b'"t1"', b'"t9"')))
    SceneFile(file.path)
    with pytest.raises(DamagedFileError, match="does not agree with the 4 samples"):
        file.verify()


def test_a_scene_without_samples_is_a_scene(put):
    file = SceneFile(put(scene_file(header("r", "s", 1), [])))
    file.verify()
    assert len(Scene(file)) == 0


def test_unknown_keys_are_passed_over(put):
    file = SceneFile(put(scene_file(header("r", "s", 1, later="x"), [("t", [box("t", more={"a": [1]})], {"later": 1})])))
    file.verify()
    assert Scene(file)["t"].boxes.names == ("car",)


def test_the_checksum_of_the_tests_own_writer_is_that_of_liblz4():
    frame = data_frame(b"x")
    assert frame[14] == _header_checksum(frame[4:14])
