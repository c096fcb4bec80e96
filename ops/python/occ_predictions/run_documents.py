"""`run.json` and `identity.json`: what a folder says of its run (docs/run-folder.md)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from . import documents, names
from .documents import Flaw
from .errors import UnsupportedVersionError, damaged

VERSION = 1
MANIFEST, IDENTITY = "run.json", "identity.json"
STATES = ("done", "failed", "quarantined", "cancelled", "unfinished")
_MOST_BYTES = {MANIFEST: 1 << 30, IDENTITY: 4 << 20}


@dataclass(frozen=True)
class Facts:
    """Of what a run is; texts are empty where nobody wrote them down."""

    dataset: str = ""
    dataset_folder: str = ""
    dataset_version: str = ""
    split: str = ""
    model: str = ""
    model_digest: str = ""
    precision: str = ""


@dataclass(frozen=True)
class Accepted:
    """The file of a scene that is done."""

    lease: int
    file_name: str
    #: bytes
    size: int
    sha256: str
    tokens: frozenset[str]


@dataclass(frozen=True)
class Row:
    """One scene in `run.json`."""

    state: str
    accepted: Optional[Accepted] = None
    failure: str = ""


def read_manifest(folder: str, run: str) -> Optional[tuple[Facts, dict[str, Row]]]:
    """What `run.json` says; None where there is none.

    Raises:
        DamagedFileError: it contradicts itself or is no such document; UnsupportedVersionError, OSError.
    """
    path = os.path.join(folder, MANIFEST)
    document = _read(path)
    if document is None:
        return None
    try:
        if documents.get(document, "run", str) != run:
            raise Flaw(f"it is of run {documents.shown(document['run'])}, not '{run}'")
        facts = Facts(
            dataset=documents.get(document, "dataset", str),
            dataset_folder=documents.get(document, "datasetFolder", str),
            dataset_version=documents.get(document, "datasetVersion", str),
            split=documents.get(document, "split", str),
            model=documents.get(document, "model", str),
            model_digest=documents.get(document, "modelDigest", str),
            precision=documents.get(document, "precision", str),
        )
        rows: dict[str, Row] = {}
        tokens: set[str] = set()
        scenes: list[Any] = documents.get(document, "scenes", list)
        for scene in scenes:
            name, row, own = _row(documents.table(scene))
            if name in rows:
                raise Flaw(f"scene {documents.shown(name)} stands in it twice")
            if not tokens.isdisjoint(own) or len(set(own)) != len(own):
                raise Flaw(f"a sample of scene {documents.shown(name)} stands in it twice")
            tokens.update(own)
            rows[name] = row
    except Flaw as flaw:
        raise damaged(path, str(flaw)) from None
    return facts, rows


def _row(scene: Mapping[str, Any]) -> tuple[str, Row, list[str]]:
    name = documents.get(scene, "name", str)
    try:
        state = documents.get(scene, "state", str)
        if state not in STATES:
            raise Flaw(f"its state is {documents.shown(state)}")
        tokens: list[Any] = documents.get(scene, "sampleTokens", list)
        for token in tokens:
            if not isinstance(token, str) or not documents.is_token(token):
                raise Flaw(f"{documents.shown(token)} is no sample token")
        if state != "done":
            failure = scene.get("failure")
            return name, Row(state, failure=failure if isinstance(failure, str) else ""), tokens
        accepted = Accepted(
            lease=documents.get(scene, "lease", int),
            file_name=documents.get(scene, "fileName", str),
            size=documents.get(scene, "byteCount", int),
            sha256=documents.get(scene, "sha256", str),
            tokens=frozenset(tokens),
        )
        if accepted.lease < 1 or accepted.file_name != names.file_name(name, accepted.lease):
            raise Flaw(f"lease {accepted.lease} does not write {documents.shown(accepted.file_name)}")
    except Flaw as flaw:
        raise Flaw(f"scene {documents.shown(name)}: {flaw}") from None
    return name, Row(state, accepted), tokens


def read_identity(folder: str, run: str) -> Optional[tuple[Facts, str]]:
    """What `identity.json` says of a run, and what it predicts; None where there is none, as in folders of version 0.1.

    Raises:
        DamagedFileError, UnsupportedVersionError, OSError.
    """
    path = os.path.join(folder, IDENTITY)
    document = _read(path)
    if document is None:
        return None
    try:
        if documents.get(document, "name", str) != run:
            raise Flaw(f"it is of run {documents.shown(document['name'])}, not '{run}'")
        kind = documents.get(document, "predicts", str)
        if kind not in ("occupancy", "detections"):
            raise Flaw(f"the run predicts {documents.shown(kind)}")
        settings = documents.table(documents.parse(documents.get(document, "settings", str).encode()))
        facts = Facts(
            dataset_folder=_text(settings, "datasetRoot"),
            dataset_version=_text(settings, "datasetVersion"),
            split=_text(settings, "split"),
            model=_text(settings, "modelConfiguration"),
            model_digest=_text(settings, "modelDigest"),
            precision=_text(settings, "precision"),
        )
    except (Flaw, UnicodeEncodeError) as flaw:
        raise damaged(path, str(flaw)) from None
    return facts, kind


def _text(settings: Mapping[str, Any], key: str) -> str:
    return documents.get(settings, key, str) if key in settings else ""


def _read(path: str) -> Optional[Mapping[str, Any]]:
    try:
        with open(path, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            most = _MOST_BYTES[os.path.basename(path)]
            if size > most:
                raise damaged(path, f"{size} bytes exceed {most}")
            text = stream.read(most)
    except FileNotFoundError:
        return None
    try:
        document = documents.table(documents.parse(text))
        version = documents.get(document, "formatVersion", int)
    except Flaw as flaw:
        raise damaged(path, str(flaw)) from None
    if version != VERSION:
        raise UnsupportedVersionError(
            path, f"it has format version {version}, this package reads {VERSION}", "use a newer one"
        )
    return document
