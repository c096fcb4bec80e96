"""Makes the tables and the run folder of many scenes of one sample, out of a small dataset and one real scene file.

make.py SMALL_DATASET SCENE_FILE SCENES OUTPUT: tables go to OUTPUT/data, the folder to OUTPUT/out/runs/bench. Of every 20 scenes 18 have a
whole file, one has an unfinished file with its sample stored, and one has none. The files are what this project's writer makes
(docs/scene-file.md), with one data frame for all.
"""

import json
import os
import struct
import sys
import zlib

small, scene_file, count, output = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
version = "v1.0-mini"


def token(row, number):
    return f"{number:06x}{row[6:]}"


def table(name):
    with open(f"{small}/{version}/{name}.json") as file:
        return json.load(file)


def write_tables():
    folder = f"{output}/data/{version}"
    os.makedirs(folder)
    per_scene = {"scene", "sample", "sample_data", "ego_pose"}
    links = {"token", "first_sample_token", "last_sample_token", "scene_token", "sample_token", "ego_pose_token"}
    for file in sorted(os.listdir(f"{small}/{version}")):
        name = file.removesuffix(".json")
        rows = table(name)
        if name in {"sample_annotation", "instance"}:
            rows = []
        with open(f"{folder}/{file}", "w") as out:
            if name not in per_scene:
                json.dump(rows, out)
                continue
            out.write("[")
            for number in range(count):
                for index, row in enumerate(rows):
                    copy = {key: token(value, number) if key in links and value else value for key, value in row.items()}
                    if name == "scene":
                        copy["name"] = f"scene-{number:06d}"
                    out.write(",\n" if number or index else "\n")
                    json.dump(copy, out)
            out.write("]\n")
    return [token(row["token"], number) for number in range(count) for row in table("sample")]


def section(magic, tag, content, offset):
    body = json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
    frame = struct.pack("<II", magic, len(body) + 24) + tag + struct.pack("<HH", 1, 0) + body + struct.pack("<Q", offset)
    return frame + struct.pack("<I", zlib.crc32(frame))


def read_real(path):
    data = open(path, "rb").read()
    header = json.loads(data[20 : 8 + struct.unpack("<I", data[4:8])[0] - 12])
    row = json.loads(data[struct.unpack("<Q", data[-12:-4])[0] + 20 : -12])["samples"][0]
    return header, row, data[row["offset"] :][: row["frameBytes"]]


def write_folder(tokens):
    header, row, frame = read_real(scene_file)
    folder = f"{output}/out/runs/bench"
    os.makedirs(f"{folder}/.partial")
    digest = "0" * 64
    header.update(run="bench", modelDigest=digest, precision="fp32", split="all", datasetVersion=version, lease=1)
    for number, sample in enumerate(tokens):
        if number % 20 == 19:
            continue
        header["scene"] = f"scene-{number:06d}"
        data = section(0x184D2A50, b"OCCSCENE", header, 0)
        record = {key: row[key] for key in ("kind", "frameBytes", "contentBytes", "frameCRC32")} | {"token": sample}
        data += section(0x184D2A51, b"OCCSAMPL", record, len(data))
        index = {"samples": [record | {"offset": len(data)}]}
        data += frame
        whole = number % 20 != 18
        if whole:
            data += section(0x184D2A52, b"OCCINDEX", index, len(data))
        name = f"{header['scene']}.1.occ.lz4" if whole else f".partial/{header['scene']}.1.part"
        with open(f"{folder}/{name}", "wb") as out:
            out.write(data)
    settings = {
        "datasetRoot": f"{output}/data",
        "datasetVersion": version,
        "split": "all",
        "modelConfiguration": header["model"],
        "modelDigest": digest,
        "modelPath": "/none.occmodel",
        "precision": "fp32",
        "outputDirectory": f"{output}/out",
    }
    identity = {
        "formatVersion": 1,
        "queue": "00000000-0000-0000-0000-000000000000",
        "queuePlace": "a database that is lost",
        "run": "11111111-1111-1111-1111-111111111111",
        "name": "bench",
        "kind": "predict-" + digest[:16],
        "runFormatVersion": 2,
        "settings": json.dumps(settings, sort_keys=True),
        "priority": 0,
        "maximumAttempts": 3,
        "skipsMissing": False,
        "predicts": "occupancy",
        "software": "bench",
    }
    with open(f"{folder}/identity.json", "w") as out:
        json.dump(identity, out, indent=2)


write_folder(write_tables())
