"""The element-wise parts of networks in training, from `fused.cpp` where a C++ compiler is at hand, else from PyTorch."""
import functools
import os
import pathlib

import torch
import torch.nn.functional as F


@functools.cache
def library():
    """The compiled functions, or None: no compiler, or OCC_TRAINING_PLAIN is set."""
    if os.environ.get("OCC_TRAINING_PLAIN"):
        return None
    try:
        from torch.utils.cpp_extension import load

        return load(
            "occ_training_fused", [str(pathlib.Path(__file__).with_name("fused.cpp"))],
            extra_cflags=["-O3", "-march=native", "-ffast-math"], verbose=False)
    except Exception as error:  # any failure to build only costs speed
        print(f"fused kernels are not built ({type(error).__name__}); training goes on slower")
        return None


def usable(module, x):
    return module.training and x.device.type == "cpu" and torch.is_grad_enabled() and library() is not None


def rows(x):
    return x.contiguous(memory_format=torch.channels_last)


class NormPReLU(torch.autograd.Function):
    """prelu(norm(x) + shift_in, slope) + shift_out, [n, c, h, w]; without `weight` there is no norm. Also gives mean and variance."""

    @staticmethod
    def forward(ctx, x, weight, bias, eps, shift_in, slope, shift_out):
        x = rows(x)
        shift_in = shift_in.reshape(-1)
        mean = variance = invstd = None
        scale, shift = torch.ones_like(shift_in), shift_in
        if weight is not None:
            mean, variance = library().moments(x)
            invstd = (variance + eps).rsqrt()
            scale = weight * invstd
            shift = bias - mean * scale + shift_in
        slope = slope.contiguous()
        ctx.save_for_backward(x, scale, shift, slope, mean, invstd, weight)
        ctx.shape = shift_out.shape
        y = library().affine_prelu(x, scale, shift.contiguous(), slope, shift_out.reshape(-1).contiguous())
        ctx.mark_non_differentiable(*[t for t in (mean, variance) if t is not None])
        return y, mean, variance

    @staticmethod
    def backward(ctx, gradient, _, __):
        x, scale, shift, slope, mean, invstd, weight = ctx.saved_tensors
        dx, of_out, of_slope, of_in, of_scale = library().affine_prelu_backward(
            x, rows(gradient.to(x.dtype)), scale, shift.contiguous(), slope, mean, invstd)
        of_weight = None if weight is None else (of_scale - mean * of_in) * invstd
        of_bias = None if weight is None else of_in
        return dx, of_weight, of_bias, None, of_in.reshape(ctx.shape), of_slope, of_out.reshape(ctx.shape)


class MoveSign(torch.autograd.Function):
    """sign(x k + b) with the gradient of tanh(beta (x k + b))."""

    @staticmethod
    def forward(ctx, x, k, b, beta):
        x = rows(x)
        ctx.save_for_backward(x, k, b, beta)
        return library().move_sign(x, k.reshape(-1).contiguous(), b.reshape(-1).contiguous())

    @staticmethod
    def backward(ctx, gradient):
        x, k, b, beta = ctx.saved_tensors
        dx, of_k, of_b, of_beta = library().move_sign_backward(
            x, rows(gradient.to(x.dtype)), k.reshape(-1).contiguous(), b.reshape(-1).contiguous(), beta.item())
        return dx, of_k.reshape(k.shape), of_b.reshape(b.shape), of_beta.sum().reshape(1)


class Pool(torch.autograd.Function):
    """Depth probabilities [n] and features [m, c] to sums over the points of each cell [cells, c]."""

    @staticmethod
    def forward(ctx, depth, features, index, feature, starts):
        depth, features = depth.contiguous(), features.contiguous()
        ctx.save_for_backward(depth, features, index, feature, starts)
        return library().pool(depth, features, index, feature, starts)

    @staticmethod
    def backward(ctx, gradient):
        depth, features, *where = ctx.saved_tensors
        return (*library().pool_backward(depth, features, gradient.float().contiguous(), *where), None, None, None)


def norm_prelu(x, norm, shift_in, slope, shift_out):
    """A batch norm (or identity) in training mode and an RPReLU."""
    if not isinstance(norm, torch.nn.BatchNorm2d):
        return NormPReLU.apply(x, None, None, 0.0, shift_in, slope, shift_out)[0]
    y, mean, variance = NormPReLU.apply(x, norm.weight, norm.bias, norm.eps, shift_in, slope, shift_out)
    with torch.no_grad():
        count = x.numel() // x.shape[1]
        norm.running_mean.lerp_(mean, norm.momentum)
        norm.running_var.lerp_(variance * (count / max(1, count - 1)), norm.momentum)
        norm.num_batches_tracked += 1
    return y


def norm(x, module, relu=False):
    """A batch norm, with ReLU or without."""
    if not usable(module, x):
        x = module(x)
        return F.relu(x) if relu else x
    zeros = torch.zeros(x.shape[1])
    return norm_prelu(x, module, zeros, zeros if relu else zeros + 1, zeros)
