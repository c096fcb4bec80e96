#!/usr/bin/env python3
"""Draws the layers of a network under the roofs of a core: how fast each is, over how much it does for a byte of its feature maps.

    occ-worker bench --model m.occmodel --profile --json > profile.json
    ops/bench/peaks > peaks.json
    ops/bench/roofline.py profile.json peaks.json roofline.svg

Both axes are logarithmic. A layer is a disc whose area is its share of the time: one with real weights, or a binary unit, which has work
under two roofs, signs with signs and signs with real numbers.
"""
import json
import math
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 420, 60, 20, 36, 46
# Of light pages and of dark ones.
COLOURS = {"real": ("#1b6ca8", "#6cb6ff"), "binary": ("#b83227", "#ff938a"), "roof": ("#3d444d", "#c9d1d9"), "grid": ("#d8dee4", "#30363d")}
PAPER = ("#ffffff", "#0d1117")
NAMES = {"float32": "fp32", "bfloat16": "bf16", "int8": "int8", "binary": "signs x signs", "binaryWeight": "signs x fp32"}


def style():
    def rules(k):
        yield f".paper{{fill:{PAPER[k]}}}text{{fill:{COLOURS['roof'][k]}}}"
        yield f".roof{{stroke:{COLOURS['roof'][k]};fill:none}}.grid{{stroke:{COLOURS['grid'][k]};fill:none}}"
        for name in ("real", "binary"):
            yield f".{name}{{fill:{COLOURS[name][k]};fill-opacity:.55}}text.{name}{{fill-opacity:1}}"
    return f"<style>{''.join(rules(0))}@media (prefers-color-scheme: dark){{{''.join(rules(1))}}}</style>"


def layers(profile):
    """For each layer with multiply-accumulates: name, kind, MACs a byte, billions of MACs a second, seconds."""
    for row in profile["rows"]:
        layer = row["layer"]
        macs = layer["fullPrecisionMACs"] + layer["binaryMACs"] + layer["binaryWeightMACs"]
        if macs and layer["tensorBytes"] and layer["seconds"] > 0:
            kind = "real" if layer["fullPrecisionMACs"] else "binary"
            yield layer["name"], kind, macs / layer["tensorBytes"], macs / layer["seconds"] / 1e9, layer["seconds"]


def draw(profile, peaks):
    points = list(layers(profile))
    if not points:
        raise SystemExit("the profile has no layer with multiply-accumulates")
    roofs, speed = peaks["gigaMACsPerSecond"], peaks["gigabytesPerSecond"]["copy"]
    low_x, high_x = 10 ** math.floor(math.log10(min(p[2] for p in points))), 10 ** math.ceil(math.log10(max(p[2] for p in points)) + 0.2)
    low_y = 10 ** math.floor(math.log10(min(p[3] for p in points)))
    high_y = 10 ** math.ceil(math.log10(max([*roofs.values()] + [p[3] for p in points])))

    def x(value):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(value / low_x) / math.log10(high_x / low_x)

    def y(value):
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - math.log10(value / low_y) / math.log10(high_y / low_y))

    title = f"{profile['model']}, kernels {profile['kernels']}, one core: {peaks['machine']}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="sans-serif" font-size="12" role="img"><title>{title}</title>',
        style(), f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>', f'<text x="{LEFT}" y="20">{title}</text>']
    power = low_x
    while power <= high_x:
        parts.append(f'<path class="grid" d="M{x(power):.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{x(power):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{power:g}</text>')
        power *= 10
    power = low_y
    while power <= high_y:
        parts.append(f'<path class="grid" d="M{LEFT} {y(power):.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(power) + 4:.1f}" text-anchor="end">{power:g}</text>')
        power *= 10
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 12}" text-anchor="end">MAC for a byte of feature maps</text>')
    parts.append(f'<text x="{LEFT + 6}" y="{TOP + 14}">GMAC/s</text>')
    for place, (kind, roof) in enumerate(sorted(roofs.items(), key=lambda pair: pair[1])):
        # Where memory and this peak meet; the slope begins where the picture does.
        ridge = min(max(roof / speed, low_x), high_x)
        start = max(low_x, low_y / speed)
        slope = f"M{x(start):.1f} {y(start * speed):.1f}L{x(ridge):.1f} {y(min(roof, ridge * speed)):.1f}" if start < ridge else f"M{x(ridge):.1f} {y(roof):.1f}"
        parts.append(f'<path class="roof" d="{slope}H{WIDTH - RIGHT}"/>')
        # Roofs near each other have their names side by side.
        end = WIDTH - RIGHT - 4 - 110 * (place % 2)
        parts.append(f'<text x="{end}" y="{y(roof) - 4:.1f}" text-anchor="end">{NAMES.get(kind, kind)} {roof:.0f}</text>')
    total = sum(p[4] for p in points)
    for name, kind, across, up, seconds in sorted(points, key=lambda p: -p[4]):
        radius = max(2, 40 * math.sqrt(seconds / total))
        parts.append(
            f'<circle class="{kind}" cx="{x(across):.1f}" cy="{y(up):.1f}" r="{radius:.1f}"><title>{name}: {1e3 * seconds:.2f} ms, '
            f'{up:.1f} GMAC/s</title></circle>')
    parts.append(f'<text class="real" x="{LEFT}" y="{HEIGHT - 12}">real weights</text>')
    parts.append(f'<text class="binary" x="{LEFT + 90}" y="{HEIGHT - 12}">binary units</text></svg>')
    return "\n".join(parts) + "\n"


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__.strip())
    documents = []
    for path in sys.argv[1:3]:
        try:
            with open(path) as file:
                documents.append(json.load(file))
        except (OSError, ValueError) as error:
            raise SystemExit(f"roofline.py: cannot read {path}: {error}") from None
    try:
        drawing = draw(*documents)
    except KeyError as error:
        raise SystemExit(f"roofline.py: {sys.argv[1]} is no profile, or {sys.argv[2]} no peaks: {error} is missing") from None
    with open(sys.argv[3], "w") as file:
        file.write(drawing)


if __name__ == "__main__":
    main()
