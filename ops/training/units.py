"""The binary units of BDC: forward as published, backward through straight-through estimators."""
import torch
import torch.nn.functional as F
from torch import nn

import fused

# Whether weights and activations are signs. A twin in full precision, which shows what that costs, is trained with False.
BINARY = True


class Sign(torch.autograd.Function):
    """sign(x), with the gradient of tanh(beta x) for x and for the learnable beta."""

    @staticmethod
    def forward(ctx, x, beta):
        ctx.save_for_backward(x, beta)
        return x.sign()

    @staticmethod
    def backward(ctx, gradient):
        x, beta = ctx.saved_tensors
        slope = torch.tanh(x * beta.to(x.dtype)).square_().neg_().add_(1).mul_(gradient)
        return slope * beta.to(x.dtype), (slope * x).sum(dtype=torch.float32).reshape(1)


class SignWeight(torch.autograd.Function):
    """sign(w) times the mean magnitude of each output channel; the gradient passes where |w| <= 1."""

    @staticmethod
    def forward(ctx, weight):
        ctx.save_for_backward(weight)
        return weight.sign() * weight.abs().mean((1, 2, 3), keepdim=True)

    @staticmethod
    def backward(ctx, gradient):
        (weight,) = ctx.saved_tensors
        return gradient * (weight.abs() <= 1)


class BinaryConv(nn.Conv2d):
    """A convolution whose weights are signs times a factor per output channel, without bias."""

    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False)

    def forward(self, x):
        weight = SignWeight.apply(self.weight) if BINARY else self.weight
        return F.conv2d(x, weight, stride=self.stride, padding=self.padding)


class Shift(nn.Module):
    """x + bias, one number a channel."""

    def __init__(self, channels):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x):
        return x + self.bias.to(x.dtype)


class RPReLU(nn.Module):
    """A PReLU between two shifts."""

    def __init__(self, channels):
        super().__init__()
        self.pr_bias0 = Shift(channels)
        self.pr_prelu = nn.PReLU(channels)
        self.pr_bias1 = Shift(channels)

    def forward(self, x):
        x = self.pr_bias0(x)
        return self.pr_bias1(F.prelu(x, self.pr_prelu.weight.to(x.dtype)))


class Redistribution(nn.Module):
    """x * k + b, two numbers a channel."""

    def __init__(self, channels):
        super().__init__()
        self.b = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.k = nn.Parameter(torch.ones(1, channels, 1, 1))

    def forward(self, x):
        return torch.addcmul(self.b.to(x.dtype), x, self.k.to(x.dtype))


class SignActivation(nn.Module):
    """sign(x) with a learnable steepness of its gradient; beta is not used after training."""

    def __init__(self):
        super().__init__()
        self.beta = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return Sign.apply(x, self.beta) if BINARY else x


class SqueezeExcite(nn.Module):
    """[n, c, h, w] times a gate a channel, from two binary layers on the channels' means."""

    def __init__(self, channels):
        super().__init__()
        self.fc = nn.Sequential(BinaryConv(channels, channels, 1), RPReLU(channels), BinaryConv(channels, channels, 1), nn.Sigmoid())

    def forward(self, x):
        return x * self.fc(x.mean((2, 3), keepdim=True))


class Unit(nn.Module):
    """[n, in, h, w] to [n, out, h / stride, w / stride], out = in or 2 in: signs, 3x3, RPReLU, 1x1, RPReLU, gate, plus the input."""

    def __init__(self, inputs, outputs, stride=1, norm=False):
        super().__init__()
        self.repeats, self.stride = outputs // inputs, stride
        self.move0 = Redistribution(inputs)
        self.binary_activation = SignActivation()
        self.binary_conv_relu = nn.Sequential(
            BinaryConv(inputs, inputs, 3, stride),
            nn.BatchNorm2d(inputs) if norm else nn.Identity(),
            RPReLU(inputs),
            BinaryConv(inputs, outputs, 1),
            nn.BatchNorm2d(outputs) if norm else nn.Identity(),
            RPReLU(outputs),
        )
        self.se_block = SqueezeExcite(outputs)
        if norm:
            self.bn_fp = nn.BatchNorm2d(outputs)

    def forward(self, x):
        identity = F.avg_pool2d(x, 2) if self.stride == 2 else x
        if self.repeats == 2:
            identity = torch.cat([identity, identity], 1)
        if hasattr(self, "bn_fp"):
            identity = fused.norm(identity, self.bn_fp)
        if fused.usable(self, x):
            return self.fused(x, identity)
        return self.se_block(self.binary_conv_relu(self.binary_activation(self.move0(x)))) + identity

    def fused(self, x, identity):
        """The same in training, with fewer passes over memory."""
        spatial, norm1, relu1, pointwise, norm2, relu2 = self.binary_conv_relu
        if BINARY:
            x = fused.MoveSign.apply(x, self.move0.k, self.move0.b, self.binary_activation.beta)
        else:
            x = self.move0(x)
        for convolution, norm, relu in ((spatial, norm1, relu1), (pointwise, norm2, relu2)):
            x = fused.norm_prelu(convolution(x), norm, relu.pr_bias0.bias, relu.pr_prelu.weight, relu.pr_bias1.bias)
        gate = self.se_block.fc(x.mean((2, 3), keepdim=True))
        return torch.addcmul(identity, x, gate.to(x.dtype))


class Pair(nn.Module):
    """Two units side by side; subclasses say on what and what becomes of the results."""

    def __init__(self, channels, norm=False):
        super().__init__()
        self.biconv_1 = Unit(channels, channels, norm=norm)
        self.biconv_2 = Unit(channels, channels, norm=norm)


class Down(Pair):
    """[n, c, h, w] to [n, 2c, h / 2, w / 2]."""

    def forward(self, x):
        x = F.avg_pool2d(x, 2)
        return torch.cat([self.biconv_1(x), self.biconv_2(x)], 1)


class Up(Pair):
    """[n, 2c, h, w] to [n, 2c, 2h, 2w], c channels a unit."""

    def forward(self, x):
        first, second = F.interpolate(x, scale_factor=2, mode="bilinear").chunk(2, 1)
        return torch.cat([self.biconv_1(first), self.biconv_2(second)], 1)


class FusionDecrease(Pair):
    """[n, 2c, h, w] to [n, c, h, w]."""

    def forward(self, x):
        first, second = x.chunk(2, 1)
        return (self.biconv_1(first) + self.biconv_2(second)) / 2


class FusionIncrease(Pair):
    """[n, c, h, w] to [n, 2c, h, w]."""

    def forward(self, x):
        return torch.cat([self.biconv_1(x), self.biconv_2(x)], 1)


class DownConstant(Pair):
    """[n, c, h, w] to [n, c, h / 2, w / 2]."""

    def forward(self, x):
        x = F.avg_pool2d(x, 2)
        return self.biconv_1(x) + self.biconv_2(x)


class Block(nn.Module):
    """Two layers around a shortcut; the first halves the size with a stride, by `Down`, or not at all."""

    def __init__(self, inputs, outputs, stride=1, down=False, shortcut=False, norm=False):
        super().__init__()

        def first(norm):
            return Down(inputs, norm) if down else Unit(inputs, outputs, stride, norm)

        self.conv1 = first(norm)
        self.conv2 = Unit(outputs, outputs, norm=norm)
        # As published: the shortcut's layer has no batch norms.
        self.downsample = first(False) if shortcut else None
        self.relu = RPReLU(outputs)

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        x = self.conv2(self.conv1(x)) + identity
        if fused.usable(self, x):
            relu = self.relu
            return fused.norm_prelu(x, None, relu.pr_bias0.bias, relu.pr_prelu.weight, relu.pr_bias1.bias)
        return self.relu(x)
