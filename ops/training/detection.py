"""What a detection head learns: Gaussian peaks at the centres of boxes, and the values of each box at its centre's cell."""
import math

import torch
import torch.nn.functional as F

from configurations import DETECTION_CLASSES, cells


def radius(length, width, overlap=0.1, least=2):
    """Cells by which a centre may be off so that boxes of that size, in cells, still overlap (CornerNet's smallest root)."""
    found = []
    for a, b, c in (
        (1, length + width, width * length * (1 - overlap) / (1 + overlap)),
        (4, 2 * (length + width), (1 - overlap) * width * length),
        (4 * overlap, -2 * overlap * (length + width), (overlap - 1) * width * length),
    ):
        found.append((b + math.sqrt(max(0.0, b * b - 4 * a * c))) / 2)
    return max(least, int(min(found)))


def targets(boxes, row):
    """Boxes [k, 10] (label, x, y, z, length, width, height, yaw, velocity) to a heatmap [10, y, x], cells [k] and values [k, 10].

    Values: offset x, y within the cell, height of the centre, logarithms of the sizes, sine and cosine of yaw, velocity.
    """
    height, width = cells(row.y), cells(row.x)
    heatmap = torch.zeros(len(DETECTION_CLASSES), height, width)
    places, values = [], []
    for box in boxes.tolist():
        label, x, y, z, length, breadth, tall, yaw, vx, vy = box
        u, v = (x - row.x[0]) / row.x[2], (y - row.y[0]) / row.y[2]
        column, line = int(u), int(v)
        if not (0 <= u < width and 0 <= v < height):
            continue
        r = radius(length / row.x[2], breadth / row.y[2])
        across = torch.arange(max(0, column - r), min(width, column + r + 1))
        down = torch.arange(max(0, line - r), min(height, line + r + 1))
        sigma = (2 * r + 1) / 6
        peak = torch.exp(-((across - column)[None] ** 2 + (down - line)[:, None] ** 2) / (2 * sigma**2))
        part = heatmap[int(label), down[0]:down[-1] + 1, across[0]:across[-1] + 1]
        torch.maximum(part, peak, out=part)
        places.append(line * width + column)
        values.append([
            u - column, v - line, z, math.log(length), math.log(breadth), math.log(tall), math.sin(yaw), math.cos(yaw), vx, vy])
    return heatmap, torch.tensor(places, dtype=torch.long), torch.tensor(values).reshape(-1, 10)


ORDER = ("reg", "height", "dim", "rot", "vel")


def detection_losses(maps, boxes, row):
    """Focal loss of the heatmap and absolute errors of box values, velocities counting a fifth."""
    heat, error, count = 0.0, 0.0, 0
    device = maps["heatmap"].device
    weights = torch.tensor([1.0] * 8 + [0.2, 0.2], device=device)
    joined = torch.cat([maps[name] for name in ORDER], 1).float()
    for k, own in enumerate(boxes):
        heatmap, places, values = (t.to(device) for t in targets(own, row))
        logits = maps["heatmap"][k].float()
        probability = logits.sigmoid()
        positive = heatmap == 1
        heat = heat - (F.logsigmoid(logits) * (1 - probability) ** 2)[positive].sum()
        heat = heat - (F.logsigmoid(-logits) * probability**2 * (1 - heatmap) ** 4)[~positive].sum()
        count += int(positive.sum())
        found = joined[k].flatten(1)[:, places].T
        known = values.isfinite()
        error = error + ((found - values.nan_to_num()).abs() * known * weights).sum()
    return heat / max(1, count), error / max(1, count)
