"""Names of runs and scenes as parts of paths: docs/scene-file.md, "Names"."""

from __future__ import annotations

import re
from typing import Optional

SUFFIX = ".occ.lz4"
MOST_BYTES = 180

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
_ESCAPED = re.compile(r"%([0-9A-F]{2})|([A-Za-z0-9_.-])", re.ASCII)
_LEASE = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


def escape(name: str) -> Optional[str]:
    """The one path component of a name; None for a name that cannot be stored."""
    try:
        bytes_ = name.encode("utf-8")
    except UnicodeEncodeError:
        return None
    if not bytes_ or 0 in bytes_:
        return None
    escaped = "".join(
        chr(byte) if byte in _PLAIN and not (place == 0 and byte == ord(".")) else f"%{byte:02X}"
        for place, byte in enumerate(bytes_)
    )
    return escaped if len(escaped) <= MOST_BYTES else None


def unescape(component: str) -> Optional[str]:
    """The name of a path component; None where `escape` does not give that component."""
    bytes_ = bytearray()
    place = 0
    while place < len(component):
        match = _ESCAPED.match(component, place)
        if match is None:
            return None
        bytes_.append(int(match[1], 16) if match[1] else ord(match[2]))
        place = match.end()
    try:
        name = bytes_.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return name if escape(name) == component else None


def file_name(scene: str, lease: int) -> Optional[str]:
    """The name of a lease's finished file."""
    escaped = escape(scene)
    return None if escaped is None else f"{escaped}.{lease}{SUFFIX}"


def parse_file_name(name: str) -> Optional[tuple[str, int]]:
    """Scene and lease of a finished file's name; None for a name that no lease writes."""
    if not name.endswith(SUFFIX):
        return None
    stem, dot, lease = name[: -len(SUFFIX)].rpartition(".")
    scene = unescape(stem) if dot else None
    if not scene or not _LEASE.fullmatch(lease) or int(lease) >= 2**63:
        return None
    return scene, int(lease)
