"""A network as an ONNX file, and whether ONNX Runtime computes from it what PyTorch computes."""
import logging

import numpy as np
import torch

import data
import inference


def write(network, path, folds=True):
    """Writes a network, one sample a run; reads and gives what `inference.Whole` does."""
    row = network.row
    whole = inference.Whole(inference.prepared(network, folds)).eval()
    example = (
        torch.zeros(6, row.height, row.width, 3, dtype=torch.uint8), torch.zeros(6, *row.features, row.bins, dtype=torch.long))
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    program = torch.onnx.export(
        whole, example, dynamo=True, verbose=False, input_names=list(whole.inputs), output_names=whole.outputs, opset_version=18)
    program.save(str(path), external_data=False)


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
    item = data.load_sample(sample, network.row)
    inputs = torch.from_numpy(item["pixels"]), inference.cells_of(item["points"], network.row)
    found = session(path).run(None, dict(zip(inference.Whole.inputs, (x.numpy() for x in inputs))))
    with torch.no_grad():
        wanted = inference.Whole(network)(*inputs)
    if not network.row.detection:
        share = 100 * float((found[0] == wanted.numpy()).mean())
        print(f"{path}: {share:.4f} % of the labels of keyframe {sample['token']} are those of PyTorch")
        return share >= 99.9
    apart = max(np.quantile(np.abs(one - other.numpy()), 0.99) / other.std().item() for one, other in zip(found, wanted))
    print(f"{path}: 99 % of each map of keyframe {sample['token']} lie within {apart:.1e} of its standard deviation from PyTorch's")
    return apart < 0.02
