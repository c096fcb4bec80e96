"""Datasets in nuScenes format with Occ3D labels: tables in, training samples out."""
import json
import pathlib

import numpy as np
import torch
from PIL import Image

import geometry
from configurations import CAMERAS, DETECTION_CLASSES

MEANS = np.float32([123.675, 116.28, 103.53])
DEVIATIONS = np.float64([58.395, 57.12, 57.375])


def matrix(record):
    """[4, 4] of a row with `rotation` (w, x, y, z) and `translation`, rounded to float32 as networks are given it."""
    w, x, y, z = record["rotation"]
    result = np.eye(4)
    result[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    result[:3, 3] = record["translation"]
    return result.astype(np.float32).astype(np.float64)


def read_samples(root, version="v1.0-mini", scenes=None):
    """The samples of a dataset: for each its six pictures with calibration, its label file, and its boxes in the lidar's ego frame."""
    root = pathlib.Path(root)
    tables = {}
    for name in ("scene", "sample", "sample_data", "ego_pose", "calibrated_sensor", "sensor", "sample_annotation", "instance", "category"):
        tables[name] = {row["token"]: row for row in json.loads((root / version / f"{name}.json").read_text())}
    channels = {}
    for data in tables["sample_data"].values():
        if data["is_key_frame"]:
            sensor = tables["calibrated_sensor"][data["calibrated_sensor_token"]]
            channels.setdefault(data["sample_token"], {})[tables["sensor"][sensor["sensor_token"]]["channel"]] = data
    boxes = {}
    for annotation in tables["sample_annotation"].values():
        boxes.setdefault(annotation["sample_token"], []).append(annotation)
    samples = []
    for sample in sorted(tables["sample"].values(), key=lambda row: (row["scene_token"], row["timestamp"])):
        scene = tables["scene"][sample["scene_token"]]["name"]
        if scenes is not None and scene not in scenes:
            continue
        frames = channels[sample["token"]]
        cameras = []
        for channel in CAMERAS:
            data = frames[channel]
            sensor = tables["calibrated_sensor"][data["calibrated_sensor_token"]]
            cameras.append({
                "path": str(root / data["filename"]), "intrinsics": np.array(sensor["camera_intrinsic"]),
                "sensor_to_ego": matrix(sensor), "ego_to_global": matrix(tables["ego_pose"][data["ego_pose_token"]]),
                "ego_rotation": tables["ego_pose"][data["ego_pose_token"]]["rotation"],
            })
        lidar = matrix(tables["ego_pose"][frames["LIDAR_TOP"]["ego_pose_token"]])
        samples.append({
            "token": sample["token"], "scene": scene, "cameras": cameras, "ego_to_global": lidar,
            "labels": str(root / "gts" / scene / sample["token"] / "labels.npz"),
            "annotations": [annotation_row(tables, row) for row in boxes.get(sample["token"], [])],
        })
    return samples


def annotation_row(tables, annotation):
    """What is learned of an annotation, in the global frame."""
    category = tables["category"][tables["instance"][annotation["instance_token"]]["category_token"]]["name"]
    velocity = np.full(2, np.nan)
    previous = tables["sample_annotation"].get(annotation["prev"], annotation)
    following = tables["sample_annotation"].get(annotation["next"], annotation)
    seconds = (tables["sample"][following["sample_token"]]["timestamp"] - tables["sample"][previous["sample_token"]]["timestamp"]) * 1e-6
    if seconds > 0:
        velocity = (np.array(following["translation"]) - np.array(previous["translation"]))[:2] / seconds
    return {
        "category": category, "pose": matrix(annotation), "size": annotation["size"], "velocity": velocity,
        "points": annotation["num_lidar_pts"],
    }


def resized(path, row, scale=1.0, crop=(0.5, 1.0), flip=False):
    """RGB bytes [h, w, 3] of the network's input, and the matrix [3, 3] from the picture's pixels to the input's.

    Without augmentation as the product does it: Pillow's bicubic filter to the input's width, the upper rows cut off.
    """
    with Image.open(path) as picture:
        picture = picture.convert("RGB")
    factor = row.width / picture.width * scale
    size = int(picture.width * factor), int(picture.height * factor)
    top = int(crop[1] * (size[1] - row.height))
    left = int(crop[0] * (size[0] - row.width))
    picture = picture.resize(size, Image.BICUBIC).crop((left, top, left + row.width, top + row.height))
    transform = np.array([[factor, 0, -left], [0, factor, -top], [0, 0, 1]])
    pixels = np.asarray(picture)
    if flip:
        pixels = pixels[:, ::-1]
        transform = np.array([[-1, 0, row.width - 1], [0, 1, 0], [0, 0, 1]]) @ transform
    return pixels, transform


def normalised(pixels):
    """RGB bytes [..., h, w, 3] to what the networks read, [..., 3, h, w]: BGR with the means of RGB, as published."""
    values = ((pixels[..., ::-1].astype(np.float32) - MEANS) * (1 / DEVIATIONS)).astype(np.float32)
    return np.moveaxis(values, -1, -3)


def load_sample(sample, row, generator=None):
    """One training sample as arrays; augmented with a generator, as the product reads it without."""
    pixels, transforms, intrinsics, to_key, to_labels = [], [], [], [], []
    key = np.linalg.inv(sample["cameras"][0]["ego_to_global"])
    labels_frame = np.linalg.inv(sample["ego_to_global"])
    mirror = np.diag([1.0, 1.0, 1.0, 1.0])
    flips = (False, False)
    gain = offset = None
    if generator is not None:
        flips = tuple(generator.random(2) < 0.5)
        mirror = np.diag([-1.0 if flips[0] else 1.0, -1.0 if flips[1] else 1.0, 1.0, 1.0])
        gain, offset = generator.uniform(0.8, 1.25), generator.uniform(-12, 12)
    for camera in sample["cameras"]:
        if generator is None:
            image, transform = resized(camera["path"], row)
        else:
            image, transform = resized(
                camera["path"], row, generator.uniform(1.0, 1.12), (generator.random(), generator.uniform(0.85, 1.0)),
                generator.random() < 0.5)
            image = np.clip(image * np.float32(gain) + np.float32(offset), 0, 255).astype(np.uint8)
        pixels.append(image)
        transforms.append(transform)
        intrinsics.append(camera["intrinsics"])
        to_key.append(mirror @ key @ camera["ego_to_global"] @ camera["sensor_to_ego"])
        to_labels.append(labels_frame @ camera["ego_to_global"] @ camera["sensor_to_ego"])
    result = {
        "token": sample["token"], "pixels": np.stack(pixels), "images": normalised(np.stack(pixels)),
        "points": geometry.pooled(row, transforms, intrinsics, to_key),
    }
    labels = np.load(sample["labels"])
    semantics, mask = labels["semantics"], labels["mask_camera"]
    if row.detection:
        # As the product reads them: in the frame of the front camera's pose.
        result["boxes"] = boxes(sample, np.linalg.inv(sample["cameras"][1]["ego_to_global"]), mirror)
    result["depth"], result["class"] = geometry.ray_targets(row, semantics, transforms, intrinsics, to_labels)
    for axis, flipped in enumerate(flips):
        if flipped:
            semantics, mask = np.flip(semantics, axis), np.flip(mask, axis)
    # [y, x, z], as the network's maps lie.
    result["semantics"] = np.ascontiguousarray(semantics.transpose(1, 0, 2))
    result["mask"] = np.ascontiguousarray(mask.transpose(1, 0, 2).astype(bool))
    return result


CATEGORY_ENDS = {
    "vehicle.car": "car", "vehicle.truck": "truck", "vehicle.construction": "construction_vehicle", "vehicle.bus.bendy": "bus",
    "vehicle.bus.rigid": "bus", "vehicle.trailer": "trailer", "movable_object.barrier": "barrier", "vehicle.motorcycle": "motorcycle",
    "vehicle.bicycle": "bicycle", "human.pedestrian.adult": "pedestrian", "human.pedestrian.child": "pedestrian",
    "human.pedestrian.construction_worker": "pedestrian", "human.pedestrian.police_officer": "pedestrian",
    "movable_object.trafficcone": "traffic_cone",
}


def boxes(sample, to_frame, mirror):
    """Boxes with lidar points: label, x, y, z of the centre, length, width, height, yaw, velocity x, y; [n, 10]."""
    rows = []
    for annotation in sample["annotations"]:
        name = CATEGORY_ENDS.get(annotation["category"])
        if name is None or annotation["points"] == 0:
            continue
        pose = mirror @ to_frame @ annotation["pose"]
        width, length, height = annotation["size"]
        velocity = (mirror @ to_frame)[:2, :2] @ annotation["velocity"]
        rows.append([
            DETECTION_CLASSES.index(name), *pose[:3, 3], length, width, height, np.arctan2(pose[1, 0], pose[0, 0]), *velocity])
    return np.float32(rows).reshape(-1, 10)


def collate(items, row):
    """A batch: pictures of all samples in a row, points of sample k in its own cells."""
    height, width = row.features
    pixels = 6 * height * width
    depth, feature, starts, total = [], [], [], 0
    for index, item in enumerate(items):
        points = item["points"]
        depth.append(points[0] + index * pixels * row.bins)
        feature.append(points[1] + index * pixels)
        starts.append(points[2] + total)
        total += len(points[0])
    batch = {
        "images": torch.from_numpy(np.concatenate([item["images"] for item in items])),
        "points": tuple(torch.from_numpy(np.concatenate(arrays)) for arrays in (depth, feature, starts)),
    }
    for name, join in (("depth", np.concatenate), ("class", np.concatenate), ("semantics", np.stack), ("mask", np.stack)):
        batch[name] = torch.from_numpy(join([item[name] for item in items]))
    if row.detection:
        batch["boxes"] = [torch.from_numpy(item["boxes"]) for item in items]
    return batch
