"""The published modules of BDC without mmcv, mmdet and mmdet3d: what they need of those stands here.

    modules = Published("BDC-Occ", CHECKOUT)        # or "BDC-Det"
    network = modules.build(modules.config("flashocc-r50_BDC-T"))

The published files are executed as they are, from a checkout of https://github.com/zzk785089755/BDC; one process can hold one of its
two trees. Needs PyTorch, numpy and einops.
"""
import functools
import importlib.abc
import importlib.machinery
import importlib.util
import pathlib
import sys
import types

import torch
from torch import nn

TREES = {
    "BDC-Occ": ("plugin", "BDC-Occ/projects/mmdet3d_plugin", "BDC-Occ/projects/configs"),
    "BDC-Det": ("mmdet3d", "BDC-Det/mmdet3d", "BDC-Det/configs"),
}
# Files that are executed; every other module of the packages is a stand-in.
REAL = (
    "models.model_utils.depthnet", "models.backbones.resnet", "models.necks.fpn", "models.necks.lss_fpn", "models.necks.view_transformer",
    "models.dense_heads.bev_occ_head", "models.dense_heads.centerpoint_head", "models.detectors.bevdet",
    "models.detectors.bevdet_occ", "models.detectors.bevdet4d", "models.detectors.bevdepth4d",
    "models.detectors.bevstereo4d",
)
FAMILIES = ("BBCU", "BDC", "BiMatting", "BiSRNet", "ReActNet")
STAND_INS = ("mmcv", "mmdet", "mmdet3d", "mmseg", "plugin")


class Registry:
    def __init__(self):
        self.types = {}

    def register_module(self, *_, **__):
        return lambda cls: self.types.setdefault(cls.__name__, cls)

    def build(self, config, **defaults):
        if config is None:
            return None
        arguments = {**defaults, **config}
        return self.types[arguments.pop("type")](**arguments)


REGISTRY = Registry()


def identity_decorator(*arguments, **_):
    return arguments[0] if len(arguments) == 1 and callable(arguments[0]) else lambda function: function


def norm_layer(config, channels):
    kind = {"BN": nn.BatchNorm2d, "BN2d": nn.BatchNorm2d, "BN3d": nn.BatchNorm3d, "SyncBN": nn.BatchNorm2d}
    return "bn", kind[config["type"]](channels)


def conv_layer(config, *arguments, **keywords):
    kind = {None: nn.Conv2d, "Conv2d": nn.Conv2d, "Conv3d": nn.Conv3d}[(config or {}).get("type")]
    return kind(*arguments, **keywords)


class BaseModule(nn.Module):
    def __init__(self, init_cfg=None):
        super().__init__()


class ConvModule(nn.Module):
    """mmcv's: convolution, norm, ReLU by default; a bias unless a norm follows."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias="auto",
                 conv_cfg=None, norm_cfg=None, act_cfg=dict(type="ReLU"), inplace=True):
        super().__init__()
        self.conv = conv_layer(conv_cfg, in_channels, out_channels, kernel_size, stride=stride, padding=padding,
                               dilation=dilation, groups=groups, bias=norm_cfg is None if bias == "auto" else bias)
        if norm_cfg is not None:
            self.bn = norm_layer(norm_cfg, out_channels)[1]
        self.has_activation = act_cfg is not None

    def forward(self, x):
        x = self.conv(x)
        if hasattr(self, "bn"):
            x = self.bn(x)
        return torch.relu(x) if self.has_activation else x


class BasicBlock(nn.Module):
    """mmdet's, of ResNet-18."""

    expansion = 1

    def __init__(self, inplanes, planes, stride=1, downsample=None, **_):
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = downsample

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        return torch.relu(self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))) + shortcut)


class Bottleneck(nn.Module):
    """mmdet's with `style='pytorch'`."""

    expansion = 4

    def __init__(self, inplanes, planes, stride=1, downsample=None, **_):
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        x = torch.relu(self.bn1(self.conv1(x)))
        x = torch.relu(self.bn2(self.conv2(x)))
        return torch.relu(self.bn3(self.conv3(x)) + shortcut)


class ResNet(nn.Module):
    """mmdet's ResNet-50."""

    def __init__(self, depth, out_indices=(0, 1, 2, 3), **_):
        super().__init__()
        assert depth == 50
        self.out_indices = out_indices
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = 64
        for stage, (planes, count) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3))):
            stride = 1 if stage == 0 else 2
            shortcut = nn.Sequential(nn.Conv2d(inputs, 4 * planes, 1, stride, bias=False), nn.BatchNorm2d(4 * planes))
            blocks = [Bottleneck(inputs, planes, stride, shortcut)]
            blocks += [Bottleneck(4 * planes, planes) for _ in range(count - 1)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
            inputs = 4 * planes

    # What the 4D-stereo detectors use to run the first stage alone.
    deep_stem = False
    res_layers = ("layer1", "layer2", "layer3", "layer4")

    def norm1(self, x):
        return self.bn1(x)

    def relu(self, x):
        return torch.relu(x)

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        outputs = []
        for stage in range(4):
            x = getattr(self, f"layer{stage + 1}")(x)
            if stage in self.out_indices:
                outputs.append(x)
        return tuple(outputs)


class CenterPoint(nn.Module):
    """What the detectors take from mmdet3d's class of that name."""

    with_img_neck = True

    def __init__(self, img_backbone=None, img_neck=None, pts_bbox_head=None, **_):
        super().__init__()
        self.img_backbone = REGISTRY.build(img_backbone)
        self.img_neck = REGISTRY.build(img_neck)
        if pts_bbox_head is not None:
            self.pts_bbox_head = REGISTRY.build(pts_bbox_head, train_cfg=None, test_cfg=None)


REGISTRY.types["ResNet"] = ResNet


def bev_pool_v2(depth, feat, ranks_depth, ranks_feat, ranks_bev, shape, starts, lengths):
    """Sums `depth * feat` into cells; `shape` is (B, Z, Y, X, C), the result (B, C, Z, Y, X)."""
    products = depth.reshape(-1)[ranks_depth.long(), None] * feat.reshape(-1, feat.shape[-1])[ranks_feat.long()]
    cells = torch.zeros(shape[0] * shape[1] * shape[2] * shape[3], shape[4], dtype=feat.dtype)
    return cells.index_add_(0, ranks_bev.long(), products).view(shape).permute(0, 4, 1, 2, 3).contiguous()


class Nothing:
    """A name that inference does not need."""

    def __init__(self, *_, **__):
        pass

    def __call__(self, *_, **__):
        return None

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


def build_nothing(*_, **__):
    return None


NAMES = {
    **{name: REGISTRY for name in ("BACKBONES", "NECKS", "HEADS", "DETECTORS", "MODELS")},
    "BaseModule": BaseModule, "ConvModule": ConvModule, "build_norm_layer": norm_layer, "build_conv_layer": conv_layer,
    "auto_fp16": identity_decorator, "force_fp32": identity_decorator, "BasicBlock": BasicBlock,
    "Bottleneck": Bottleneck, "ResNet": ResNet, "CenterPoint": CenterPoint, "bev_pool_v2": bev_pool_v2,
    "build_loss": build_nothing, "build_bbox_coder": build_nothing,
    **{f"build_{part}": REGISTRY.build for part in ("backbone", "neck", "head", "detector")},
    "multi_apply": lambda function, *lists, **keywords: tuple(map(list, zip(*map(
        functools.partial(function, **keywords), *lists)))),
}


class StandIn(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return NAMES.get(name, StandIn(f"{self.__name__}.{name}") if name == "builder" else Nothing)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, root, folder):
        self.root, self.folder = root, folder

    def path(self, name):
        if not name.startswith(self.root + "."):
            return None
        relative = name.removeprefix(self.root + ".")
        if relative not in REAL and "quant_tools.quant_convs_" not in relative:
            return None
        path = self.folder / (relative.replace(".", "/") + ".py")
        return path if path.exists() else None

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in STAND_INS:
            return None
        real = self.path(name)
        if real:
            return importlib.util.spec_from_file_location(name, real)
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return StandIn(spec.name)

    def exec_module(self, module):
        module.__path__ = []


class Published:
    """The classes of one tree of a checkout."""

    def __init__(self, tree, checkout):
        root, folder, configs = TREES[tree]
        self.configs = pathlib.Path(checkout) / configs
        sys.meta_path.insert(0, Finder(root, pathlib.Path(checkout) / folder))
        sys.modules.setdefault("IPython", StandIn("IPython"))
        for module in REAL:
            if (pathlib.Path(checkout) / folder / (module.replace(".", "/") + ".py")).exists():
                loaded = importlib.import_module(f"{root}.{module}")
                # The packages' own __init__ files, which pass names on, are not executed.
                NAMES.update({name: value for name, value in vars(loaded).items() if name == "DepthNet"})

    def config(self, name):
        """The dictionary `model` of a published configuration."""
        (path,) = self.configs.glob(f"*/{name}.py")
        values = {}
        exec(compile(path.read_text(), str(path), "exec"), values)
        return values["model"]

    def build(self, model):
        return REGISTRY.build(model).eval()
