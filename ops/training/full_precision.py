"""The parts of the published networks in full precision, with the names of their state_dict."""
import torch
import torch.nn.functional as F
from torch import nn

import fused


class ConvModule(nn.Module):
    """A convolution as mmcv names it, with a batch norm or a bias, and ReLU or not."""

    def __init__(self, inputs, outputs, kernel, norm=False, relu=False):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=not norm)
        if norm:
            self.bn = nn.BatchNorm2d(outputs)
        self.relu = relu

    def forward(self, x):
        x = self.conv(x)
        if hasattr(self, "bn"):
            return fused.norm(x, self.bn, relu=self.relu)
        return F.relu(x) if self.relu else x


class WideShortcutBlock(nn.Module):
    """Two 3x3 convolutions around a shortcut, which has a 3x3 with a bias or nothing."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Conv2d(inputs, outputs, 3, stride, 1) if stride != 1 else None

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        x = fused.norm(self.conv1(x), self.bn1, relu=True)
        return F.relu(fused.norm(self.conv2(x), self.bn2) + identity)


class PlainBEVNeck(nn.Module):
    """`FPN_LSS`: the first and the last map of the BEV backbone to [n, outputs, y, x]."""

    def __init__(self, first, last, outputs):
        super().__init__()
        wide = 2 * outputs
        self.conv = nn.Sequential(
            nn.Conv2d(first + last, wide, 3, padding=1, bias=False), nn.BatchNorm2d(wide), nn.ReLU(),
            nn.Conv2d(wide, wide, 3, padding=1, bias=False), nn.BatchNorm2d(wide), nn.ReLU())
        self.up2 = nn.Sequential(
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
            nn.Conv2d(wide, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(), nn.Conv2d(outputs, outputs, 1))

    def forward(self, maps):
        last = F.interpolate(maps[-1], scale_factor=4, mode="bilinear", align_corners=True)
        return self.up2(self.conv(torch.cat([maps[0], last], 1)))
