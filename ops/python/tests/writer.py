"""Writes scene files and run folders as docs/scene-file.md and docs/run-folder.md have them, and wrong ones too."""

import hashlib
import io
import json
import struct
import zlib
from pathlib import Path

import lz4.frame
import numpy as np

DIGEST = "ab" * 32
PROJECT = Path(__file__).resolve().parents[3]
GOLDENS = [PROJECT / f"Tests/StorageTests/Goldens/v1-{kind}.occ.lz4" for kind in ("occupancy", "detections")]


def section(number, tag, content, offset, version=1):
    text = content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode()
    frame = struct.pack("<II8sHH", 0x184D2A50 + number, len(text) + 24, tag, version, 0) + text + struct.pack("<Q", offset)
    return frame + struct.pack("<I", zlib.crc32(frame))


def data_frame(content, **options):
    block = next((b for b in (4, 5, 6) if len(content) <= 1 << (2 * b + 8)), 7)
    options = {"block_size": block, "block_linked": False, "content_checksum": True, "block_checksum": True} | options
    return lz4.frame.compress(content, **options)


def npy(labels):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, labels, version=(1, 0))
    return stream.getvalue()


def header(run, scene, lease, **other):
    return {
        "run": run, "scene": scene, "lease": lease, "dataset": "nuscenes", "datasetVersion": "v1.0-mini", "split": "val",
        "model": "occ-small_BDC-T", "modelDigest": DIGEST, "precision": "fp32", "software": "tests",
    } | other  # fmt: skip


def scene_file(head, samples):
    """The bytes of a file. Samples are tuples of token, content (an array, or boxes), and wrong values of the record, if any."""
    data = section(0, b"OCCSCENE", head, 0)
    rows = []
    for token, content, *wrong in samples:
        is_array = isinstance(content, np.ndarray)
        stored = content if isinstance(content, bytes) else npy(content) if is_array else json.dumps(content).encode()
        frame = data_frame(stored)
        record = {
            "token": token, "kind": "occupancy" if is_array else "detections", "frameBytes": len(frame),
            "contentBytes": len(stored),
        }  # fmt: skip
        for change in wrong:
            frame = change.pop("frame", frame)
            record |= {"frameBytes": len(frame)} | change
        record = {"frameCRC32": zlib.crc32(frame)} | record
        data += section(1, b"OCCSAMPL", record, len(data))
        rows.append(record | {"offset": len(data)})
        data += frame
    return data + section(2, b"OCCINDEX", {"samples": rows}, len(data))


def grid(seed, shape=(4, 3, 2)):
    return np.random.default_rng(seed).integers(0, 18, shape, np.uint8)


def box(token, **other):
    return {
        "sample_token": token, "translation": [600.5, 1600.25, 1.0], "size": [1.9, 4.5, 1.6], "rotation": [1, 0, 0, 0],
        "velocity": [0.5, -1.5], "detection_name": "car", "detection_score": 0.75, "attribute_name": "vehicle.moving",
    } | other  # fmt: skip


class Folder:
    """An output folder with one run or several."""

    def __init__(self, output):
        self.output = Path(output)

    def run(self, name="r"):
        path = self.output / "runs" / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def put(self, scene, lease, samples, run="r", escaped=None, head=None):
        """Writes a finished file and gives its row for `manifest`."""
        data = scene_file(header(run, scene, lease) | (head or {}), samples)
        path = self.run(run) / f"{escaped or scene}.{lease}.occ.lz4"
        path.write_bytes(data)
        return {
            "name": scene, "state": "done", "sampleTokens": [sample[0] for sample in samples], "lease": lease,
            "fileName": path.name, "byteCount": len(data), "sha256": hashlib.sha256(data).hexdigest(),
        }  # fmt: skip

    def manifest(self, scenes, run="r", **other):
        document = {
            "formatVersion": 1, "run": run, "dataset": "nuscenes", "datasetFolder": "/data", "datasetVersion": "v1.0-mini",
            "split": "val", "model": "occ-small_BDC-T", "modelDigest": DIGEST, "precision": "fp32", "settings": {},
            "software": "tests", "writtenAt": "2026-01-01T00:00:00Z", "scenes": scenes,
        } | other  # fmt: skip
        (self.run(run) / "run.json").write_text(json.dumps(document))

    def identity(self, run="r", **other):
        settings = {
            "datasetRoot": "/data", "datasetVersion": "v1.0-mini", "split": "val", "modelConfiguration": "occ-small_BDC-T",
            "modelDigest": DIGEST, "precision": "fp32",
        }  # fmt: skip
        document = {"formatVersion": 1, "name": run, "predicts": "occupancy", "settings": json.dumps(settings)} | other
        (self.run(run) / "identity.json").write_text(json.dumps(document))
