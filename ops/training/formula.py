"""Weights and inputs by formula (splitmix64), the same as the product's `FormulaWeights`."""
import math

import numpy as np
import torch
from torch import nn

import units

MASK = (1 << 64) - 1


def uniform(name, seed, count):
    """Numbers in [0, 1) that depend on a tensor's name and a seed alone."""
    key = 0xCBF29CE484222325
    for byte in name.encode():
        key = ((key ^ byte) * 0x100000001B3) & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(key ^ seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) * 2.0**-24


def tensor(name, seed, shape, amplitude, offset):
    values = offset + amplitude * (2 * uniform(name, seed, math.prod(shape)) - 1)
    return values.astype(np.float32).reshape(shape)


def spread(network, name, shape, scale=(0.6, 0.5)):
    """Amplitude and offset of a tensor, by what it is for; `scale` is for the factors before signs."""
    path, _, kind = name.rpartition(".")
    module = network.get_submodule(path)
    if kind == "running_mean":
        return 0.2, 0.0
    if kind == "running_var":
        return 0.5, 1.0
    if kind == "beta":
        return 0.0, 1.0
    if kind == "k":
        return scale
    if kind == "b" or isinstance(module, units.Shift):
        return 0.3, 0.0
    if kind == "bias":
        return 0.15, 0.0
    if isinstance(module, nn.PReLU):
        return 0.2, 0.25
    if isinstance(module, nn.BatchNorm2d):
        # The last norm before a residual addition, so that a deep network's activations keep their size.
        return (0.15, 0.3) if path.endswith(".bn3") else (0.4, 1.0)
    if isinstance(module, nn.Conv2d):
        if path.startswith("pts_bbox_head.task_heads") and path.endswith(".1"):
            return 0.0006, 0.0
        return (2 / math.prod(shape[1:])) ** 0.5 * 3**0.5, 0.0
    return (1 / math.prod(shape[1:])) ** 0.5 * 3**0.5, 0.0


def fill(network, seed, prefix="", scale=(0.6, 0.5)):
    """Gives a network formula weights."""
    state = network.state_dict()
    for name, value in state.items():
        if not name.endswith("num_batches_tracked"):
            shape = list(value.shape)
            value.copy_(torch.from_numpy(tensor(prefix + name, seed, shape, *spread(network, name, shape, scale))))
