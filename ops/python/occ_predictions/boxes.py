"""Boxes of a sample: the JSON that is stored, and arrays of it (docs/detections.md)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

from . import documents
from .documents import Flaw

#: nuScenes' ten classes, in the order of nuscenes-devkit.
DETECTION_CLASSES: tuple[str, ...] = (
    "car",
    "truck",
    "bus",
    "trailer",
    "construction_vehicle",
    "pedestrian",
    "motorcycle",
    "bicycle",
    "traffic_cone",
    "barrier",
)

MOST_BOXES = 500

_UNKNOWN = (math.nan, math.nan)
_LABELS = {name: label for label, name in enumerate(DETECTION_CLASSES)}


@dataclass(frozen=True, eq=False)
class Boxes:
    """The n boxes of a sample as arrays of one row a box, in the map's frame."""

    #: the sample's token
    token: str
    #: float64 [n, 3]: x, y, z of the centre, metres
    centers: NDArray[np.float64]
    #: float64 [n, 3]: width (across the heading), length (along it), height, metres
    sizes: NDArray[np.float64]
    #: float64 [n, 4]: quaternions w, x, y, z: heading along the box's own x, up along its z
    rotations: NDArray[np.float64]
    #: float64 [n, 2]: x, y, metres a second; NaN where it is not known
    velocities: NDArray[np.float64]
    #: float64 [n]: 0 to 1
    scores: NDArray[np.float64]
    #: int64 [n]: places in `DETECTION_CLASSES`
    labels: NDArray[np.int64]
    #: n attributes such as `vehicle.parked`, empty where there is none
    attributes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def names(self) -> tuple[str, ...]:
        """n names of classes."""
        return tuple(DETECTION_CLASSES[label] for label in self.labels)

    @property
    def yaws(self) -> NDArray[np.float64]:
        """float64 [n]: heading in the map's plane, radians from its x towards its y, -pi to pi.

        That of the box's own x axis turned by w, x, y, z: atan2(2 (w z + x y), w² + x² - y² - z²).
        """
        w, x, y, z = self.rotations.T
        yaws: NDArray[np.float64] = np.arctan2(2 * (w * z + x * y), w * w + x * x - y * y - z * z)
        return yaws

    def select(self, keep: Union[NDArray[Any], Sequence[int], slice]) -> Boxes:
        """Some of the boxes, by a mask, places or a slice: `boxes.select(boxes.scores > 0.3)`."""
        rows = np.arange(len(self))[keep]
        return Boxes(
            token=self.token,
            centers=self.centers[rows],
            sizes=self.sizes[rows],
            rotations=self.rotations[rows],
            velocities=self.velocities[rows],
            scores=self.scores[rows],
            labels=self.labels[rows],
            attributes=tuple(self.attributes[row] for row in rows),
        )


def parse(content: Union[bytes, bytearray]) -> list[Any]:
    """The array of a detections document.

    Raises:
        Flaw: it is anything else.
    """
    value = documents.parse(bytes(content))
    if not isinstance(value, list):
        raise Flaw("it is no JSON array")
    return value


def decode(rows: Sequence[Any], token: str) -> Boxes:
    """The arrays of a parsed document; every box must have the keys of docs/detections.md, finite numbers and a known class.

    Raises:
        Flaw: names the box.
    """
    if len(rows) > MOST_BOXES:
        raise Flaw(f"{len(rows)} boxes, at most {MOST_BOXES} are stored")
    try:
        values = _values(rows)
        labels = [_LABELS[row["detection_name"]] for row in rows]
        attributes = tuple(row["attribute_name"] for row in rows)
        whole = all(type(text) is str for text in attributes) and all(row["sample_token"] == token for row in rows)
    except (KeyError, TypeError, ValueError, OverflowError):
        whole = False
    if not whole:
        # Which box, and what is wrong with it: boxes that are right never come here.
        for place, row in enumerate(rows):
            _judge(row, place, token)
        raise Flaw("the boxes are not what docs/detections.md says")
    return Boxes(
        token=token,
        centers=values[:, 0:3].copy(),
        sizes=values[:, 3:6].copy(),
        rotations=values[:, 6:10].copy(),
        velocities=values[:, 10:12].copy(),
        scores=values[:, 12].copy(),
        labels=np.array(labels, np.int64),
        attributes=attributes,
    )


def _values(rows: Sequence[Any]) -> NDArray[np.float64]:
    """Translation, size, rotation, velocity and score of each box, float64 [n, 13]; anything else is a ValueError or the like."""
    numbers: list[Any] = []
    for row in rows:
        (x, y, z), (width, length, height), (w, i, j, k) = row["translation"], row["size"], row["rotation"]
        vx, vy = _UNKNOWN if row["velocity"] is None else row["velocity"]
        numbers += (x, y, z, width, length, height, w, i, j, k, vx, vy, row["detection_score"])
    if not set(map(type, numbers)) <= {int, float}:
        raise ValueError
    values = np.array(numbers, np.float64).reshape(len(rows), 13)
    # JSON has no NaN: those that are here stand for unknown velocities.
    if np.isinf(values).any():
        raise ValueError
    return values


def _judge(value: object, place: int, token: str) -> None:
    """Says what is wrong with a box, if something is."""
    try:
        row = documents.table(value)
        own = documents.get(row, "sample_token", str)
        if own != token:
            raise Flaw(f"it is of the sample {documents.shown(own)}")
        for key, count in (("translation", 3), ("size", 3), ("rotation", 4)):
            _numbers(documents.get(row, key, list), key, count)
        if "velocity" not in row or row["velocity"] is not None:
            _numbers(documents.get(row, "velocity", list), "velocity", 2)
        _numbers([row.get("detection_score")], "detection_score", 1)
        name = documents.get(row, "detection_name", str)
        if name not in _LABELS:
            raise Flaw(f"the detection_name {documents.shown(name)} is none of the ten classes")
        documents.get(row, "attribute_name", str)
    except Flaw as flaw:
        raise Flaw(f"box {place}: {flaw}") from None


def _numbers(values: list[Any], key: str, count: int) -> None:
    if len(values) != count:
        raise Flaw(f"{key} is {documents.shown(values)}, not {count} numbers")
    for value in values:
        try:
            if type(value) in (int, float) and math.isfinite(value):
                continue
        except OverflowError:
            pass
        raise Flaw(f"{key} has {documents.shown(value)}, which is no finite number")
