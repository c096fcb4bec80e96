#!/usr/bin/env python3
"""Cut the goldens of this folder out of outputs of the published PyTorch code.

    make_goldens.py FOLDER      FOLDER holds units.json, units.safetensors and <case>@synth/{manifest.json,outputs.safetensors}

Writes, beside this script:

- `units.json`: constructor arguments of every unit of the BDC family, and 96 sampled values of its output;
  `family-units.json`: the same of the other families;
- `<case>@synth.npz`: the labels, their margins (best minus second logit) at 20,000 voxels, 1,024 sampled values of each
  module's output, the deviation of the whole output, and the SHA-256 of the names and shapes of the state_dict (lines `name shape`, sorted).

Weights and inputs need no file: they are drawn by formula (`FormulaWeightSource`, `InferenceInputs.synthetic`).
"""
import hashlib
import json
import pathlib
import struct
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent
TYPES = {"F32": np.float32, "I32": np.int32, "U8": np.uint8}
CASES = ("occ-r50-bdc-t@synth", "occ-r50-bdc-b@synth", "occ-r50-flashocc@synth")
SAMPLES = 96


def safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    arrays = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        arrays[name] = np.frombuffer(data[begin:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return arrays


def units(source, name, is_wanted):
    outputs = safetensors(source / "units.safetensors")
    generator = np.random.default_rng(1)
    rows = []
    for unit in json.loads((source / "units.json").read_text()):
        if not is_wanted(unit["family"]):
            continue
        output = outputs[unit["key"] + "/output"].reshape(-1)
        index = np.sort(generator.choice(output.size, min(SAMPLES, output.size), replace=False))
        none = {"a": 0, "b": 0}
        scale = next((p for p in unit["parameters"] if p["name"].endswith("move0.k")), none)
        rows.append(
            {
                "key": unit["key"], "unit": unit["unit"], "seed": unit["seed"], "arguments": unit["arguments"],
                "zeroed_every_8th": unit["zeroed_every_8th"], "scale_amplitude": scale["a"], "scale_offset": scale["b"],
                "input": unit["input"], "output": unit["output"], "deviation": float(output.std()),
                "index": index.tolist(), "value": [float(v) for v in output[index]],
            }
        )
    (HERE / name).write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


def case(source, name):
    manifest = json.loads((source / name / "manifest.json").read_text())
    outputs = safetensors(source / name / "outputs.safetensors")
    arrays = {key: outputs[key] for key in ("occ", "occ_margin:index", "occ_margin:value")}
    for key, value in outputs.items():
        if not key.startswith("tap:"):
            continue
        arrays[key] = value
        if key.endswith(":value"):
            tap = key.removesuffix(":value")
            arrays[tap + ":deviation"] = np.array([manifest["outputs"][tap]["std"]])
    names = sorted(f"{t['name']} {t['shape']}" for t in manifest["tensors"])
    digest = hashlib.sha256("\n".join(names).encode()).digest()
    arrays["state_dict_sha256"] = np.frombuffer(digest, np.uint8)
    arrays["seed"] = np.array([manifest["seed"]], np.int64)
    np.savez_compressed(HERE / f"{name}.npz", **arrays)


def main(folder):
    source = pathlib.Path(folder)
    units(source, "units.json", lambda family: family == "BDC")
    units(source, "family-units.json", lambda family: family != "BDC")
    for name in CASES:
        case(source, name)


if __name__ == "__main__":
    main(sys.argv[1])
