#!/usr/bin/env python3
"""Holds the product's predictions to PyTorch's on the same samples: the share of equal voxels, or of boxes that are the same.

    evaluate.py runs/occ-small/checkpoint.pt --data data/heldout --labels labels
    occ-scheduler run --dataset data/heldout --version v1.0-mini --model occ-small_BDC-T.occmodel --output out
    occ-scheduler export --output out --format labels --to exported
    agree.py labels exported

    evaluate.py runs/det-small/checkpoint.pt --data data/heldout --results results_nusc.json
    occ-scheduler export --output out --format nuscenes --to exported
    agree.py results_nusc.json exported/results_nusc.json

Leaves with 1 where less than 99.95 % of voxels, or less than 99 % of boxes, are the same. Two boxes are the same where class and attribute
are, the centres are within 1 cm, and sizes, velocity, rotation and score within 0.001.
"""
import json
import pathlib
import sys

import numpy as np


def voxels(mine, theirs):
    """Equal voxels and all voxels of the samples that both folders have."""
    equal = total = 0
    own = {path.stem: path for path in pathlib.Path(mine).glob("*.npy")}
    others = {path.parent.name: path for path in pathlib.Path(theirs).rglob("labels.npz")}
    if not own or own.keys() - others.keys():
        raise SystemExit(f"{len(own)} samples in {mine}, {len(others)} in {theirs}, {len(own.keys() & others.keys())} in both")
    for token, path in own.items():
        first, second = np.load(path), np.load(others[token])["semantics"]
        equal += int((first == second).sum())
        total += first.size
    return equal, total, len(own)


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


def main(mine, theirs):
    kind, wanted, count = ("voxels", 99.95, voxels) if pathlib.Path(mine).is_dir() else ("boxes", 99, boxes)
    same, total, samples = count(mine, theirs)
    percent = 100 * same / max(1, total)
    print(f"{percent:.4f} % of {total} {kind} of {samples} samples are the same")
    return 0 if percent >= wanted else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
