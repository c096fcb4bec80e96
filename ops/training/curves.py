#!/usr/bin/env python3
"""Draws a log's loss curves: curves.py runs/occ-small/log.jsonl curves.svg"""
import json
import sys

COLOURS = {"depth": "#1b6ca8", "class": "#3a9d5d", "voxel": "#c0392b", "overlap": "#8e44ad", "heatmap": "#c0392b", "box": "#8e44ad"}
WIDTH, HEIGHT, LEFT, BOTTOM = 900, 420, 50, 30


def smooth(values, keep=0.97):
    """Values averaged over about thirty steps before."""
    mean, weight, result = 0.0, 0.0, []
    for value in values:
        mean, weight = keep * mean + (1 - keep) * value, keep * weight + 1 - keep
        result.append(mean / weight)
    return result


def main(log, output):
    rows = {row["step"]: row for row in map(json.loads, open(log))}
    steps = sorted(rows)
    curves = {}
    for name in COLOURS:
        known = [s for s in steps if name in rows[s]]
        if known:
            curves[name] = list(zip(known, smooth([rows[s][name] for s in known])))
    top = max(y for curve in curves.values() for _, y in curve[10:] or curve) * 1.05

    def place(step, value):
        return f"{LEFT + (WIDTH - LEFT - 10) * step / steps[-1]:.1f},{10 + (HEIGHT - BOTTOM - 10) * (1 - min(1, value / top)):.1f}"

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for k in range(6):
        x, y = place(steps[-1] * k / 5, top * k / 5).split(",")
        parts.append(f'<text x="5" y="{y}">{top * k / 5:.2f}</text><text x="{float(x) - 15}" y="{HEIGHT - 8}">{steps[-1] * k // 5}</text>')
    for k, (name, curve) in enumerate(curves.items()):
        points = " ".join(place(*point) for point in curve[:: max(1, len(curve) // 800)])
        parts.append(f'<polyline fill="none" stroke="{COLOURS[name]}" stroke-width="1.5" points="{points}"/>')
        parts.append(f'<text x="{WIDTH - 150}" y="{25 + 16 * k}" fill="{COLOURS[name]}">{name}: {curve[-1][1]:.3f}</text>')
    open(output, "w").write("\n".join(parts + ["</svg>"]) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
