#!/usr/bin/env python3
"""Compare how lenses are taken out of pictures with OpenCV's own functions, for random cameras, and fail where they differ.

    python3 -m venv v; v/bin/pip install opencv-contrib-python-headless==5.0.0.93
    make build-tests
    v/bin/python ops/goldens/opencv_lenses.py .build-test/release        # the folder that holds what was built

Cameras of 1600 x 900 pixels with random focal lengths, principal points and coefficients: `opencv` with 4, 5, 8 and 12 numbers, `kb4`, `mei`. For each,
Tests/OccInferenceTests/LensFieldTests.swift says what the workers use: the pinhole picture that is made, and for every fifth pixel of every fifth row of it where in the
camera's picture it is read, before and after rounding to the table's 1/128 of a pixel. Compared, in pixels of the camera's picture, are

  map      where initUndistortRectifyMap puts the pixel (cv2, cv2.fisheye, cv2.omnidir; they give float32)
  project  where projectPoints puts the pixel's direction (the same three; float64): no table, no rounding

Pixels count that are read within the camera's picture. OpenCV has no end of its models; how many pixels it would read that are black here, as they lie beyond the place
where the curve stops to rise, is said.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

import cv2
import numpy as np

WIDTH, HEIGHT = 1600, 900
CAMERAS_EACH = 20
# Asked of the table: its rounding alone is 1/256 of a pixel along each axis.
TABLE_BOUND_PX = 0.01
# Of float32, for places up to 1600.
MAP_BOUND_PX = 0.001
PROJECT_BOUND_PX = 1e-6


def cases(seed):
    draw = random.Random(seed)
    within = lambda *limits: [draw.uniform(-limit, limit) for limit in limits]
    made = []
    for _ in range(CAMERAS_EACH):
        for count in (4, 5, 8, 12):
            d = within(0.3, 0.1, 0.002, 0.002, 0.03, 0.3, 0.1, 0.03, 0.003, 0.001, 0.003, 0.001)[:count]
            made.append({"model": "opencv", "d": d, "focal": draw.uniform(0.5, 1.3)})
        made.append({"model": "kb4", "d": within(0.05, 0.02, 0.005, 0.001), "focal": draw.uniform(0.28, 0.6)})
        xi = draw.uniform(0.5, 1.8)
        made.append({"model": "mei", "d": [xi] + within(0.2, 0.05, 0.002, 0.002), "focal": draw.uniform(0.4, 0.9) * (1 + xi)})
    for case in made:
        focal = case.pop("focal") * WIDTH
        centre = [WIDTH / 2 + draw.uniform(-40, 40), HEIGHT / 2 + draw.uniform(-40, 40)]
        case["k"] = [focal, 0, centre[0], 0, focal * draw.uniform(0.98, 1.02), centre[1], 0, 0, 1]
        case["size"] = [WIDTH, HEIGHT]
    return made


def opencv(case, view, columns, rows):
    """(map, projected): places [rows, columns, 2] of the pixels of a pinhole view."""
    k, d = np.array(case["k"]).reshape(3, 3), np.array(case["d"])
    fx, fy, cx, cy = view
    p = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1.0]])
    x, y = np.meshgrid((columns - cx) / fx, (rows - cy) / fy)
    points = np.stack([x, y, np.ones_like(x)], -1).reshape(-1, 1, 3)
    zero, turn, size = np.zeros(3), np.eye(3), (WIDTH, HEIGHT)
    if case["model"] == "opencv":
        maps = cv2.initUndistortRectifyMap(k, d, turn, p, size, cv2.CV_32FC1)
        projected, _ = cv2.projectPoints(points, zero, zero, k, d)
    elif case["model"] == "kb4":
        maps = cv2.fisheye.initUndistortRectifyMap(k, d, turn, p, size, cv2.CV_32FC1)
        projected, _ = cv2.fisheye.projectPoints(points, zero, zero, k, d)
    else:
        xi, rest = np.array([[d[0]]]), d[1:]
        maps = cv2.omnidir.initUndistortRectifyMap(k, rest, xi, turn, p, size, cv2.CV_32FC1, cv2.omnidir.RECTIFY_PERSPECTIVE)
        projected, _ = cv2.omnidir.projectPoints(points, zero, zero, k, d[0], rest)
    whole = np.stack(maps[:2], -1)[np.ix_(rows, columns)]
    return whole.astype(np.float64), projected.reshape(len(rows), len(columns), 2)


def within_picture(places):
    x, y = places[..., 0], places[..., 1]
    return (x >= -0.5) & (x < WIDTH - 0.5) & (y >= -0.5) & (y < HEIGHT - 0.5)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    seed = int(sys.argv[2]) if len(sys.argv) == 3 else 1
    made = cases(seed)
    worst = {}
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "cases.json"), "w") as stream:
            json.dump(made, stream)
        program = os.path.join(sys.argv[1], "occPackageTests.xctest")
        command = [program, "--testing-library", "swift-testing", "--filter", "LensFieldTests"]
        told = subprocess.run(command, env=dict(os.environ, OCC_LENS_CASES=folder), capture_output=True, text=True)
        if told.returncode != 0:
            sys.exit("the test failed:\n" + told.stdout[-3000:] + told.stderr[-3000:])
        for number, case in enumerate(made):
            raw = np.fromfile(os.path.join(folder, f"{number}.f64"))
            view, field = raw[:4], raw[4:].reshape(HEIGHT // 5, WIDTH // 5, 4)
            exact, table = field[..., :2], field[..., 2:]
            columns, rows = np.arange(0, WIDTH, 5), np.arange(0, HEIGHT, 5)
            mapped, projected = opencv(case, view, columns, rows)
            used = np.isfinite(table[..., 0])
            miss = lambda a, b: float(np.abs(a[used] - b[used]).max())
            # At the rim, up to half a pixel beyond the outermost pixels' middles, the table reads those.
            held = np.clip(mapped, 0, [WIDTH - 1, HEIGHT - 1])
            name = case["model"] + (f" {len(case['d'])}" if case["model"] == "opencv" else "")
            beyond = int((within_picture(mapped) & ~np.isfinite(exact[..., 0])).sum())
            found = [miss(table, held), miss(exact, mapped), miss(exact, projected), used.sum(), beyond]
            best = worst.setdefault(name, [0, 0, 0, 0, 0])
            worst[name] = [max(a, b) for a, b in zip(best[:3], found[:3])] + [a + int(b) for a, b in zip(best[3:], found[3:])]
    print(f"OpenCV {cv2.__version__}, seed {seed}, {CAMERAS_EACH} cameras each; largest differences along an axis, pixels")
    print(f"{'model':10} {'table, map':>11} {'exact, map':>11} {'exact, project':>15} {'pixels':>9} {'beyond':>8}")
    failed = False
    for name, (table, exact, projected, pixels, beyond) in worst.items():
        print(f"{name:10} {table:11.5f} {exact:11.5f} {projected:15.1e} {pixels:9} {beyond:8}")
        failed |= not (table < TABLE_BOUND_PX and exact < MAP_BOUND_PX and projected < PROJECT_BOUND_PX and pixels > 100_000)
    sys.exit("they differ" if failed else 0)


if __name__ == "__main__":
    main()
