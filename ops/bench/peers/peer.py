"""One other program that runs a network, as a process that measures when it is told to; `run` starts it.

    peer.py KIND CONFIG FOLDER     FOLDER keeps converted networks; with --prepare it is filled, and nothing is measured

Says on standard output, a JSON document a line: first its set-up, then for every line with a number on standard input the seconds of
so many keyframes. Six made-up pictures after resize and crop to labels, or to the maps of a detection head; one thread.
"""
import json
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "training"))

FRAMES = 3  # different keyframes, used in turn
COMMON = ("torch", "numpy", "PIL")  # what ops/training imports
KINDS = {
    # kind: (name, modules that it needs besides)
    "torch": ("PyTorch, eager", ()),
    "torch-folded": ("PyTorch, eager, batch norms folded", ()),
    "torch-compile": ("PyTorch, torch.compile", ()),
    "onnxruntime": ("ONNX Runtime", ("onnx", "onnxscript", "onnxruntime")),
    "openvino-fp32": ("OpenVINO, fp32", ("openvino",)),
    "openvino-bf16": ("OpenVINO, bf16", ("openvino",)),
    "openvino-int8": ("OpenVINO, int8 by NNCF", ("openvino", "nncf")),
}
PROPERTIES = {
    "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False,
}


def keyframes(row, bagged):
    """The inputs of `FRAMES` keyframes, as tensors in order; `bagged`: of `WholeByBags`."""
    import inference
    import made_up
    from configurations import cells

    count = cells(row.x) * cells(row.y)
    for frame in range(FRAMES):
        pictures, where = made_up.inputs(row, frame)
        yield (pictures, *inference.bags(where, row, count)) if bagged else (pictures, where)


def whole(name, folds, bagged):
    import inference
    import made_up

    module = inference.WholeByBags if bagged else inference.Whole
    return module(inference.prepared(made_up.network(name), folds)).eval()


def inside(row, item):
    """Without the points outside the grid, where lengths are free."""
    pictures, points, features, starts = item
    return pictures, points[:starts[-1]], features[:starts[-1]], starts


def torch_peer(kind, name, _):
    import torch
    from configurations import CONFIGURATIONS

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    module = whole(name, kind != "torch", True).to(memory_format=torch.channels_last)
    items = [inside(CONFIGURATIONS[name], item) for item in keyframes(CONFIGURATIONS[name], True)]
    if kind == "torch-compile":
        import torch._inductor.config as settings

        settings.freezing = True
        if os.environ.get("ATEN_CPU_CAPABILITY") == "avx2":
            settings.cpp.simdlen = 256
        for item in items:
            for place in item[1:3]:
                torch._dynamo.mark_dynamic(place, 0)
        module = torch.compile(module)
    version = f"torch {torch.__version__}"
    return version, lambda frame: first(module(*items[frame]))


def first(found):
    """The first output as an array, so that everything is there."""
    return (found[0] if isinstance(found, (tuple, list)) else found).numpy()


def onnx_runtime_peer(_, name, folder):
    import onnxruntime
    import onnx_file
    from configurations import CONFIGURATIONS

    session = onnx_file.session(folder / f"{name}.onnx")
    names = [x.name for x in session.get_inputs()]
    items = [dict(zip(names, (x.numpy() for x in item))) for item in keyframes(CONFIGURATIONS[name], False)]
    return f"onnxruntime {onnxruntime.__version__}", lambda frame: session.run(None, items[frame])[0]


def openvino_peer(kind, name, folder):
    import openvino
    from configurations import CONFIGURATIONS

    core = openvino.Core()
    hint = "bf16" if kind.endswith("bf16") else "f32"
    model = core.read_model(folder / f"{name}{'-int8' if kind.endswith('int8') else ''}.xml")
    compiled = core.compile_model(model, "CPU", PROPERTIES | {"INFERENCE_PRECISION_HINT": hint})
    request = compiled.create_infer_request()
    items = [[x.numpy() for x in item] for item in keyframes(CONFIGURATIONS[name], True)]
    version = f"openvino {openvino.__version__.split('-')[0]}"
    return version, lambda frame: request.infer(items[frame], share_inputs=True, share_outputs=True)[0]


def prepare(kind, name, folder):
    """Converts a network for those who read files, once."""
    import torch
    from configurations import CONFIGURATIONS

    torch.set_grad_enabled(False)
    row = CONFIGURATIONS[name]
    if kind == "onnxruntime" and not (folder / f"{name}.onnx").exists():
        import made_up
        import onnx_file

        onnx_file.write(made_up.network(name), folder / "part.onnx")
        (folder / "part.onnx").rename(folder / f"{name}.onnx")
    if kind.startswith("openvino") and not (folder / f"{name}.xml").exists():
        keep(converted(whole(name, True, True), next(keyframes(row, True))), folder, name)
    if kind == "openvino-int8" and not (folder / f"{name}-int8.xml").exists():
        import openvino

        keep(quantised(openvino.Core().read_model(folder / f"{name}.xml"), list(keyframes(row, True))), folder, f"{name}-int8")


def converted(module, item):
    """A `WholeByBags` as OpenVINO's model, of the shapes of `item`."""
    import openvino

    model = openvino.convert_model(module, example_input=item)
    model.reshape({port: list(x.shape) for port, x in zip(model.inputs, item)})
    return model


def quantised(model, items):
    """An OpenVINO model in int8, by NNCF's quantisation after training with some keyframes."""
    import nncf

    data = nncf.Dataset([[x.numpy() for x in item] for item in items])
    return nncf.quantize(model, data, subset_size=len(items), target_device=nncf.TargetDevice.CPU)


def keep(model, folder, name):
    """Writes a model so that it is there whole or not at all: its .xml is what is looked for, and comes last."""
    import openvino

    openvino.save_model(model, str(folder / "part.xml"), compress_to_fp16=False)
    (folder / "part.bin").rename(folder / f"{name}.bin")
    (folder / "part.xml").rename(folder / f"{name}.xml")


def resident_MB(process="self"):
    """Memory of a process (PSS: what it shares is counted in parts); 0 if it has ended."""
    try:
        with open(f"/proc/{process}/smaps_rollup") as lines:
            return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("Pss:")), 0.0)
    except OSError:
        return 0.0


def main():
    kind, name, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    # What libraries say must not come between the documents.
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if "--prepare" in sys.argv[4:]:
        return prepare(kind, name, folder)
    start = time.perf_counter()
    make = torch_peer if kind.startswith("torch") else openvino_peer if kind.startswith("openvino") else onnx_runtime_peer
    version, run = make(kind, name, folder)
    for frame in range(2):
        run(frame)
    ready = {"version": version, "setupSeconds": time.perf_counter() - start}
    print(json.dumps(ready), file=output, flush=True)
    turn = 0
    for line in sys.stdin:
        seconds = []
        for _ in range(int(line) + 1):
            begin = time.perf_counter()
            run(turn % FRAMES)
            seconds.append(time.perf_counter() - begin)
            turn += 1
        # The first finds the caches full of what others did.
        print(json.dumps({"seconds": seconds[1:], "residentMB": resident_MB()}), file=output, flush=True)


if __name__ == "__main__":
    main()
