#!/usr/bin/env python3
"""Count parameters and operations of the published networks as the paper's tables do, beside the tables' figures.

    count_operations.py CHECKOUT BDC-Occ|BDC-Det      CHECKOUT holds BDC-Occ and BDC-Det (see published.py)

The rule that gives the paper's figures: modules of exactly PyTorch's own types are counted and all others, binary convolutions among
them, are not. A convolution counts its multiply-accumulates and its biases, a linear layer its multiply-accumulates, a batch norm 2 for
every element, ReLU, PReLU and enlargement 1 for every output, pooling 1 for every input. The networks run at a small size, where
everything of the image branch and everything behind it is smaller by a factor of its own.
"""
import collections
import functools
import sys

import torch
from torch import nn

import make_small_goldens as small
import published

PAPER = {
    "bevdet-occ-r50": (29.02, 241.76), "flashocc-r50": (44.74, 248.57),
    "flashocc-r50_BBCU-T": (26.79, 129.69), "flashocc-r50_BBCU-B": (28.16, 133.84),
    "flashocc-r50_BiMatting-T": (26.82, 129.95), "flashocc-r50_BiMatting-B": (28.17, 134.05),
    "flashocc-r50_BiSRNet-T": (26.79, 129.70), "flashocc-r50_BiSRNet-B": (28.16, 133.85),
    "flashocc-r50_BDC-T": (26.82, 129.90), "flashocc-r50_BDC-B": (28.19, 134.02),
    "bevdet-r50-cbgs": (44.25, 148.77), "bevdet-r50-cbgs_BBCU-T": (26.51, 101.24),
    "bevdet-r50-cbgs_BiMatting-T": (26.55, 101.41), "bevdet-r50-cbgs_BiSRNet-T": (26.52, 101.25),
    "bevdet-r50-cbgs_BDC-T": (26.54, 101.36),
}
COUNTED = (nn.Conv2d, nn.Conv3d, nn.Linear, nn.BatchNorm2d, nn.BatchNorm3d, nn.PReLU)
POOLS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)


def count(modules, name, without_norms=False):
    """Parameters, and operations by kind, full size."""
    model = modules.config(name)
    view = model["img_view_transformer"]
    grid = view["grid_config"]
    cells = round((grid["x"][1] - grid["x"][0]) / grid["x"][2]) ** 2
    view["grid_config"] = {**grid, "x": small.GRID["x"], "y": small.GRID["y"]}
    view["input_size"] = (small.HEIGHT, small.WIDTH)
    if without_norms:
        for part in model.values():
            if isinstance(part, dict):
                part.pop("with_bn", None)
    network = modules.build(model)
    image_factor = 6 * 256 * 704 / (small.CAMERAS * small.HEIGHT * small.WIDTH)
    factor = [image_factor]
    sums = collections.Counter()

    def hook(module, arguments, output, is_pooled):
        if not (torch.is_tensor(output) and torch.is_tensor(arguments[0])):
            return
        # Squeeze-excitation has one value a channel and image at any size.
        scale = factor[0] if not is_pooled else 6 / small.CAMERAS if factor[0] == image_factor else 1
        kind, inputs, outputs = type(module), arguments[0].numel() * scale, output.numel() * scale
        if kind in (nn.Conv2d, nn.Conv3d):
            sums["MAC"] += outputs * module.weight[0].numel()
            sums["bias"] += outputs if module.bias is not None else 0
        elif kind is nn.Linear:
            sums["MAC"] += outputs * module.in_features
        elif kind in (nn.BatchNorm2d, nn.BatchNorm3d):
            sums["norm"] += 2 * inputs
        elif kind in (nn.ReLU, nn.PReLU):
            sums["activation"] += outputs
        elif kind in POOLS:
            sums["pooling"] += inputs
        elif kind is nn.Upsample:
            sums["enlargement"] += outputs
        elif kind.__name__ in ("HardBinaryConv", "BiConv2d"):
            sums["binary, not counted"] += outputs * module.weight[0].numel()

    for path, module in network.named_modules():
        module.register_forward_hook(functools.partial(hook, is_pooled=".se_block.fc" in path))
    network.img_view_transformer.register_forward_hook(lambda *_: factor.__setitem__(0, cells / 64))
    relu = torch.relu

    def counted_relu(values):
        sums["activation"] += values.numel() * factor[0]
        return relu(values)

    torch.relu = counted_relu
    features, _ = network.extract_img_feat(small.inputs(4 if modules.tree == "BDC-Det" else 3, range(1)), None)
    network.occ_head(features[0]) if hasattr(network, "occ_head") else network.pts_bbox_head(features)
    torch.relu = relu
    parameters = sum(p.numel() for m in network.modules() if type(m) in COUNTED for p in m.parameters(recurse=False))
    return parameters, sums


def main(checkout, tree):
    torch.set_grad_enabled(False)
    modules = published.Published(tree, checkout)
    modules.tree = tree
    for name, (paper_parameters, paper_operations) in PAPER.items():
        if not list(modules.configs.glob(f"*/{name}.py")) or name.startswith("bevdet-r50") != (tree == "BDC-Det"):
            continue
        variants = [("", False), (" without batch norms in binary units", True)][: 2 if name.endswith("BDC-B") else 1]
        for suffix, without_norms in variants:
            parameters, sums = count(modules, name, without_norms)
            operations = sum(value for kind, value in sums.items() if "not counted" not in kind)
            print(
                f"{name}{suffix}: {parameters / 1e6:.3f} M (paper {paper_parameters:.2f}), "
                f"{operations / 1e9:.3f} G (paper {paper_operations:.2f}): "
                + ", ".join(f"{kind} {value / 1e9:.3f}" for kind, value in sorted(sums.items())),
                flush=True,
            )


if __name__ == "__main__":
    main(*sys.argv[1:3])
