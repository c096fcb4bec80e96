"""Where a manifest puts a point of the world in a picture: written after docs/manifest.md, sharing nothing with the
converters.
"""

import json

import numpy as np


def read(path):
    """(head, rigs by name, scenes by name: (line, samples)) of a manifest."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    rigs = {line["name"]: line for line in lines if line["kind"] == "rig"}
    scenes = {}
    for line in lines:
        if line["kind"] == "scene":
            scenes[line["name"]] = current = (line, [])
        elif line["kind"] == "sample":
            current[1].append(line)
    return lines[0], rigs, scenes


def matrix(transform):
    """4x4 of {"t", "q"}: p' = q p + t."""
    w, x, y, z = np.array(transform["q"]) / np.linalg.norm(transform["q"])
    m = np.eye(4)
    m[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    m[:3, 3] = transform["t"]
    return m


def brown(x, y, d):
    """OpenCV's projectPoints of up to eight coefficients."""
    k1, k2, p1, p2, k3, k4, k5, k6 = [*d, *[0] * (8 - len(d))]
    r2 = x * x + y * y
    radial = (1 + k1 * r2 + k2 * r2**2 + k3 * r2**3) / (1 + k4 * r2 + k5 * r2**2 + k6 * r2**3)
    return x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x), y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y


def pixel(rig, camera, sample, point):
    """The pixel of a point of the world in the sample's picture of a camera."""
    lens, image = rig["cameras"][camera], sample["images"][camera]
    world_from_camera = matrix(image.get("worldFromEgo", sample["worldFromEgo"])) @ matrix(lens["egoFromCamera"])
    x, y, z, _ = np.linalg.inv(world_from_camera) @ [*point, 1]
    model, d = lens["distortion"]["model"], lens["distortion"].get("d", [])
    if model == "mei":
        norm = np.sqrt(x * x + y * y + z * z)
        u, v = brown(x / (z + d[0] * norm), y / (z + d[0] * norm), d[1:])
    elif model == "kb4":
        rho = np.hypot(x, y)
        angle = np.arctan2(rho, z)
        bent = angle * (1 + sum(k * angle ** (2 * n) for n, k in enumerate(d, 1)))
        u, v = bent * x / rho, bent * y / rho
    else:
        assert z > 0, "the point is behind the camera"
        u, v = brown(x / z, y / z, d) if model == "opencv" else (x / z, y / z)
    fx, fy, cx, cy = lens["k"]
    return np.array([fx * u + cx, fy * v + cy])
