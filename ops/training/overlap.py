"""mIoU of voxel labels, as the product scores them: intersection over union of the classes 0 to 16, over all samples together."""
import numpy as np


def confusion(truth, labels, seen):
    """How often each label was predicted where another is true, [truth, prediction], of the voxels that the cameras see."""
    pairs = truth[seen].astype(int) * 18 + labels[seen].astype(int)
    return np.bincount(pairs, minlength=324).reshape(18, 18)


def overlaps(counts):
    """Intersection over union of the occupied classes from a confusion [truth, prediction]; NaN where a class never occurs."""
    hits = np.diag(counts).astype(float)
    union = counts.sum(0) + counts.sum(1) - hits
    return np.where(union > 0, hits / np.maximum(union, 1), np.nan)[:-1]
