"""Networks as they are run and no longer trained: signs of weights taken once, batch norms folded; and the whole way in one module."""
import copy

import torch
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

    Reads `images_rgb_u8` [6, h, w, 3] after resize and crop, and which frustum point falls into which cell of the grid: `points` [n],
    indices among [camera, row, column, depth bin], and `cells` [n], indices among [y, x].
    """

    def __init__(self, network):
        super().__init__()
        self.network = network
        self.register_buffer("means", torch.from_numpy(data.MEANS))
        self.register_buffer("factors", torch.from_numpy((1 / data.DEVIATIONS).astype("float32")))

    def forward(self, images_rgb_u8, points, cells):
        network, row = self.network, self.network.row
        images = (images_rgb_u8.float().flip(-1) - self.means) * self.factors
        depth, context = network.img_view_transformer(network.image_features(images.permute(0, 3, 1, 2)))
        depth = depth.softmax(-1).reshape(-1)[points]
        context = context.reshape(-1, row.view)[points // row.bins]
        grid = network.img_view_transformer.grid
        bev = torch.zeros(grid[0] * grid[1], row.view).index_put((cells,), context * depth[:, None], accumulate=True)
        bev = bev.view(1, *grid, row.view).permute(0, 3, 1, 2)
        found = network.img_bev_encoder_neck(network.img_bev_encoder_backbone(bev))
        if row.detection:
            return tuple(network.pts_bbox_head(found).values())
        return network.occ_head(found)[0].argmax(-1).to(torch.uint8).permute(1, 0, 2)

    @property
    def outputs(self):
        """Names of what `forward` gives."""
        return list(self.network.pts_bbox_head.VALUES) if self.network.row.detection else ["labels"]


def arrays(item, row):
    """What `Whole` reads of a sample that `data.load_sample` read: pictures, points, cells."""
    point, _, starts = item["points"]
    counts = torch.diff(torch.from_numpy(starts), append=torch.tensor([len(point)]))
    return torch.from_numpy(item["pixels"]), torch.from_numpy(point), torch.repeat_interleave(torch.arange(len(starts)), counts)
