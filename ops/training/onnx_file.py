"""A network as an ONNX file, and whether ONNX Runtime computes from it what PyTorch computes."""
import logging
import warnings

import numpy as np
import torch

import data
import inference

INPUTS = ("images_rgb_u8", "points", "cells")


def write(network, path, folds=True):
    """Writes a network, one sample a run; reads and gives what `inference.Whole` does. The number of points is free."""
    row = network.row
    whole = inference.Whole(inference.prepared(network, folds)).eval()
    count = 6 * row.features[0] * row.features[1] * row.bins // 2
    example = (
        torch.zeros(6, row.height, row.width, 3, dtype=torch.uint8), torch.arange(count), torch.zeros(count, dtype=torch.long))
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    points = torch.export.Dim("point_count")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="# The axis name")
        program = torch.onnx.export(
            whole, example, dynamo=True, verbose=False, input_names=list(INPUTS), output_names=whole.outputs, opset_version=18,
            dynamic_shapes=({}, {0: points}, {0: points}))
    program.save(str(path), external_data=False)


def feeds(sample, row):
    """The inputs of one sample by name."""
    return dict(zip(INPUTS, (x.numpy() for x in inference.arrays(data.load_sample(sample, row), row))))


def session(path, threads=1):
    """ONNX Runtime with a file, on the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def compare(network, path, sample):
    """Prints how far ONNX Runtime and PyTorch are apart on a sample; whether that is near enough.

    Signs of numbers next to zero fall either way, so a few labels and cells differ between any two ways to compute in float32.
    """
    inputs = feeds(sample, network.row)
    found = session(path).run(None, inputs)
    with torch.no_grad():
        wanted = inference.Whole(network)(*(torch.from_numpy(inputs[name]) for name in INPUTS))
    if not network.row.detection:
        share = 100 * float((found[0] == wanted.numpy()).mean())
        print(f"{path}: {share:.4f} % of the labels of keyframe {sample['token']} are those of PyTorch")
        return share >= 99.9
    apart = max(np.quantile(np.abs(one - other.numpy()), 0.99) / other.std().item() for one, other in zip(found, wanted))
    print(f"{path}: 99 % of each map of keyframe {sample['token']} lie within {apart:.1e} of its standard deviation from PyTorch's")
    return apart < 0.02
