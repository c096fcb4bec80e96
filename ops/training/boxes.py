"""From a detection head's maps to nuScenes boxes, in float32 up to the suppression, as the product and the published code have it."""
import numpy as np
import torch

from configurations import CAMERAS, DETECTION_CLASSES

CANDIDATES, LEAST_SCORE, OVERLAP, MOST = 500, 0.1, 0.2, 500
LOWEST, HIGHEST = (-61.2, -61.2, -10.0), (61.2, 61.2, 10.0)
# Sizes are scaled by class while boxes are compared (Scale-NMS).
FACTORS = np.float32([1.0, 0.7, 0.7, 0.4, 0.55, 1.1, 1.0, 1.0, 1.5, 3.5])


def decode(maps, row):
    """Maps [1, k, y, x] by name to boxes [n, 9] (centre, size along, across and up, yaw, velocity), scores and labels, best first."""
    heat = maps["heatmap"][0].float().sigmoid().flatten(1)
    scores, cells = heat.topk(CANDIDATES)
    best, places = scores.flatten().topk(CANDIDATES)
    labels, cells = places // CANDIDATES, cells.flatten()[places]
    offset, height, size, turn, velocity = (
        maps[name][0].float().flatten(1)[:, cells] for name in ("reg", "height", "dim", "rot", "vel"))
    width = maps["heatmap"].shape[-1]
    x = (cells % width + offset[0]) * row.x[2] + row.x[0]
    y = (cells // width + offset[1]) * row.y[2] + row.y[0]
    boxes = torch.stack([x, y, height[0], *size.exp(), torch.atan2(turn[0], turn[1]), *velocity], 1)
    centre = boxes[:, :3]
    kept = (best > LEAST_SCORE) & (centre >= torch.tensor(LOWEST)).all(1) & (centre <= torch.tensor(HIGHEST)).all(1)
    return boxes[kept].numpy(), best[kept].numpy(), labels[kept].numpy()


def corners(box, factor):
    along, across = box[3] * factor / 2, box[4] * factor / 2
    cosine, sine = np.cos(box[6]), np.sin(box[6])
    return np.array([
        (box[0] + a * cosine - b * sine, box[1] + a * sine + b * cosine)
        for a, b in ((along, across), (-along, across), (-along, -across), (along, -across))])


def area(polygon):
    x, y = polygon[:, 0], polygon[:, 1]
    return 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


def overlap(a, b):
    """Intersection over union of two convex polygons, corners counterclockwise."""
    shared = list(a)
    for start, end in zip(b, np.roll(b, -1, 0)):
        edge, clipped = end - start, []
        sides = [edge[0] * (p[1] - start[1]) - edge[1] * (p[0] - start[0]) for p in shared]
        for k, (p, side) in enumerate(zip(shared, sides)):
            q, other = shared[k - 1], sides[k - 1]
            if (side < 0) != (other < 0):
                clipped.append(q + (p - q) * (other / (other - side)))
            if side >= 0:
                clipped.append(p)
        shared = clipped
        if len(shared) < 3:
            return 0.0
    both = area(np.array(shared))
    return both / (area(a) + area(b) - both)


def suppress(boxes, labels):
    """Indices of the boxes that stay: none of them overlaps a better one, of whatever class, by 0.2 or more."""
    shapes = [corners(box.astype(np.float64), float(FACTORS[label])) for box, label in zip(boxes, labels)]
    reach = np.array([np.hypot(*(shape[0] - shape[2])) / 2 for shape in shapes])
    kept, dropped = [], np.zeros(len(boxes), bool)
    for first in range(len(boxes)):
        if dropped[first]:
            continue
        kept.append(first)
        if len(kept) == MOST:
            break
        distance = np.hypot(*(boxes[first + 1:, :2] - boxes[first, :2]).T)
        near = np.flatnonzero(distance <= reach[first] + reach[first + 1:]) + first + 1
        for second in near[~dropped[near]]:
            dropped[second] = overlap(shapes[first], shapes[second]) >= OVERLAP
    return kept


def product(a, b):
    """Product of quaternions w, x, y, z."""
    return np.array([
        a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3], a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
        a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1], a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0]])


def attribute(name, speed):
    """The attribute that the published code gives a class."""
    moving = speed > 0.2
    if name in ("car", "construction_vehicle", "bus", "truck", "trailer"):
        if moving:
            return "vehicle.moving"
        return "vehicle.stopped" if name == "bus" else "vehicle.parked"
    if name in ("bicycle", "motorcycle"):
        return "cycle.with_rider" if moving else "cycle.without_rider"
    if name == "pedestrian":
        return "pedestrian.moving" if moving else "pedestrian.standing"
    return ""


def results(maps, sample, row):
    """The rows of one sample in nuScenes' results format, in the global frame."""
    boxes, scores, labels = decode(maps, row)
    pose = sample["cameras"][CAMERAS.index("CAM_FRONT")]
    matrix, rotation = pose["ego_to_global"], np.array(pose["ego_rotation"])
    rows = []
    for k in suppress(boxes, labels):
        box, name = boxes[k].astype(np.float64), DETECTION_CLASSES[labels[k]]
        velocity = (matrix[:3, :3] @ [box[7], box[8], 0])[:2]
        rows.append({
            "sample_token": sample["token"],
            "translation": (matrix[:3, :3] @ box[:3] + matrix[:3, 3]).tolist(),
            "size": [box[4], box[3], box[5]],
            "rotation": product(rotation, [np.cos(box[6] / 2), 0, 0, np.sin(box[6] / 2)]).tolist(),
            "velocity": velocity.tolist(),
            "detection_name": name,
            "detection_score": float(scores[k]),
            "attribute_name": attribute(name, float(np.hypot(*velocity))),
        })
    return rows
