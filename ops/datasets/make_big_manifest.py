#!/usr/bin/env python3
"""Write a manifest of any size, by formula, to measure how fast and how small it is read.

    ops/datasets/make_big_manifest.py /tmp/big.occ.jsonl                        # 25,000 scenes of 40 samples (about 1.6 GB)
    ops/datasets/make_big_manifest.py /tmp/small.occ.jsonl --scenes 10 --boxes 5

Six cameras in nuScenes' slots, without distortion; a vehicle that drives a circle. Pictures are named and not written. Nothing but the
standard library is needed.
"""

import argparse
import json
import math

YAWS = {
    "CAM_FRONT": 0, "CAM_FRONT_LEFT": 55, "CAM_BACK_LEFT": 110, "CAM_BACK": 180, "CAM_BACK_RIGHT": -110, "CAM_FRONT_RIGHT": -55,
}


def yaw_quaternion(yaw):
    return [math.cos(yaw / 2), 0.0, 0.0, math.sin(yaw / 2)]


def times(a, b):
    w, x, y, z = a
    p, q, r, s = b
    return [w * p - x * q - y * r - z * s, w * q + x * p + y * s - z * r, w * r - x * s + y * p + z * q, w * s + x * r - y * q + z * p]


def rig():
    cameras = {}
    for channel, yaw in YAWS.items():
        angle = math.radians(yaw)
        cameras[channel] = {
            "size": [1600, 900],
            "k": [1266.4, 1266.4, 800.0, 450.0],
            "distortion": {"model": "none"},
            "egoFromCamera": {
                "t": [math.cos(angle), 0.5 * math.sin(angle), 1.5],
                "q": times(yaw_quaternion(angle), [0.5, -0.5, 0.5, -0.5]),
            },
        }
    return {"kind": "rig", "name": "six", "cameras": cameras, "lidar": {"egoFromLidar": {"t": [0.9, 0.0, 1.8], "q": [1, 0, 0, 0]}}}


def pose(time):
    """10 m/s on a circle of 200 m."""
    angle = time * 10 / 200
    return {"t": [200 * math.sin(angle), -200 * math.cos(angle), 0.0], "q": yaw_quaternion(angle)}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file")
    arguments.add_argument("--scenes", type=int, default=25000)
    arguments.add_argument("--samples", type=int, default=40)
    arguments.add_argument("--boxes", type=int, default=0, help="boxes of each sample")
    given = arguments.parse_args()
    line = lambda value: json.dumps(value, separators=(",", ":")) + "\n"
    with open(given.file, "w") as file:
        file.write(line({"kind": "manifest", "version": 1, "name": "big"}))
        file.write(line(rig()))
        for scene in range(given.scenes):
            file.write(line({"kind": "scene", "name": f"scene-{scene:06}", "rig": "six", "splits": ["val" if scene % 5 else "train"]}))
            for sample in range(given.samples):
                token = f"{scene:06}-{sample:04}"
                time = 0.5 * sample
                start = 1762070400_000000000 + scene * 100_000000000 + sample * 500000000
                images = {
                    channel: {
                        "path": f"samples/{channel}/{token}.jpg",
                        "t": str(start + 5000000 * (place - 3)),
                        "worldFromEgo": pose(time + 0.005 * (place - 3)),
                    }
                    for place, channel in enumerate(YAWS)
                }
                value = {"kind": "sample", "token": token, "t": str(start), "worldFromEgo": pose(time), "images": images}
                if given.boxes:
                    here = value["worldFromEgo"]["t"]
                    value["boxes"] = [
                        {
                            "category": "vehicle.car",
                            "worldFromBox": {"t": [here[0] + 5 + box, here[1] + 3, 0.8], "q": [1, 0, 0, 0]},
                            "wlh": [1.9, 4.5, 1.6],
                            "instance": f"{scene}-{box}",
                        }
                        for box in range(given.boxes)
                    ]
                file.write(line(value))


if __name__ == "__main__":
    main()
