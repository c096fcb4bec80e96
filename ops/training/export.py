#!/usr/bin/env python3
"""Writes a checkpoint's averaged weights as the product imports them.

    export.py runs/occ-small/checkpoint.pt state_dict.safetensors
    occ-scheduler import-model --config occ-small_BDC-T --weights state_dict.safetensors --output occ-small.occmodel
"""
import sys

import torch
from safetensors.torch import save_file


def main(checkpoint, output):
    state = torch.load(checkpoint, map_location="cpu")
    if not state.get("binary", True):
        raise SystemExit(f"{checkpoint} is a twin in full precision; the product runs its binary sister")
    tensors = {k: v.contiguous() for k, v in state["average"].items() if not k.endswith("num_batches_tracked")}
    save_file(tensors, output, metadata={"config": state["config"], "step": str(state["step"])})
    print(f"{output}: {state['config']}, step {state['step']}, {len(tensors)} tensors")


if __name__ == "__main__":
    main(*sys.argv[1:])
