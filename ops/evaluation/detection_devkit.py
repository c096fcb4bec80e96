#!/usr/bin/env python3
"""Score a case that detection_case.py made with nuscenes-devkit 1.2.0 (pip install nuscenes-devkit==1.2.0).

    ops/evaluation/detection_devkit.py /tmp/case        # writes devkit_<split>.json beside results_<split>.json
    ops/evaluation/detection_devkit.py /tmp/golden --curves car:0.5 car:2.0 pedestrian:0.5 pedestrian:2.0 barrier:2.0

A file holds the devkit's `metrics_summary.json` without its time (`summary`), its `metrics_details.json` or the curves
named (`details`), its printed lines without the time (`text`), and what it read and kept of ground truth (`truths`).
"""

import argparse
import contextlib
import glob
import io
import json
import os
import tempfile

from nuscenes import NuScenes
from nuscenes.eval.common.config import config_factory
from nuscenes.eval.common.loaders import get_samples_of_custom_split, load_gt, load_gt_of_sample_tokens
from nuscenes.eval.detection.data_classes import DetectionBox
from nuscenes.eval.detection.evaluate import DetectionEval
from nuscenes.utils.splits import is_predefined_split


def undefined(value):
    """NaN as null, which JSON has."""
    if isinstance(value, dict):
        return {key: undefined(item) for key, item in value.items()}
    return None if isinstance(value, float) and value != value else value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case")
    parser.add_argument("--curves", nargs="*", help="keep only these curves (default: all)")
    parser.add_argument("--without-truths", action="store_true", help="leave out the boxes read")
    options = parser.parse_args()
    nusc = NuScenes(version="v1.0-mini", dataroot=options.case, verbose=False)
    for path in sorted(glob.glob(os.path.join(options.case, "results_*.json"))):
        split = os.path.basename(path)[len("results_"):-len(".json")]
        with tempfile.TemporaryDirectory() as output:
            evaluation = DetectionEval(nusc, config_factory("detection_cvpr_2019"), path, split, output, verbose=False)
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                summary = evaluation.main(plot_examples=0, render_curves=False)
            with open(os.path.join(output, "metrics_details.json")) as file:
                details = json.load(file)
        summary = json.loads(json.dumps(summary))
        del summary["eval_time"]
        if is_predefined_split(split):
            boxes = load_gt(nusc, split, DetectionBox)
        else:
            boxes = load_gt_of_sample_tokens(nusc, get_samples_of_custom_split(split, nusc), DetectionBox)
        truths = {
            token: [[box.detection_name, box.attribute_name, box.num_pts] +
                    [None if v != v else float(v) for v in box.velocity] for box in boxes[token]]
            for token in boxes.sample_tokens}
        lines = [line for line in printed.getvalue().splitlines() if not line.startswith("Eval time")]
        result = {
            "summary": undefined(summary),
            "details": {k: v for k, v in details.items() if options.curves is None or k in options.curves},
            "text": "\n".join(lines) + "\n",
            "kept": sum(len(evaluation.gt_boxes[token]) for token in evaluation.gt_boxes.sample_tokens),
            "truths": {} if options.without_truths else truths,
        }
        with open(os.path.join(options.case, "devkit_%s.json" % split), "w") as file:
            json.dump(result, file, separators=(",", ":"))
            file.write("\n")
        print("%s: mAP %.6f NDS %.6f" % (split, summary["mean_ap"], summary["nd_score"]))


if __name__ == "__main__":
    main()
