"""The wheel: what is in it, whose version it has, the same bytes each time."""

import os
import subprocess
import sys
import zipfile

from writer import PROJECT

import occ_predictions


def build(folder, **environment):
    command = [str(PROJECT / "ops/python/build-wheel"), str(folder)]
    said = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | {"OCC_PYTHON": sys.executable} | environment
    )
    return said.stdout.strip()


def test_the_version_is_that_of_the_programs():
    text = (PROJECT / "Sources/CommandSupport/BuildInformation.swift").read_text()
    assert f'version = "{occ_predictions.__version__}"' in text


def test_a_wheel_is_the_same_bytes_each_time(tmp_path):
    one = build(tmp_path / "a", SOURCE_DATE_EPOCH="1700000000")
    other = build(tmp_path / "b", SOURCE_DATE_EPOCH="1700000000")
    assert open(one, "rb").read() == open(other, "rb").read()
    with zipfile.ZipFile(one) as wheel:
        about = f"occ_predictions-{occ_predictions.__version__}.dist-info"
        names = wheel.namelist()
        assert f"{about}/METADATA" in names and "occ_predictions/py.typed" in names and "occ_predictions/run.py" in names
        assert not [name for name in names if not name.startswith(("occ_predictions/", f"{about}/"))]
        text = wheel.read(f"{about}/METADATA").decode()
        assert "Requires-Dist: numpy>=" in text and "Requires-Dist: lz4>=" in text and "Requires-Python: >=3.9" in text
        rows = dict(row.split(",", 1) for row in wheel.read(f"{about}/RECORD").decode().splitlines())
        assert set(rows) == set(names)
        for name in names:
            assert rows[name].endswith(f",{wheel.getinfo(name).file_size}") or name.endswith("/RECORD")
        assert {wheel.getinfo(name).date_time[:3] for name in names} == {(2023, 11, 14)}
        wheel.extractall(tmp_path / "site")
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); import occ_predictions as o; print(o.__file__)"]
    assert subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.startswith(str(tmp_path))
