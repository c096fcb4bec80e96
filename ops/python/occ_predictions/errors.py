"""What goes wrong in words: what was read, where, what was found, what to do."""

from __future__ import annotations

import os
from typing import Optional, Union

Path = Union[str, "os.PathLike[str]"]


class PredictionsError(Exception):
    """Any of the errors below; its text is one line for people."""

    def __str__(self) -> str:
        # A KeyError would show its text in quotes.
        return str(self.args[0]) if self.args else ""


class NoRunError(PredictionsError):
    """An output folder has no such run, or several and none was named."""


class NoSuchSceneError(PredictionsError, KeyError):
    """A run does not have a scene, or it is not done."""


class NoSuchSampleError(PredictionsError, KeyError):
    """A scene does not have a sample."""


class WrongKindError(PredictionsError):
    """Voxel labels were asked of boxes, or boxes of voxel labels."""


class _FileError(PredictionsError):
    """Something about one file."""

    def __init__(self, path: Path, found: str, advice: str, offset: Optional[int] = None) -> None:
        place = "" if offset is None else f" at byte {offset}"
        super().__init__(f"{os.fspath(path)}{place}: {found}; {advice}")
        self.path = os.fspath(path)
        self.found = found
        self.advice = advice
        self.offset = offset

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.path, self.found, self.advice, self.offset))


class DamagedFileError(_FileError):
    """A byte of a file is not what was written."""


class UnfinishedFileError(DamagedFileError):
    """No whole index ends a scene file: it was cut off, or is still being written."""


class MismatchError(_FileError):
    """A whole file is not the one that `run.json` or its name says."""


class MissingFileError(_FileError):
    """`run.json` names a file that is not there."""


class UnsupportedVersionError(_FileError):
    """A file has a version of its format that this package does not know."""


REPAIR = (
    "`occ-scheduler verify --output DIR` lists what is damaged, `occ-scheduler retry --damaged` queues it again; "
    "a copy may be better in the original"
)


def damaged(path: Path, found: str, offset: Optional[int] = None) -> DamagedFileError:
    return DamagedFileError(path, found, REPAIR, offset)
