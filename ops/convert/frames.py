#!/usr/bin/env python3
"""Folders of pictures with a table of poses, at the rate of a video -> manifest with samples at a lower rate.

Reads:
  --rig FILE.json        {"groundZ": METRES, "cameras": {NAME: {size, k, distortion, egoFromCamera, ...}}}: a rig as
                         manifests have it (models none, opencv, kb4, mei)
  --poses FILE           the vehicle in the world over time: a CSV with a header, or a JSON list of objects, with the
                         columns x y z (metres), qw qx qy qz and one of t_ns t_us t_ms t_s
  --camera NAME=FOLDER   a camera's JPEG pictures; their times are in FOLDER/times.csv (columns file and one of t_ns
                         t_us t_ms t_s), or are their names, digits in the unit of --unit
Samples are the pictures of the first camera nearest to even ticks of --rate; other cameras give their nearest picture.
Each picture gets its own time and, between two poses, its own pose. Videos are refused with the command that makes
pictures of them.
"""

import csv
import io
import json
import shlex
from decimal import Decimal, InvalidOperation
from pathlib import Path

import manifest
from manifest import Manifest, picked, plain_name
from problem import Problem, need, program, text_of
from rigid import Rigid, Track, nearest

LEFT_OUT = [
    "pictures between the samples",
    "pictures and samples where there is no pose, before, after or in gaps of the table",
    "boxes, labels, lidar",
]
UNITS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
VIDEOS = {".avi", ".mp4", ".mkv", ".mov", ".webm", ".ts", ".mjpeg", ".m4v"}
# Streams without a container, which have no times.
STREAMS = {".h264", ".264", ".h265", ".265", ".hevc"}


def moment(text, unit, where):
    """A time in nanoseconds, without a detour by floating point."""
    try:
        value = Decimal(str(text).strip()) * UNITS[unit]
        if not value.is_finite() or not 0 <= value < 1 << 63:
            raise InvalidOperation
    except InvalidOperation:
        raise Problem(f"{where}: the time is {str(text)[:40]!r}", f"a number of {unit} from 0 on is wanted") from None
    return int(value)


def unit_of(columns, where):
    found = [unit for unit in UNITS if f"t_{unit}" in columns]
    if len(found) != 1:
        raise Problem(
            f"{where}: the columns are {list(columns)[:12]}",
            "one of t_ns, t_us, t_ms, t_s is wanted, by the unit of the times",
        )
    return found[0]


def rows_of(path):
    """(where, row) of a CSV file with a header, or of a JSON list of objects."""
    text = text_of(path, "name the right one")
    if path.suffix == ".json":
        try:
            rows = json.loads(text, parse_float=Decimal)
        except ValueError as error:
            raise Problem(f"{path}: {error}", "a JSON list of objects is wanted") from None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Problem(f"{path}: it is no list of objects", 'write [{"t_ns": …, "x": …}, …]')
        return [(f"{path}, row {number}", row) for number, row in enumerate(rows)]
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    try:
        return [(f"{path}, line {reader.line_num}", row) for row in reader]
    except csv.Error as error:
        raise Problem(f"{path}, line {reader.line_num}: {error}", "a CSV file with a header is wanted") from None


def track_of(path, most_gap_ns):
    rows, poses = rows_of(path), {}
    if not rows:
        raise Problem(f"{path}: no row", "a header and a row for each pose are wanted")
    unit = unit_of(rows[0][1], path)
    for where, row in rows:
        values = []
        for column in ("x", "y", "z", "qw", "qx", "qy", "qz"):
            try:
                values.append(float(row[column]))
            except (KeyError, TypeError, ValueError):
                raise Problem(
                    f"{where}: {column} is {row.get(column)!r}", "the columns x y z qw qx qy qz are wanted, all numbers"
                ) from None
        t = moment(row.get(f"t_{unit}"), unit, where)
        if t in poses:
            raise Problem(
                f"{where}: a second pose of the time {t} ns", "are the times whole enough for the rate of the poses?"
            )
        poses[t] = Rigid(values[:3], values[3:], where)
    return Track(poses, path, most_gap_ns)


def refuse_video(path, name):
    """Says how to make pictures of a video."""
    target = path.with_suffix("")
    target = target if target != path and not target.is_file() else path.with_name(path.name + ".pictures")
    folder, video = shlex.quote(str(target)), shlex.quote(str(path))
    if path.suffix.lower() in STREAMS:
        what, rate = " (it has no times inside: put its rate for both 30s)", "-framerate 30 "
        times = f"ls {folder} | awk '/jpg$/ {{printf \"%s,%.9f\\n\", $0, (n++) / 30}}'"
    else:
        what, rate = "", ""
        times = (
            f"ffprobe -v error -select_streams v:0 -show_entries frame=best_effort_timestamp_time -of csv=p=0 {video}"
            " | awk -F, '{printf \"%06d.jpg,%s\\n\", NR, $1}'"
        )
    raise Problem(
        f"{path} is a video",
        f"make pictures of it{what}:\n  mkdir -p {folder}\n"
        f"  ffmpeg {rate}-i {video} -fps_mode passthrough -qscale:v 2 {folder}/%06d.jpg\n"
        f"  (echo file,t_s; {times}) > {folder}/times.csv\n"
        f"then say --camera {name}={folder}, and --start NANOSECONDS: the time of the video's beginning",
    )


def pictures_of(name, folder, unit, start_ns):
    """(times, paths) of a camera, by time."""
    need(folder, "such folder", f"--camera {name}=FOLDER names the folder of its pictures")
    if folder.is_file() and folder.suffix.lower() in VIDEOS | STREAMS:
        refuse_video(folder, name)
    if not folder.is_dir():
        raise Problem(f"{folder} is no folder", f"--camera {name}=FOLDER names the folder of its pictures")
    found, table = {}, folder / "times.csv"
    if table.is_file():
        rows = rows_of(table)
        unit = unit_of(rows[0][1], table) if rows else unit
        listed = [(where, row.get("file") or "", row.get(f"t_{unit}")) for where, row in rows]
    else:
        files = sorted(path.name for path in folder.iterdir())
        listed = [
            (str(folder / file), file, Path(file).stem)
            for file in files
            if Path(file).suffix.lower() in (".jpg", ".jpeg")
        ]
        videos = [file for file in files if Path(file).suffix.lower() in VIDEOS | STREAMS]
        if videos and not listed:
            refuse_video(folder / videos[0], name)
        if not listed and any(file.lower().endswith(".png") for file in files):
            raise Problem(
                f"{folder} has PNG files",
                f"manifests take JPEG: mogrify -format jpg -quality 95 {shlex.quote(str(folder))}/*.png",
            )
    for where, file, text in listed:
        path, t = folder / file, moment(text, unit, where) + start_ns
        if not file or "/" in file or not path.is_file():
            raise Problem(f"{where}: there is no picture {path}", "times.csv names files of its own folder")
        if t in found:
            raise Problem(
                f"{where}: {found[t].name} has the same time, {t} ns",
                "are the times whole enough for the rate of the pictures?",
            )
        found[t] = path
    if not found:
        raise Problem(f"{folder}: no JPEG pictures", "name the folder that has them, *.jpg")
    times = sorted(found)
    return times, [found[t] for t in times]


def rig_of(path, names):
    """(ground_z, cameras by name) of a rig file, those that are named."""
    text = text_of(path, "write the rig as docs/manifest.md has it")
    try:
        rig = json.loads(text)
        known, ground = rig["cameras"], float(rig.get("groundZ", 0))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Problem(f"{path}: {error!r}", 'write {"cameras": {NAME: {…}}}, as in docs/manifest.md') from None
    unknown = set(rig) - {"kind", "name", "cameras", "groundZ", "pixelOrigin"}
    if unknown or not isinstance(known, dict) or rig.get("pixelOrigin", "center") not in ("center", "corner"):
        raise Problem(
            f"{path}: {sorted(unknown) or 'cameras or pixelOrigin'} cannot be read",
            "keys are cameras, groundZ, pixelOrigin; see docs/manifest.md",
        )
    shift = 0.5 if rig.get("pixelOrigin") == "corner" else 0
    cameras = {}
    for name in names:
        where = f"{path}, camera {name}"
        if name not in known:
            raise Problem(f"{path}: no camera {name}", f"it has {sorted(known)}")
        value = known[name]
        try:
            model, mount, k = value["distortion"]["model"], value["egoFromCamera"], value["k"]
            if model not in manifest.COEFFICIENTS:
                raise Problem(f"{where}: the model {model!r}", f"known here are {', '.join(manifest.COEFFICIENTS)}")
            cameras[name] = manifest.camera(
                value["size"],
                (k[0], k[1], k[2] - shift, k[3] - shift),
                Rigid(mount["t"], mount["q"], where),
                model,
                value["distortion"].get("d", []),
            )
        except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
            raise Problem(
                f"{where}: {error!r}", "size, k, distortion and egoFromCamera are wanted; see docs/manifest.md"
            ) from None
        extra = set(value) - {"size", "k", "distortion", "egoFromCamera"}
        if not extra <= {"slot", "maxAngle", "shutter", "mask", "unusual"}:
            raise Problem(f"{where}: the keys {sorted(extra)}", "is one misspelt? see docs/manifest.md")
        cameras[name].update({key: value[key] for key in extra})
    return ground, cameras


def convert(out, scene, options):
    names = [name for name, _ in options.camera]
    if len(set(names)) != len(names):
        raise Problem("a camera is named twice", "--camera NAME=FOLDER, each once")
    folders = {
        name: pictures_of(name, folder.resolve(), options.unit, options.start) for name, folder in options.camera
    }
    ground, cameras = rig_of(options.rig, names)
    track = track_of(options.poses, round(options.most_gap * 1e9))
    out.rig(scene, cameras, ground if options.ground_z is None else options.ground_z)
    out.scene(scene, scene)
    most_delay_ns = round(options.most_delay * 1e6)
    for t in picked(folders[names[0]][0], options.rate):
        pose, pictures = track.at(t), {}
        if pose is None:
            out.left_out["samples without a pose"] += 1
            continue
        for name, (times, paths) in folders.items():
            place = nearest(times, t, most_delay_ns)
            if place is not None and (own := track.at(times[place])):
                pictures[name] = (paths[place], times[place], own)
        out.sample(f"{scene}-{t}", t, pose, pictures)
    if not out.samples:
        raise Problem(
            f"no picture of {names[0]} has a pose",
            f"pictures are from {folders[names[0]][0][0]} to {folders[names[0]][0][-1]} ns, "
            f"poses from {track.times[0]} to {track.times[-1]} ns: are units and --start right?",
        )


def named(text):
    name, _, folder = text.partition("=")
    if not name or not folder:
        raise manifest.argparse.ArgumentTypeError(f"{text!r} is not NAME=FOLDER")
    return name, Path(folder)


def main(arguments):
    parser = manifest.arguments(
        __doc__,
        "frames.py --data /data/van --rig rig.json --poses poses.csv --camera front=/data/van/front "
        "--camera left=/data/van/left --output /data/van/van.occ.jsonl",
        LEFT_OUT,
        ground_z=None,
    )
    parser.add_argument("--data", required=True, type=Path, help="the folder that all pictures are below")
    parser.add_argument("--rig", required=True, type=Path)
    parser.add_argument("--poses", required=True, type=Path)
    parser.add_argument(
        "--camera",
        required=True,
        type=named,
        action="append",
        metavar="NAME=FOLDER",
        help="may be repeated; the first gives samples their times",
    )
    parser.add_argument("--scene", help="the scene's name (default: the manifest's)")
    parser.add_argument("--rate", type=manifest.rate, default=2.0, help="samples a second, or all (default: 2)")
    parser.add_argument(
        "--unit", choices=list(UNITS), default="ns", help="unit of times that are names of files (default: ns)"
    )
    parser.add_argument(
        "--start",
        type=int,
        default=0,
        metavar="NS",
        help="added to all times of pictures: those of videos begin with 0",
    )
    parser.add_argument(
        "--most-delay",
        type=float,
        default=50,
        metavar="MS",
        help="farthest that a picture is from its sample, milliseconds (default: 50)",
    )
    parser.add_argument(
        "--most-gap",
        type=float,
        default=0.2,
        metavar="S",
        help="farthest that two poses are apart to be used for what is between, seconds (default: 0.2)",
    )
    options = parser.parse_args(arguments)
    with Manifest(options, options.data) as out:
        scene = plain_name(options.scene or out.name, "the scene's name")
        out.each([scene], lambda out, scene: convert(out, scene, options), False)
    out.report(LEFT_OUT)
    return 0


if __name__ == "__main__":
    program(main)
