"""The networks, with the names of the published state_dict."""
import collections

import torch
import torch.nn.functional as F
from torch import nn

import fused
from configurations import DETECTION_CLASSES, cells
from full_precision import ConvModule, PlainBEVNeck, WideShortcutBlock
from units import Block, FusionDecrease, Unit, Up


class BasicBlock(nn.Module):
    """Two 3x3 convolutions around a shortcut, named as torchvision's."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        identity = x
        if self.downsample is not None:
            identity = fused.norm(self.downsample[0](x), self.downsample[1])
        x = fused.norm(self.conv1(x), self.bn1, relu=True)
        return F.relu(fused.norm(self.conv2(x), self.bn2) + identity)


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions around a shortcut, named as torchvision's; the 3x3 has the stride."""

    def __init__(self, inputs, middle, stride):
        super().__init__()
        outputs = 4 * middle
        self.conv1 = nn.Conv2d(inputs, middle, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(middle)
        self.conv2 = nn.Conv2d(middle, middle, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(middle)
        self.conv3 = nn.Conv2d(middle, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        identity = x
        if self.downsample is not None:
            identity = fused.norm(self.downsample[0](x), self.downsample[1])
        x = fused.norm(self.conv1(x), self.bn1, relu=True)
        x = fused.norm(self.conv2(x), self.bn2, relu=True)
        return F.relu(fused.norm(self.conv3(x), self.bn3) + identity)


class ResNet(nn.Module):
    """[n, 3, h, w] to the last stages' maps, each half as large as the one before and the last at h / 32; of 18 or 50 layers."""

    BLOCKS = {18: (BasicBlock, 1, (2, 2, 2, 2)), 50: (Bottleneck, 4, (3, 4, 6, 3))}

    def __init__(self, outputs, layers):
        super().__init__()
        block, expansion, counts = self.BLOCKS[layers]
        width = outputs[-1] // 8 // expansion
        self.outputs = len(outputs)
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inputs = width
        for stage, count in enumerate(counts):
            channels, blocks = width << stage, []
            for k in range(count):
                blocks.append(block(inputs, channels, 2 if stage > 0 and k == 0 else 1))
                inputs = channels * expansion
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))

    def forward(self, x):
        x = F.max_pool2d(fused.norm(self.conv1(x), self.bn1, relu=True), 3, 2, 1)
        maps = []
        for stage in range(4):
            x = getattr(self, f"layer{stage + 1}")(x)
            maps.append(x)
        return maps[-self.outputs:]


class ImageNeck(nn.Module):
    """Maps of falling size to one of the first one's size; units halve channels until they are the neck's, or a 1x1 does it at once."""

    def __init__(self, inputs, outputs, norm, binary=True):
        super().__init__()
        if not binary:
            self.lateral_convs = nn.ModuleList([ConvModule(channels, outputs, 1) for channels in inputs])
            self.fpn_convs = nn.ModuleList([ConvModule(outputs, outputs, 3)])
            return
        self.lateral_convs = nn.ModuleList()
        for level, channels in enumerate(inputs):
            units = collections.OrderedDict()
            while channels > outputs:
                channels //= 2
                units[f"l_conv_{level}_{len(units)}"] = FusionDecrease(channels, norm)
            self.lateral_convs.append(nn.Sequential(units))
        self.fpn_convs = nn.ModuleList([Unit(outputs, outputs, norm=norm)])

    def forward(self, maps):
        maps = [lateral(x) for lateral, x in zip(self.lateral_convs, maps)]
        x = maps[-1]
        for larger in maps[-2::-1]:
            x = larger + F.interpolate(x, larger.shape[2:], mode="nearest")
        return self.fpn_convs[0](x)


class ViewTransformer(nn.Module):
    """Image features [n, c, h, w] to depth logits [n, h, w, bins] and context [n, h, w, view]; then summed into BEV cells."""

    def __init__(self, row):
        super().__init__()
        self.bins, self.grid = row.bins, (cells(row.y), cells(row.x))
        self.depth_net = nn.Conv2d(row.neck, row.bins + row.view, 1)

    def forward(self, x):
        return self.depth_net(x).float().permute(0, 2, 3, 1).split([self.bins, self.depth_net.out_channels - self.bins], -1)

    def pool(self, depth, context, points):
        """Depth probabilities and context to BEV features [samples, view, y, x]; `points` sorts frustum points by cell."""
        depth_index, feature_index, starts = points
        depth, context = depth.reshape(-1), context.reshape(-1, context.shape[-1])
        if fused.usable(self, context):
            bev = fused.Pool.apply(depth, context, depth_index, feature_index, starts)
        else:
            bev = F.embedding_bag(feature_index, context, starts, mode="sum", per_sample_weights=depth[depth_index])
        # Channels last in memory.
        return bev.view(-1, *self.grid, bev.shape[-1]).permute(0, 3, 1, 2)


class BEVBackbone(nn.Module):
    """[n, c, y, x] to three maps of half, a quarter and an eighth of the size."""

    def __init__(self, inputs, stages, norm, binary=True):
        super().__init__()
        self.layers = nn.ModuleList()
        for stage, channels in enumerate(stages):
            self.layers.append(nn.Sequential(
                Block(inputs, channels, stride=2, down=stage > 0, shortcut=True, norm=norm), Block(channels, channels, norm=norm),
            ) if binary else nn.Sequential(WideShortcutBlock(inputs, channels, 2), WideShortcutBlock(channels, channels, 1)))
            inputs = channels

    def forward(self, x):
        maps = []
        for stage in self.layers:
            x = stage(x)
            maps.append(x)
        return maps


class BEVNeck(nn.Module):
    """The first and the last map of the BEV backbone to [n, outputs, y, x]."""

    def __init__(self, first, last, outputs, norm):
        super().__init__()
        wide = 2 * outputs
        self.up = nn.Sequential(Up(last // 2, norm), Up(last // 2, norm))
        self.conv = nn.Sequential(
            nn.Conv2d(first + last, wide, 3, padding=1, bias=False), nn.BatchNorm2d(wide), nn.ReLU(), Unit(wide, wide, norm=norm))
        self.up2 = nn.Sequential(Up(outputs, norm), FusionDecrease(outputs, norm), Unit(outputs, outputs, norm=norm))

    def forward(self, maps):
        join, norm, _, refine = self.conv
        x = fused.norm(join(torch.cat([maps[0], self.up(maps[-1])], 1)), norm, relu=True)
        return self.up2(refine(x))


class OccupancyHead(nn.Module):
    """[n, c, y, x] to class logits [n, y, x, z, 18], or [k, z, 18] of the BEV cells in `columns` (flat indices)."""

    def __init__(self, inputs, outputs, levels, norm, binary=True, classes=18):
        super().__init__()
        self.levels, self.classes = levels, classes
        self.final_conv = Unit(inputs, outputs, norm=norm) if binary else ConvModule(inputs, outputs, 3, relu=True)
        self.predicter = nn.Sequential(nn.Linear(outputs, 2 * outputs), nn.Softplus(), nn.Linear(2 * outputs, levels * classes))

    def forward(self, x, columns=None):
        x = self.final_conv(x).permute(0, 2, 3, 1)
        if columns is not None:
            x = x.reshape(-1, x.shape[-1])[columns]
        return self.predicter(x).unflatten(-1, (self.levels, self.classes))


class DetectionHead(nn.Module):
    """[n, c, y, x] to the maps of a box's values, [n, k, y, x] each."""

    VALUES = {"reg": 2, "height": 1, "dim": 3, "rot": 2, "vel": 2, "heatmap": len(DETECTION_CLASSES)}

    def __init__(self, inputs, shared, norm, binary=True):
        super().__init__()
        if binary:
            trunk = collections.OrderedDict()
            while inputs > shared:
                inputs //= 2
                trunk[f"shared_conv_{len(trunk)}"] = FusionDecrease(inputs, norm)
            self.shared_conv = nn.Sequential(trunk)
        else:
            self.shared_conv = ConvModule(inputs, shared, 3, norm=True, relu=True)

        def hidden():
            return Unit(shared, shared, norm=norm) if binary else ConvModule(shared, shared, 3, norm=True, relu=True)

        self.task_heads = nn.ModuleList([nn.ModuleDict({
            name: nn.Sequential(hidden(), nn.Conv2d(shared, channels, 3, padding=1)) for name, channels in self.VALUES.items()
        })])
        nn.init.constant_(self.task_heads[0]["heatmap"][1].bias, -2.19)

    def forward(self, x):
        x = self.shared_conv(x)
        return {name: head(x) for name, head in self.task_heads[0].items()}


class Network(nn.Module):
    """Pictures [samples * 6, 3, h, w] to voxel classes or boxes."""

    def __init__(self, row):
        super().__init__()
        self.row = row
        self.img_backbone = ResNet(row.backbone, row.layers)
        # The optimizer's state goes by the order of parameters, which is that of these lines.
        self.img_neck = ImageNeck(row.backbone, row.neck, row.norm, row.binary)
        self.img_view_transformer = ViewTransformer(row)
        self.img_bev_encoder_backbone = BEVBackbone(row.view, row.stages, row.norm, row.binary)
        self.img_bev_encoder_neck = (
            BEVNeck(row.stages[0], row.stages[-1], row.bev_neck, row.norm) if row.binary
            else PlainBEVNeck(row.stages[0], row.stages[-1], row.bev_neck))
        if row.detection:
            self.pts_bbox_head = DetectionHead(row.bev_neck, row.head, row.norm, row.binary)
        else:
            self.occ_head = OccupancyHead(row.bev_neck, row.head, row.levels, row.norm, row.binary)

    def image_features(self, images):
        return self.img_neck(self.img_backbone(images))

    def bev_features(self, depth_logits, context, points):
        bev = self.img_view_transformer.pool(depth_logits.softmax(-1), context, points)
        if torch.is_autocast_enabled(bev.device.type):
            bev = bev.to(torch.get_autocast_dtype(bev.device.type))
        return self.img_bev_encoder_neck(self.img_bev_encoder_backbone(bev))

    def forward(self, images, points):
        features = self.bev_features(*self.img_view_transformer(self.image_features(images)), points)
        return self.pts_bbox_head(features) if self.row.detection else self.occ_head(features)


def load_state(network, state):
    """Loads a state_dict as the product wants it: without the batch norms' counters."""
    missing, superfluous = network.load_state_dict(state, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or superfluous:
        raise ValueError(f"missing: {missing}; superfluous: {superfluous}")
