#!/usr/bin/env python3
"""Turn a published checkpoint (.pth) into the state_dict.safetensors that `occ-scheduler import-model` reads.

    pip install torch safetensors
    pth_to_safetensors.py checkpoint.pth state_dict.safetensors

The only step of the project that needs PyTorch. Only tensors are read (`weights_only`), so a checkpoint cannot run code.
EMA checkpoints of the published trainer keep their averaged weights under `state_dict` like any other.
"""
import sys

import torch
from safetensors.torch import save_file


def main(source, target):
    checkpoint = torch.load(source, map_location="cpu", weights_only=True)
    state = checkpoint.get("state_dict", checkpoint)
    tensors = {
        name: value.contiguous().float()
        for name, value in state.items()
        if isinstance(value, torch.Tensor) and not name.endswith("num_batches_tracked")
    }
    if not tensors:
        sys.exit(f"{source}: no tensors found; expected a state_dict, or a checkpoint that has one")
    save_file(tensors, target)
    print(f"{target}: {len(tensors)} tensors")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
