#!/usr/bin/env python3
"""Trains a network; stop it whenever you like, the same command goes on.

    train.py --config occ-small_BDC-T --data 'data/t*' --to runs/occ-small --image-steps 1500 --steps 6000

First only the image branch learns, depth and class of feature pixels; then everything. Datasets that appear while it runs are used.
"""
import argparse
import copy
import glob
import json
import math
import os
import pathlib
import signal
import time

import numpy as np
import torch
from torch import nn

import data
import detection
import losses
import units
from configurations import CONFIGURATIONS
from network import Network


class Trainee(nn.Module):
    """A network with the layer that names the class of feature pixels, which only training needs."""

    def __init__(self, row):
        super().__init__()
        self.network = Network(row)
        self.semantics = nn.Conv2d(row.neck, 18, 1)


def rate(step, arguments):
    """Learning rate: a rise at the start of each part, then constant, then half a cosine to nothing in the last share of the steps."""
    since = step - arguments.image_steps if step >= arguments.image_steps else step
    rise = min(1.0, (since + 1) / arguments.warmup)
    left = (arguments.steps - step) / max(1.0, arguments.steps * arguments.decay)
    return arguments.lr * rise * (0.5 - 0.5 * math.cos(math.pi * min(1.0, max(0.0, left))))


def groups(trainee, arguments):
    """Parameters by how they learn: those that are no matrices do not decay, the BEV encoder and the head have a rate of their own."""
    found = {}
    for name, parameter in trainee.named_parameters():
        decay = 0.01 if parameter.ndim > 1 and min(parameter.shape[:2]) > 1 else 0.0
        factor = arguments.bev_rate if "_bev_" in name or "_head" in name else 1.0
        found.setdefault((decay, factor), []).append(parameter)
    return [{"params": p, "weight_decay": decay, "factor": factor} for (decay, factor), p in found.items()]


def take_images(trainee, path):
    """Starts with another network's image branch, as far as shapes agree."""
    theirs, mine = torch.load(path, map_location="cpu")["trainee"], trainee.state_dict()
    for name, value in theirs.items():
        if name.startswith(("network.img_backbone", "network.img_neck", "semantics")) and mine[name].shape == value.shape:
            mine[name].copy_(value)


def find_samples(arguments):
    samples = []
    for pattern in arguments.data:
        for root in sorted(glob.glob(pattern)):
            if os.path.exists(f"{root}/{arguments.version}/sample.json"):
                samples += data.read_samples(root, arguments.version)
    if not samples:
        raise SystemExit(f"no dataset of version {arguments.version} at {arguments.data}")
    return samples


def count_classes(samples, row, limit=60):
    """How often each class occurs among visible voxels and among feature pixels: [2, 18]."""
    counts = torch.zeros(2, 18)
    for index in np.random.default_rng(0).permutation(len(samples))[:limit]:
        item = data.load_sample(samples[index], row)
        counts[0] += torch.from_numpy(np.bincount(item["semantics"][item["mask"]], minlength=18))
        counts[1] += torch.from_numpy(np.bincount(item["class"].reshape(-1), minlength=18))
    return counts


def step_losses(trainee, batch, weights, only_images):
    """The losses of one batch, by name."""
    network, row = trainee.network, trainee.network.row
    features = network.image_features(batch["images"])
    depth, context = network.img_view_transformer(features)
    found = {
        "depth": losses.depth_loss(depth, batch["depth"], row.depth),
        "class": losses.semantic_loss(trainee.semantics(features), batch["class"], weights[1]),
    }
    if only_images:
        return found
    bev = network.bev_features(depth, context, batch["points"])
    if row.detection:
        found["heatmap"], found["box"] = detection.detection_losses(network.pts_bbox_head(bev), batch["boxes"], row)
        return found
    visible = batch["mask"].flatten(0, 2)
    columns = visible.any(-1).nonzero()[:, 0]
    # Neighbours say nearly the same: some of the columns are enough.
    columns = columns[torch.randperm(len(columns))[:COLUMNS]]
    visible = visible[columns]
    logits = network.occ_head(bev, columns)[visible].float()
    found["voxel"], found["overlap"] = losses.occupancy_loss(
        logits, batch["semantics"].flatten(0, 2)[columns][visible].long(), weights[0])
    return found


COLUMNS = 16_000
SHARES = {"depth": 0.5, "class": 0.5, "voxel": 1.0, "overlap": 0.5, "heatmap": 1.0, "box": 0.25}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", required=True, choices=sorted(CONFIGURATIONS))
    parser.add_argument("--data", required=True, nargs="+", help="dataset folders; patterns are looked up again and again")
    parser.add_argument("--version", default="v1.0-mini")
    parser.add_argument("--to", required=True, type=pathlib.Path, help="folder for checkpoint and log")
    parser.add_argument("--image-steps", type=int, default=1500, help="steps of the image branch alone")
    parser.add_argument("--steps", type=int, default=6000, help="all steps")
    parser.add_argument("--decay", type=float, default=0.2, help="share of the steps in which the rate falls")
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--bev-rate", type=float, default=2.0, help="factor of the rate for BEV encoder and head")
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--images-of", help="checkpoint of another network whose image branch is the start")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--every", type=float, default=180, help="seconds between checkpoints")
    parser.add_argument("--full-precision", action="store_true", help="train the twin without signs, to see what they cost")
    parser.add_argument("--bf16", action="store_true", help="convolutions in bfloat16: faster where the CPU has it")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(arguments.seed)
    units.BINARY = not arguments.full_precision
    row = CONFIGURATIONS[arguments.config]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    trainee = Trainee(row).to(device=device, memory_format=torch.channels_last)
    average = copy.deepcopy(trainee.network)
    optimizer = torch.optim.AdamW(groups(trainee, arguments), lr=arguments.lr)
    arguments.to.mkdir(parents=True, exist_ok=True)
    path = arguments.to / "checkpoint.pt"
    samples = find_samples(arguments)
    step = 0
    if path.exists():
        state = torch.load(path, map_location=device)
        if state.get("binary", True) != units.BINARY:
            raise SystemExit(f"{path} is of the {'binary network' if state.get('binary', True) else 'twin in full precision'}; choose another --to")
        trainee.load_state_dict(state["trainee"])
        average.load_state_dict(state["average"])
        if "optimizer" in state:
            optimizer.load_state_dict(state["optimizer"])
        step, counts = state["step"], state["counts"]
    else:
        counts = count_classes(samples, row)
        if arguments.images_of:
            take_images(trainee, arguments.images_of)
            average = copy.deepcopy(trainee.network)
    weights = [losses.class_weights(counts[0]).to(device), losses.class_weights(counts[1]).to(device)]
    print(f"{arguments.config}: step {step} of {arguments.steps}, {len(samples)} samples, {device}", flush=True)

    def save(name="checkpoint.pt"):
        state = {
            "config": arguments.config, "binary": units.BINARY, "trainee": trainee.state_dict(), "average": average.state_dict(),
            "optimizer": optimizer.state_dict(), "step": step, "counts": counts, "samples": len(samples),
        }
        torch.save(state, arguments.to / (name + ".tmp"))
        os.replace(arguments.to / (name + ".tmp"), arguments.to / name)

    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    signal.signal(signal.SIGINT, lambda *_: stopped.append(True))
    trainee.train()
    saved = time.monotonic()
    log = open(arguments.to / "log.jsonl", "a", buffering=1)
    while step < arguments.steps:
        begun = time.monotonic()
        # All randomness of a step comes from its number, so that an interrupted run goes on as if it had not been.
        generator = np.random.default_rng([arguments.seed, step])
        torch.manual_seed(arguments.seed * 1_000_003 + step)
        chosen = generator.integers(len(samples), size=arguments.batch)
        batch = data.collate([data.load_sample(samples[k], row, generator) for k in chosen], row)
        loaded = time.monotonic()
        batch["images"] = batch["images"].to(memory_format=torch.channels_last)
        batch = {k: v.to(device) if torch.is_tensor(v) else type(v)(t.to(device) for t in v) for k, v in batch.items()}
        for group in optimizer.param_groups:
            group["lr"] = rate(step, arguments) * group["factor"]
        with torch.autocast(device, torch.bfloat16, enabled=arguments.bf16):
            found = step_losses(trainee, batch, weights, step < arguments.image_steps)
            loss = sum(SHARES[name] * value for name, value in found.items())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(trainee.parameters(), 5.0)
        if torch.isfinite(norm):
            optimizer.step()
        step += 1
        keep = min(0.998, (1 + step) / (10 + step))
        with torch.no_grad():
            for mine, theirs in zip(average.state_dict().values(), trainee.network.state_dict().values()):
                mine.lerp_(theirs, 1 - keep) if mine.is_floating_point() else mine.copy_(theirs)
        now = time.monotonic()
        log.write(json.dumps({
            "step": step, **{name: round(value.item(), 4) for name, value in found.items()}, "norm": round(norm.item(), 3),
            "rate": round(rate(step - 1, arguments), 7), "seconds": round(now - begun, 2), "loading": round(loaded - begun, 2),
        }) + "\n")
        if step in (arguments.image_steps, int(arguments.steps * (1 - arguments.decay))):
            save(f"step-{step}.pt")
        if now - saved > arguments.every or step == arguments.steps or stopped:
            save()
            if stopped:
                break
            samples, saved = find_samples(arguments), time.monotonic()


if __name__ == "__main__":
    main()
