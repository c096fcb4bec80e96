internal import MCAPFiles
internal import Scenes

/// The rig of a log: its cameras, with the pictures that each has.
struct LogRig {
    struct Camera {
        let name: String
        let topic: String
        let slot: String?
        let optics: LogCamera
        let egoFromCamera: RigidTransform
        let said: LogConfiguration.Camera
        let pictures: LogContents.Pictures

        /// The times of the first and the last picture.
        var range_ns: ClosedRange<Int64> {
            let first = pictures.pictures.first?.time_ns ?? 0
            return first...(pictures.pictures.last?.time_ns ?? first)
        }
    }

    /// A camera whose place is not yet known.
    private struct Part {
        let name: String
        let said: LogConfiguration.Camera
        let pictures: LogContents.Pictures
        let optics: LogCamera
        let frame: String
        /// How far the camera sits along x of the first of its stereo pair, as `P` has it.
        let baseline_m: Double
    }

    /// By name; at least one.
    let cameras: [Camera]
    let egoFromLidar: RigidTransform?
    /// What people should know.
    let notes: [String]

    init(_ configuration: LogConfiguration, _ contents: LogContents) throws(LogImportError) {
        var (cameras, notes): ([Camera], [String]) = ([], [])
        var parts: [Part] = []
        for (name, said) in configuration.cameras.sorted(by: { $0.key < $1.key }) {
            guard PlainName.isUsable(name) else {
                throw LogImportError("\"\(name.prefix(80))\" cannot be the name of a camera: 1 to 200 bytes, no slash")
            }
            guard let pictures = contents.pictures[said.pictures], !pictures.pictures.isEmpty else {
                throw LogImportError(
                    "camera \(name): topic \(said.pictures) has no pictures; occ-scheduler inspect shows the topics"
                )
            }
            guard let calibration = contents.calibrations[said.calibration] else {
                throw LogImportError(
                    "camera \(name): topic \(said.calibration) has no calibration; occ-scheduler inspect shows the topics"
                )
            }
            let optics = try LogCamera(calibration, isRectified: said.isRectified, topic: said.calibration)
            guard optics.size == pictures.size else {
                throw LogImportError(
                    "camera \(name): its pictures have \(pictures.size.x) x \(pictures.size.y) pixels, its calibration is of"
                        + " \(optics.size.x) x \(optics.size.y); record both of one size"
                )
            }
            let named = [said.frame ?? "", pictures.frame, FrameTree.name(calibration.frame)].first { !$0.isEmpty }
            guard let frame = named else {
                throw LogImportError("camera \(name): its messages name no frame; say \"frame\" in --config")
            }
            let baseline_m = said.isRectified && calibration.p.count == 12 ? -calibration.p[3] / calibration.p[0] : 0
            parts.append(
                Part(name: name, said: said, pictures: pictures, optics: optics, frame: frame, baseline_m: baseline_m)
            )
        }
        for part in parts {
            let way = try contents.frames.way(from: part.frame, to: configuration.egoFrame)
            var mount = try contents.frames.fixed(way)
            var turn = part.optics.frameFromCamera
            if part.baseline_m != 0 {
                if let left = parts.first(where: { $0.frame == part.frame && $0.said.isRectified && $0.baseline_m == 0 }
                ) {
                    // Rectified, both look alike; the second sits a baseline along x of the first.
                    let shift = RigidTransform(translation: SIMD3(part.baseline_m, 0, 0), rotation: .identity)
                    turn = left.optics.frameFromCamera.after(shift)
                } else {
                    notes.append(
                        "camera \(part.name): its P has a baseline (of a stereo pair); it is taken to be where its frame '\(part.frame)' is"
                    )
                }
            }
            if turn != .identity { mount = mount.after(turn) }
            cameras.append(
                Camera(
                    name: part.name,
                    topic: part.said.pictures,
                    slot: CameraOrder.published.contains(part.name) ? part.name : part.said.slot,
                    optics: part.optics,
                    egoFromCamera: mount,
                    said: part.said,
                    pictures: part.pictures
                )
            )
        }
        if let lidar = configuration.lidarFrame {
            egoFromLidar = try contents.frames.fixed(try contents.frames.way(from: lidar, to: configuration.egoFrame))
        } else {
            egoFromLidar = nil
        }
        self.cameras = cameras
        self.notes = notes
    }
}
