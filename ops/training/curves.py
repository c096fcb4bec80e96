#!/usr/bin/env python3
"""Draws the loss curves of a training as SVG, readable on light and dark pages.

    curves.py runs/occ-small/log.jsonl curves.svg
    curves.py runs/occ-small/log.jsonl curves.svg --steps 4600
"""
import argparse
import json
import sys

# Of light pages and of dark ones.
COLOURS = {
    "depth": ("#1b6ca8", "#6cb6ff"), "class": ("#2f7d4a", "#6bc46d"), "voxel": ("#b83227", "#ff938a"), "overlap": ("#7d3c98", "#dcbdfb"),
    "heatmap": ("#b83227", "#ff938a"), "box": ("#7d3c98", "#dcbdfb"),
}
PAPER, INK, LINES = ("#ffffff", "#0d1117"), ("#3d444d", "#c9d1d9"), ("#d8dee4", "#30363d")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 320, 44, 130, 14, 34
POINTS = 240


def branch(lines, last=None):
    """The rows that led to where the training stands, or to its first arrival at step `last`.

    A training that goes on from an earlier checkpoint leaves what came after that behind.
    """
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            step = row["step"]
        except (ValueError, KeyError, TypeError) as error:
            raise SystemExit(f"line {number} is no row of a log of train.py: {error}") from None
        while rows and rows[-1]["step"] >= step:
            rows.pop()
        rows.append(row)
        if step == last:
            return rows
    if last is not None:
        raise SystemExit(f"the log never reaches step {last}")
    return rows


def smooth(values, keep=0.97):
    """Values averaged over about thirty steps before."""
    mean, weight, result = 0.0, 0.0, []
    for value in values:
        mean, weight = keep * mean + (1 - keep) * value, keep * weight + 1 - keep
        result.append(mean / weight)
    return result


def style():
    """Rules for both kinds of pages."""
    def rules(k):
        yield f".paper{{fill:{PAPER[k]}}}.ink{{fill:{INK[k]}}}.grid{{stroke:{LINES[k]}}}"
        for name, colours in COLOURS.items():
            yield f".{name}{{stroke:{colours[k]}}}text.{name}{{fill:{colours[k]};stroke:none}}"
    return f"<style>{''.join(rules(0))}@media (prefers-color-scheme: dark){{{''.join(rules(1))}}}</style>"


def number(value):
    return f"{value:.1f}".removesuffix(".0")


def draw(rows, title):
    curves = {}
    for name in COLOURS:
        known = [row for row in rows if name in row]
        if known:
            curves[name] = list(zip((row["step"] for row in known), smooth([row[name] for row in known])))
    if not curves:
        raise SystemExit(f"{title}: no losses in the log")
    last = rows[-1]["step"]
    # The first steps stand far above all others.
    top = max(y for curve in curves.values() for _, y in curve[30:] or curve) * 1.05

    def place(step, value):
        return LEFT + (WIDTH - LEFT - RIGHT) * step / last, TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(1, value / top))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="sans-serif" font-size="12" role="img"><title>{title}</title>',
        style(), f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>']
    for k in range(6):
        x, y = place(last * k / 5, top * k / 5)
        parts.append(f'<path class="grid" d="M{LEFT} {number(y)}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="ink" x="{LEFT - 6}" y="{number(y + 4)}" text-anchor="end">{top * k / 5:.1f}</text>')
        parts.append(f'<text class="ink" x="{number(x)}" y="{HEIGHT - 14}" text-anchor="middle">{last * k // 5}</text>')
    for k, (name, curve) in enumerate(curves.items()):
        kept = curve[:: max(1, len(curve) // POINTS)]
        if kept[-1] != curve[-1]:
            kept.append(curve[-1])
        points = " ".join(f"{number(x)},{number(y)}" for x, y in (place(*point) for point in kept))
        parts.append(f'<polyline class="{name}" fill="none" stroke-width="1.5" points="{points}"/>')
        parts.append(f'<text class="{name}" x="{WIDTH - RIGHT + 12}" y="{TOP + 14 + 18 * k}">{name} {curve[-1][1]:.3f}</text>')
    parts.append(f'<text class="ink" x="{WIDTH - RIGHT + 26}" y="{HEIGHT - 14}">steps</text></svg>')
    return "\n".join(parts) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", help="log.jsonl of train.py")
    parser.add_argument("output", help="SVG file to write")
    parser.add_argument("--steps", type=int, metavar="N", help="draw what led to step N, when it was reached first")
    given = parser.parse_args()
    try:
        with open(given.log) as lines:
            rows = branch(lines, given.steps)
        if not rows:
            raise SystemExit(f"{given.log} is empty")
        drawing = draw(rows, f"Losses of {rows[-1]['step']} steps")
        with open(given.output, "w") as file:
            file.write(drawing)
    except OSError as error:
        raise SystemExit(f"cannot draw {given.log}: {error}") from None


if __name__ == "__main__":
    sys.exit(main())
