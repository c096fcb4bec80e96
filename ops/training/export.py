#!/usr/bin/env python3
"""Writes a checkpoint's averaged weights as the product imports them, or the whole network as an ONNX file for other programs.

    export.py runs/occ-small/checkpoint.pt state_dict.safetensors
    occ-scheduler import-model --config occ-small_BDC-T --weights state_dict.safetensors --output occ-small.occmodel
    export.py runs/occ-small/checkpoint.pt --onnx occ-small.onnx --check data/heldout

The ONNX file holds one sample: six pictures after resize and crop and the places of their frustum points in, labels or the maps of a
detection head out (`inference.Whole`). Its float32 convolutions have signs as weights; no program but the product computes with bits.
"""
import argparse
import sys

import torch


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", help="what train.py or calibrate.py wrote")
    parser.add_argument("state_dict", nargs="?", help="safetensors file for occ-scheduler import-model")
    parser.add_argument("--onnx", metavar="FILE", help="ONNX file; needs pip install onnx onnxscript")
    parser.add_argument(
        "--check", metavar="DATASET",
        help="compare the ONNX file with PyTorch on the first keyframe of that dataset; needs pip install onnxruntime")
    parser.add_argument("--version", default="v1.0-mini", help="of that dataset's tables")
    given = parser.parse_args()
    if not given.state_dict and not given.onnx:
        parser.error("nothing to write: name a safetensors file, or --onnx FILE")
    if given.check and not given.onnx:
        parser.error("--check compares an ONNX file: it needs --onnx FILE")
    return given


def write_state(state, path):
    from safetensors.torch import save_file

    tensors = {k: v.contiguous() for k, v in state["average"].items() if not k.endswith("num_batches_tracked")}
    save_file(tensors, path, metadata={"config": state["config"], "step": str(state["step"])})
    print(f"{path}: {state['config']}, step {state['step']}, {len(tensors)} tensors")


def write_onnx(given):
    import data
    import onnx_file
    from evaluate import load

    network, step = load(given.checkpoint)
    onnx_file.write(network, given.onnx)
    print(f"{given.onnx}: {network.row.name}, step {step}")
    if not given.check:
        return True
    return onnx_file.compare(network, given.onnx, data.read_samples(given.check, given.version)[0])


def main():
    given = arguments()
    try:
        state = torch.load(given.checkpoint, map_location="cpu")
        if not state.get("binary", True) and given.state_dict:
            raise SystemExit(f"{given.checkpoint} is a twin in full precision; the product runs its binary sister")
        if given.state_dict:
            write_state(state, given.state_dict)
        return 0 if not given.onnx or write_onnx(given) else 1
    except OSError as error:
        raise SystemExit(f"cannot export {given.checkpoint}: {error}") from None
    except ModuleNotFoundError as error:
        raise SystemExit(f"cannot export {given.checkpoint}: Python has no module {error.name}; pip install {error.name}") from None


if __name__ == "__main__":
    sys.exit(main())
