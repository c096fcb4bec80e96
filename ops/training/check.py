#!/usr/bin/env python3
"""Holds the units to what the published code computes: check.py [FOLDER]

Samples of outputs stand in the repository; FOLDER may hold whole ones (units.json, units.safetensors), without it those are skipped.
"""
import json
import pathlib
import sys

import numpy as np
import torch

import formula
import units

OWN = pathlib.Path(__file__).resolve().parents[2] / "Tests/OccInferenceTests/Goldens/units.json"
PAIRS = {
    "BinaryConv2dBDC_Down": units.Down, "BinaryConv2dBDC_Up": units.Up, "BinaryConv2dBDC_Fusion_Decrease": units.FusionDecrease,
    "BinaryConv2dBDC_Fusion_Increase": units.FusionIncrease, "BinaryConv2dBDC_Down_Constant": units.DownConstant,
}


def build(golden):
    """The unit that a golden's constructor arguments ask for."""
    arguments, kind = golden["arguments"], golden["unit"]
    norm = arguments["with_bn"]
    if kind == "BinaryConv2dBDC":
        return units.Unit(arguments["in_channels"], arguments["out_channels"], arguments["stride"], norm)
    if kind in PAIRS:
        channels = arguments["in_channels"] // (2 if kind.endswith(("Up", "Decrease")) else 1)
        return PAIRS[kind](channels, norm)
    shortcut = "_down" in arguments and arguments["_down"] is not None
    down = kind.startswith("Downsample")
    return units.Block(arguments["channels_in"], arguments["channels_out"], arguments["stride"], down, shortcut, norm)


def difference(golden, index=None, expected=None):
    """Largest difference of a unit's output over its standard deviation."""
    unit, key, seed = build(golden).eval(), golden["key"], golden["seed"]
    scale = next((p["a"], p["b"]) for p in golden["parameters"] if p["name"].endswith(".k")) if "parameters" in golden else (
        golden["scale_amplitude"], golden["scale_offset"])
    formula.fill(unit, seed, key + ".", scale)
    if golden["zeroed_every_8th"]:
        unit.state_dict()[golden["zeroed_every_8th"]].reshape(-1)[::8] = 0
    x = formula.tensor(f"{key}.input", seed, golden["input"], 1.7, 0)
    x[:, 0] = 0
    with torch.no_grad():
        found = unit(torch.from_numpy(x)[None])[0].numpy().reshape(-1)
    expected = np.asarray(golden["value"] if expected is None else expected).reshape(-1)
    deviation = golden["deviation"] if index is not None else expected.std()
    return np.abs((found[index] if index is not None else found) - expected).max() / deviation


def main(folder=None):
    checks = [(g["key"], difference(g, g["index"])) for g in json.loads(OWN.read_text())]
    if folder and (pathlib.Path(folder) / "units.json").exists():
        from safetensors.numpy import load_file

        outputs = load_file(f"{folder}/units.safetensors")
        for golden in json.loads((pathlib.Path(folder) / "units.json").read_text()):
            if golden["family"] == "BDC":
                (name,) = [n for n in outputs if n.startswith(golden["key"])]
                checks.append((golden["key"] + ", whole", difference(golden, expected=outputs[name])))
    else:
        print("skipped: no folder with whole outputs of the published units")
    for key, value in checks:
        print(f"{key:45} {value:.1e}{'' if value < 1e-4 else '  WRONG'}")
    return 0 if all(value < 1e-4 for _, value in checks) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
