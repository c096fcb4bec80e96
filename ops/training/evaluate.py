#!/usr/bin/env python3
"""Predicts whole datasets with a checkpoint's averaged weights: prints the mIoU of voxels that the cameras see, or writes boxes.

    evaluate.py runs/occ-small/checkpoint.pt --data data/heldout
    evaluate.py runs/det-small/checkpoint.pt --data data/heldout --results results_nusc.json
    occ-scheduler import-predictions --dataset data/heldout --version v1.0-mini --predictions results_nusc.json --output scored
    occ-scheduler evaluate --output scored
"""
import argparse
import json
import pathlib

import numpy as np
import torch

import boxes
import data
import units
from configurations import CONFIGURATIONS, OCCUPANCY_CLASSES
from network import Network, load_state
from overlap import confusion, overlaps


def load(path, name=None):
    """The network of a checkpoint, or of a state_dict.safetensors and a configuration's name, ready to predict."""
    if str(path).endswith(".safetensors"):
        from safetensors.torch import load_file

        state = {"config": name, "average": load_file(path), "step": 0}
    else:
        state = torch.load(path, map_location="cpu")
    units.BINARY = state.get("binary", True)
    network = Network(CONFIGURATIONS[state["config"]])
    load_state(network, state["average"])
    return network.eval().to(memory_format=torch.channels_last), state["step"]


def outputs(network, samples):
    """For each sample its arrays and what the network's head gives."""
    for sample in samples:
        item = data.load_sample(sample, network.row)
        batch = data.collate([item], network.row)
        with torch.no_grad():
            yield sample, item, network(batch["images"].to(memory_format=torch.channels_last), batch["points"])


def predict(network, samples):
    """For each sample its arrays and the labels [y, x, z] of all voxels."""
    for _, item, logits in outputs(network, samples):
        yield item, logits[0].argmax(-1).to(torch.uint8).numpy()


def write_results(network, arguments):
    """The boxes of all samples as a nuScenes results file."""
    found = {}
    for root in arguments.data:
        for sample, _, maps in outputs(network, data.read_samples(root, arguments.version)):
            found[sample["token"]] = boxes.results(maps, sample, network.row)
    meta = {f"use_{name}": name == "camera" for name in ("camera", "lidar", "radar", "map", "external")}
    arguments.results.write_text(json.dumps({"meta": meta, "results": found}))
    print(f"{arguments.results}: {sum(map(len, found.values()))} boxes of {len(found)} samples")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("--data", required=True, nargs="+")
    parser.add_argument("--version", default="v1.0-mini")
    parser.add_argument("--config", help="of a state_dict.safetensors")
    parser.add_argument("--labels", type=pathlib.Path, help="folder for the labels, one .npy [x, y, z] a sample")
    parser.add_argument("--results", type=pathlib.Path, help="file for boxes, which a detection network needs")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    network, step = load(arguments.checkpoint, arguments.config)
    if network.row.detection:
        if not arguments.results:
            raise SystemExit("a detection network needs --results FILE; occ-scheduler import-predictions and evaluate score it")
        return write_results(network, arguments)
    counts = np.zeros((18, 18), np.int64)
    count = 0
    for root in arguments.data:
        for item, labels in predict(network, data.read_samples(root, arguments.version)):
            counts += confusion(item["semantics"], labels, item["mask"])
            count += 1
            if arguments.labels:
                arguments.labels.mkdir(parents=True, exist_ok=True)
                np.save(arguments.labels / f"{item['token']}.npy", labels.transpose(1, 0, 2))
    found = overlaps(counts)
    for name, value in zip(OCCUPANCY_CLASSES, found):
        print(f"{name:22} {100 * value:6.2f}")
    print(f"{'mIoU':22} {100 * np.nanmean(found):6.2f}   step {step}, {count} samples")


if __name__ == "__main__":
    main()
