"""Makes tiny logs of the layouts that the converters read, and says which pixel a point of the world is at by the
source's own rules.

Each maker writes files below a folder and returns a list of Expected. The rules are those of the projects' public
code: av2-api, kitti360Scripts, OpenScene with nuplan-devkit, waymo-open-dataset.
"""

import json
import pickle
from dataclasses import dataclass
from datetime import datetime, timezone

import numpy as np
import pyarrow as pa
from PIL import Image
from project import brown
from pyarrow import feather, parquet

# Columns are the axes of an optical camera that looks along x, in a frame with x forward, y left, z up.
OPTICAL = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])


@dataclass
class Expected:
    scene: str
    t: int
    camera: str
    point: tuple
    pixel: tuple


def about(axis, angle):
    """A rotation about an axis, Rodrigues' formula."""
    x, y, z = np.array(axis, float) / np.linalg.norm(axis)
    w = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * w + (1 - np.cos(angle)) * w @ w


def rigid(r, t):
    m = np.eye(4)
    m[:3, :3], m[:3, 3] = r, t
    return m


def wxyz(r):
    """The quaternion of a rotation matrix: an eigenvector (Bar-Itzhack)."""
    (a, b, c), (d, e, f), (g, h, i) = np.array(r)[:3, :3]
    k = (
        np.array(
            [
                [a - e - i, b + d, g + c, h - f],
                [b + d, e - a - i, f + h, c - g],
                [g + c, f + h, i - a - e, d - b],
                [h - f, c - g, d - b, a + e + i],
            ]
        )
        / 3
    )
    x, y, z, w = np.linalg.eigh(k)[1][:, -1]
    return [w, x, y, z]


def world_from_ego(seconds):
    """A vehicle that drives 8 m/s in a wide curve, uphill, with a little roll."""
    yaw = 0.4 + 0.05 * seconds
    return rigid(
        about([0, 0, 1], yaw) @ about([0, 1, 0], -0.03) @ about([1, 0, 0], 0.01),
        [1000 + 8 * seconds * np.cos(yaw), -500 + 8 * seconds * np.sin(yaw), 40 + 0.2 * seconds],
    )


def mount(yaw, t, pitch=0.02):
    """egoFromCamera of an optical camera."""
    return rigid(about([0, 0, 1], np.radians(yaw)) @ about([0, 1, 0], pitch) @ OPTICAL, t)


def point_before(world_from_camera):
    """A point of the world some 12 m before an optical camera, off its axis."""
    return (world_from_camera @ [1.7, -0.6, 12.0, 1])[:3]


def picture(path, size, kind="JPEG"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (70, 90, 110)).save(path, kind)


def columns(rows, names, schema=None):
    return pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)}, schema=schema)


def argoverse2(folder, log="log-a", annotations=True):
    path, expected = folder / log, []
    begin, pose_names = 315_966_253_000_000_000, ["qw", "qx", "qy", "qz", "tx_m", "ty_m", "tz_m"]
    yaws = {
        "ring_front_center": 0,
        "ring_front_left": 45,
        "ring_front_right": -45,
        "ring_side_left": 100,
        "ring_side_right": -100,
        "ring_rear_left": 153,
        "ring_rear_right": -153,
    }
    mounts = {name: mount(yaw, [1.2, 0.1 * np.sign(yaw), 1.4]) for name, yaw in yaws.items()}
    sizes = {name: (62, 82) if name == "ring_front_center" else (82, 62) for name in yaws}
    k = np.array([[60.5, 0, 31.2], [0, 60.1, 30.7], [0, 0, 1]])
    (path / "calibration").mkdir(parents=True)

    def row(m):
        return [*wxyz(m), *m[:3, 3]]

    feather.write_feather(
        columns(
            [(name, *row(m)) for name, m in [*mounts.items(), ("up_lidar", rigid(np.eye(3), [1.3, 0, 1.6]))]],
            ["sensor_name", *pose_names],
        ),
        path / "calibration/egovehicle_SE3_sensor.feather",
    )
    feather.write_feather(
        columns(
            [(name, 60.5, 60.1, 31.2, 30.7, -0.24, -0.21, 0.3, sizes[name][1], sizes[name][0]) for name in yaws],
            ["sensor_name", "fx_px", "fy_px", "cx_px", "cy_px", "k1", "k2", "k3", "height_px", "width_px"],
        ),
        path / "calibration/intrinsics.feather",
    )
    poses, sweeps = {}, [begin + n * 100_000_000 for n in range(15)]
    for t in sweeps:
        poses[t] = world_from_ego((t - begin) / 1e9)
        (path / "sensors/lidar").mkdir(parents=True, exist_ok=True)
        (path / f"sensors/lidar/{t}.feather").touch()
    for number, name in enumerate(yaws):
        for n in range(30):
            t = begin + n * 50_000_000 + 1_000_000 * (number + 3)
            poses[t] = world_from_ego((t - begin) / 1e9)
            picture(path / f"sensors/cameras/{name}/{t}.jpg", sizes[name])
        # The second sample, half a second on: the picture that is 3 to 9 ms later.
        t = begin + 500_000_000 + 1_000_000 * (number + 3)
        point = point_before(poses[t] @ mounts[name])
        seen = k @ (np.linalg.inv(mounts[name]) @ np.linalg.inv(poses[t]) @ [*point, 1])[:3]
        expected.append(Expected(log, begin + 500_000_000, name, point, seen[:2] / seen[2]))
    feather.write_feather(
        columns([(t, *row(m)) for t, m in poses.items()], ["timestamp_ns", *pose_names]),
        path / "city_SE3_egovehicle.feather",
    )
    if annotations:
        box = rigid(about([0, 0, 1], 0.3), [15, 2, 0.5])
        feather.write_feather(
            columns(
                [
                    (t, f"track-{kind}", kind, 4.5, 1.9, 1.6, *row(box), 12)
                    for t in sweeps
                    for kind in ("REGULAR_VEHICLE", "BOLLARD")
                ],
                [
                    "timestamp_ns",
                    "track_uuid",
                    "category",
                    "length_m",
                    "width_m",
                    "height_m",
                    *pose_names,
                    "num_interior_pts",
                ],
            ),
            path / "annotations.feather",
        )
    return expected


def kitti360(folder, sequence="2013_05_28_drive_0000_sync"):
    # IMU: x forward, y right, z down.
    imu_from_ego = np.diag([1.0, -1, -1, 1])
    place = {
        "image_00": [1.57, 0.02, -0.65],
        "image_01": [1.57, 0.6, -0.65],
        "image_02": [0.7, -0.6, -0.9],
        "image_03": [0.7, 0.6, -0.9],
    }
    yaw = {"image_00": 0, "image_01": 0, "image_02": 90, "image_03": -90}
    to_pose = {name: rigid((imu_from_ego @ mount(yaw[name], [0, 0, 0]))[:3, :3], place[name]) for name in place}
    rectified = {"00": about([1, 2, 3], 0.02), "01": about([3, -1, 2], 0.03)}
    p = {
        "00": [55.2, 0, 68.2, 0, 0, 55.2, 18.9, 0, 0, 0, 1, 0],
        "01": [55.2, 0, 68.2, -32.8, 0, 55.2, 18.9, 0, 0, 0, 1, 0],
    }
    mei = {
        "xi": 2.2,
        "k1": 0.017,
        "k2": 1.65,
        "p1": 4e-4,
        "p2": -3e-4,
        "gamma1": 133.6,
        "gamma2": 133.5,
        "u0": 71.7,
        "v0": 70.5,
    }
    calibration, raw = folder / "calibration", folder / "data_2d_raw" / sequence
    calibration.mkdir(parents=True)

    def text(values):
        return " ".join(f"{value:.12f}" for value in np.ravel(values))

    (calibration / "calib_cam_to_pose.txt").write_text(
        "".join(f"{name}: {text(m[:3])}\n" for name, m in to_pose.items())
    )
    (calibration / "perspective.txt").write_text(
        "calib_time: 2013\n"
        + "".join(f"S_rect_{n}: 141 38\nR_rect_{n}: {text(rectified[n])}\nP_rect_{n}: {text(p[n])}\n" for n in p)
    )
    for name in ("image_02", "image_03"):
        (calibration / f"{name}.yaml").write_text(
            "%YAML:1.0\n---\nmodel_type: MEI\ncamera_name: x\nimage_width: 140\nimage_height: 140\nmirror_parameters:\n"
            f"   xi: {mei['xi']}\ndistortion_parameters:\n"
            + "".join(f"   {key}: {mei[key]}\n" for key in ("k1", "k2", "p1", "p2"))
            + "projection_parameters:\n"
            + "".join(f"   {key}: {mei[key]}\n" for key in ("gamma1", "gamma2", "u0", "v0"))
        )
    begin = int(datetime(2013, 5, 28, 8, 46, 2, tzinfo=timezone.utc).timestamp()) * 10**9
    # Ten pictures a second; the first two frames and one later have no pose.
    frames = [n for n in range(2, 25) if n != 9]
    stamps = {n: begin + n * 100_000_000 + 123_456 for n in range(25)}
    poses = {n: world_from_ego(n / 10) @ np.linalg.inv(imu_from_ego) for n in frames}
    (folder / "data_poses" / sequence).mkdir(parents=True)
    (folder / "data_poses" / sequence / "poses.txt").write_text(
        "".join(f"{n} {text(m[:3])} \n" for n, m in poses.items())
    )
    for name in place:
        kind, size = ("data_rgb", (140, 140)) if name > "image_01" else ("data_rect", (141, 38))
        for n in range(25):
            picture(raw / name / kind / f"{n:010d}.png", size, "PNG")
        (raw / name / "timestamps.txt").write_text(
            "".join(
                datetime.fromtimestamp(t // 10**9, timezone.utc).strftime("%Y-%m-%d %H:%M:%S") + f".{t % 10**9:09d}\n"
                for t in stamps.values()
            )
        )
    expected, n = [], 7
    for name, number in (("image_00", "00"), ("image_01", "01")):
        world_from_camera = poses[n] @ to_pose[name] @ np.linalg.inv(rigid(rectified[number], [0, 0, 0]))
        point = point_before(world_from_camera)
        seen = np.reshape(p[number], (3, 4))[:, :3] @ (np.linalg.inv(world_from_camera) @ [*point, 1])[:3]
        expected.append(Expected(sequence, stamps[n], name, point, seen[:2] / seen[2]))
    for name in ("image_02", "image_03"):
        world_from_camera = poses[n] @ to_pose[name]
        # Nearly at a right angle to the axis: such lenses see it.
        point = (world_from_camera @ [6.0, 1.0, 1.5, 1])[:3]
        x, y, z = (np.linalg.inv(world_from_camera) @ [*point, 1])[:3] / np.linalg.norm([6.0, 1.0, 1.5])
        u, v = brown(x / (z + mei["xi"]), y / (z + mei["xi"]), [mei[key] for key in ("k1", "k2", "p1", "p2")])
        expected.append(
            Expected(sequence, stamps[n], name, point, (mei["gamma1"] * u + mei["u0"], mei["gamma2"] * v + mei["v0"]))
        )
    return expected


def openscene(folder, log="2021.05.12.22.00.38_veh-35_01008_01518", dump=pickle.dump):
    yaws = {
        "CAM_F0": 0,
        "CAM_L0": 55,
        "CAM_R0": -55,
        "CAM_L1": 110,
        "CAM_R1": -110,
        "CAM_L2": 150,
        "CAM_R2": -150,
        "CAM_B0": 180,
    }
    d, k = [-0.356, 0.173, -0.0002, 0.0001, -0.05], np.array([[60.2, 0, 48.0], [0, 60.2, 28.0], [0, 0, 1]])
    begin, frames, expected = 1_620_857_890_000_000, [], []
    lidar_from_velocity = rigid(about([0, 0, 1], 0.01), [0.1, 0, 1.7])
    for n in range(8):
        t, pose = begin + n * 500_000, world_from_ego(n / 2)
        cams = {}
        for name, yaw in yaws.items():
            m = mount(yaw, [1.5, 0.0, 1.5])
            picture(folder / f"sensor_blobs/mini/{log}/{name}/{n:016x}.jpg", (96, 56))
            cams[name] = dict(
                data_path=f"{log}/{name}/{n:016x}.jpg",
                sensor2lidar_rotation=m[:3, :3],
                sensor2lidar_translation=m[:3, 3],
                cam_intrinsic=k,
                distortion=np.array(d),
            )
            if n == 5:
                point = point_before(pose @ m)
                x, y, z = (np.linalg.inv(m) @ np.linalg.inv(pose) @ [*point, 1])[:3]
                u, v = brown(x / z, y / z, d)
                expected.append(Expected(f"{log}-scene{n // 4}", t * 1000, name, point, (k @ [u, v, 1])[:2]))
        boxes = np.array([[5.0 + i, -3, 0.4, 4.6, 1.9, 1.5, 0.2] for i in range(4)] + [[5.0, 4, 0.6, 0.5, 0.6, 1.7, 0]])
        speed = np.linalg.inv(lidar_from_velocity[:3, :3]) @ np.linalg.inv(pose[:3, :3]) @ [1.0, 2, 0.5]
        can_bus = np.array([*pose[:3, 3], *wxyz(pose), *[0.0] * 11])
        frames.append(
            {
                "token": f"{n:016x}",
                "frame_idx": n,
                "timestamp": t,
                "log_name": log,
                "scene_name": f"log-0001-scene{n // 4}",
                "scene_token": f"scene{n // 4}",
                "can_bus": can_bus,
                "lidar2ego_translation": lidar_from_velocity[:3, 3],
                "lidar2ego_rotation": wxyz(lidar_from_velocity),
                "ego2global_translation": can_bus[:3],
                "ego2global_rotation": can_bus[3:7],
                "ego2global": pose,
                "traffic_lights": [(7, True)],
                "driving_command": np.array([0, 1, 0, 0]),
                "cams": cams,
                "anns": dict(
                    gt_boxes=boxes,
                    gt_names=np.array(["vehicle"] * 4 + ["generic_object"]),
                    gt_velocity_3d=np.array([speed] * 5),
                    instance_tokens=list("abcde"),
                    track_tokens=list("vwxyz"),
                ),
            }
        )
    metas = folder / "meta_datas/mini"
    metas.mkdir(parents=True, exist_ok=True)
    with open(metas / f"{log}.pkl", "wb") as file:
        dump(frames, file)
    return expected


def waymo_v2(folder, segment="10023947602400723454_1120_000_1140_000"):
    names = {
        1: ("FRONT", 0),
        2: ("FRONT_LEFT", 45),
        3: ("FRONT_RIGHT", -45),
        4: ("SIDE_LEFT", 90),
        5: ("SIDE_RIGHT", -90),
    }
    f, c, d = (61.0, 61.5), (48.3, 31.7), [0.04, -0.33, 0.0015, -0.0004, 0.01]
    begin, expected = 1_552_440_195_362_591, []

    def write(component, rows):
        (folder / component).mkdir(parents=True, exist_ok=True)
        parquet.write_table(pa.Table.from_pylist(rows), folder / component / f"{segment}.parquet")

    mounts, images, poses, boxes, calibrations = {}, [], [], [], []
    (folder / "jpeg").mkdir(parents=True)
    picture(folder / "jpeg/a.jpg", (96, 64))
    jpeg = (folder / "jpeg/a.jpg").read_bytes()
    for number, (name, yaw) in names.items():
        # x forward, y left, z up.
        mounts[number] = rigid(about([0, 0, 1], np.radians(yaw)) @ about([0, 1, 0], 0.015), [1.54, 0.02, 2.1])
        lens = dict(zip(("f_u", "f_v", "c_u", "c_v", "k1", "k2", "p1", "p2", "k3"), (*f, *c, *d)))
        prefix = "[CameraCalibrationComponent]."
        calibrations.append(
            {
                "key.segment_context_name": segment,
                "key.camera_name": number,
                **{f"{prefix}intrinsic.{n}": v for n, v in lens.items()},
                prefix + "extrinsic.transform": list(mounts[number].ravel()),
                prefix + "width": 96,
                prefix + "height": 64,
                prefix + "rolling_shutter_direction": 4,
            }
        )
    for n in range(12):
        t = begin + n * 100_000
        key = {"key.segment_context_name": segment, "key.frame_timestamp_micros": t}
        poses.append(
            {
                **key,
                "[VehiclePoseComponent].world_from_vehicle.transform": [
                    float(v) for v in np.float32(world_from_ego(n / 10)).ravel()
                ],
            }
        )
        boxes.append(
            {
                **key,
                "key.laser_object_id": "thing",
                **{f"[LiDARBoxComponent].box.center.{a}": v for a, v in zip("xyz", (12.0, 3, 0.9))},
                **{f"[LiDARBoxComponent].box.size.{a}": v for a, v in zip("xyz", (4.5, 1.9, 1.7))},
                "[LiDARBoxComponent].box.heading": 0.25,
                "[LiDARBoxComponent].type": 1,
                "[LiDARBoxComponent].num_lidar_points_in_box": 30,
            }
        )
        for number, (name, _) in names.items():
            trigger = t / 1e6 + 0.005 * number
            at, middle = trigger + 0.002, trigger + 0.0275
            pose, v, w = world_from_ego(at - begin / 1e6), np.array([7.5, 2.0, 0.1]), np.array([0.01, -0.02, 0.3])
            prefix = "[CameraImageComponent]."
            images.append(
                {
                    **key,
                    "key.camera_name": number,
                    prefix + "image": jpeg,
                    prefix + "pose.transform": list(pose.ravel()),
                    **{f"{prefix}velocity.linear_velocity.{a}": x for a, x in zip("xyz", v)},
                    **{f"{prefix}velocity.angular_velocity.{a}": x for a, x in zip("xyz", w)},
                    prefix + "pose_timestamp": at,
                    prefix + "rolling_shutter_params.shutter": 0.011,
                    prefix + "rolling_shutter_params.camera_trigger_time": trigger,
                    prefix + "rolling_shutter_params.camera_readout_done_time": trigger + 0.055,
                }
            )
            if n == 5:
                pose = rigid(
                    about(w, np.linalg.norm(w) * (middle - at)) @ pose[:3, :3], pose[:3, 3] + v * (middle - at)
                )
                point = (pose @ mounts[number] @ [12.0, -1.7, 0.6, 1])[:3]
                x, y, z = (np.linalg.inv(mounts[number]) @ np.linalg.inv(pose) @ [*point, 1])[:3]
                u_n, v_n = brown(-y / x, -z / x, d)
                expected.append(Expected(segment, t * 1000, name, point, (f[0] * u_n + c[0], f[1] * v_n + c[1])))
    for component, rows in (
        ("camera_calibration", calibrations),
        ("camera_image", images),
        ("vehicle_pose", poses),
        ("lidar_box", boxes),
    ):
        write(component, rows)
    return expected


def frames(folder):
    """A van with a pinhole and a fisheye, 20 pictures a second, poses ten times a second, in seconds as text."""
    k, bent = [60.0, 60.5, 48.0, 30.0], [0.02, -0.004, 0.001, 0.0]
    mounts = {"front": mount(0, [1.6, 0, 1.4]), "left": mount(90, [1.1, 0.9, 1.05])}
    cameras = {
        name: {"size": [96, 64], "k": k, "egoFromCamera": {"t": list(m[:3, 3]), "q": [float(v) for v in wxyz(m)]}}
        for name, m in mounts.items()
    }
    cameras["front"]["distortion"] = {"model": "none"}
    cameras["left"].update(distortion={"model": "kb4", "d": bent}, maxAngle=1.6)
    (folder / "rig.json").write_text(json.dumps({"groundZ": -0.3, "cameras": cameras}))
    begin = 1_762_070_400
    rows = ["t_s,x,y,z,qw,qx,qy,qz"]
    poses = [world_from_ego(n / 10) for n in range(31)]
    for n, m in enumerate(poses):
        rows.append(f"{begin + n // 10}.{n % 10}," + ",".join(f"{v:.9f}" for v in [*m[:3, 3], *wxyz(m)]))
    (folder / "poses.csv").write_text("\n".join(rows) + "\n")
    for n in range(60):
        picture(folder / f"front/{(begin * 1000 + n * 50) * 1_000_000}.jpg", (96, 64))
        picture(folder / f"left/{n + 1:06d}.jpg", (96, 64))
    # The left camera is 20 ms late.
    (folder / "left/times.csv").write_text(
        "file,t_ns\n" + "".join(f"{n + 1:06d}.jpg,{(begin * 1000 + n * 50 + 20) * 1_000_000}\n" for n in range(60))
    )
    expected, t = [], (begin * 1000 + 1500) * 1_000_000
    # At 1.5 s there is a pose; at 1.52 s the way between two is nearly even: within 0.01 pixels.
    point = point_before(poses[15] @ mounts["front"])
    x, y, z = (np.linalg.inv(poses[15] @ mounts["front"]) @ [*point, 1])[:3]
    expected.append(Expected("van", t, "front", point, (k[0] * x / z + k[2], k[1] * y / z + k[3])))
    world_from_camera = world_from_ego(1.52) @ mounts["left"]
    point = (world_from_camera @ [3.0, 0.5, 4.0, 1])[:3]
    rho, angle = np.hypot(3.0, 0.5), np.arctan2(np.hypot(3.0, 0.5), 4.0)
    bent = angle * (1 + sum(c * angle ** (2 * i) for i, c in enumerate(bent, 1))) / rho
    expected.append(Expected("van", t, "left", point, (k[0] * bent * 3.0 + k[2], k[1] * bent * 0.5 + k[3])))
    return expected
