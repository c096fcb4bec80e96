"""A scene of a run and its samples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from . import boxes, occupancy
from .boxes import Boxes
from .documents import Flaw, shown
from .errors import REPAIR, MismatchError, NoSuchSampleError, WrongKindError, damaged
from .scenefile import Entry, Header, SceneFile


class Sample:
    """One sample's prediction. Its content is read and checked when it is first asked for, and kept as long as the sample."""

    __slots__ = ("_entry", "_file", "_value", "scene")

    def __init__(self, scene: str, file: SceneFile, entry: Entry) -> None:
        #: name of the scene
        self.scene = scene
        self._file = file
        self._entry = entry
        self._value: Any = None

    def __repr__(self) -> str:
        return f"<{self.kind} of sample {self.token!r} of {self.scene!r}>"

    @property
    def token(self) -> str:
        """The sample's token in the dataset."""
        return self._entry.token

    @property
    def kind(self) -> str:
        """`occupancy` or `detections`."""
        return self._entry.kind

    def load(self) -> Sample:
        """Reads the content now, and gives the sample itself.

        Raises:
            DamagedFileError: the sample is not what was written; OSError: the file cannot be read.
        """
        if self._value is None:
            content = self._file.content(self._entry)
            try:
                self._value = occupancy.decode(content) if self.kind == "occupancy" else boxes.parse(content)
            except Flaw as flaw:
                raise self._wrong(flaw) from None
        return self

    @property
    def occupancy(self) -> NDArray[np.uint8]:
        """Voxel labels, uint8 [x, y, z] in the ego frame; 200 x 200 x 16 and labels of `OCCUPANCY_CLASSES` for Occ3D-nuScenes.

        Raises:
            WrongKindError: the sample holds boxes; as `load`.
        """
        labels: NDArray[np.uint8] = self._of("occupancy")
        return labels

    @property
    def detections(self) -> list[Any]:
        """The boxes as they are stored: dictionaries with the keys of a nuScenes results file.

        Raises:
            WrongKindError: the sample holds voxel labels; as `load`.
        """
        rows: list[Any] = self._of("detections")
        return rows

    @property
    def boxes(self) -> Boxes:
        """The boxes as arrays, in their stored order: highest score first. Made anew at each call.

        Raises:
            WrongKindError: the sample holds voxel labels; DamagedFileError: also where a box lacks something; as `load`.
        """
        try:
            return boxes.decode(self.detections, self.token)
        except Flaw as flaw:
            raise self._wrong(flaw) from None

    @property
    def confidence(self) -> Optional[NDArray[np.float64]]:
        """How sure the network was, 0 to 1: float64 [n] of n boxes; None of voxels, which are stored as labels alone."""
        return self.boxes.scores if self.kind == "detections" else None

    def _of(self, kind: str) -> Any:
        if self.kind != kind:
            found = f"sample '{self.token}' holds {self.kind}, not {kind}"
            raise WrongKindError(f"{self._file.path}: {found}; ask for .{_ATTRIBUTES[self.kind]}")
        return self.load()._value

    def _wrong(self, flaw: Flaw) -> Exception:
        return damaged(self._file.path, f"sample '{self.token}': {flaw}", self._entry.offset)


_ATTRIBUTES = {"occupancy": "occupancy", "detections": "boxes"}


class Scene(Mapping[str, Sample]):
    """A scene that is done: its samples by token, in the order of the file. Nothing but header and index was read yet."""

    def __init__(self, file: SceneFile, sha256: Optional[str] = None) -> None:
        self._file = file
        self._sha256 = sha256
        self._entries = {entry.token: entry for entry in file.entries}

    def __repr__(self) -> str:
        return f"<scene {self.name!r}: {len(self)} samples in {self.path!r}>"

    @property
    def header(self) -> Header:
        """What the file says of itself."""
        return self._file.header

    @property
    def name(self) -> str:
        """The scene's name in the dataset."""
        return self.header.scene

    @property
    def lease(self) -> int:
        """The lease that wrote the file."""
        return self.header.lease

    @property
    def path(self) -> str:
        """Path of the file."""
        return self._file.path

    def __getitem__(self, token: str) -> Sample:
        entry = self._entries.get(token)
        if entry is None:
            raise NoSuchSampleError(f"{self.path}: scene '{self.name}' has no sample {shown(token)} among its {len(self)}")
        return Sample(self.name, self._file, entry)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, token: object) -> bool:
        return token in self._entries

    # Scenes are equal if they are one object; a mapping's comparison would compare samples that it makes.
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def verify(self) -> None:
        """Checks every byte of the file: its own checksums, and the SHA-256 in `run.json` where that names the file.

        Raises:
            DamagedFileError, MismatchError, OSError: the first thing that is wrong.
        """
        self._file.verify()
        if self._sha256 is None:
            return
        digest = hashlib.sha256()
        with open(self.path, "rb") as stream:
            for chunk in iter(lambda: stream.read(1 << 20), b""):
                digest.update(chunk)
        if digest.hexdigest() != self._sha256:
            raise MismatchError(self.path, f"its SHA-256 is {digest.hexdigest()}, run.json says {self._sha256}", REPAIR)
