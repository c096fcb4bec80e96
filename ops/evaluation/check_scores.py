#!/usr/bin/env python3
"""Compare every score of occ-scheduler with the published evaluation code, on a made-up dataset, and fail where they differ.

    ops/evaluation/check_scores.py                       # in a new folder under /tmp, which is removed at the end
    ops/evaluation/check_scores.py --keep /tmp/scores    # keeps the dataset, the runs and the Python environment there

Ten scenes with moving cars are rendered. Noisy ground truth stands in for predictions and goes through the commands: import-predictions,
export, evaluate (from files, and from the counts in run.json).

  detections  nuscenes-devkit 1.2.0 scores the exported results_nusc.json of three splits, of tables that detection_case.py has made hard
  mIoU        numpy, written from FlashOcc's definition (miou_oracle.py)
  RayIoU      numpy, written from SparseOcc's definition (rayiou_oracle.py), for some of the scenes: it takes some ten seconds a sample

Needs python3 with venv, and PyPI for nuscenes-devkit (which brings numpy). occ-scheduler is $OCC_SCHEDULER or .build/release/occ-scheduler.
"""

import argparse
import json
import math
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SCHEDULER = os.environ.get("OCC_SCHEDULER", os.path.join(ROOT, ".build/release/occ-scheduler"))
DEVKIT = "nuscenes-devkit==1.2.0"
VERSION = "v1.0-mini"
DETECTION_BOUND = 1e-6
OCCUPANCY_BOUND = 1e-9


def step(text):
    print("== " + text, file=sys.stderr, flush=True)


def scheduler(*arguments, allowed=(0,)):
    result = subprocess.run([SCHEDULER, *arguments], stdout=subprocess.PIPE, text=True)
    if result.returncode not in allowed:
        sys.exit("occ-scheduler %s left with %d" % (" ".join(arguments), result.returncode))
    return result.stdout


def environment(folder):
    """A Python with the devkit; made once a folder."""
    python = os.path.join(folder, "venv/bin/python")
    marker = os.path.join(folder, "venv/ready")
    if not os.path.exists(marker):
        step("A Python environment with " + DEVKIT)
        subprocess.run([sys.executable, "-m", "venv", os.path.join(folder, "venv")], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", DEVKIT], check=True)
        with open(marker, "w"):
            pass
    return python


def flat(value, path=""):
    """All numbers of a document by their place."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from flat(item, path + "/" + key if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from flat(item, "%s[%d]" % (path, index))
    else:
        yield path, value


def undefined(value):
    return value is None or (isinstance(value, float) and math.isnan(value))


class Comparison:
    """The largest difference of each group of numbers."""

    def __init__(self):
        self.rows = []

    def add(self, where, what, ours, theirs, bound):
        ours, theirs = dict(flat(ours)), dict(flat(theirs))
        worst, place, missing = 0.0, "", []
        for key, value in theirs.items():
            mine = ours.get(key)
            if undefined(value) and undefined(mine):
                continue
            if undefined(value) or undefined(mine):
                missing.append(key)
                continue
            difference = abs(mine - value)
            if difference > worst:
                worst, place = difference, key
        is_right = not missing and worst <= bound and bool(theirs)
        shown = next(iter(theirs.values())) if len(theirs) == 1 else None
        self.rows.append((where, what, len(theirs), shown, worst, missing[0] + " undefined on one side" if missing else place,
                          bound, is_right))

    def show(self):
        head = ("case", "scores", "numbers", "value", "largest difference", "bound", "", "where")
        rows = [head]
        for where, what, count, shown, worst, place, bound, is_right in self.rows:
            value = "" if shown is None else "%.6f" % shown
            rows.append((where, what, str(count), value, "%.2g" % worst, "%.0e" % bound, "ok" if is_right else "WRONG", place))
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        for row in rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
        return all(row[-1] for row in self.rows)


def check_detections(folder, python, comparison):
    case = os.path.join(folder, "case")
    step("Detections: tables made hard, noisy boxes")
    subprocess.run([sys.executable, os.path.join(HERE, "detection_case.py"), os.path.join(folder, "data"), case], check=True)
    devkit = os.path.join(folder, "devkit")
    os.makedirs(devkit, exist_ok=True)
    for name in (VERSION, "maps"):
        if not os.path.exists(os.path.join(devkit, name)):
            os.symlink(os.path.join(case, name), os.path.join(devkit, name))
    splits = ["every", "mini_train", "mini_val"]
    ours = {}
    for split in splits:
        output = os.path.join(folder, "run-" + split)
        scheduler("import-predictions", "--dataset", case, "--version", VERSION, "--split", split, "--predictions",
                  os.path.join(case, "results_%s.json" % split), "--model", "noisy-truth", "--output", output)
        recomputed = scheduler("evaluate", "--output", output, "--json", "--curves", output + "/curves")
        if recomputed != scheduler("evaluate", "--output", output, "--json", "--stored"):
            sys.exit("%s: evaluate from the counts in run.json differs from evaluate from the files" % split)
        ours[split] = json.loads(recomputed)
        scheduler("export", "--output", output, "--format", "nuscenes", "--to", output + "/export")
        shutil.copyfile(output + "/export/results_nusc.json", os.path.join(devkit, "results_%s.json" % split))
    step("Detections: nuscenes-devkit on the exported files")
    subprocess.run([python, os.path.join(HERE, "detection_devkit.py"), devkit, "--without-truths"], check=True)
    for split in splits:
        with open(os.path.join(devkit, "devkit_%s.json" % split)) as file:
            theirs = json.load(file)
        summary, mine = theirs["summary"], ours[split]
        where = "detections " + split
        comparison.add(where, "mAP", mine["mean_ap"], summary["mean_ap"], DETECTION_BOUND)
        comparison.add(where, "NDS", mine["nd_score"], summary["nd_score"], DETECTION_BOUND)
        for key, value in summary["tp_errors"].items():
            comparison.add(where, "m" + key, mine["tp_errors"][key], value, DETECTION_BOUND)
        for key in ("label_aps", "mean_dist_aps", "label_tp_errors", "tp_scores"):
            comparison.add(where, key, mine[key], summary[key], DETECTION_BOUND)
        with open(os.path.join(folder, "run-" + split, "curves/curves.json")) as file:
            curves = json.load(file)
        parts = ("recall", "precision", "confidence")
        comparison.add(where, "curves", {n: {p: c[p] for p in parts if p in c} for n, c in curves.items()},
                       {n: {p: c[p] for p in parts if p in c} for n, c in theirs["details"].items()}, DETECTION_BOUND)


def check_occupancy(folder, scenes, comparison):
    import numpy as np
    sys.path.insert(0, HERE)
    import miou_oracle
    import rayiou_goldens
    import rayiou_oracle

    step("Occupancy: noisy labels")
    data, npz = os.path.join(folder, "data"), os.path.join(folder, "npz")
    os.makedirs(npz, exist_ok=True)
    rng = np.random.default_rng(5)
    frames = rayiou_oracle.dataset_frames(data, VERSION)
    sums = {mask: np.zeros((18, 18), np.int64) for mask in ("camera", "lidar", "none")}
    for name, (tokens, _) in frames.items():
        for token in tokens:
            truth = np.load(os.path.join(data, "gts", name, token, "labels.npz"))
            pred = rayiou_goldens.corrupted(rng, truth["semantics"])
            np.savez_compressed(os.path.join(npz, token + ".npz"), pred=pred)
            for mask, total in sums.items():
                keep = np.ones(pred.shape, bool) if mask == "none" else truth["mask_" + mask].astype(bool)
                total += miou_oracle.histogram(pred[keep], truth["semantics"][keep])
    output = os.path.join(folder, "run-occupancy")
    scheduler("import-predictions", "--dataset", data, "--version", VERSION, "--predictions", npz, "--output", output)
    for mask, total in sums.items():
        mine = json.loads(scheduler("evaluate", "--output", output, "--json", "--stored", "--mask", mask))
        theirs = miou_oracle.scores(total)
        where = "mIoU mask " + mask
        comparison.add(where, "mIoU", mine["meanIoU_percent"] / 100, theirs["mean"], OCCUPANCY_BOUND)
        comparison.add(where, "IoU of labels", [percent(label.get("iou_percent")) for label in mine["labels"]], theirs["iou"],
                       OCCUPANCY_BOUND)
    if scheduler("evaluate", "--output", output, "--json") != scheduler("evaluate", "--output", output, "--json", "--stored"):
        sys.exit("occupancy: evaluate from the counts in run.json differs from evaluate from the files")

    chosen = sorted(frames)[:scenes]
    step("Occupancy: RayIoU of %s by numpy, which takes its time" % ", ".join(chosen))
    cases = []
    for name in chosen:
        tokens, rows = frames[name]
        for token, origins in zip(tokens, rayiou_oracle.scene_origins(rows)):
            semantics = np.load(os.path.join(data, "gts", name, token, "labels.npz"))["semantics"]
            cases.append({"pred": np.load(os.path.join(npz, token + ".npz"))["pred"], "semantics": semantics, "origins": origins})
    with multiprocessing.Pool() as pool:
        counts = pool.map(rayiou_oracle.count, [[case] for case in cases], chunksize=1)
    theirs = rayiou_oracle.scores(*(sum(parts) for parts in zip(*counts)))
    selection = [part for name in chosen for part in ("--scene", name)]
    mine = json.loads(scheduler("evaluate", "--output", output, "--json", "--stored", *selection))["rayIoU"]
    where = "RayIoU %d samples" % len(cases)
    comparison.add(where, "RayIoU", percent(mine["rayIoU_percent"]), theirs["rayiou"], OCCUPANCY_BOUND)
    for threshold, value in zip(mine["thresholds"], theirs["rayiou_at"]):
        comparison.add(where, "RayIoU@%g" % threshold["threshold_m"], percent(threshold["rayIoU_percent"]), value, OCCUPANCY_BOUND)
    by_label = [[percent(label["scores"][row].get("iou_percent")) for label in mine["labels"]] for row in range(3)]
    comparison.add(where, "IoU of labels", by_label, theirs["iou"], OCCUPANCY_BOUND)
    rays = {"truth": [label["truthRays"] for label in mine["labels"]], "predicted": [label["predictedRays"] for label in mine["labels"]]}
    comparison.add(where, "rays", rays, {"truth": theirs["truth"][:17], "predicted": theirs["predicted"][:17]}, 0)


def percent(value):
    return None if value is None else value / 100


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", metavar="dir", help="folder to work in and to keep")
    parser.add_argument("--samples", type=int, default=10, help="samples of each scene")
    parser.add_argument("--ray-scenes", type=int, default=1, help="scenes whose RayIoU is compared")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        folder = os.path.abspath(options.keep) if options.keep else tempfile.mkdtemp(prefix="occ-scores-")
        os.makedirs(folder, exist_ok=True)
        try:
            python = environment(folder)
            # The rest runs where numpy is.
            command = [python, os.path.abspath(__file__), "--inside", "--keep", folder, "--samples", str(options.samples),
                       "--ray-scenes", str(options.ray_scenes)]
            sys.exit(subprocess.run(command).returncode)
        finally:
            if not options.keep:
                shutil.rmtree(folder, ignore_errors=True)
    folder = options.keep
    step("A synthetic dataset: 10 scenes of %d samples" % options.samples)
    scheduler("make-dataset", "--scenes", "10", "--samples", str(options.samples), "--seed", "3", "--width", "160", "--height", "90",
              "--without-lidar", "--to", os.path.join(folder, "data"))
    comparison = Comparison()
    check_detections(folder, sys.executable, comparison)
    check_occupancy(folder, options.ray_scenes, comparison)
    sys.exit(0 if comparison.show() else 1)


if __name__ == "__main__":
    main()
