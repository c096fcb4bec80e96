"""A run of an output folder."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn, Optional, Union

from . import names
from .ahead import in_order
from .boxes import DETECTION_CLASSES
from .documents import shown
from .errors import REPAIR, MismatchError, MissingFileError, NoRunError, NoSuchSceneError, Path, PredictionsError
from .occupancy import OCCUPANCY_CLASSES
from .run_documents import MANIFEST, Accepted, Facts, Row, read_identity, read_manifest
from .scene import Sample, Scene
from .scenefile import SceneFile

# Scenes whose index is kept; one of 40 samples takes some 16 KB.
_SCENES_KEPT = 1024


class Run(Mapping[str, Scene]):
    """A run: its scenes by name, those that are done, as the folder was when this was made.

    Which file of a scene is read stands in docs/python.md, "Which file of a scene".

    Args:
        output: the output folder, as it was given to `occ-scheduler run --output`.
        name: name of the run; None for the only one that has predictions.

    Raises:
        NoRunError: there is no such run, or several and none was named.
        DamagedFileError, UnsupportedVersionError: `run.json` or `identity.json` cannot be used; OSError.
    """

    def __init__(self, output: Path, name: Optional[str] = None) -> None:
        self.name: str = _choose(os.fspath(output), name)
        #: the run's folder
        self.path: str = os.path.join(os.fspath(output), "runs", names.escape(self.name) or "")
        manifest = read_manifest(self.path, self.name)
        identity = read_identity(self.path, self.name)
        self._kind: Optional[str] = identity[1] if identity else None
        self._facts: Optional[Facts] = manifest[0] if manifest else identity[0] if identity else None
        self._rows: dict[str, Row] = manifest[1] if manifest else {}
        self._has_manifest = manifest is not None
        # Leases of finished files of scenes that `run.json` does not call done, newest first.
        self._leases: dict[str, list[int]] = {}
        for scene, lease in _finished(self.path):
            row = self._rows.get(scene)
            if row is None or row.accepted is None:
                self._leases.setdefault(scene, []).append(lease)
        for leases in self._leases.values():
            leases.sort(reverse=True)
        known = [*self._rows, *sorted(set(self._leases) - set(self._rows))]
        #: what became of each known scene: done, failed, quarantined, cancelled, unfinished
        self.states: dict[str, str] = {
            scene: "done" if scene in self._leases else self._rows[scene].state for scene in known
        }
        #: names of the scenes that are done, in the order of `run.json`, then by name
        self.scenes: tuple[str, ...] = tuple(scene for scene, state in self.states.items() if state == "done")
        self._reset()

    def _reset(self) -> None:
        self._open: OrderedDict[str, Scene] = OrderedDict()
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key not in ("_open", "_lock")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._reset()

    def __repr__(self) -> str:
        return f"<run {self.name!r}: {len(self)} of {len(self.states)} scenes in {self.path!r}>"

    # MARK: Scenes

    def __getitem__(self, scene: str) -> Scene:
        with self._lock:
            found = self._open.get(scene)
            if found is not None:
                self._open.move_to_end(scene)
                return found
        found = self._find(scene)
        with self._lock:
            self._open[scene] = found
            if len(self._open) > _SCENES_KEPT:
                self._open.popitem(last=False)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.scenes)

    def __len__(self) -> int:
        return len(self.scenes)

    def __contains__(self, scene: object) -> bool:
        return isinstance(scene, str) and self.states.get(scene) == "done"

    # Runs are equal if they are one object; a mapping's comparison would open every scene.
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def samples(
        self, prefetch: int = 4, workers: Optional[int] = None, scenes: Optional[Iterable[str]] = None
    ) -> Iterator[Sample]:
        """Every sample, loaded, scene by scene in order; at most `prefetch` are read ahead of the one that you have.

        A sample or file that is damaged raises its error in its place and ends the iteration.

        Args:
            prefetch: samples read ahead; one of Occ3D takes 0.64 MB.
            workers: threads; None for as many as this process has cores, at most 4; 0 for none, and nothing is read ahead.
            scenes: names of scenes; None for all.
        """
        chosen = self.scenes if scenes is None else tuple(scenes)
        for scene in chosen:
            if scene not in self:
                raise self._lacks(scene)
        return in_order(Sample.load, (s for scene in chosen for s in self[scene].values()), prefetch, workers)

    # MARK: Facts

    @property
    def is_complete(self) -> bool:
        """Whether `run.json` is there and every scene that it names is done."""
        return self._has_manifest and all(state == "done" for state in self.states.values())

    @property
    def kind(self) -> str:
        """What the run predicts: `occupancy` or `detections`.

        Raises:
            PredictionsError: nothing in the folder tells.
        """
        if self._kind is None:
            scene = next((self[name] for name in self.scenes if len(self[name])), None)
            if scene is None:
                raise PredictionsError(f"{self.path}: no sample is predicted yet, so nothing tells what the run predicts")
            self._kind = next(iter(scene.values())).kind
        return self._kind

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names by label: of voxels or of boxes."""
        return OCCUPANCY_CLASSES if self.kind == "occupancy" else DETECTION_CLASSES

    @property
    def dataset(self) -> str:
        """The dataset's name; empty as long as no scene is done."""
        return self._fact("dataset")

    @property
    def dataset_folder(self) -> str:
        """Where the dataset was when the run was submitted; empty where nobody wrote it down."""
        return self._fact("dataset_folder")

    @property
    def dataset_version(self) -> str:
        """The dataset's version, such as `v1.0-trainval`."""
        return self._fact("dataset_version")

    @property
    def split(self) -> str:
        """The dataset's split, such as `val`."""
        return self._fact("split")

    @property
    def model(self) -> str:
        """Name of the network's configuration."""
        return self._fact("model")

    @property
    def model_digest(self) -> str:
        """SHA-256 of the model package, 64 hexadecimal digits."""
        return self._fact("model_digest")

    @property
    def precision(self) -> str:
        """`fp32`, `bf16`, `int8`; `unknown` of imported predictions."""
        return self._fact("precision")

    def _fact(self, key: str) -> str:
        value: str = getattr(self._facts, key) if self._facts else ""
        if not value and self.scenes and key != "dataset_folder":
            value = getattr(self[self.scenes[0]].header, key)
        return value

    # MARK: Files

    def _lacks(self, scene: object) -> NoSuchSceneError:
        state = self.states.get(scene) if isinstance(scene, str) else None
        if state is None:
            some = ", ".join(f"'{name}'" for name in self.scenes[:5]) or "none"
            more = f" and {len(self) - 5} more" if len(self) > 5 else ""
            found = f"has no predictions of a scene {shown(scene)}; it has {some}{more}"
            return NoSuchSceneError(f"{self.path}: run '{self.name}' {found}")
        why = self._rows[str(scene)].failure
        found = f"scene '{scene}' is {state}" + (f" ({shown(why)})" if why else "")
        return NoSuchSceneError(f"{self.path}: {found}; `occ-scheduler status --output DIR` and `failures` tell more")

    def _find(self, scene: str) -> Scene:
        if scene not in self:
            raise self._lacks(scene)
        row = self._rows.get(scene)
        if row is not None and row.accepted is not None:
            return self._accepted(scene, row.accepted)
        first: Optional[Exception] = None
        for lease in self._leases[scene]:
            try:
                return Scene(self._file(scene, lease))
            except (PredictionsError, FileNotFoundError) as error:
                first = first or error
        assert first is not None
        raise first

    def _accepted(self, scene: str, accepted: Accepted) -> Scene:
        path = os.path.join(self.path, accepted.file_name)
        try:
            file = self._file(scene, accepted.lease)
        except FileNotFoundError:
            raise MissingFileError(
                path,
                f"{MANIFEST} names it for scene '{scene}', and it is not there",
                "`occ-scheduler retry --damaged --output DIR` queues the scene again; read the folder anew if a run goes on",
            ) from None
        found = {entry.token for entry in file.entries}
        if file.size != accepted.size:
            self._mismatch(path, "size in bytes", file.size, accepted.size)
        if found != accepted.tokens:
            lacking, surplus = sorted(accepted.tokens - found), sorted(found - accepted.tokens)
            self._mismatch(
                path,
                "list of samples",
                f"of {len(found)}" + (f", with '{surplus[0]}'" if surplus else ""),
                f"of {len(accepted.tokens)}" + (f", with '{lacking[0]}'" if lacking else ""),
            )
        return Scene(file, accepted.sha256)

    def _file(self, scene: str, lease: int) -> SceneFile:
        """The file of a lease, if it is what its name and the run's documents say."""
        path = os.path.join(self.path, names.file_name(scene, lease) or "")
        file = SceneFile(path)
        header, facts = file.header, self._facts or Facts()
        expected: list[tuple[str, Union[str, int], Union[str, int]]] = [
            ("run", header.run, self.name),
            ("scene", header.scene, scene),
            ("lease", header.lease, lease),
            ("model digest", header.model_digest, facts.model_digest or header.model_digest),
            ("precision", header.precision, facts.precision or header.precision),
        ]
        for what, found, wanted in expected:
            if found != wanted:
                self._mismatch(path, what, found, wanted)
        return file

    def _mismatch(self, path: str, what: str, found: object, wanted: object) -> NoReturn:
        found_instead = f"its {what} is {shown(found)}, its name and the run's documents say {shown(wanted)}"
        raise MismatchError(path, found_instead, REPAIR)


def _choose(output: str, name: Optional[str]) -> str:
    """The run that is meant, as `occ-scheduler evaluate --output DIR [--run NAME]` chooses it."""
    folder = os.path.join(output, "runs")
    try:
        entries = sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        found = "holds no run (it has no folder 'runs')" if os.path.isdir(output) else "is no folder"
        parts = os.path.abspath(output).split(os.sep)
        above = 1 if parts[-1] == "runs" else 2 if "runs" in parts[-2:-1] else 0
        hint = f", which is '{os.sep.join(parts[:-above])}'" if above else ""
        raise NoRunError(f"'{output}' {found}; give the output folder of a run{hint}") from None
    runs = {run: entry for entry in entries if not entry.startswith(".") for run in [names.unescape(entry)] if run}
    if name is not None:
        if name in runs:
            return name
        raise NoRunError(f"there is no run {shown(name)} in '{output}'; {_list(runs)}")
    begun = {run: entry for run, entry in runs.items() if _has_results(os.path.join(folder, entry))}
    if len(begun) == 1:
        return next(iter(begun))
    if not begun:
        raise NoRunError(f"no run in '{output}' has predictions yet; {_list(runs)}")
    raise NoRunError(f"there are {len(begun)} runs in '{output}'; choose one with Run(output, name): {_list(begun)}")


def _list(runs: Iterable[str]) -> str:
    some = list(runs)
    more = f" and {len(some) - 20} more" if len(some) > 20 else ""
    return "it has " + (", ".join(f"'{run}'" for run in some[:20]) or "none") + more


def _finished(folder: str) -> Iterator[tuple[str, int]]:
    """Scene and lease of every finished file of a run's folder."""
    return (parsed for entry in os.listdir(folder) for parsed in [names.parse_file_name(entry)] if parsed)


def _has_results(folder: str) -> bool:
    """Whether a run's folder has a scene file, finished or not, or `run.json`; looks at names alone."""
    try:
        entries = os.listdir(folder)
    except NotADirectoryError:
        return False
    if MANIFEST in entries or any(names.parse_file_name(entry) for entry in entries):
        return True
    try:
        partial = os.listdir(os.path.join(folder, ".partial"))
    except (FileNotFoundError, NotADirectoryError):
        return False
    return any(names.parse_file_name(entry[: -len(".part")] + names.SUFFIX) for entry in partial if entry.endswith(".part"))
