#!/usr/bin/env python3
"""Occ3D mIoU with numpy, written from the definition, as an oracle for the Evaluation room.

usage: miou_oracle.py CASE.npz [CASE.npz ...]

Each case holds `pred`, `semantics`, `mask_lidar` and `mask_camera`, uint8 of one shape. Prints one JSON object with, for each
mask, the 18 x 18 histogram (rows: ground truth) over all cases, the IoU of each label (null where undefined) and their
mean over labels 0 to 16, as fractions.
"""

import json
import sys

import numpy as np

LABELS = 18


def histogram(pred, semantics):
    pairs = LABELS * semantics.astype(np.int64) + pred.astype(np.int64)
    return np.bincount(pairs.ravel(), minlength=LABELS * LABELS).reshape(LABELS, LABELS)


def scores(hist):
    with np.errstate(divide="ignore", invalid="ignore"):
        iou = np.diag(hist) / (hist.sum(1) + hist.sum(0) - np.diag(hist))
    mean = float(np.nanmean(iou[: LABELS - 1])) if not np.all(np.isnan(iou[: LABELS - 1])) else None
    return {
        "histogram": hist.ravel().tolist(),
        "iou": [None if np.isnan(value) else float(value) for value in iou],
        "mean": mean,
    }


def main(paths):
    sums = {mask: np.zeros((LABELS, LABELS), np.int64) for mask in ("camera", "lidar", "none")}
    for path in paths:
        case = np.load(path)
        pred, semantics = case["pred"], case["semantics"]
        for mask, hist in sums.items():
            keep = np.ones(pred.shape, bool) if mask == "none" else case["mask_" + mask].astype(bool)
            hist += histogram(pred[keep], semantics[keep])
    print(json.dumps({mask: scores(hist) for mask, hist in sums.items()}))


if __name__ == "__main__":
    main(sys.argv[1:])
