#!/usr/bin/env python3
"""Shifts the scores of an occupancy network's classes so that their mean IoU on training samples is highest.

    calibrate.py runs/occ-small/checkpoint.pt --data 'data/t*' --to runs/occ-small/calibrated.pt

Weights by frequency make a network name rare classes too often. One number a class, added to the biases of the last layer, takes that
back; it is found by coordinate ascent on samples that the network was trained with, never on held-out ones.
"""
import argparse
import glob
import os

import numpy as np
import torch

import data
from configurations import OCCUPANCY_CLASSES
from evaluate import load, outputs

FREE_SHARE = 8  # of visible free voxels, one in so many is looked at and counts so often


def gather(network, samples, generator):
    """Logits [n, 18], labels [n] and weights [n] of visible voxels."""
    parts = []
    for _, item, logits in outputs(network, samples):
        seen = item["mask"]
        labels = item["semantics"][seen].astype(np.int64)
        kept = (labels != 17) | (generator.random(len(labels)) < 1 / FREE_SHARE)
        parts.append((logits[0][torch.from_numpy(seen)][torch.from_numpy(kept)].half(), labels[kept]))
    labels = torch.from_numpy(np.concatenate([part[1] for part in parts]))
    return torch.cat([part[0] for part in parts]).float(), labels, torch.where(labels == 17, float(FREE_SHARE), 1.0)


def mean_overlap(scores, labels, weights):
    predicted = scores.argmax(1)
    confusion = torch.bincount(labels * 18 + predicted, weights, 324).reshape(18, 18)
    hits = confusion.diagonal()
    union = confusion.sum(0) + confusion.sum(1) - hits
    return (hits / union.clamp(min=1))[:-1][union[:-1] > 0].mean().item()


def ascend(logits, labels, weights, rounds=3):
    """The shift of each class; free stays where it is, as only differences count."""
    shift = torch.zeros(18)
    best = mean_overlap(logits, labels, weights)
    print(f"before: mIoU {100 * best:.2f} of {len(labels)} voxels")
    for turn in range(rounds):
        for name in range(17):
            for step in (-1.2, -0.6, -0.3, -0.15, 0.15, 0.3, 0.6):
                trial = shift.clone()
                trial[name] += step / (turn + 1)
                found = mean_overlap(logits + trial, labels, weights)
                if found > best:
                    best, shift = found, trial
        print(f"after round {turn + 1}: mIoU {100 * best:.2f}", flush=True)
    return shift


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("--data", required=True, nargs="+", help="datasets of the training; patterns are looked up")
    parser.add_argument("--version", default="v1.0-mini")
    parser.add_argument("--samples", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--to", required=True, help="checkpoint to write")
    arguments = parser.parse_args()
    network, _ = load(arguments.checkpoint)
    roots = sorted(root for pattern in arguments.data for root in glob.glob(pattern) if os.path.isdir(f"{root}/{arguments.version}"))
    samples = [sample for root in roots for sample in data.read_samples(root, arguments.version)]
    generator = np.random.default_rng(arguments.seed)
    chosen = [samples[k] for k in generator.permutation(len(samples))[:arguments.samples]]
    shift = ascend(*gather(network, chosen, generator))
    state = torch.load(arguments.checkpoint, map_location="cpu")
    name = [key for key in state["average"] if key.startswith("occ_head.predicter.") and key.endswith(".bias")][-1]
    state["average"][name] += shift.repeat(network.row.levels)
    torch.save(state, arguments.to)
    print(", ".join(f"{c} {s:+.2f}" for c, s in zip(OCCUPANCY_CLASSES, shift.tolist()) if s))


if __name__ == "__main__":
    main()
