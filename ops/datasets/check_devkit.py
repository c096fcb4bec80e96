#!/usr/bin/env python3
"""Checks a nuScenes-format dataset with the official nuscenes-devkit.

    python3 -m venv venv && venv/bin/pip install nuscenes-devkit==1.2.0
    venv/bin/python ops/datasets/check_devkit.py DIR --version v1.0-mini

Loads the tables, follows every link, compares box_velocity with the boxes' own motion, projects the boxes into the
pictures, reads labels and lidar points, and scores the ground truth against itself with the official detection
evaluation, which must give AP 1 and errors 0 for every class in range. Prints one line a check and exits 1 if any
fails.
"""

import argparse
import json
import os
import sys
import tempfile

import numpy as np
from nuscenes import NuScenes
from nuscenes.eval.common.config import config_factory
from nuscenes.eval.common.loaders import load_gt_of_sample_tokens
from nuscenes.eval.detection.data_classes import DetectionBox
from nuscenes.eval.detection.evaluate import DetectionEval
from nuscenes.eval.detection.utils import category_to_detection_name, detection_name_to_rel_attributes
from nuscenes.utils.data_classes import LidarPointCloud
from nuscenes.utils.geometry_utils import BoxVisibility, points_in_box, view_points
from nuscenes.utils.splits import get_scenes_of_split
from PIL import Image
from pyquaternion import Quaternion

CAMERAS = ["CAM_FRONT", "CAM_FRONT_RIGHT", "CAM_BACK_RIGHT", "CAM_BACK", "CAM_BACK_LEFT", "CAM_FRONT_LEFT"]
# Occ3D's class of each detection class.
CLASSES = {
    "barrier": 1, "bicycle": 2, "bus": 3, "car": 4, "construction_vehicle": 5, "motorcycle": 6, "pedestrian": 7,
    "traffic_cone": 8, "trailer": 9, "truck": 10,
}
failures = 0


def check(name, passed, detail=""):
    global failures
    failures += not passed
    print(f"{'ok  ' if passed else 'FAIL'} {name}{': ' + detail if detail else ''}")


def chain(nusc, table, first, last, count, where):
    """Follows prev/next links from first to last; returns an error text or None."""
    token, previous, seen = first, "", 0
    while token:
        row = nusc.get(table, token)
        if row["prev"] != previous:
            return f"{where}: prev of {token} is wrong"
        previous, token, seen = token, row["next"], seen + 1
        if seen > count:
            return f"{where}: more than {count} rows"
    return None if previous == last and seen == count else f"{where}: {seen} rows, expected {count}"


def check_links(nusc):
    errors = []
    for scene in nusc.scene:
        errors.append(chain(nusc, "sample", scene["first_sample_token"], scene["last_sample_token"],
                            scene["nbr_samples"], scene["name"]))
        nusc.get("log", scene["log_token"])
    for instance in nusc.instance:
        errors.append(chain(nusc, "sample_annotation", instance["first_annotation_token"],
                            instance["last_annotation_token"], instance["nbr_annotations"], instance["token"]))
        nusc.get("category", instance["category_token"])
    for sample in nusc.sample:
        missing = [c for c in CAMERAS + ["LIDAR_TOP"] if c not in sample["data"]]
        if missing:
            errors.append(f"sample {sample['token']}: no {missing}")
        for token in sample["data"].values():
            data = nusc.get("sample_data", token)
            pose = nusc.get("ego_pose", data["ego_pose_token"])
            if pose["timestamp"] != data["timestamp"]:
                errors.append(f"sample_data {token}: pose of another time")
            if abs(np.linalg.norm(pose["rotation"]) - 1) > 1e-9:
                errors.append(f"ego_pose of {token}: no unit quaternion")
            if not os.path.exists(os.path.join(nusc.dataroot, data["filename"])):
                errors.append(f"no file {data['filename']}")
        lidar = nusc.get("sample_data", sample["data"]["LIDAR_TOP"])
        if lidar["timestamp"] != sample["timestamp"]:
            errors.append(f"sample {sample['token']}: not its lidar's time")
    attributes = {a["token"]: a["name"] for a in nusc.attribute}
    for annotation in nusc.sample_annotation:
        nusc.get("visibility", annotation["visibility_token"])
        name = category_to_detection_name(annotation["category_name"])
        names = [attributes[t] for t in annotation["attribute_tokens"]]
        allowed = detection_name_to_rel_attributes(name) if name else []
        if any(n not in allowed for n in names) or len(names) != (1 if allowed else 0):
            errors.append(f"annotation {annotation['token']} ({name}): attributes {names}")
    errors = [e for e in errors if e]
    check("links, files, poses and attributes", not errors, "; ".join(errors[:5]) or
          f"{len(nusc.sample)} samples, {len(nusc.sample_annotation)} annotations")


def check_velocities(nusc):
    attributes = {a["token"]: a["name"] for a in nusc.attribute}
    moving, slip, still, speeds = 0, [], [], []
    for annotation in nusc.sample_annotation:
        velocity = nusc.box_velocity(annotation["token"])
        if np.isnan(velocity).any():
            continue
        names = [attributes[t] for t in annotation["attribute_tokens"]]
        speed = np.linalg.norm(velocity[:2])
        if any(n in ("vehicle.parked", "vehicle.stopped", "pedestrian.standing") for n in names):
            still.append(speed)
        elif "vehicle.moving" in names and speed > 1:
            moving += 1
            speeds.append(speed)
            forward = Quaternion(annotation["rotation"]).rotate(np.array([1.0, 0, 0]))[:2]
            slip.append(np.degrees(np.arccos(np.clip(np.dot(forward, velocity[:2]) / speed, -1, 1))))
    check("box_velocity of standing things is 0", max(still, default=0) < 1e-9, f"{len(still)} boxes")
    check("moving vehicles move where they look", max(slip, default=0) < 6,
          f"{moving} boxes, largest angle {max(slip, default=0):.2f} degrees")
    check("speeds are a town's", max(speeds, default=0) < 20, f"largest {max(speeds, default=0):.1f} m/s")


def check_pictures(nusc):
    wrong, inside, bright = [], 0, []
    for sample in nusc.sample:
        for channel in CAMERAS:
            data = nusc.get("sample_data", sample["data"][channel])
            path, boxes, intrinsic = nusc.get_sample_data(data["token"], box_vis_level=BoxVisibility.ANY)
            with Image.open(path) as image:
                if image.size != (data["width"], data["height"]) or image.mode != "RGB":
                    wrong.append(f"{path}: {image.size} {image.mode}")
                pixels = np.asarray(image)
            bright.append(pixels.mean())
            for box in boxes:
                u, v, _ = view_points(box.center.reshape(3, 1), intrinsic, normalize=True)[:, 0]
                inside += 0 <= u < data["width"] and 0 <= v < data["height"]
    check("pictures have the tables' sizes", not wrong, "; ".join(wrong[:3]))
    check("boxes project into pictures", inside > 0, f"{inside} centres inside")
    check("pictures are neither dark nor blank", 30 < min(bright) and max(bright) < 225,
          f"means {min(bright):.0f} to {max(bright):.0f}")


def check_lidar(nusc):
    errors, compared = [], 0
    for sample in nusc.sample:
        data = nusc.get("sample_data", sample["data"]["LIDAR_TOP"])
        path, boxes, _ = nusc.get_sample_data(data["token"])
        points = LidarPointCloud.from_file(path).points[:3]
        if points.shape[1] < 100:
            continue
        for box in boxes:
            counted = nusc.get("sample_annotation", box.token)["num_lidar_pts"]
            found = points_in_box(box, points, wlh_factor=1.01).sum()
            compared += 1
            # Points of the ground or of a neighbour may lie in a box as well.
            if found < counted:
                errors.append(f"{box.name}: {counted} points in the table, {found} in the box")
    check("num_lidar_pts agrees with the points", not errors, "; ".join(errors[:3]) or f"{compared} boxes")


def check_labels(nusc):
    agree, total, errors, subset = 0, 0, [], []
    for sample in nusc.sample:
        scene = nusc.get("scene", sample["scene_token"])["name"]
        path = os.path.join(nusc.dataroot, "gts", scene, sample["token"], "labels.npz")
        labels = np.load(path)
        for key in ("semantics", "mask_lidar", "mask_camera"):
            if labels[key].shape != (200, 200, 16) or labels[key].dtype != np.uint8:
                errors.append(f"{path}: {key} {labels[key].shape} {labels[key].dtype}")
        semantics = labels["semantics"]
        pose = nusc.get("ego_pose", nusc.get("sample_data", sample["data"]["LIDAR_TOP"])["ego_pose_token"])
        for token in sample["anns"]:
            box = nusc.get_box(token)
            name = category_to_detection_name(box.name)
            box.translate(-np.array(pose["translation"]))
            box.rotate(Quaternion(pose["rotation"]).inverse)
            voxel = np.floor((box.center - [-40, -40, -1]) / 0.4).astype(int)
            if name != "car" or (voxel < 0).any() or (voxel >= semantics.shape).any():
                continue
            total += 1
            agree += semantics[tuple(voxel)] == CLASSES[name]
        subset.append(labels["mask_camera"].mean())
    check("labels have Occ3D's shapes", not errors, "; ".join(errors[:3]))
    check("the voxel at each car's centre is a car's", agree == total and total > 0, f"{agree} of {total}")
    check("cameras see a part of the grid", 0.01 < min(subset) and max(subset) < 0.6,
          f"{100 * min(subset):.1f} to {100 * max(subset):.1f} % of the voxels")


def check_evaluation(nusc, split):
    tokens = [s["token"] for s in nusc.sample
              if nusc.get("scene", s["scene_token"])["name"] in get_scenes_of_split(split, nusc)]
    truth = load_gt_of_sample_tokens(nusc, tokens, DetectionBox)
    results = {}
    for token in tokens:
        rows = []
        for box in truth[token]:
            # The evaluation drops ground truth without points, but not predictions.
            if box.num_pts == 0:
                continue
            row = box.serialize()
            row["detection_score"] = 1.0
            row["velocity"] = np.nan_to_num(row["velocity"]).tolist()
            rows.append({k: row[k] for k in ("sample_token", "translation", "size", "rotation", "velocity",
                                             "detection_name", "detection_score", "attribute_name")})
        results[token] = rows[:500]
    meta = {"use_camera": True, "use_lidar": False, "use_radar": False, "use_map": False, "use_external": False}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "results.json")
        with open(path, "w") as file:
            json.dump({"meta": meta, "results": results}, file)
        evaluation = DetectionEval(nusc, config_factory("detection_cvpr_2019"), path, split, folder, False)
        metrics, _ = evaluation.evaluate()
    summary = metrics.serialize()
    present = sorted({box.detection_name for box in evaluation.gt_boxes.all})
    wrong = [c for c in present if summary["mean_dist_aps"][c] < 0.999]
    errors = {kind: max((summary["label_tp_errors"][c][kind] for c in present
                         if not np.isnan(summary["label_tp_errors"][c][kind])), default=0)
              for kind in ("trans_err", "scale_err", "orient_err", "vel_err", "attr_err")}
    check(f"ground truth scores itself perfectly ({split})", present and not wrong and max(errors.values()) < 1e-6,
          f"{len(present)} classes in range, AP below 1: {wrong}, largest errors {errors}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("--version", default="v1.0-mini")
    parser.add_argument("--split", default="synthetic_val")
    arguments = parser.parse_args()
    nusc = NuScenes(arguments.version, arguments.dataset, verbose=False)
    check_links(nusc)
    check_velocities(nusc)
    check_pictures(nusc)
    check_lidar(nusc)
    check_labels(nusc)
    check_evaluation(nusc, arguments.split)
    mask = nusc.map[0]["mask"]
    pose = nusc.get("ego_pose", nusc.get("sample_data", nusc.get("sample", nusc.scene[0]["first_sample_token"])
                                         ["data"]["LIDAR_TOP"])["ego_pose_token"])
    check("the ego vehicle is on the map's mask", bool(mask.is_on_mask(*pose["translation"][:2])[0]))
    categories = {nusc.get("category", i["category_token"])["name"] for i in nusc.instance}
    print(f"     {len(categories)} categories with instances: {', '.join(sorted(categories))}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
