#!/usr/bin/env python3
"""Bend a synthetic nuScenes dataset into a hard case for detection scores, and make predictions for it.

    occ-scheduler make-dataset --scenes 10 --samples 10 --seed 3 --width 160 --height 90 --without-lidar --to /tmp/data
    ops/evaluation/detection_case.py /tmp/data /tmp/case                          # everything
    ops/evaluation/detection_case.py /tmp/data /tmp/golden --first 8 --scenes 2 --samples 6 --instances 28 --decimals 3

Written are tables under OUT/v1.0-mini and OUT/results_<split>.json for the splits `every` (a custom one) and, where all
ten scenes are kept, `mini_train` and `mini_val`: scenes get the official names. Rows of sample.json are shuffled.

Ground truth gets what synthetic scenes lack: bicycle racks, tracks with gaps and cut links, missing attributes, points
of radar alone, more categories. Predictions are noisy ground truth with equal scores, duplicates, misses, false alarms,
wrong classes and attributes, flipped boxes, unknown velocities, and boxes that stand on a distance threshold.
Everything follows from --seed. Nothing but the standard library is needed.
"""

import argparse
import json
import math
import os
import random

NAMES = ["scene-0061", "scene-0553", "scene-0655", "scene-0757", "scene-0796", "scene-1077", "scene-1094", "scene-1100",
         "scene-0103", "scene-0916"]
CLASSES = {
    "movable_object.barrier": "barrier", "vehicle.bicycle": "bicycle", "vehicle.bus.bendy": "bus",
    "vehicle.bus.rigid": "bus", "vehicle.car": "car", "vehicle.construction": "construction_vehicle",
    "vehicle.motorcycle": "motorcycle", "human.pedestrian.adult": "pedestrian", "human.pedestrian.child": "pedestrian",
    "human.pedestrian.construction_worker": "pedestrian", "human.pedestrian.police_officer": "pedestrian",
    "movable_object.trafficcone": "traffic_cone", "vehicle.trailer": "trailer", "vehicle.truck": "truck"}
ATTRIBUTES = ["pedestrian.moving", "pedestrian.sitting_lying_down", "pedestrian.standing", "cycle.with_rider",
              "cycle.without_rider", "vehicle.moving", "vehicle.parked", "vehicle.stopped"]
TABLES = ["attribute", "calibrated_sensor", "category", "ego_pose", "instance", "log", "map", "sample",
          "sample_annotation", "sample_data", "scene", "sensor", "visibility"]
SIZES = {"car": [1.9, 4.6, 1.7], "truck": [2.5, 7.0, 3.0], "bus": [2.9, 11.0, 3.5], "trailer": [2.9, 12.0, 3.9],
         "construction_vehicle": [2.8, 6.5, 3.2], "pedestrian": [0.7, 0.7, 1.8], "motorcycle": [0.8, 2.1, 1.5],
         "bicycle": [0.6, 1.7, 1.3], "traffic_cone": [0.4, 0.4, 1.1], "barrier": [2.5, 0.5, 1.0]}


def yaw_of(q):
    w, x, y, z = q
    return math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))


def quaternion(yaw, rng=None):
    tilt = 0.02 * rng.gauss(0, 1) if rng else 0.0
    q = [math.cos(yaw / 2), tilt, 0.0, math.sin(yaw / 2)]
    norm = math.sqrt(sum(v * v for v in q))
    return [v / norm for v in q]


def select(tables, first, scenes, samples, instances):
    """Keep some scenes, of each the first samples, and of its instances some of every category, the near ones first."""
    order = {row["token"]: row for row in tables["sample"]}
    kept = []
    tables["scene"] = tables["scene"][first:first + scenes]
    for scene in tables["scene"]:
        chain, token = [], scene["first_sample_token"]
        while token and (samples is None or len(chain) < samples):
            chain.append(order[token])
            token = order[token]["next"]
        chain[-1]["next"] = ""
        scene["last_sample_token"] = chain[-1]["token"]
        scene["nbr_samples"] = len(chain)
        kept += chain
    tables["sample"] = kept
    tokens = {row["token"]: row["scene_token"] for row in kept}
    rows = [row for row in tables["sample_annotation"] if row["sample_token"] in tokens]
    if instances:
        category = {row["token"]: row["category_token"] for row in tables["instance"]}
        poses = {row["token"]: row["translation"] for row in tables["ego_pose"]}
        ego = {row["sample_token"]: poses[row["ego_pose_token"]] for row in tables["sample_data"]}

        def weight(row):
            at, centre = row["translation"], ego[row["sample_token"]]
            return row["num_lidar_pts"] > 0 and math.hypot(at[0] - centre[0], at[1] - centre[1]) < 29

        groups = {}
        for row in rows:
            scene = tokens[row["sample_token"]]
            group = groups.setdefault(scene, {}).setdefault(category[row["instance_token"]], {})
            group.setdefault(row["instance_token"], []).append(row)
        chosen = set()
        for scene in groups.values():
            ranked = [sorted(g, key=lambda t: -sum(map(weight, g[t]))) for g in scene.values()]
            turn = 0
            wanted = len(chosen) + instances
            while len(chosen) < wanted and any(turn < len(r) for r in ranked):
                chosen.update(r[turn] for r in ranked if turn < len(r))
                turn += 1
        rows = [row for row in rows if row["instance_token"] in chosen]
    tables["sample_annotation"] = rows
    data = [row for row in tables["sample_data"] if row["sample_token"] in tokens]
    if instances:
        lidar = {s["token"] for s in tables["sensor"] if s["channel"] in ("LIDAR_TOP", "CAM_FRONT")}
        mounts = {c["token"] for c in tables["calibrated_sensor"] if c["sensor_token"] in lidar}
        data = [row for row in data if row["calibrated_sensor_token"] in mounts]
    tables["sample_data"] = data


def bend(tables, rng):
    """Give the ground truth what the synthetic world does not have."""
    categories = {row["name"]: row["token"] for row in tables["category"]}
    for name in list(CLASSES) + ["static_object.bicycle_rack"]:
        if name not in categories:
            categories[name] = "category-" + name
            tables["category"].append({"token": categories[name], "name": name, "description": ""})
    names = {token: name for name, token in categories.items()}
    attributes = {row["name"]: row["token"] for row in tables["attribute"]}
    for name in ATTRIBUTES:
        if name not in attributes:
            attributes[name] = "attribute-" + name
            tables["attribute"].append({"token": attributes[name], "name": name, "description": ""})
    others = {"vehicle.bus.rigid": "vehicle.bus.bendy", "human.pedestrian.adult": "human.pedestrian.child",
              "human.pedestrian.construction_worker": "human.pedestrian.police_officer"}
    for row in tables["instance"]:
        name = names[row["category_token"]]
        if name in others and rng.random() < 0.3:
            row["category_token"] = categories[others[name]]
    category = {row["token"]: names[row["category_token"]] for row in tables["instance"]}

    tracks = {}
    when = {row["token"]: row["timestamp"] for row in tables["sample"]}
    for row in tables["sample_annotation"]:
        tracks.setdefault(row["instance_token"], []).append(row)
    rows = []
    for track in tracks.values():
        track.sort(key=lambda row: when[row["sample_token"]])
        if len(track) > 4 and rng.random() < 0.35:
            start = rng.randrange(1, len(track) - 1)
            del track[start:start + rng.randrange(1, 6)]
        for place, row in enumerate(track):
            row["prev"] = track[place - 1]["token"] if place else ""
            row["next"] = track[place + 1]["token"] if place + 1 < len(track) else ""
            if rng.random() < 0.04:
                row["prev"] = ""
            if rng.random() < 0.04:
                row["next"] = ""
        rows += track
    racks = 0
    extra = []
    for row in rows:
        name = category[row["instance_token"]]
        if rng.random() < 0.06:
            row["attribute_tokens"] = []
        if name not in CLASSES and rng.random() < 0.2:
            row["attribute_tokens"] = [attributes["vehicle.parked"], attributes["vehicle.moving"]]
        if row["num_lidar_pts"] == 0 and rng.random() < 0.15:
            row["num_radar_pts"] = rng.randrange(1, 4)
        if name in ("vehicle.bicycle", "vehicle.motorcycle") and rng.random() < 0.2:
            racks += 1
            yaw = rng.uniform(-math.pi, math.pi)
            token = "rack-%d" % racks
            tables["instance"].append({"token": token, "category_token": categories["static_object.bicycle_rack"],
                                       "nbr_annotations": 1, "first_annotation_token": token + "-box",
                                       "last_annotation_token": token + "-box"})
            shift = rng.choice([0.0, 0.4, 1.2])
            at = row["translation"]
            extra.append({"token": token + "-box", "sample_token": row["sample_token"], "instance_token": token,
                          "visibility_token": row["visibility_token"], "attribute_tokens": [],
                          "translation": [at[0] + shift * math.cos(yaw), at[1] + shift * math.sin(yaw), at[2]],
                          "size": [2.0, 2.4, 1.5], "rotation": quaternion(yaw, rng), "prev": "", "next": "",
                          "num_lidar_pts": 0, "num_radar_pts": 0})
    rows += extra
    for row in rows:
        row["rotation"] = quaternion(yaw_of(row["rotation"]), rng) if rng.random() < 0.3 else row["rotation"]
    order = {row["token"]: place for place, row in enumerate(tables["sample_annotation"])}
    rows.sort(key=lambda row: order.get(row["token"], rng.randrange(len(order))))
    tables["sample_annotation"] = rows
    rng.shuffle(tables["sample"])
    for scene, name in zip(tables["scene"], NAMES):
        scene["name"] = name


def tidy(tables, decimals):
    """Drop rows that nothing refers to, shorten tokens and numbers."""
    used = {row["instance_token"] for row in tables["sample_annotation"]}
    tables["instance"] = [row for row in tables["instance"] if row["token"] in used]
    used = {row["ego_pose_token"] for row in tables["sample_data"]}
    tables["ego_pose"] = [row for row in tables["ego_pose"] if row["token"] in used]
    used = {row["calibrated_sensor_token"] for row in tables["sample_data"]}
    tables["calibrated_sensor"] = [row for row in tables["calibrated_sensor"] if row["token"] in used]
    short = {}
    for name in TABLES:
        for row in tables[name]:
            short.setdefault(row["token"], "%x" % (4096 + len(short)))

    def clean(value, key=""):
        if isinstance(value, float):
            return round(value, decimals)
        if isinstance(value, list):
            return [clean(v, key) for v in value]
        if isinstance(value, str) and (key in ("token", "prev", "next") or key.endswith(("_token", "_tokens"))):
            return short.get(value, value)
        return value

    for name in TABLES:
        tables[name] = [{k: clean(v, k) for k, v in row.items() if k != "description"} for row in tables[name]]


def predict(tables, rng, few, crowded):
    """Boxes by sample, made from the ground truth."""
    category = {row["token"]: row["name"] for row in tables["category"]}
    kind = {row["token"]: category[row["category_token"]] for row in tables["instance"]}
    attribute = {row["token"]: row["name"] for row in tables["attribute"]}
    sensors = {row["token"] for row in tables["sensor"] if row["channel"] == "LIDAR_TOP"}
    mounts = {row["token"] for row in tables["calibrated_sensor"] if row["sensor_token"] in sensors}
    poses = {row["token"]: row["translation"] for row in tables["ego_pose"]}
    ego = {row["sample_token"]: poses[row["ego_pose_token"]] for row in tables["sample_data"]
           if row["calibrated_sensor_token"] in mounts and row["is_key_frame"]}
    results = {row["token"]: [] for row in tables["sample"]}

    def score():
        draw = rng.random()
        if draw < 0.02:
            return 0.0
        return round(rng.random(), 1) if draw < 0.4 else round(rng.random(), 2) if draw < 0.7 else rng.random()

    def add(sample, name, at, size, yaw, velocity, text, value):
        results[sample].append({
            "sample_token": sample, "translation": at, "size": size, "rotation": quaternion(yaw), "velocity": velocity,
            "detection_name": name, "detection_score": value, "attribute_name": text})

    for row in tables["sample_annotation"]:
        name = CLASSES.get(kind[row["instance_token"]])
        if name is None or rng.random() < 0.2 or (name == "construction_vehicle" and rng.random() < 0.9 and few):
            continue
        if name == "trailer" and few:
            continue
        if rng.random() < 0.04:
            name = rng.choice(sorted(SIZES))
        at = list(row["translation"])
        draw = rng.random()
        if draw < 0.08:
            step = rng.choice([0.5, 1.0, 2.0, 4.0])
            at[rng.randrange(2)] += rng.choice([-step, step])
        else:
            sigma = rng.choice([0.05, 0.2, 0.5, 1.0, 2.5])
            at = [at[0] + rng.gauss(0, sigma), at[1] + rng.gauss(0, sigma), at[2] + rng.gauss(0, 0.1)]
        size = [v * math.exp(rng.gauss(0, 0.1)) for v in row["size"]]
        flips = 0.5 if name == "barrier" else 0.15
        yaw = yaw_of(row["rotation"]) + rng.gauss(0, 0.2) + (math.pi if rng.random() < flips else 0)
        velocity = [rng.gauss(0, 3), rng.gauss(0, 3)]
        if rng.random() < 0.02:
            velocity = [float("nan"), float("nan")]
        own = attribute[row["attribute_tokens"][0]] if row["attribute_tokens"] else ""
        text = own if rng.random() < 0.8 else rng.choice(ATTRIBUTES + [""])
        value = score()
        add(row["sample_token"], name, at, size, yaw, velocity, text, value)
        if rng.random() < 0.1:
            moved = at if rng.random() < 0.5 else [at[0] + rng.gauss(0, 0.3), at[1], at[2]]
            value = value if rng.random() < 0.6 else score()
            add(row["sample_token"], name, moved, size, yaw + 0.1, [0.0, 0.0], text, value)

    def alarm(sample):
        name = rng.choice(sorted(SIZES))
        centre = ego[sample]
        angle, far = rng.uniform(-math.pi, math.pi), rng.uniform(0, 65)
        at = [centre[0] + far * math.cos(angle), centre[1] + far * math.sin(angle), centre[2] + 1]
        add(sample, name, at, list(SIZES[name]), rng.uniform(-math.pi, math.pi), [rng.gauss(0, 2), 0],
            rng.choice(ATTRIBUTES + [""]), score() * rng.choice([1, 1, 0.5]))

    for number, sample in enumerate(sorted(results)):
        for _ in range(len(results[sample]) // 4 + 1):
            alarm(sample)
        if crowded and number == 1:
            while len(results[sample]) < 500:
                alarm(sample)
        rng.shuffle(results[sample])
        if number == 2:
            results[sample] = []
    return results


def write_rows(path, rows):
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]\n")


def write_results(path, results, decimals):
    def clean(value):
        if isinstance(value, float):
            return round(value, decimals) if decimals else value
        if isinstance(value, list):
            return [clean(v) for v in value]
        return {k: clean(v) for k, v in value.items()} if isinstance(value, dict) else value

    meta = {"use_camera": True, "use_lidar": False, "use_radar": False, "use_map": False, "use_external": False}
    lists = []
    for token, boxes in results.items():
        text = ",\n".join(json.dumps(clean(box), separators=(",", ":")) for box in boxes)
        lists.append('"%s":[\n%s\n]' % (token, text) if boxes else '"%s":[]' % token)
    with open(path, "w") as file:
        file.write('{"meta":%s,"results":{\n%s\n}}\n' % (json.dumps(meta), ",\n".join(lists)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("out")
    parser.add_argument("--version", default="v1.0-mini")
    parser.add_argument("--first", type=int, default=0, help="index of the first scene that is kept")
    parser.add_argument("--scenes", type=int, default=10)
    parser.add_argument("--samples", type=int, help="samples of each scene (default: all)")
    parser.add_argument("--instances", type=int, help="annotated things of each scene (default: all)")
    parser.add_argument("--decimals", type=int, help="round numbers and shorten tokens (default: leave them)")
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    tables = {}
    for name in TABLES:
        with open(os.path.join(options.dataset, options.version, name + ".json")) as file:
            tables[name] = json.load(file)
    select(tables, options.first, options.scenes, options.samples, options.instances)
    bend(tables, rng)
    if options.decimals:
        tidy(tables, options.decimals)
    results = predict(tables, rng, few=not options.instances, crowded=not options.instances)

    folder = os.path.join(options.out, "v1.0-mini")
    os.makedirs(folder, exist_ok=True)
    for name in TABLES:
        write_rows(os.path.join(folder, name + ".json"), tables[name])
    names = [row["name"] for row in tables["scene"]]
    splits = {"every": names}
    with open(os.path.join(folder, "splits.json"), "w") as file:
        json.dump(splits, file)
    if len(names) == len(NAMES):
        splits.update({"mini_train": NAMES[:8], "mini_val": NAMES[8:]})
    scene_of = {row["token"]: row["name"] for row in tables["scene"]}
    for split, members in splits.items():
        part = [row["token"] for row in tables["sample"] if scene_of[row["scene_token"]] in members]
        # The devkit ranks equal scores by the file's order in an official split, by sample.json in a custom one.
        rng.shuffle(part)
        path = os.path.join(options.out, "results_%s.json" % split)
        write_results(path, {token: results[token] for token in part}, options.decimals)
    maps = os.path.join(options.out, "maps")
    if not os.path.lexists(maps):
        os.symlink(os.path.abspath(os.path.join(options.dataset, "maps")), maps)
    print("%d scenes, %d samples, %d annotations, %d predictions" % (
        len(names), len(tables["sample"]), len(tables["sample_annotation"]), sum(map(len, results.values()))))


if __name__ == "__main__":
    main()
