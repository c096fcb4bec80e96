"""Makes an image of a root file system: an OCI archive of one layer, of which every byte follows from what goes in.

    python3 ops/package/oci.py ROOT.tar IMAGE.oci.tar

The format: https://github.com/opencontainers/image-spec, version 1. SOURCE_DATE_EPOCH, OCC_VERSION and OCC_COMMIT are what the image says
of itself.
"""

import gzip
import hashlib
import io
import json
import os
import platform
import shutil
import sys
import tarfile
import tempfile
import time

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
KINDS = "application/vnd.oci.image."


def digest(file):
    """The SHA-256 of a whole file, as OCI writes it."""
    file.seek(0)
    return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def main():
    root, image = sys.argv[1:]
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    version, commit = os.environ["OCC_VERSION"], os.environ["OCC_COMMIT"]
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))

    with open(root, "rb") as layer, tempfile.TemporaryFile() as packed, tarfile.open(image, "w", format=tarfile.USTAR_FORMAT) as archive:
        with gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=9, mtime=0) as file:
            shutil.copyfileobj(layer, file)

        def add(name, file):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = file.seek(0, io.SEEK_END), epoch, 0o644
            file.seek(0)
            archive.addfile(entry, file)

        def blob(kind, file):
            name = digest(file)
            add("blobs/" + name.replace(":", "/"), file)
            return {"mediaType": KINDS + kind, "digest": name, "size": file.seek(0, io.SEEK_END)}

        def document(value):
            return io.BytesIO(json.dumps(value, sort_keys=True).encode())

        labels = {
            "org.opencontainers.image.title": "occ",
            "org.opencontainers.image.description": "Label and evaluate driving scenes in bulk, on CPUs",
            "org.opencontainers.image.version": version,
            "org.opencontainers.image.revision": commit,
            "org.opencontainers.image.licenses": "Apache-2.0",
        }
        configuration = {
            "architecture": ARCHITECTURE,
            "os": "linux",
            "created": created,
            "config": {
                "Entrypoint": ["occ-worker"],
                "User": "65532:65532",
                "WorkingDir": "/",
                "Env": ["PATH=/usr/bin:/bin", "LANG=C.UTF-8"],
                "StopSignal": "SIGTERM",
                "Labels": labels,
            },
            "rootfs": {"type": "layers", "diff_ids": [digest(layer)]},
            "history": [{"created": created, "created_by": "ops/package/image"}],
        }
        add("oci-layout", document({"imageLayoutVersion": "1.0.0"}))
        manifest = {
            "schemaVersion": 2,
            "mediaType": KINDS + "manifest.v1+json",
            "config": blob("config.v1+json", document(configuration)),
            "layers": [blob("layer.v1.tar+gzip", packed)],
            "annotations": labels,
        }
        entry = blob("manifest.v1+json", document(manifest))
        entry["annotations"] = {"org.opencontainers.image.ref.name": version.replace("+", "-")}
        entry["platform"] = {"architecture": ARCHITECTURE, "os": "linux"}
        index = {"schemaVersion": 2, "mediaType": KINDS + "index.v1+json", "manifests": [entry]}
        add("index.json", document(index))


if __name__ == "__main__":
    main()
