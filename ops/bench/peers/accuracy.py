#!/usr/bin/env python3
"""What precision costs in other programs: mIoU of a trained occupancy network in each of them.

    ops/bench/peers/accuracy.py runs/occ-small/calibrated.pt --data data/heldout --calibrate data/t101

`--calibrate` is a dataset of the training, whose first keyframes NNCF chooses the int8 scales by. Sharper than times: a program that is fast
because it computes something else shows here. mIoU of voxels that cameras see, as `occ-scheduler evaluate --mask camera` gives it.
"""
import argparse
import pathlib
import sys
import tempfile

import numpy as np
import torch

from peer import PROPERTIES, converted, quantised

import data
import inference
import onnx_file
from evaluate import load
from overlap import confusion, overlaps


def peers(network, item, calibration, folder):
    """Name and function (pictures and cells to labels [x, y, z]) of each program."""
    import openvino

    whole = inference.Whole(network)
    yield "PyTorch, fp32", lambda inputs: whole(*inputs).numpy()
    onnx_file.write(network, folder / "network.onnx")
    session = onnx_file.session(folder / "network.onnx")
    yield "ONNX Runtime, fp32", lambda inputs: session.run(None, dict(zip(whole.inputs, (x.numpy() for x in inputs))))[0]
    model = converted(inference.WholeByBags(inference.prepared(network)).eval(), bags(network, item))
    core = openvino.Core()
    for name, hint in (("fp32", "f32"), ("bf16", "bf16"), ("int8", "f32")):
        if name == "int8":
            model = quantised(model, [bags(network, x) for x in calibration])
        request = core.compile_model(model, "CPU", PROPERTIES | {"INFERENCE_PRECISION_HINT": hint}).create_infer_request()
        yield f"OpenVINO, {name}", lambda inputs: request.infer([x.numpy() for x in bags(network, inputs)])[0]


def bags(network, inputs):
    return inputs[0], *inference.bags(inputs[1], network.row, inference.Whole(network).count)


def read(network, root, version, most=None):
    """Inputs and truth of a dataset's keyframes."""
    for sample in data.read_samples(root, version)[:most]:
        item = data.load_sample(sample, network.row)
        inputs = torch.from_numpy(item["pixels"]), inference.cells_of(item["points"], network.row)
        yield inputs, item["semantics"].transpose(1, 0, 2), item["mask"].transpose(1, 0, 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", help="what train.py or calibrate.py wrote of an occupancy network")
    parser.add_argument("--data", required=True, help="dataset to score")
    parser.add_argument("--calibrate", required=True, help="dataset of the training, for int8")
    parser.add_argument("--keyframes", type=int, default=8, help="keyframes of it")
    parser.add_argument("--version", default="v1.0-mini")
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    network, step = load(given.checkpoint)
    if network.row.detection:
        raise SystemExit(f"{given.checkpoint} is a detection network; only voxel labels are scored here")
    calibration = [inputs for inputs, _, _ in read(network, given.calibrate, given.version, given.keyframes)]
    samples = list(read(network, given.data, given.version))
    base = None
    with tempfile.TemporaryDirectory() as folder:
        for name, predict in peers(network, samples[0][0], calibration, pathlib.Path(folder)):
            counts, labels = np.zeros((18, 18), np.int64), []
            for inputs, truth, seen in samples:
                labels.append(predict(inputs).copy())
                counts += confusion(truth, labels[-1], seen)
            base = base or labels
            same = np.mean([(one == other).mean() for one, other in zip(labels, base)])
            print(f"{name:20} mIoU {100 * np.nanmean(overlaps(counts)):6.2f}   {100 * same:.3f} % of the labels are PyTorch's", flush=True)
    print(f"{network.row.name}, step {step}, {len(samples)} keyframes of {given.data}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ModuleNotFoundError) as error:
        sys.exit(f"accuracy.py: {error}")
