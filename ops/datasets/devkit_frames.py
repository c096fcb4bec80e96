#!/usr/bin/env python3
"""Write what nuscenes-devkit and pyquaternion make of a dataset's frames, one line a camera, and say what it took.

    pip install nuscenes-devkit==1.2.0
    ops/datasets/devkit_frames.py /tmp/small v1.0-trainval /tmp/frames.txt
    OCC_BIG_TABLES=/tmp/small OCC_DEVKIT_FRAMES=/tmp/frames.txt swift test --filter BigTablesTests

Each line: scene, sample token, channel, path, time, sensor to ego, ego to global (4 x 4) and intrinsics (3 x 3), the matrices as
the bytes of little-endian float32 in hexadecimal. With --bare, the plotting and fitting libraries that the devkit imports are
replaced by nothing, so that only nuscenes-devkit, pyquaternion, numpy and tqdm need be installed.
"""

import argparse
import importlib.machinery
import resource
import sys
import time
from unittest.mock import MagicMock

CAMERAS = ["CAM_FRONT_LEFT", "CAM_FRONT", "CAM_FRONT_RIGHT", "CAM_BACK_LEFT", "CAM_BACK", "CAM_BACK_RIGHT"]
UNUSED = {"cv2", "matplotlib", "sklearn", "descartes", "shapely", "PIL", "scipy", "pycocotools"}


class Nothing:
    """Finds an empty stand-in for every library that loading tables does not use."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in UNUSED:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = MagicMock()
        module.__path__, module.__spec__, module.__name__ = [], spec, spec.name
        return module

    def exec_module(self, module):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root")
    parser.add_argument("version")
    parser.add_argument("output", nargs="?")
    parser.add_argument("--bare", action="store_true")
    options = parser.parse_args()
    if options.bare:
        sys.meta_path.insert(0, Nothing())
    import numpy as np
    from nuscenes.nuscenes import NuScenes
    from pyquaternion import Quaternion

    def matrix(row):
        full = np.eye(4, dtype=np.float32)
        full[:3, :3] = Quaternion(row["rotation"]).rotation_matrix.astype(np.float32)
        full[:3, 3] = np.array(row["translation"], dtype=np.float32)
        return full.tobytes().hex()

    start = time.time()
    dataset = NuScenes(options.version, options.root, verbose=False)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print("%d scenes loaded in %.2f s; peak resident memory %d MiB" % (len(dataset.scene), time.time() - start, peak))
    if not options.output:
        return
    with open(options.output, "w") as output:
        for scene in dataset.scene:
            token = scene["first_sample_token"]
            while token:
                sample = dataset.get("sample", token)
                for camera in CAMERAS:
                    image = dataset.get("sample_data", sample["data"][camera])
                    sensor = dataset.get("calibrated_sensor", image["calibrated_sensor_token"])
                    pose = dataset.get("ego_pose", image["ego_pose_token"])
                    intrinsics = np.array(sensor["camera_intrinsic"], dtype=np.float32).tobytes().hex()
                    print(scene["name"], token, camera, image["filename"], image["timestamp"], matrix(sensor),
                          matrix(pose), intrinsics, file=output)
                token = sample["next"]


if __name__ == "__main__":
    main()
