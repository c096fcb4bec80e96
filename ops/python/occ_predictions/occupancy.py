"""Voxel labels: one `.npy` array, format 1.0, `|u1`, C order, three axes."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Union

import numpy as np
from numpy.typing import NDArray

from .documents import Flaw

#: Names of Occ3D-nuScenes' labels, by label.
OCCUPANCY_CLASSES: tuple[str, ...] = (
    "others",
    "barrier",
    "bicycle",
    "bus",
    "car",
    "construction_vehicle",
    "motorcycle",
    "pedestrian",
    "traffic_cone",
    "trailer",
    "truck",
    "driveable_surface",
    "other_flat",
    "sidewalk",
    "terrain",
    "manmade",
    "vegetation",
    "free",
)

#: The label of free space.
FREE = 17

_MAGIC = b"\x93NUMPY\x01\x00"


def decode(content: Union[bytes, bytearray]) -> NDArray[np.uint8]:
    """The labels of a `.npy` file in memory, uint8 [x, y, z]; they share the content's memory.

    Raises:
        Flaw: it is anything else.
    """
    if len(content) < 10 or content[:8] != _MAGIC:
        raise Flaw("it is no .npy file of format 1.0")
    start = 10 + int.from_bytes(content[8:10], "little")
    shape = _shape(bytes(content[10:start])) if start <= len(content) else None
    if shape is None:
        raise Flaw("its .npy header is not that of a uint8 array with three axes in C order")
    count = shape[0] * shape[1] * shape[2]
    if len(content) - start != count:
        raise Flaw(f"{len(content) - start} bytes follow the .npy header, the shape {shape} takes {count}")
    if count == 0:
        return np.zeros(shape, np.uint8)
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


@lru_cache(maxsize=16)
def _shape(header: bytes) -> Union[tuple[int, int, int], None]:
    """The three axes that a `.npy` header tells of; None where it is another header. Those of a run are alike."""
    try:
        value = ast.literal_eval(header.decode("latin-1").strip(" \n"))
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None
    if not isinstance(value, dict) or set(value) != {"descr", "fortran_order", "shape"}:
        return None
    shape = value["shape"]
    if value["descr"] != "|u1" or value["fortran_order"] is not False:
        return None
    if not isinstance(shape, tuple) or len(shape) != 3 or not all(type(n) is int and 0 <= n < 1 << 31 for n in shape):
        return None
    return shape
