#!/usr/bin/env python3
"""A keyframe by formula, and what a network with formula weights makes of it, to hold the product against:

    python3 made_up.py flashocc-r50_BDC-T --to case
    occ-scheduler import-model --config flashocc-r50_BDC-T --formula-weights 1 --output case/m.occmodel
    occ-worker infer --model case/m.occmodel --inputs case/inputs.safetensors --output case/out.safetensors --tap img_backbone.0
    occ-worker compare case/reference.safetensors case/out.safetensors

`made_up.py` prints these commands with the taps of the network.
"""
import argparse
import math
import pathlib

import numpy as np
import torch

import data
import formula
import geometry
import inference
from configurations import CONFIGURATIONS
from network import Network

SEED = 1
SOURCE_WIDTH, SOURCE_HEIGHT = 1600, 900
# Yaw in degrees, x and y in metres in the ego frame, focal length in pixels of the source; in the published order of cameras.
RIG = (
    (55, 1.5, 0.5, 1270.0), (0, 1.7, 0.0, 1266.0), (-55, 1.5, -0.5, 1260.0), (110, 1.0, 0.5, 1256.0), (180, 0.0, 0.0, 809.0),
    (-110, 1.0, -0.5, 1259.0))
BLOCK = 16


def pictures(row, frame):
    """Blocks of 16 pixels in colours by formula with a ramp over them: uint8 [6, h, w, 3]."""
    height, width = row.height // BLOCK, row.width // BLOCK
    blocks = np.floor(formula.uniform(f"image/{frame}", SEED, 6 * height * width * 3).reshape(6, height, width, 3) * 256).astype(np.int32)
    pixels = blocks.repeat(BLOCK, 1).repeat(BLOCK, 2) // 2
    ramp = np.arange(row.width)[None, None, :, None] // 8 + np.arange(row.height)[None, :, None, None] // 8
    return ((pixels + ramp) % 256).astype(np.uint8)


def keyframe(row, frame=0):
    """What `occ-worker infer` reads, arrays by name, of a car that has driven 2 m a frame; cameras fire 5 cm apart."""
    scale = np.float32(row.width / SOURCE_WIDTH)
    sensor2ego, intrinsics = [], []
    for yaw, x, y, focal in RIG:
        sine, cosine = math.sin(math.radians(yaw)), math.cos(math.radians(yaw))
        sensor2ego.append([[sine, 0, cosine, x], [-cosine, 0, sine, y], [0, -1, 0, 1.5], [0, 0, 0, 1]])
        intrinsics.append([[focal, 0, SOURCE_WIDTH / 2], [0, focal, SOURCE_HEIGHT / 2], [0, 0, 1]])
    ego2global = np.stack([np.eye(4)] * 6)
    ego2global[:, 0, 3] = 100 + 2 * frame + 0.05 * np.arange(6)
    ego2global[:, 1, 3] = 50
    return {
        "images_rgb_u8": pictures(row, frame)[None], "sensor2ego": np.float32(sensor2ego)[None], "ego2global": np.float32(ego2global)[None],
        "intrinsics": np.float32(intrinsics)[None], "post_rot": np.diag([scale, scale, np.float32(1)]),
        "post_tran": np.float32([0, -(int(SOURCE_HEIGHT * scale) - row.height), 0]),
    }


def inputs(row, frame=0):
    """The same as `inference.Whole` reads it."""
    made = keyframe(row, frame)
    matrix = made["post_rot"].astype(np.float64)
    matrix[:2, 2] = made["post_tran"][:2]
    ego = made["ego2global"][0].astype(np.float64)
    poses = [np.linalg.inv(ego[0]) @ pose @ mount for pose, mount in zip(ego, made["sensor2ego"][0].astype(np.float64))]
    points = geometry.pooled(row, [matrix] * 6, made["intrinsics"][0], poses)
    return torch.from_numpy(made["images_rgb_u8"][0]), inference.cells_of(points, row)


def network(name):
    """A network with formula weights, ready to predict."""
    result = Network(CONFIGURATIONS[name]).eval()
    formula.fill(result, SEED)
    return result.requires_grad_(False)


def reference(made, item):
    """Outputs of the parts by the names of the product's taps, and labels as `occ`."""
    row, view = made.row, made.img_view_transformer
    maps = made.img_backbone(torch.from_numpy(data.normalised(item[0].numpy())))
    neck = made.img_neck(maps)
    depth, context = view(neck)
    points, features, starts = inference.bags(item[1], row, math.prod(view.grid))
    bev = view.pool(depth.softmax(-1), context, (points[:starts[-1]], features[:starts[-1]], starts[:-1]))
    encoded = made.img_bev_encoder_neck(made.img_bev_encoder_backbone(bev))
    found = {f"tap:img_backbone.{k}": x for k, x in enumerate(maps)}
    found |= {"tap:img_neck.0": neck, "tap:img_view_transformer.0": bev, "tap:img_bev_encoder_neck": encoded}
    if row.detection:
        found |= {f"tap:head.{name}": x for name, x in made.pts_bbox_head(encoded).items()}
    else:
        logits = made.occ_head(encoded).transpose(1, 2)
        best = logits[0].topk(2, -1).values
        found |= {"occ": logits[0].argmax(-1).to(torch.uint8), "occ_margin": best[..., 0] - best[..., 1]}
    return {name: value.contiguous().numpy() for name, value in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", choices=CONFIGURATIONS)
    parser.add_argument("--to", type=pathlib.Path, required=True, help="folder for inputs.safetensors and reference.safetensors")
    arguments = parser.parse_args()
    from safetensors.numpy import save_file

    torch.set_num_threads(1)
    made, folder = network(arguments.config), arguments.to
    outputs = reference(made, inputs(made.row))
    folder.mkdir(parents=True, exist_ok=True)
    save_file(keyframe(made.row), folder / "inputs.safetensors")
    save_file(outputs, folder / "reference.safetensors")
    taps = " ".join(f"--tap {name[4:]}" for name in outputs if name.startswith("tap:"))
    print(f"occ-scheduler import-model --config {arguments.config} --formula-weights {SEED} --output {folder}/m.occmodel")
    print(f"occ-worker infer --model {folder}/m.occmodel --inputs {folder}/inputs.safetensors --output {folder}/out.safetensors {taps}")
    print(f"occ-worker compare {folder}/reference.safetensors {folder}/out.safetensors")


if __name__ == "__main__":
    main()
