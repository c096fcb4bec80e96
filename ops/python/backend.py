"""Packs `occ_predictions` into a wheel, for pip (PEP 517) and for build-wheel; the standard library is enough.

A wheel is a zip archive of the files as they are, and of three about them. Same files, same bytes: members in the order of their names,
stored, with fixed modes and the time $SOURCE_DATE_EPOCH (1980 if that is not set).
"""

import base64
import hashlib
import os
import pathlib
import re
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
LICENCE = HERE.parents[1] / "LICENSE"


def text_of(name):
    return (HERE / name).read_text(encoding="utf-8")


def version():
    return re.search(r'^__version__ = "(.+)"$', text_of("occ_predictions/__init__.py"), re.M)[1]


def field(name):
    """What pyproject.toml says, by the text alone: Python has no reader of TOML before 3.11."""
    return re.search(rf"^{name} = (.+)$", text_of("pyproject.toml"), re.M)[1]


def metadata():
    rows = ["Metadata-Version: 2.1", "Name: occ-predictions", f"Version: {version()}"]
    rows += [f"Summary: {field('description')[1:-1]}", "License: Apache-2.0", f"Requires-Python: {field('requires-python')[1:-1]}"]
    rows += [f"Requires-Dist: {need}" for need in re.findall(r'"(.+?)"', field("dependencies"))]
    return "\n".join(rows) + "\n"


def members():
    """The archive's members by name."""
    package = HERE / "occ_predictions"
    files = {f"{package.name}/{path.name}": path.read_bytes() for path in package.iterdir() if path.suffix in (".py", ".typed")}
    about = f"occ_predictions-{version()}.dist-info"
    files[f"{about}/METADATA"] = metadata().encode()
    files[f"{about}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: occ\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    if LICENCE.exists():
        files[f"{about}/LICENSE"] = LICENCE.read_bytes()
    record = f"{about}/RECORD"
    rows = []
    for name, content in sorted(files.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(content)}\n")
    files[record] = "".join([*rows, f"{record},,\n"]).encode()
    return files


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """PEP 517: writes the wheel and gives its name."""
    name = f"occ_predictions-{version()}-py3-none-any.whl"
    # A zip archive cannot hold an earlier time.
    moment = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH", 0)), 315_532_800))[:6]
    path = pathlib.Path(wheel_directory) / name
    unfinished = path.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
        for member, content in sorted(members().items()):
            info = zipfile.ZipInfo(member, moment)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, content)
    os.replace(unfinished, path)
    return name
