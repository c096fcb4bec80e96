"""Reads the predictions of output folders: voxel labels and boxes, sample by sample, every checksum checked.

    from occ_predictions import Run

    run = Run("out")
    for sample in run.samples(prefetch=8):
        print(sample.scene, sample.token, sample.occupancy.shape)

The page is docs/python.md, the formats stand in docs/scene-file.md and docs/run-folder.md.
"""

from .boxes import DETECTION_CLASSES, Boxes
from .errors import (
    DamagedFileError,
    MismatchError,
    MissingFileError,
    NoRunError,
    NoSuchSampleError,
    NoSuchSceneError,
    PredictionsError,
    UnfinishedFileError,
    UnsupportedVersionError,
    WrongKindError,
)
from .occupancy import FREE, OCCUPANCY_CLASSES
from .run import Run
from .scene import Sample, Scene
from .scenefile import Entry, Header, SceneFile

__version__ = "0.2.0"

__all__ = [
    "DETECTION_CLASSES",
    "FREE",
    "OCCUPANCY_CLASSES",
    "Boxes",
    "DamagedFileError",
    "Entry",
    "Header",
    "MismatchError",
    "MissingFileError",
    "NoRunError",
    "NoSuchSampleError",
    "NoSuchSceneError",
    "PredictionsError",
    "Run",
    "Sample",
    "Scene",
    "SceneFile",
    "UnfinishedFileError",
    "UnsupportedVersionError",
    "WrongKindError",
]
