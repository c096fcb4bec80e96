"""Networks as they are run and no longer trained: signs of weights taken once, batch norms folded; and the whole way in one module."""
import copy

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

import data
import units


class PlainSign(nn.Module):
    """sign(x) without a way back."""

    def forward(self, x):
        return x.sign()


@torch.no_grad()
def plain(convolution):
    """A binary convolution as an ordinary one, whose weights are the signs times the factors."""
    result = nn.Conv2d(
        convolution.in_channels, convolution.out_channels, convolution.kernel_size, convolution.stride, convolution.padding, bias=False)
    result.weight.data = units.SignWeight.apply(convolution.weight) if units.BINARY else convolution.weight
    return result.eval()


def norms(module):
    """Names of a module's convolutions with those of the batch norms that follow them."""
    children = dict(module.named_children())
    if isinstance(module, nn.Sequential):
        names = list(children)
        found = zip(names, names[1:])
    else:
        found = ((name, name.replace("conv", "bn")) for name in children if name.startswith("conv"))
    return [
        (first, second) for first, second in found
        if isinstance(children[first], nn.Conv2d) and isinstance(children.get(second), nn.BatchNorm2d)]


def prepared(network, folds=True):
    """A copy for predictions alone, in evaluation mode; `folds`: with batch norms in the convolutions before them."""
    network = copy.deepcopy(network).eval()
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, units.BinaryConv):
                setattr(module, name, plain(child))
            elif isinstance(child, units.SignActivation) and units.BINARY:
                setattr(module, name, PlainSign())
        for first, second in norms(module) if folds else ():
            setattr(module, first, fuse_conv_bn_eval(getattr(module, first), getattr(module, second)))
            setattr(module, second, nn.Identity())
    return network.requires_grad_(False)


class Whole(nn.Module):
    """Six pictures to labels [x, y, z] as Occ3D has them, or to the maps of a detection head.

    Reads `images_rgb_u8` [6, h, w, 3] after resize and crop, and for each frustum point the cell of the grid that it falls into, `cells`
    [6, rows, columns, depth bins] of the features: an index among [y, x], or the number of cells for a point outside.
    """

    inputs = ("images_rgb_u8", "cells")

    def __init__(self, network):
        super().__init__()
        self.network = network
        self.count = network.img_view_transformer.grid[0] * network.img_view_transformer.grid[1]
        self.register_buffer("means", torch.from_numpy(data.MEANS))
        self.register_buffer("factors", torch.from_numpy((1 / data.DEVIATIONS).astype("float32")))

    def lift(self, images_rgb_u8):
        """Depth probabilities [pixels, bins] and context [pixels, channels]."""
        images = (images_rgb_u8.float().flip(-1) - self.means) * self.factors
        depth, context = self.network.img_view_transformer(self.network.image_features(images.permute(0, 3, 1, 2)))
        return depth.softmax(-1).flatten(0, 2), context.flatten(0, 2)

    def finish(self, bev):
        """BEV features [cells, channels] to what `forward` gives."""
        network = self.network
        bev = bev.view(1, *network.img_view_transformer.grid, bev.shape[-1]).permute(0, 3, 1, 2)
        found = network.img_bev_encoder_neck(network.img_bev_encoder_backbone(bev))
        if network.row.detection:
            return tuple(network.pts_bbox_head(found).values())
        return network.occ_head(found)[0].argmax(-1).to(torch.uint8).permute(1, 0, 2)

    def forward(self, images_rgb_u8, cells):
        depth, context = self.lift(images_rgb_u8)
        lifted = (depth[:, :, None] * context[:, None]).flatten(0, 1)
        bev = torch.zeros(self.count + 1, context.shape[-1])
        return self.finish(bev.index_put((cells.reshape(-1),), lifted, accumulate=True)[:-1])

    @property
    def outputs(self):
        """Names of what `forward` gives."""
        return list(self.network.pts_bbox_head.VALUES) if self.network.row.detection else ["labels"]


class WholeByBags(Whole):
    """The same where there is an operation that sums weighted rows, which ONNX has not: it is many times faster.

    Reads points in the order of their cells, `points` [n] (indices among [camera, row, column, bin]) and `features` [n] (the same without
    the bin), and `starts` [cells + 1], where each cell's points begin and, last, those outside.
    """

    inputs = ("images_rgb_u8", "points", "features", "starts")

    def forward(self, images_rgb_u8, points, features, starts):
        depth, context = self.lift(images_rgb_u8)
        weights = depth.reshape(-1).index_select(0, points)
        return self.finish(F.embedding_bag(features, context, starts, mode="sum", per_sample_weights=weights)[:-1])


def cells_of(points, row):
    """The cell of every frustum point, from those inside sorted by cell (`geometry.pooling`): int64 [6, rows, columns, bins]."""
    inside, _, starts = (torch.from_numpy(x) for x in points)
    result = torch.full((6 * row.features[0] * row.features[1] * row.bins,), len(starts))
    result[inside] = torch.repeat_interleave(torch.arange(len(starts)), torch.diff(starts, append=torch.tensor([len(inside)])))
    return result.view(6, *row.features, row.bins)


def bags(cells, row, count):
    """What `WholeByBags` reads instead of `cells`."""
    cells = cells.reshape(-1)
    points = cells.argsort(stable=True)
    starts = torch.bincount(cells, minlength=count + 1).cumsum(0).roll(1)
    starts[0] = 0
    return points, points // row.bins, starts
