"""The networks: our own, which are trained here, and published ones; the same rows as in the product's catalogue."""
import dataclasses

OCCUPANCY_CLASSES = (
    "others", "barrier", "bicycle", "bus", "car", "construction_vehicle", "motorcycle", "pedestrian", "traffic_cone", "trailer",
    "truck", "driveable_surface", "other_flat", "sidewalk", "terrain", "manmade", "vegetation", "free",
)
DETECTION_CLASSES = (
    "car", "truck", "construction_vehicle", "bus", "trailer", "barrier", "motorcycle", "bicycle", "pedestrian", "traffic_cone",
)
CAMERAS = ("CAM_FRONT_LEFT", "CAM_FRONT", "CAM_FRONT_RIGHT", "CAM_BACK_LEFT", "CAM_BACK", "CAM_BACK_RIGHT")


@dataclasses.dataclass(frozen=True)
class Configuration:
    """One network; axes are (lower, upper, interval) in metres."""

    name: str
    height: int
    width: int
    x: tuple
    y: tuple
    z: tuple
    depth: tuple
    downsample: int
    backbone: tuple  # channels of the backbone's outputs
    neck: int  # channels of image features
    view: int  # channels of BEV features
    stages: tuple  # channels of the BEV backbone's stages
    bev_neck: int
    head: int
    levels: int = 16  # cells in z of an occupancy head
    detection: bool = False
    norm: bool = True  # batch norms in binary units
    layers: int = 18  # of the backbone: 18 or 50
    binary: bool = True  # with BDC's units

    @property
    def bins(self):
        return cells(self.depth)

    @property
    def features(self):
        """Height and width of image features."""
        return self.height // self.downsample, self.width // self.downsample


def cells(axis):
    return int((axis[1] - axis[0]) / axis[2] + 1e-9)


# What the published networks have in common, of occupancy and of detection.
LARGE = {
    "height": 256, "width": 704, "downsample": 16, "backbone": (1024, 2048), "neck": 256, "view": 64, "stages": (128, 256, 512),
    "bev_neck": 256, "norm": False, "layers": 50,
}
FLASHOCC = LARGE | {"x": (-40, 40, 0.4), "y": (-40, 40, 0.4), "z": (-1, 5.4, 6.4), "depth": (1, 45, 0.5), "head": 256}
BEVDET = LARGE | {
    "x": (-51.2, 51.2, 0.8), "y": (-51.2, 51.2, 0.8), "z": (-5, 3, 8), "depth": (1, 60, 1), "head": 64, "detection": True,
}

CONFIGURATIONS = {
    row.name: row
    for row in (
        Configuration(
            "occ-small_BDC-T", 160, 448, (-40, 40, 0.4), (-40, 40, 0.4), (-1, 5.4, 6.4), (1, 45, 0.5), 8,
            backbone=(64, 128, 256), neck=64, view=32, stages=(32, 64, 128), bev_neck=32, head=64,
        ),
        Configuration(
            "det-small_BDC-T", 160, 448, (-51.2, 51.2, 0.8), (-51.2, 51.2, 0.8), (-5, 3, 8), (1, 60, 0.5), 8,
            backbone=(64, 128, 256), neck=64, view=64, stages=(64, 128, 256), bev_neck=64, head=64, detection=True,
        ),
        Configuration("flashocc-r50_BDC-T", **FLASHOCC),
        Configuration("flashocc-r50", **FLASHOCC, binary=False),
        Configuration("bevdet-r50-cbgs_BDC-T", **BEVDET),
        Configuration("bevdet-r50-cbgs", **BEVDET, binary=False),
    )
}
