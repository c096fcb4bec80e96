#!/usr/bin/env python3
"""Writes the golden cases of RayIoU: grids and origins, with what rayiou_oracle.py says of them.

usage: rayiou_goldens.py DATASET VERSION FOLDER

DATASET is a synthetic one, as `occ-scheduler make-dataset --scenes 2 --samples 6 --seed 3 --width 160 --height 90
--without-lidar --to DATASET` makes it; one of its samples becomes a case. FOLDER, Tests/RayIoUTests/Goldens, receives `NAME.npz`
with `pred`, `semantics` and `origins` for each case, `counts.json` with the oracle's answers by name, and `origins.json` with
lidar keyframes and the origins of each.
"""

import io
import json
import os
import sys
import zipfile

import numpy as np

import rayiou_oracle as oracle

SEED = 20240


def write(path, **arrays):
    """An .npz whose bytes depend on nothing but the arrays."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            data = io.BytesIO()
            np.lib.format.write_array(data, array)
            archive.writestr(zipfile.ZipInfo(name + ".npy"), data.getvalue(), zipfile.ZIP_DEFLATED)


def empty():
    return np.full(oracle.SHAPE, oracle.FREE, np.uint8)


def boxes(rng, shift):
    """A road with kerbs, walls and boxes of every class, moved by some voxels."""
    grid = empty()
    grid[:, :, 0] = 11
    grid[:, 120:, 1] = 13
    grid[:, 60:80, 1] = 14
    grid[:, 190 - shift : 192 - shift, :10] = 15
    grid[150 + shift : 160 + shift, 20:50, 2:16] = 16
    for label in range(11):
        x, y, z = rng.integers((20, 20, 1), (180, 180, 3))
        length, width, height = rng.integers((2, 2, 2), (14, 8, 6))
        grid[x + shift : x + shift + length, y : y + width, z : z + height] = label
    return grid


def scattered(rng, share):
    grid = empty()
    chosen = rng.random(oracle.SHAPE) < share
    grid[chosen] = rng.integers(0, oracle.FREE, chosen.sum())
    return grid


def corrupted(rng, labels):
    """A prediction as networks get it wrong: moved by a voxel, with holes, noise and confused labels."""
    pred = np.roll(labels, 1, axis=0)
    pred[100:110, :, :] = oracle.FREE
    pred[:, 100:140][pred[:, 100:140] == 15] = 16
    noise = rng.random(oracle.SHAPE) < 0.0005
    pred[noise] = rng.integers(0, oracle.FREE + 1, noise.sum())
    return pred


def grid_cases(root, version):
    rng = np.random.default_rng(SEED)
    state = rng.bit_generator.state
    truth = boxes(rng, 0)
    rng.bit_generator.state = state
    # The first stands on voxel borders in y and z, the next in a wall, the last at the edge of the range.
    edges = [[0.94, 0.0, 1.8], [-3.2, 36.2, 0.6], [38.999, -38.999, 2.4], [12.0, -0.4, 1.84]]
    yield "boxes", boxes(rng, 3), truth, edges
    few = [[0.94, 0.0, 1.84], *rng.uniform((-38, -38, -0.9), (38, 38, 5.2), (3, 3))]
    yield "scattered", scattered(rng, 0.004), scattered(rng, 0.004), few
    # Below the floor (int() makes voxel 0 of the first), above the ceiling, and so far off that no ray arrives: then the labels
    # of voxel 0, 0, 0 count.
    truth, pred = scattered(rng, 0.003), scattered(rng, 0.003)
    truth[:, :, 1], pred[:, :, 2] = 11, 11
    truth[0, 0, 0], pred[0, 0, 0] = 4, 4
    yield "outside", pred, truth, [[1.0, 2.0, -1.3], [-20.1, 5.3, -3.0], [7.7, -9.1, 9.0], [0.3, 0.4, 390.0]]
    yield "nothing", scattered(rng, 0.001), empty(), [[0.94, 0.0, 1.84]]
    scenes = oracle.dataset_frames(root, version)
    name = sorted(scenes)[0]
    tokens, frames = scenes[name]
    labels = np.load(os.path.join(root, "gts", name, tokens[2], "labels.npz"))["semantics"]
    yield "synthetic", corrupted(rng, labels), labels, oracle.scene_origins(frames)[2]


def drive(rng, count):
    """A lidar on a winding, tilting drive, with quaternions that are not quite of length 1."""
    sensor = {"translation": [0.943713, 0.01, 1.84023], "rotation": [0.7077955, -0.0064923, 0.0106461, -0.7063073]}
    place, frames = np.array([411.3, 1180.9, 0.7]), []
    for index in range(count):
        yaw = 0.8 + 0.03 * index
        turn = np.array([np.cos(yaw / 2), *rng.normal(0, 0.01, 2), np.sin(yaw / 2)]) * (1 + rng.normal(0, 1e-7))
        place = place + np.array([np.cos(yaw), np.sin(yaw), 0.02]) * rng.uniform(0, 6)
        frames.append(({"translation": place.tolist(), "rotation": turn.tolist()}, sensor))
    return frames


def origin_cases(root, version):
    rng = np.random.default_rng(SEED)
    yield from (frames for _, frames in oracle.dataset_frames(root, version).values())
    yield drive(rng, 41)
    yield [drive(rng, 1)[0]] * 9


def main(root, version, folder):
    counts = {}
    for name, pred, semantics, origins in grid_cases(root, version):
        case = {"pred": pred, "semantics": semantics, "origins": np.array(origins, np.float64)}
        write(os.path.join(folder, name + ".npz"), **case)
        counts[name] = oracle.scores(*oracle.count([case]))
    with open(os.path.join(folder, "counts.json"), "w", encoding="utf-8") as file:
        json.dump(counts, file, sort_keys=True)
    scenes = []
    for frames in origin_cases(root, version):
        parts = ("translation", "rotation")
        keyframes = [{"ego": {p: e[p] for p in parts}, "lidar": {p: s[p] for p in parts}} for e, s in frames]
        scenes.append({"keyframes": keyframes, "origins": [o.tolist() for o in oracle.scene_origins(frames)]})
    with open(os.path.join(folder, "origins.json"), "w", encoding="utf-8") as file:
        json.dump(scenes, file, sort_keys=True)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
