#!/usr/bin/env python3
"""RayIoU with numpy, written from the definition in docs/ray-iou.md, as an oracle for the Evaluation room.

usage: rayiou_oracle.py counts CASE.npz [CASE.npz ...]
       rayiou_oracle.py origins DATASET VERSION

Each case holds `pred` and `semantics`, uint8 [200, 200, 16], and `origins`, float64 [n, 3]: metres in the sample's ego frame. `counts`
prints one JSON object with, over all cases, the rays of each label in truth and prediction, those that agree within
1, 2 and 4 m, and the scores as fractions (null where undefined). `origins` reads nuScenes tables and prints for
every sample its origins.

Every grid is walked by itself and every path to its end, one numpy step for all rays at once: nothing here is fast.
"""

import fractions
import json
import math
import os
import sys

import numpy as np

LABELS = 18
FREE = 17
SHAPE = (200, 200, 16)
THRESHOLDS = (1, 2, 4)
CORNER = np.array([-40, -40, -1], np.float32)
SIZE = np.float32(0.4)
STEP_LIMIT = 1000
HUGE = np.finfo(np.float64).max


def directions():
    pitches = [-(math.pi / 2 - math.atan(k)) for k in range(1, 11)]
    while pitches[-1] < 0.21:
        pitches.append(pitches[-1] + (pitches[-1] - pitches[-2]))
    azimuths = np.deg2rad(np.arange(360))
    rays = [
        np.stack([np.cos(p) * np.cos(azimuths), np.cos(p) * np.sin(azimuths), np.full(360, np.sin(p))], axis=1)
        for p in pitches
    ]
    return np.concatenate(rays).astype(np.float32)


def voxel_units(points):
    """Metres (float64) to voxels as torch promotes them: float32 constants, float64 arithmetic, float32 result."""
    return ((points - CORNER.astype(np.float64)) / np.float64(SIZE)).astype(np.float32).astype(np.float64)


def fused(a, b, c):
    """a * b + c, rounded once; exact rational numbers where the product needs more bits than a float64 has."""
    result = a * b + c
    for index in range(len(a)):
        product = fractions.Fraction(a[index]) * fractions.Fraction(b[index])
        if float(product) != product:
            result[index] = float(product + fractions.Fraction(c[index]))
    return result


def truncated(values):
    return np.trunc(np.clip(values, -(2.0**31), 2.0**31 - 1)).astype(np.int64)


def walk(occupied, origin, rays):
    """First occupied voxel of each ray, else its last; and the distance to where the ray leaves that voxel, in voxels.

    A ray that is never inside keeps voxel (0, 0, 0) and distance -1.
    """
    count = len(rays)
    start = voxel_units(origin[None].repeat(count, axis=0))
    ray = voxel_units(rays.astype(np.float64) + origin) - start
    square = fused(ray[:, 2], ray[:, 2], fused(ray[:, 0], ray[:, 0], ray[:, 1] * ray[:, 1]))
    unit = ray / np.sqrt(square)[:, None]
    voxel = truncated(start)
    step = np.where(unit >= 0, 1, -1)
    border = voxel + (step > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = np.where(unit != 0, (border - start) / unit, HUGE)
        spacing = np.where(unit != 0, step / unit, HUGE)

    answer = np.zeros((count, 3), np.int64)
    depth = np.full(count, -1.0)
    is_hit = np.zeros(count, bool)
    was_inside = np.zeros(count, bool)
    live = np.arange(count)
    for _ in range(STEP_LIMIT + 1):
        at = voxel[live]
        inside = np.all((at >= 0) & (at < SHAPE), axis=1)
        gone = ~inside & was_inside[live]
        live, at, inside = live[~gone], at[~gone], inside[~gone]
        if len(live) == 0:
            break
        was_inside[live] |= inside
        x, y, z = crossing[live].T
        axis = np.where(x < y, np.where(x < z, 0, 2), np.where(y < z, 1, 2))
        leaves = crossing[live, axis]
        voxel[live, axis] += step[live, axis]
        crossing[live, axis] += spacing[live, axis]
        # Until something is hit, the voxel the ray is in is the answer: in the end, its last one.
        open_ = inside & ~is_hit[live]
        answer[live[open_]] = at[open_]
        depth[live[open_]] = leaves[open_]
        is_hit[live[open_]] = occupied[tuple(at[open_].T)]
    return answer, depth


def render(labels, origins, rays):
    """Label and depth in metres (float32) of every ray of every origin."""
    seen, depths = [], []
    for origin in origins:
        voxel, depth = walk(labels != FREE, origin, rays)
        seen.append(labels[tuple(voxel.T)])
        depths.append(depth.astype(np.float32) * SIZE)
    return np.concatenate(seen), np.concatenate(depths)


def count(cases):
    rays = directions()
    truth, predicted = np.zeros(LABELS, np.int64), np.zeros(LABELS, np.int64)
    hits = np.zeros((len(THRESHOLDS), LABELS), np.int64)
    for case in cases:
        pred_label, pred_depth = render(case["pred"], case["origins"], rays)
        true_label, true_depth = render(case["semantics"], case["origins"], rays)
        kept = true_label != FREE
        truth += np.bincount(true_label[kept], minlength=LABELS)
        predicted += np.bincount(pred_label[kept], minlength=LABELS)
        apart = np.abs(pred_depth - true_depth)
        for row, threshold in zip(hits, THRESHOLDS):
            agree = kept & (pred_label == true_label) & (apart < threshold)
            row += np.bincount(true_label[agree], minlength=LABELS)
    return truth, predicted, hits


def scores(truth, predicted, hits):
    def number(value):
        return None if np.isnan(value) else float(value)

    with np.errstate(divide="ignore", invalid="ignore"):
        iou = (hits / (truth + predicted - hits))[:, :FREE]
    defined = not np.all(np.isnan(iou))
    return {
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "hits": hits.tolist(),
        "iou": [[number(value) for value in row] for row in iou],
        "rayiou_at": [float(np.nanmean(row)) if defined else None for row in iou],
        "rayiou": float(np.nanmean(iou)) if defined else None,
    }


def rotation(quaternion):
    q = np.array(quaternion, np.float64)
    if abs(1 - q @ q) >= 1e-14:
        q = q / np.sqrt(q @ q)
    w, x, y, z = q
    left = np.array([[w, -x, -y, -z], [x, w, -z, y], [y, z, w, -x], [z, -y, x, w]])
    right = np.array([[w, -x, -y, -z], [x, w, z, -y], [y, -z, w, x], [z, y, -x, w]])
    return (left @ right.T)[1:, 1:]


def matrix(row):
    result = np.eye(4)
    result[:3, :3] = rotation(row["rotation"])
    result[:3, 3] = row["translation"]
    return result


def scene_origins(frames):
    """Origins of every sample of a scene; frames are rows of (ego_pose, calibrated_sensor) of LIDAR_TOP."""
    result = []
    for reference, (ref_pose, ref_sensor) in enumerate(frames):
        from_global = np.linalg.inv(matrix(ref_pose) @ matrix(ref_sensor))
        places = []
        for index, (pose, sensor) in enumerate(frames):
            place = np.zeros(3, np.float32)
            if index != reference:
                place = (from_global @ (matrix(pose) @ matrix(sensor)))[:3, 3].astype(np.float32)
            place = matrix(ref_sensor)[:3] @ np.append(place.astype(np.float64), 1.0)
            if abs(place[0]) < 39 and abs(place[1]) < 39:
                places.append(place)
        if len(places) > 8:
            places = [places[i] for i in np.round(np.linspace(0, len(places) - 1, 8)).astype(int)]
        result.append(np.stack(places))
    return result


def dataset_frames(root, version):
    """Scenes by name: for each, the tokens of its samples in order and their rows of (ego_pose, calibrated_sensor)."""

    def table(name):
        with open(os.path.join(root, version, name + ".json"), encoding="utf-8") as file:
            return {row["token"]: row for row in json.load(file)}

    sensors, poses, samples = table("calibrated_sensor"), table("ego_pose"), table("sample")
    channels = {token: row["channel"] for token, row in table("sensor").items()}
    lidar = {}
    for row in table("sample_data").values():
        sensor = sensors[row["calibrated_sensor_token"]]
        if row["is_key_frame"] and channels[sensor["sensor_token"]] == "LIDAR_TOP":
            lidar[row["sample_token"]] = (poses[row["ego_pose_token"]], sensor)
    scenes = {}
    for scene in table("scene").values():
        tokens = [token for token, row in samples.items() if row["scene_token"] == scene["token"]]
        tokens.sort(key=lambda token: samples[token]["timestamp"])
        scenes[scene["name"]] = (tokens, [lidar[token] for token in tokens])
    return scenes


def main(arguments):
    if len(arguments) >= 2 and arguments[0] == "counts":
        print(json.dumps(scores(*count([np.load(path) for path in arguments[1:]]))))
    elif len(arguments) == 3 and arguments[0] == "origins":
        result = {}
        for tokens, frames in dataset_frames(*arguments[1:]).values():
            result.update(zip(tokens, (origins.tolist() for origins in scene_origins(frames))))
        print(json.dumps(result))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
