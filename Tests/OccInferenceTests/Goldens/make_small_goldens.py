#!/usr/bin/env python3
"""Run the published networks at a small size and keep what they compute: `small-networks.json`.

    make_small_goldens.py CHECKOUT      CHECKOUT holds BDC-Occ and BDC-Det (see published.py)

A binary network turns rounding into flipped signs, so that two correct float32 implementations of a full-size one differ. With few
activations none of them need lie within rounding of zero: each network gets pictures by formula, for which the smallest magnitude before
any sign is, of a few tries, the largest compared with the rounding errors there. What is kept comes from float64; an
implementation that is wired correctly agrees to rounding.

For every published configuration that runs, the SHA-256 of its state_dict's names and shapes at full size (lines `name shape`, sorted).
"""
import collections
import hashlib
import json
import pathlib
import subprocess
import sys

import numpy as np
import torch

import published

HERE = pathlib.Path(__file__).parent
SEED = 20261122
SAMPLES = 64
# Sets of pictures to choose from, by the number of frames.
TRIES = {1: 40, 3: 8}
MASK = (1 << 64) - 1
CAMERAS = 2
HEIGHT, WIDTH = 32, 32
# x, y, depth at the small size; z stays as published.
GRID = {"x": [-40.0, 40.0, 10.0], "y": [-40.0, 40.0, 10.0], "depth": [1.0, 45.0, 4.0]}
FAMILIES = ("BDC", "BBCU", "BiSRNet", "BiMatting")
RUNS = {
    "BDC-Occ": [f"flashocc-r50{kind}_{family}-T" for kind in ("", "-4d-stereo") for family in FAMILIES] + ["flashocc-r50_BDC-B"],
    "BDC-Det": [f"bevdet-r50{kind}-cbgs_{family}-T" for kind in ("", "-4d-stereo") for family in FAMILIES],
}
LISTS = {
    "BDC-Occ": ["flashocc-r50", "bevdet-occ-r50", "flashocc-r50-4d-stereo"]
    + [f"flashocc-r50{kind}_{family}-{size}" for kind in ("", "-4d-stereo") for family in FAMILIES for size in "TB"],
    "BDC-Det": ["bevdet-r50-cbgs", "bevdet-r50-4d-stereo-cbgs"]
    + [f"bevdet-r50{kind}-cbgs_{family}-T" for kind in ("", "-4d-stereo") for family in FAMILIES],
}
TAPS = (
    "img_backbone", "img_neck", "img_view_transformer", "pre_process_net", "img_bev_encoder_backbone",
    "img_bev_encoder_neck",
)


def uniform(name, seed, count):
    key = 0xCBF29CE484222325
    for byte in name.encode():
        key = ((key ^ byte) * 0x100000001B3) & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(key ^ seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) * 2.0**-24


def tensor(name, seed, shape, a, b):
    count = int(np.prod(shape)) if len(shape) else 1
    return (b + a * (2 * uniform(name, seed, count) - 1)).astype(np.float32).reshape(shape)


def amplitude(network, name, shape):
    """What `FormulaWeightSource` draws a tensor with: amplitude and offset."""
    path, _, kind = name.rpartition(".")
    module = network.get_submodule(path)
    fan_in = float(np.prod(shape[1:]))
    if kind == "running_mean":
        return 0.2, 0.0
    if kind == "running_var":
        return 0.5, 1.0
    if kind == "beta":
        return 0.0, 1.0
    if kind == "k":
        return 0.6, 0.5
    if kind == "b" or type(module).__name__ == "LearnableBias":
        return 0.3, 0.0
    if kind == "bias":
        return 0.15, 0.0
    if isinstance(module, torch.nn.PReLU):
        return 0.2, 0.25
    if isinstance(module, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d, torch.nn.BatchNorm3d)):
        parent = network.get_submodule(path.rpartition(".")[0])
        is_residual = isinstance(parent, published.Bottleneck) and path.endswith(".bn3")
        return (0.15, 0.3) if is_residual else (0.4, 1.0)
    if isinstance(module, torch.nn.Conv2d):
        is_output = path.startswith("pts_bbox_head.task_heads") and path.endswith(".1")
        return (0.0006, 0.0) if is_output else ((2 / fan_in) ** 0.5 * 3**0.5, 0.0)
    return (1 / fan_in) ** 0.5 * 3**0.5, 0.0


def names_and_shapes(network):
    return {k: list(v.shape) for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")}


def digest(network):
    lines = sorted(f"{name} {shape}" for name, shape in names_and_shapes(network).items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def load_formula(network):
    state = network.state_dict()
    for name, shape in names_and_shapes(network).items():
        state[name].copy_(torch.from_numpy(tensor(name, SEED, shape, *amplitude(network, name, shape))))


def shrink(model):
    view = model["img_view_transformer"]
    view["grid_config"] = {**view["grid_config"], **GRID}
    view["input_size"] = (HEIGHT, WIDTH)
    return model


def pictures(seed, frame):
    """RGB bytes [cameras, height, width, 3]."""
    name = "small/images" if frame == 0 else f"small/images/{frame}"
    return np.floor(tensor(name, seed, [CAMERAS, HEIGHT, WIDTH, 3], 128, 128)).astype(np.uint8)


def inputs(bda_size, seeds, frames=1):
    """img_inputs of the published detectors, float32, one sample for each seed: one camera looks ahead, one to the left."""
    # [seeds, cameras, frames, height, width, blue green red]; poses are [frames, cameras, ...].
    image = np.stack([np.stack([pictures(seed, f) for f in range(frames)], 1) for seed in seeds])
    image = image.astype(np.float32)[..., ::-1]
    means, deviations = np.float32([123.675, 116.28, 103.53]), np.float32([58.395, 57.12, 57.375])
    image = ((image - means).astype(np.float64) * (1 / deviations.astype(np.float64))).astype(np.float32)
    ahead = [[0, 0, 1, 1.5], [-1, 0, 0, 0], [0, -1, 0, 1.5], [0, 0, 0, 1]]
    left = [[1, 0, 0, 1], [0, 0, 1, 0.5], [0, -1, 0, 1.5], [0, 0, 0, 1]]
    # Each frame back in time is 2 m back and turned; the second camera fires half a metre later.
    ego = np.zeros((frames, CAMERAS, 4, 4), np.float32)
    for frame in range(frames):
        cosine, sine = (1.0, 0.0) if frame == 0 else (0.9998, 0.02 * frame)
        for camera in range(CAMERAS):
            ego[frame, camera] = np.eye(4)
            ego[frame, camera, :2, :2] = [[cosine, -sine], [sine, cosine]]
            ego[frame, camera, :2, 3] = [100 + 0.5 * camera - 2 * frame, 50 + 0.25 * frame]
    camera = [[1200, 0, 800], [0, 1200, 450], [0, 0, 1]]
    count = frames * CAMERAS
    arrays = (
        np.float32([ahead, left] * frames), ego.reshape(count, 4, 4), np.float32([camera] * count),
        np.float32([np.diag([0.04, 0.04, 1])] * count), np.float32([[-16, -4, 0]] * count),
        np.eye(bda_size, dtype=np.float32),
    )
    image = image.transpose(0, 1, 2, 5, 3, 4).reshape(len(seeds), CAMERAS * frames, 3, HEIGHT, WIDTH)
    arrays = [image] + [np.stack([array] * len(seeds)) for array in arrays]
    return [torch.from_numpy(np.ascontiguousarray(array)) for array in arrays]


class Recorder:
    """Outputs of modules, `<module>.<k>#<n>` for the k-th output of the n-th later call, and what stands before every sign."""

    def __init__(self, network):
        self.outputs, self.signed, self.calls = {}, [], collections.Counter()
        for name, module in network.named_modules():
            if name in TAPS:
                module.register_forward_hook(lambda _, __, output, name=name: self.keep(name, output))
            if name.endswith("binary_activation") and "se_block" not in name:
                module.register_forward_pre_hook(lambda _, arguments: self.signed.append(arguments[0]))

    def keep(self, name, output):
        call = f"#{self.calls[name]}" if self.calls[name] else ""
        self.calls[name] += 1
        if isinstance(output, (list, tuple)):
            values = {f"{name}.{k}{call}": value for k, value in enumerate(output) if torch.is_tensor(value)}
        else:
            values = {name + call: output}
        self.outputs.update({key: value.clone() for key, value in values.items()})


def run(network, arguments, dtype):
    """Taps and what was signed."""
    network.to(dtype)
    recorder = Recorder(network)
    # Where points fall on the grid is computed in float32 either way.
    features, _ = network.extract_img_feat([arguments[0].to(dtype)] + arguments[1:], None)
    outputs = recorder.outputs
    if hasattr(network, "occ_head"):
        outputs["occ_head"] = network.occ_head(features[0])
    else:
        (maps,) = network.pts_bbox_head(features)[0]
        outputs.update({f"head.{name}": value for name, value in maps.items()})
    for module in network.modules():
        module._forward_hooks.clear()
        module._forward_pre_hooks.clear()
    return outputs, recorder.signed


def safety(exact, rough, samples):
    """For each sample, how many times farther from zero the nearest number before a sign is than the largest rounding error beside it."""
    result = [float("inf")] * samples
    for x, y in zip(exact, rough):
        x, y = x.reshape(samples, -1), y.reshape(samples, -1).double()
        for sample in range(samples):
            near, error = x[sample].abs().double(), (x[sample].double() - y[sample]).abs().max()
            result[sample] = min(result[sample], float(near[near != 0].min() / error))
    return result


def small_network(modules, name):
    network = modules.build(shrink(modules.config(name)))
    load_formula(network)
    frames = getattr(network, "num_frame", 1)
    seeds = range(1, TRIES[frames] + 1)
    arguments = inputs(4 if modules.tree == "BDC-Det" else 3, seeds, frames)
    rough, rough_signed = run(network, arguments, torch.float32)
    if frames > 1:
        # The geometry of several frames is float32 throughout; other kernels round in other places.
        with torch.backends.mkldnn.flags(enabled=False):
            outputs, signed = run(network, arguments, torch.float32)
    else:
        outputs, signed = run(network, arguments, torch.float64)
    ratios = safety(signed, rough_signed, len(seeds))
    sample = int(np.argmax(ratios))

    def own(values):
        return values.reshape(len(seeds), -1, *values.shape[1:])[sample]

    outputs, rough = ({k: own(v) for k, v in values.items()} for values in (outputs, rough))
    noise = {k: float((rough[k].double() - v).abs().max() / v.std()) for k, v in outputs.items()}
    count = sum(x.numel() for x in signed) // len(seeds)
    seed, ratio = seeds[sample], ratios[sample]
    print(f"{name}: seed {seed}, {count} signs, safety {ratio:.2f}, noise {max(noise.values()):.1e}", flush=True)
    row = {"network": name, "imageSeed": seed, "signs": count, "safety": ratio, "noise": max(noise.values()), "taps": []}
    if "occ_head" in outputs:
        labels = outputs["occ_head"].softmax(-1).argmax(-1).reshape(-1)
        row["labels"] = "".join(chr(ord("a") + int(label)) for label in labels)
    generator = np.random.default_rng(1)
    for tap, values in outputs.items():
        flat = values.reshape(-1).numpy()
        index = np.sort(generator.choice(flat.size, min(SAMPLES, flat.size), replace=False))
        row["taps"].append({
            "name": tap, "shape": list(values.shape), "deviation": float(flat.std()), "index": index.tolist(),
            "value": [float(np.float32(v)) for v in flat[index]],
        })
    return row


def part(tree, checkout, path):
    torch.set_grad_enabled(False)
    modules = published.Published(tree, checkout)
    modules.tree = tree
    lists = {}
    for name in LISTS[tree]:
        network = modules.build(modules.config(name))
        lists[name] = {"tensors": len(names_and_shapes(network)), "sha256": digest(network)}
        print(name, lists[name]["tensors"], flush=True)
    rows = [small_network(modules, name) for name in RUNS[tree]]
    pathlib.Path(path).write_text(json.dumps({"stateDicts": lists, "networks": rows}))


def write(parts):
    lists = {name: value for part in parts for name, value in part["stateDicts"].items()}
    rows = [row for part in parts for row in part["networks"]]
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in sorted(lists.items())]
    (HERE / "small-networks.json").write_text(
        f'{{"seed": {SEED}, "cameras": {CAMERAS}, "height": {HEIGHT}, "width": {WIDTH}, "grid": {json.dumps(GRID)},\n'
        '"stateDicts": {\n' + ",\n".join(lines) + "\n},\n"
        '"networks": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]}\n"
    )


def main(checkout):
    parts = []
    for tree in published.TREES:
        path = HERE / f"{tree}.tmp.json"
        subprocess.run([sys.executable, __file__, tree, checkout, str(path)], check=True)
        parts.append(json.loads(path.read_text()))
        path.unlink()
    write(parts)


if __name__ == "__main__":
    main(sys.argv[1]) if len(sys.argv) == 2 else part(*sys.argv[1:4])
