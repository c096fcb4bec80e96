#!/usr/bin/env python3
"""Write nuScenes tables of any size, by formula, to measure how fast and how small they are read.

    ops/datasets/make_big_tables.py /tmp/big                     # the size of v1.0-trainval (about 2 GB)
    ops/datasets/make_big_tables.py /tmp/small --scenes 10       # the size of v1.0-mini
    ops/datasets/make_big_tables.py /tmp/small --scenes 2 --images --all-tables   # with what nuscenes-devkit needs
    ops/datasets/make_big_tables.py /tmp/mid --scenes 100 --annotations 34        # with annotated boxes

The full size follows v1.0-trainval: 850 scenes, 34,149 samples, 12 sensors a log, 2.62 million rows of sample_data and as
many ego poses (published: 2.63). Tables are laid out as the published ones are. Nothing but the standard library is needed.
"""

import argparse
import hashlib
import json
import math
import os
import random

CAMERAS = ["CAM_FRONT", "CAM_FRONT_RIGHT", "CAM_BACK_RIGHT", "CAM_BACK", "CAM_BACK_LEFT", "CAM_FRONT_LEFT"]
RADARS = ["RADAR_FRONT", "RADAR_FRONT_LEFT", "RADAR_FRONT_RIGHT", "RADAR_BACK_LEFT", "RADAR_BACK_RIGHT"]
SENSORS = [(c, "camera") for c in CAMERAS] + [("LIDAR_TOP", "lidar")] + [(r, "radar") for r in RADARS]
# Rows from one keyframe to the next, the keyframe's own aside: about 12 Hz cameras, 20 Hz lidar, 13 Hz radars.
SWEEPS = {"camera": 4.896, "lidar": 8.951, "radar": 5.687}


def token(*parts):
    return hashlib.md5("/".join(map(str, parts)).encode()).hexdigest()


class Table:
    """One table, written row by row in the layout of the published files."""

    def __init__(self, folder, name):
        self.file = open(os.path.join(folder, name + ".json"), "w")
        self.first = True

    def add(self, row):
        self.file.write("[\n" if self.first else ",\n")
        self.first = False
        self.file.write(json.dumps(row, indent=0))

    def close(self):
        self.file.write("[]" if self.first else "\n]")
        self.file.close()


def unit_quaternion(rng):
    q = [rng.gauss(0, 1) for _ in range(4)]
    norm = math.sqrt(sum(v * v for v in q))
    return [v / norm for v in q]


def write_annotations(folder, options, total, rng):
    """Tracks that run through whole scenes: every thing has a box in every sample."""
    categories = {"vehicle.car": "vehicle.moving", "human.pedestrian.adult": "pedestrian.moving",
                  "movable_object.barrier": None, "movable_object.trafficcone": None}
    tables = {name: Table(folder, name) for name in ("category", "attribute", "instance", "sample_annotation")}
    for name, attribute in categories.items():
        tables["category"].add({"token": token("category", name), "name": name, "description": ""})
        if attribute:
            tables["attribute"].add({"token": token("attribute", attribute), "name": attribute, "description": ""})
    for scene in range(options.scenes):
        count = total // options.scenes + (1 if scene < total % options.scenes else 0)
        for thing in range(options.annotations):
            name, attribute = list(categories.items())[thing % len(categories)]
            instance = token("instance", scene, thing)
            boxes = [token("box", scene, thing, i) for i in range(count)]
            tables["instance"].add({
                "token": instance, "category_token": token("category", name), "nbr_annotations": count,
                "first_annotation_token": boxes[0], "last_annotation_token": boxes[-1]})
            size = [rng.uniform(0.5, 12) for _ in range(3)]
            for i, box in enumerate(boxes):
                tables["sample_annotation"].add({
                    "token": box, "sample_token": token("sample", scene, i), "instance_token": instance,
                    "visibility_token": "4", "attribute_tokens": [token("attribute", attribute)] if attribute else [],
                    "translation": [rng.uniform(0, 2000), rng.uniform(0, 2000), rng.uniform(0, 3)], "size": size,
                    "rotation": unit_quaternion(rng), "prev": boxes[i - 1] if i else "",
                    "next": boxes[i + 1] if i + 1 < count else "", "num_lidar_pts": 5, "num_radar_pts": 0})
    for table in tables.values():
        table.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root")
    parser.add_argument("--version", default="v1.0-trainval")
    parser.add_argument("--scenes", type=int, default=850)
    parser.add_argument("--samples", type=int, help="samples in all (default: as many a scene as v1.0-trainval has)")
    parser.add_argument("--images", action="store_true", help="also write a file of four bytes for each keyframe image")
    parser.add_argument("--all-tables", action="store_true", help="also write what nuscenes-devkit needs")
    parser.add_argument("--annotations", type=int, default=0, metavar="N",
                        help="also write N annotated boxes a sample; v1.0-trainval has 34")
    options = parser.parse_args()
    total = options.samples or round(options.scenes * 34149 / 850)
    folder = os.path.join(options.root, options.version)
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(7)
    names = ("scene", "sample", "sensor", "calibrated_sensor", "sample_data", "ego_pose")
    tables = {name: Table(folder, name) for name in names}

    for channel, modality in SENSORS:
        tables["sensor"].add({"token": token("sensor", channel), "channel": channel, "modality": modality})
        for kind in ("samples", "sweeps") if options.images else ():
            os.makedirs(os.path.join(options.root, kind, channel), exist_ok=True)

    written = 0
    for scene in range(options.scenes):
        name = "scene-%04d" % (scene + 1)
        count = total // options.scenes + (1 if scene < total % options.scenes else 0)
        samples = [token("sample", scene, i) for i in range(count)]
        log = "n%03d-2018-07-%02d-11-22-45+0800" % (scene % 17, scene % 28 + 1)
        tables["scene"].add({
            "token": token("scene", scene), "log_token": token("log", scene), "nbr_samples": count,
            "first_sample_token": samples[0], "last_sample_token": samples[-1], "name": name,
            "description": "Parked truck, construction, intersection, turn left, following a van"})
        start = 1532402927600000 + scene * 40_000_000
        for i, sample in enumerate(samples):
            tables["sample"].add({
                "token": sample, "timestamp": start + i * 500_000, "prev": samples[i - 1] if i else "",
                "next": samples[i + 1] if i + 1 < count else "", "scene_token": token("scene", scene)})
        for channel, modality in SENSORS:
            calibration = token("calibrated", scene, channel)
            focal = 1200 + 100 * rng.random()
            intrinsics = [[focal, 0.0, 800 + rng.random()], [0.0, focal, 450 + rng.random()], [0.0, 0.0, 1.0]]
            tables["calibrated_sensor"].add({
                "token": calibration, "sensor_token": token("sensor", channel),
                "translation": [rng.uniform(-2, 2) for _ in range(3)], "rotation": unit_quaternion(rng),
                "camera_intrinsic": intrinsics if modality == "camera" else []})
            rows = []
            due = 0.0
            for i in range(count):
                rows.append((i, True, start + i * 500_000 + 12_345))
                due += SWEEPS[modality] if i + 1 < count else 0
                while due >= 1:
                    due -= 1
                    rows.append((i, False, rows[-1][2] + 40_000))
            tokens = [token("data", scene, channel, r) for r in range(len(rows))]
            for r, (i, key, time) in enumerate(rows):
                extension = {"camera": "jpg", "lidar": "pcd.bin", "radar": "pcd"}[modality]
                path = "%s/%s/%s__%s__%d.%s" % (
                    "samples" if key else "sweeps", channel, log, channel, time, extension)
                tables["sample_data"].add({
                    "token": tokens[r], "sample_token": samples[i], "ego_pose_token": tokens[r],
                    "calibrated_sensor_token": calibration, "timestamp": time, "fileformat": extension.split(".")[0],
                    "is_key_frame": key, "height": 900 if modality == "camera" else 0,
                    "width": 1600 if modality == "camera" else 0, "filename": path,
                    "prev": tokens[r - 1] if r else "", "next": tokens[r + 1] if r + 1 < len(rows) else ""})
                tables["ego_pose"].add({
                    "token": tokens[r], "timestamp": time, "rotation": unit_quaternion(rng),
                    "translation": [rng.uniform(0, 2000), rng.uniform(0, 2000), 0.0]})
                written += 1
                if options.images and key and modality == "camera":
                    with open(os.path.join(options.root, path), "wb") as image:
                        image.write(b"\xff\xd8\xff\xe0")
    for table in tables.values():
        table.close()

    if options.annotations:
        write_annotations(folder, options, total, rng)
    if options.all_tables:
        for name in ("attribute", "category", "instance", "sample_annotation", "visibility"):
            if not options.annotations or name == "visibility":
                Table(folder, name).close()
        logs = Table(folder, "log")
        for scene in range(options.scenes):
            logs.add({"token": token("log", scene), "logfile": "n000", "vehicle": "n000", "date_captured": "2018-07-24",
                      "location": "singapore-onenorth"})
        logs.close()
        maps = Table(folder, "map")
        maps.add({"token": token("map"), "category": "semantic_prior", "filename": "",
                  "log_tokens": [token("log", s) for s in range(options.scenes)]})
        maps.close()
    print("%d samples, %d rows of sample_data, in %s" % (total, written, folder))


if __name__ == "__main__":
    main()
