#!/usr/bin/env python3
"""Holds the product's predictions to PyTorch's on the same samples: the share of equal voxels, or of boxes that are the same.

    evaluate.py runs/occ-small/checkpoint.pt --data data/heldout --labels labels
    occ-scheduler run --dataset data/heldout --version v1.0-mini --model occ-small_BDC-T.occmodel --output out
    occ-scheduler export --output out --format labels --to exported
    agree.py labels exported --data data/heldout

    evaluate.py runs/det-small/checkpoint.pt --data data/heldout --results results_nusc.json
    occ-scheduler export --output out --format nuscenes --to exported
    agree.py results_nusc.json exported/results_nusc.json

Leaves with 1 where less than 99.95 % of voxels, or less than 99 % of boxes, are the same. Two boxes are the same where class and attribute
are, the centres are within 1 cm, and sizes, velocity, rotation and score within 0.001. With --data, the mIoU of both sides' labels is printed
too, of voxels that the cameras see, and must be the same within 0.02 points.
"""
import argparse
import json
import pathlib
import sys

import numpy as np

from overlap import confusion, overlaps

LARGEST_DIFFERENCE = 0.02


def voxels(mine, theirs, data):
    """Equal voxels, all voxels and samples that both folders have, and both sides' mIoU in percent; None without datasets."""
    equal = total = 0
    own = {path.stem: path for path in pathlib.Path(mine).glob("*.npy")}
    others = {path.parent.name: path for path in pathlib.Path(theirs).rglob("labels.npz")}
    if not own or own.keys() - others.keys():
        raise SystemExit(f"{len(own)} samples in {mine}, {len(others)} in {theirs}, {len(own.keys() & others.keys())} in both")
    truths = {path.parent.name: path for root in data for path in pathlib.Path(root).glob("gts/*/*/labels.npz")}
    if data and own.keys() - truths.keys():
        raise SystemExit(f"{len(own.keys() - truths.keys())} of {len(own)} samples have no ground truth in {' '.join(data)}")
    counts = np.zeros((2, 18, 18), np.int64)
    for token, path in own.items():
        first, second = np.load(path), np.load(others[token])["semantics"]
        equal += int((first == second).sum())
        total += first.size
        if data:
            truth = np.load(truths[token])
            for side, labels in enumerate((first, second)):
                counts[side] += confusion(truth["semantics"], labels, truth["mask_camera"].astype(bool))
    return equal, total, len(own), [100 * np.nanmean(overlaps(side)) for side in counts] if data else None


def is_same(a, b):
    turns = np.abs(np.dot(a["rotation"], b["rotation"]))
    return (
        a["detection_name"] == b["detection_name"] and a["attribute_name"] == b["attribute_name"]
        and np.linalg.norm(np.subtract(a["translation"], b["translation"])) < 0.01
        and all(np.abs(np.subtract(a[key], b[key])).max() < 1e-3 for key in ("size", "velocity"))
        and turns > 1 - 1e-6 and abs(a["detection_score"] - b["detection_score"]) < 1e-3
    )


def boxes(mine, theirs):
    """Boxes that have a partner, and all boxes of the larger side."""
    first, second = (json.loads(pathlib.Path(path).read_text())["results"] for path in (mine, theirs))
    if first.keys() != second.keys():
        raise SystemExit(f"{len(first)} samples in {mine}, {len(second)} in {theirs}, {len(first.keys() & second.keys())} in both")
    same = total = 0
    for token, rows in first.items():
        left = list(second[token])
        total += max(len(rows), len(left))
        for row in rows:
            partner = next((k for k, other in enumerate(left) if is_same(row, other)), None)
            if partner is not None:
                del left[partner]
                same += 1
    return same, total, len(first)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mine", help="folder that evaluate.py --labels wrote, or results file of evaluate.py --results")
    parser.add_argument("theirs", help="what occ-scheduler export wrote of the same samples")
    parser.add_argument("--data", nargs="+", default=[], help="dataset folders, for the mIoU of both sides' labels")
    arguments = parser.parse_args()
    means = None
    if pathlib.Path(arguments.mine).is_dir():
        kind, wanted = "voxels", 99.95
        same, total, samples, means = voxels(arguments.mine, arguments.theirs, arguments.data)
    elif arguments.data:
        parser.error("--data is for voxel labels; of boxes, occ-scheduler import-predictions and evaluate give both scores")
    else:
        kind, wanted = "boxes", 99
        same, total, samples = boxes(arguments.mine, arguments.theirs)
    percent = 100 * same / max(1, total)
    print(f"{percent:.4f} % of {total} {kind} of {samples} samples are the same")
    if means is None:
        return 0 if percent >= wanted else 1
    difference = means[1] - means[0]
    print(f"mIoU of PyTorch {means[0]:.4f}, of the product {means[1]:.4f}, difference {difference:+.4f}")
    return 0 if percent >= wanted and abs(difference) <= LARGEST_DIFFERENCE else 1


if __name__ == "__main__":
    sys.exit(main())
