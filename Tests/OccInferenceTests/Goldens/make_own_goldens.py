#!/usr/bin/env python3
"""Run this project's own networks (`ops/training`) at a small size and keep what they compute: `own-networks.json`.

    make_own_goldens.py

Needs PyTorch and numpy. Weights and pictures by formula, as in `make_small_goldens.py`: of many sets of pictures the one whose signs are
safest from rounding is kept, and numbers come from float64.
"""
import dataclasses
import hashlib
import json
import pathlib
import sys

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "ops/training"))

import data
import formula
import geometry
import units
from configurations import CONFIGURATIONS
from network import Network

SEED = 20261122
SAMPLES = 64
TRIES = 160
CAMERAS = 2
HEIGHT, WIDTH = 32, 32
GRID = {"x": [-40.0, 40.0, 10.0], "y": [-40.0, 40.0, 10.0], "depth": [1.0, 45.0, 4.0]}


def lengths(network):
    return {k: list(v.shape) for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")}


def points(row):
    """Where the features of two cameras fall on the grid: one looks ahead, one to the left."""
    ahead = [[0, 0, 1, 1.5], [-1, 0, 0, 0], [0, -1, 0, 1.5], [0, 0, 0, 1]]
    left = [[1, 0, 0, 1], [0, 0, 1, 0.5], [0, -1, 0, 1.5], [0, 0, 0, 1]]
    ego = np.stack([np.eye(4)] * CAMERAS)
    ego[:, :2, 3] = [[100 + 0.5 * camera, 50] for camera in range(CAMERAS)]
    camera = np.array([[1200, 0, 800], [0, 1200, 450], [0, 0, 1.0]])
    image = np.array([[0.04, 0, -16], [0, 0.04, -4], [0, 0, 1]])
    depths = row.depth[0] + row.depth[2] * np.arange(row.bins)
    frustum, key = geometry.frustum(row, depths), np.linalg.inv(ego[0])
    placed = [geometry.place(frustum, image, camera, key @ ego[k] @ np.array(pose)) for k, pose in enumerate((ahead, left))]
    axes = (row.x, row.y, row.z)
    return geometry.pooling(np.stack([geometry.grid_cells(p, axes) for p in placed]), 64)


def run(network, pictures, where, dtype):
    """Outputs of the parts by the names of the product's taps, and what stands before every sign of maps."""
    signed = []
    hooks = [m.register_forward_pre_hook(lambda _, x: signed.append(x[0])) for m in network.modules() if isinstance(m, units.SignActivation)]
    network.to(dtype)
    view, found = network.img_view_transformer, {}
    maps = network.img_backbone(pictures.to(dtype))
    neck = network.img_neck(maps)
    depth, context = view.depth_net(neck).permute(0, 2, 3, 1).split([view.bins, network.row.view], -1)
    depth = depth.softmax(-1)
    bev = view.pool(depth, context, where)
    stages = network.img_bev_encoder_backbone(bev)
    encoded = network.img_bev_encoder_neck(stages)
    found.update({f"img_backbone.{k}": x for k, x in enumerate(maps)})
    found.update({"img_neck.0": neck, "img_view_transformer.0": bev, "img_view_transformer.1": depth.permute(0, 3, 1, 2)})
    found.update({f"img_bev_encoder_backbone.{k}": x for k, x in enumerate(stages)})
    found["img_bev_encoder_neck"] = encoded
    if network.row.detection:
        found.update({f"head.{name}": x for name, x in network.pts_bbox_head(encoded).items()})
    else:
        found["occ_head"] = network.occ_head(encoded).transpose(1, 2)
    for hook in hooks:
        hook.remove()
    return found, signed


def golden(name):
    full = Network(CONFIGURATIONS[name])
    row = dataclasses.replace(
        CONFIGURATIONS[name], height=HEIGHT, width=WIDTH, x=tuple(GRID["x"]), y=tuple(GRID["y"]), depth=tuple(GRID["depth"]))
    network = Network(row).eval()
    formula.fill(network, SEED)
    where = tuple(torch.from_numpy(x) for x in points(row))
    best = None
    for seed in range(1, TRIES + 1):
        pixels = np.floor(formula.tensor("small/images", seed, [CAMERAS, HEIGHT, WIDTH, 3], 128, 128)).astype(np.uint8)
        pictures = torch.from_numpy(data.normalised(pixels))
        rough, rough_signed = run(network, pictures, where, torch.float32)
        exact, signed = run(network, pictures, where, torch.float64)
        safety = min(float(x.abs()[x != 0].min() / (x - y.double()).abs().max()) for x, y in zip(signed, rough_signed))
        if best is None or safety > best[0]:
            noise = max(float((rough[k].double() - v).abs().max() / v.std()) for k, v in exact.items())
            best = (safety, seed, exact, sum(x.numel() for x in signed), noise)
    safety, seed, exact, signs, noise = best
    print(f"{name}: seed {seed}, {signs} signs, safety {safety:.2f}, noise {noise:.1e}", flush=True)
    result = {"network": name, "imageSeed": seed, "signs": signs, "safety": safety, "noise": noise, "taps": []}
    if "occ_head" in exact:
        result["labels"] = "".join(chr(ord("a") + int(label)) for label in exact["occ_head"].argmax(-1).reshape(-1))
    generator = np.random.default_rng(1)
    for tap, values in exact.items():
        flat = values.contiguous().reshape(-1).numpy()
        index = np.sort(generator.choice(flat.size, min(SAMPLES, flat.size), replace=False))
        result["taps"].append({
            "name": tap, "shape": list(values.shape), "deviation": float(flat.std()), "index": index.tolist(),
            "value": [float(np.float32(v)) for v in flat[index]],
        })
    lines = sorted(f"{k} {shape}" for k, shape in lengths(full).items())
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return result, {"tensors": len(lines), "sha256": digest}


def main():
    torch.set_grad_enabled(False)
    rows = {name: golden(name) for name in sorted(CONFIGURATIONS) if "-small" in name}
    (HERE / "own-networks.json").write_text(
        f'{{"seed": {SEED}, "cameras": {CAMERAS}, "height": {HEIGHT}, "width": {WIDTH}, "grid": {json.dumps(GRID)},\n'
        '"stateDicts": {\n' + ",\n".join(f"  {json.dumps(name)}: {json.dumps(row[1])}" for name, row in rows.items()) + "\n},\n"
        '"networks": [\n' + ",\n".join(json.dumps(row[0]) for row in rows.values()) + "\n]}\n"
    )


if __name__ == "__main__":
    main()
