"""Where image features fall on the grid, in float32 as the product computes it, and what lies along their rays."""
import math

import numpy as np

from configurations import cells


def frustum(row, depths):
    """Pixel columns, rows and depths of feature pixels: [depths, h, w, 3]."""
    height, width = row.features
    columns = np.linspace(0, row.width - 1, width, dtype=np.float32)
    rows = np.linspace(0, row.height - 1, height, dtype=np.float32)
    points = np.empty((len(depths), height, width, 3), np.float32)
    points[..., 0], points[..., 1], points[..., 2] = columns, rows[:, None], np.float32(depths)[:, None, None]
    return points


def product(matrix, x, y, z):
    """Matrix times vector in float32, summed in order."""
    return [row[0] * x + row[1] * y + row[2] * z for row in matrix.astype(np.float32)]


def place(points, image_matrix, intrinsics, pose):
    """Points of the input image with depth, to the frame that `pose` [4, 4] leads to; image_matrix [3, 3] made the input's pixels.

    Float32 in the order of the published code, whose roundings decide on which side of a cell's edge a point falls.
    """
    rotation, translation = np.eye(3), image_matrix[:2, 2].astype(np.float32)
    rotation[:2, :2] = image_matrix[:2, :2]
    undo = np.linalg.inv(rotation.astype(np.float32))
    pose = pose.astype(np.float32)
    combined, inverse = np.empty((3, 3), np.float32), np.linalg.inv(intrinsics.astype(np.float32))
    for row in range(3):
        combined[row] = sum(pose[row, k] * inverse[k] for k in range(3))
    depth = points[..., 2]
    x, y, _ = product(undo, points[:1, ..., 0] - translation[0], points[:1, ..., 1] - translation[1], np.float32(0))
    placed = product(combined, x * depth, y * depth, depth)
    return np.stack([value + pose[axis, 3] for axis, value in enumerate(placed)], -1)


def grid_cells(points, axes):
    """Flat cell (z, y, x) of every point, -1 outside; truncated toward zero, as published."""
    lower = np.float32([axis[0] for axis in axes])
    interval = np.float32([axis[2] for axis in axes])
    counts = [cells(axis) for axis in axes]
    # Conversion to integers truncates; negative ones are large without a sign.
    index = ((points - lower) / interval).astype(np.int32)
    x, y, z = (index[..., k] for k in range(3))
    inside = (x.view(np.uint32) < counts[0]) & (y.view(np.uint32) < counts[1]) & (z.view(np.uint32) < counts[2])
    return np.where(inside, (z * counts[1] + y) * counts[0] + x, -1)


def pooling(point_cells, cell_count):
    """Sorts points [cameras, bins, h, w] by cell: their index among [camera, h, w, bin] and [camera, h, w], and each cell's start."""
    cameras, bins, height, width = point_cells.shape
    flat = point_cells.transpose(0, 2, 3, 1).reshape(-1)
    inside = np.flatnonzero(flat >= 0)
    order = np.argsort(flat[inside], kind="stable")
    depth_index = inside[order]
    counts = np.bincount(flat[inside], minlength=cell_count)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return depth_index.astype(np.int64), (depth_index // bins).astype(np.int64), starts.astype(np.int64)


def pooled(row, image_matrices, intrinsics, poses):
    """`pooling` of a sample: where the frustum points of its cameras fall on the network's grid; `poses` lead to the grid's frame."""
    points = frustum(row, row.depth[0] + row.depth[2] * np.arange(row.bins))
    axes = (row.x, row.y, row.z)
    where = [grid_cells(place(points, *matrices), axes) for matrices in zip(image_matrices, intrinsics, poses)]
    return pooling(np.stack(where), math.prod(cells(axis) for axis in axes))


FLAT_CLASSES = (11, 14)  # first and last
FREE = 17
# Metres from the camera: every quarter to 20, then every half.
RAY_DEPTHS = np.float32(np.concatenate([np.arange(1, 20, 0.25), np.arange(20, 53, 0.5)]))


def ray_targets(row, semantics, image_matrices, intrinsics, poses):
    """Depth (0: nothing met) and class (free: nothing met) for every feature pixel, from rays through the voxel labels.

    `semantics` [x, y, z]; ground voxels are met at their middle, where the road is. `poses` lead to the frame of the labels.
    """
    depths = RAY_DEPTHS
    points = frustum(row, depths)
    axes = ((-40, 40, 0.4), (-40, 40, 0.4), (-1, 5.4, 0.4))
    padded = np.full(semantics.size + 1, FREE, np.uint8)
    padded[:-1] = semantics.transpose(2, 1, 0).reshape(-1)
    all_depths, all_classes = [], []
    for image_matrix, camera, pose in zip(image_matrices, intrinsics, poses):
        placed = place(points, image_matrix, camera, pose)
        flat = grid_cells(placed, axes)
        classes = padded[flat]
        height = placed[..., 2]
        above_middle = height - (np.floor((height + 1) / 0.4) * 0.4 - 1) > 0.2
        is_flat = (classes >= FLAT_CLASSES[0]) & (classes <= FLAT_CLASSES[1])
        hit = (classes != FREE) & ~(is_flat & above_middle)
        first = hit.argmax(0)
        found = np.take_along_axis(hit, first[None], 0)[0]
        all_depths.append(np.where(found, depths[first], 0))
        all_classes.append(np.where(found, np.take_along_axis(classes, first[None], 0)[0], FREE))
    return np.stack(all_depths).astype(np.float32), np.stack(all_classes).astype(np.int64)
