"""The lines of Python on the pages run as they stand there, and compute what they say."""

import re

import numpy as np
import pytest
from writer import PROJECT, Folder, box, grid

SCENE, TOKEN = "scene-0103", "3e8750f331d7499e9b5123e9eb70f2e2"


def blocks(page):
    text = (PROJECT / page).read_text()
    return [block for block in re.findall(r"```python\n(.*?)```", text, re.S) if "from occ_predictions import" in block]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Folder("out")


def put(folder, tmp_path):
    """A run of two scenes with ground truth; gives its cases for the oracle."""
    cases, rows = [], []
    for seed, (scene, token) in enumerate([(SCENE, TOKEN), ("scene-0916", "other")]):
        case = {"pred": grid(seed), "semantics": grid(seed + 8), "mask_camera": grid(seed + 16) % 2}
        truth = tmp_path / "gts" / scene / token
        truth.mkdir(parents=True)
        np.savez(truth / "labels.npz", **case)
        cases.append(case)
        rows.append(folder.put(scene, 1, [(token, case["pred"])]))
    folder.manifest(rows, datasetFolder=str(tmp_path))
    return cases


def test_the_pages_have_examples():
    assert len(blocks("README.md")) == 1 and len(blocks("docs/python.md")) == 4


def test_reading_runs(folder, tmp_path, capsys):
    put(folder, tmp_path)
    for block in blocks("README.md") + blocks("docs/python.md")[:1]:
        names = {}
        exec(block, names)
        assert f"{TOKEN} (4, 3, 2)" in capsys.readouterr().out
    assert np.array_equal(names["grid"], grid(0))


def test_reading_runs_of_boxes(folder, capsys):
    folder.put("s", 1, [("t", [box("t"), box("t")])])
    exec(blocks("README.md")[0], {})
    assert "t 2 boxes" in capsys.readouterr().out


def test_miou_is_that_of_the_oracle(folder, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(PROJECT / "ops/evaluation"))
    cases = put(folder, tmp_path)
    oracle = pytest.importorskip("miou_oracle")
    expected = sum(oracle.histogram(c["pred"][c["mask_camera"] != 0], c["semantics"][c["mask_camera"] != 0]) for c in cases)
    names = {}
    exec(blocks("docs/python.md")[1], names)
    assert np.array_equal(names["confusion"], expected)
    assert np.nanmean(names["iou"]) == pytest.approx(100 * oracle.scores(expected)["mean"], abs=1e-12)


def test_every_other_example_is_python():
    for block in blocks("docs/python.md")[2:]:
        compile(block, "docs/python.md", "exec", dont_inherit=True)
