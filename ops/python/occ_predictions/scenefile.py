"""One scene file, read by its index or walked through: docs/scene-file.md."""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import lz4.frame  # type: ignore[import-untyped]

from . import boxes, documents, occupancy
from .errors import DamagedFileError, Path, UnfinishedFileError, UnsupportedVersionError, damaged

VERSION = 1
MOST_SAMPLES = 1_000_000
MOST_CONTENT_BYTES = 268_435_456
# LZ4 needs less than one part in 64 more for what it cannot pack.
MOST_FRAME_BYTES = MOST_CONTENT_BYTES + MOST_CONTENT_BYTES // 64
# One byte of a frame stands for 255 of content at most.
LARGEST_RATIO = 255

_HEAD = struct.Struct("<II8sHH")
_TAIL = struct.Struct("<QI")
_FRAME_HEAD = struct.Struct("<IBBQ")
_FRAME_MAGIC, _FRAME_FLAGS = 0x184D2204, 0x7C
# Header, end mark and content checksum of a data frame without content.
_SMALLEST_FRAME_BYTES = 23


class _Section(NamedTuple):
    name: str
    tag: bytes
    most_json_bytes: int


_SECTIONS = {
    0x184D2A50: _Section("header", b"OCCSCENE", 65_536),
    0x184D2A51: _Section("record", b"OCCSAMPL", 65_536),
    0x184D2A52: _Section("index", b"OCCINDEX", 67_108_864),
}


@dataclass(frozen=True)
class Header:
    """What a scene file says of itself; keys in docs/scene-file.md, "Header"."""

    run: str
    scene: str
    lease: int
    dataset: str
    dataset_version: str
    split: str
    model: str
    model_digest: str
    precision: str
    software: str


@dataclass(frozen=True)
class Entry:
    """One sample of a scene file: a row of its index. Sizes and offsets are in bytes."""

    token: str
    #: `occupancy` or `detections`
    kind: str
    offset: int
    frame_bytes: int
    content_bytes: int
    frame_crc32: int


class SceneFile:
    """A finished scene file: one seek and one read give any sample.

    Making one checks the header and the index, `content` checks a sample, `verify` every byte. The file is open only while it is read.

    Raises:
        DamagedFileError, UnfinishedFileError, UnsupportedVersionError, OSError.
    """

    def __init__(self, path: Path) -> None:
        self.path: str = os.fspath(path)
        with open(self.path, "rb", buffering=0) as stream:
            file = _Bytes(stream, self.path)
            name, json, end = _section(file, 0)
            if name != "header":
                raise damaged(self.path, f"a {name} frame stands in place of the header", 0)
            self.header = _header(json, self.path)
            #: size in bytes
            self.size: int = file.size
            #: the samples in file order
            self.entries: tuple[Entry, ...] = _index(file, end)

    def content(self, entry: Entry) -> bytearray:
        """What a sample's data frame holds, all of its checksums checked: a `.npy` file or a JSON document.

        Raises:
            DamagedFileError, UnfinishedFileError, OSError.
        """
        with open(self.path, "rb", buffering=0) as stream:
            return _content(_Bytes(stream, self.path), entry)

    def verify(self) -> None:
        """Walks through the whole file and checks every bit of it.

        Raises:
            DamagedFileError, UnfinishedFileError, UnsupportedVersionError, OSError: the first thing that is wrong.
        """
        with open(self.path, "rb", buffering=0) as stream:
            file = _Bytes(stream, self.path)
            name, _, offset = _section(file, 0)
            if name != "header":
                raise damaged(self.path, f"a {name} frame stands in place of the header", 0)
            walked: list[Entry] = []
            while True:
                start = offset
                name, json, offset = _section(file, start)
                if name != "record":
                    break
                entry = _entry(json, self.path, start, offset)
                _check(entry, _content(file, entry), self.path)
                walked.append(entry)
                offset += entry.frame_bytes
            if name != "index":
                raise damaged(self.path, "a second header frame", start)
            if _rows(json, self.path, start) != walked:
                raise damaged(self.path, f"the index does not agree with the {len(walked)} samples before it", start)
            if offset != file.size:
                raise damaged(self.path, f"{file.size - offset} bytes follow the index", offset)


class _Bytes:
    """An open file, read in ranges that lie inside it."""

    def __init__(self, stream: BinaryIO, path: str) -> None:
        self.stream = stream
        self.path = path
        self.size = os.fstat(stream.fileno()).st_size

    def read(self, offset: int, count: int) -> bytes:
        if offset + count > self.size:
            raise self.unfinished()
        self.stream.seek(offset)
        data = self.stream.read(count)
        while len(data) < count:
            more = self.stream.read(count - len(data))
            if not more:
                raise self.unfinished()
            data += more
        return data

    def unfinished(self) -> UnfinishedFileError:
        found = f"no whole index ends the {self.size} bytes: it was cut off, its lease was lost, or its end is damaged"
        return UnfinishedFileError(
            self.path, found, "go on with the run, or copy the file again; `occ-scheduler verify --output DIR` tells more"
        )


def _section(file: _Bytes, offset: int) -> tuple[str, Any, int]:
    """The header, record or index frame at an offset: its name, its JSON, and where it ends."""
    head = file.read(offset, _HEAD.size)
    magic, size, tag, version, reserved = _HEAD.unpack(head)
    section = _SECTIONS.get(magic)
    if section is None:
        raise damaged(file.path, "no header, record or index frame begins here", offset)
    if tag != section.tag:
        raise damaged(file.path, f"the {section.name} frame has a wrong tag", offset)
    if version != VERSION:
        raise UnsupportedVersionError(
            file.path,
            f"the {section.name} frame has format version {version}, this package reads {VERSION}",
            "use a newer one, or the file is damaged",
            offset,
        )
    if reserved != 0:
        raise damaged(file.path, f"the {section.name} frame's reserved field is not 0", offset)
    count = size + 8
    if not 1 <= count - _HEAD.size - _TAIL.size <= section.most_json_bytes:
        raise damaged(file.path, f"the {section.name} frame cannot have {count} bytes", offset)
    frame = head + file.read(offset + _HEAD.size, count - _HEAD.size)
    place, checksum = _TAIL.unpack_from(frame, count - _TAIL.size)
    if zlib.crc32(memoryview(frame)[:-4]) != checksum:
        raise damaged(file.path, f"the {section.name} frame's checksum is wrong", offset)
    if place != offset:
        raise damaged(file.path, f"the {section.name} frame was written for byte {place}, so it is not in its place", offset)
    try:
        return section.name, documents.parse(frame[_HEAD.size : -_TAIL.size]), offset + count
    except documents.Flaw as flaw:
        raise damaged(file.path, f"the {section.name} frame: {flaw}", offset) from None


def _header(json: Any, path: str) -> Header:
    try:
        row = documents.table(json)
        header = Header(
            run=documents.get(row, "run", str),
            scene=documents.get(row, "scene", str),
            lease=documents.get(row, "lease", int),
            dataset=documents.get(row, "dataset", str),
            dataset_version=documents.get(row, "datasetVersion", str),
            split=documents.get(row, "split", str),
            model=documents.get(row, "model", str),
            model_digest=documents.get(row, "modelDigest", str),
            precision=documents.get(row, "precision", str),
            software=documents.get(row, "software", str),
        )
    except documents.Flaw as flaw:
        raise damaged(path, f"the header: {flaw}", 0) from None
    if header.lease < 1:
        raise damaged(path, f"the header's lease is {header.lease}", 0)
    return header


def _entry(row: Any, path: str, place: int, offset: int = -1) -> Entry:
    """The row of an index, or a record with the offset of what follows it; numbers within the format's bounds."""
    try:
        row = documents.table(row)
        entry = Entry(
            token=documents.get(row, "token", str),
            kind=documents.get(row, "kind", str),
            offset=offset if offset >= 0 else documents.get(row, "offset", int),
            frame_bytes=documents.get(row, "frameBytes", int),
            content_bytes=documents.get(row, "contentBytes", int),
            frame_crc32=documents.get(row, "frameCRC32", int),
        )
    except documents.Flaw as flaw:
        raise damaged(path, f"a sample's row: {flaw}", place) from None
    if entry.kind not in ("occupancy", "detections"):
        raise damaged(path, f"a sample's row has the kind {documents.shown(entry.kind)}", place)
    if not (
        documents.is_token(entry.token)
        and 1 <= entry.frame_bytes <= MOST_FRAME_BYTES
        and 0 <= entry.content_bytes <= MOST_CONTENT_BYTES
    ):
        found = f"{entry.frame_bytes} bytes for {entry.content_bytes} of content"
        raise damaged(path, f"sample {documents.shown(entry.token)} with {found} is impossible", place)
    return entry


def _rows(json: Any, path: str, place: int) -> list[Entry]:
    """The rows of an index."""
    try:
        rows: list[Any] = documents.get(documents.table(json), "samples", list)
    except documents.Flaw as flaw:
        raise damaged(path, f"the index: {flaw}", place) from None
    if len(rows) > MOST_SAMPLES:
        raise damaged(path, f"the index has {len(rows)} rows", place)
    entries = [_entry(row, path, place) for row in rows]
    if len({entry.token for entry in entries}) != len(entries):
        raise damaged(path, "the index has a sample twice", place)
    return entries


def _index(file: _Bytes, first: int) -> tuple[Entry, ...]:
    """The index that ends the file; samples begin at `first`."""
    if file.size < first + _TAIL.size:
        raise file.unfinished()
    start, _ = _TAIL.unpack(file.read(file.size - _TAIL.size, _TAIL.size))
    # Without an index the last bytes are anything.
    if not first <= start <= file.size - _TAIL.size:
        raise file.unfinished()
    try:
        name, json, end = _section(file, start)
    except DamagedFileError:
        raise file.unfinished() from None
    if name != "index" or end != file.size:
        raise file.unfinished()
    entries = _rows(json, file.path, start)
    position = first
    for entry in entries:
        if entry.offset <= position or entry.frame_bytes > start - entry.offset:
            raise damaged(file.path, f"the index row of sample '{entry.token}' is impossible", start)
        position = entry.offset + entry.frame_bytes
    if position != start:
        raise damaged(file.path, "the index does not follow its last sample", start)
    return tuple(entries)


def _content(file: _Bytes, entry: Entry) -> bytearray:
    """The content of a data frame; nothing of it is given that its checksums do not confirm."""

    def wrong(found: str) -> DamagedFileError:
        return damaged(file.path, f"sample '{entry.token}': {found}", entry.offset)

    frame = file.read(entry.offset, entry.frame_bytes)
    if zlib.crc32(frame) != entry.frame_crc32:
        raise wrong("the checksum of its frame is wrong")
    # Every field of the frame's header has one legal value; its checksum is left to liblz4.
    if len(frame) < _SMALLEST_FRAME_BYTES:
        raise wrong("its frame is cut off")
    size = entry.content_bytes
    code = next((code for code in (4, 5, 6) if size <= 1 << (2 * code + 8)), 7)
    if _FRAME_HEAD.unpack_from(frame) != (_FRAME_MAGIC, _FRAME_FLAGS, code << 4, size):
        raise wrong(f"its frame does not have the header of {size} bytes of content")
    if size > LARGEST_RATIO * len(frame):
        raise wrong(f"{len(frame)} bytes cannot hold {size} bytes of content")
    decompressor = lz4.frame.LZ4FrameDecompressor(return_bytearray=True)
    try:
        # One byte more than there may be: a frame that holds more shows itself.
        content: bytearray = decompressor.decompress(frame, max_length=size + 1)
    except RuntimeError as error:
        raise wrong(f"its frame is damaged: {error}") from None
    if not decompressor.eof or decompressor.unused_data or len(content) != size:
        raise wrong(f"its frame does not end after {size} bytes of content")
    return content


def _check(entry: Entry, content: bytearray, path: str) -> None:
    """Checks what the format demands of a content beyond its checksums."""
    try:
        if entry.kind == "occupancy":
            occupancy.decode(content)
        else:
            boxes.parse(content)
    except documents.Flaw as flaw:
        raise damaged(path, f"sample '{entry.token}': {flaw}", entry.offset) from None
