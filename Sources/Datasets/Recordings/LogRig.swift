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

    /// By name; at least one.
    let cameras: [Camera]
    let egoFromLidar: RigidTransform?
    /// What people should know.
    let notes: [String]

    init(_ configuration: LogConfiguration, _ contents: LogContents) throws(LogImportError) {
        var (cameras, notes): ([Camera], [String]) = ([], [])
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
            let way = try contents.frames.way(from: frame, to: configuration.egoFrame)
            var mount = try contents.frames.fixed(way)
            if optics.frameFromCamera != .identity { mount = mount.after(optics.frameFromCamera) }
            if said.isRectified, calibration.p.count == 12, calibration.p[3] != 0 {
                notes.append(
                    "camera \(name): its P has a baseline (of a stereo pair); it is taken to be where its frame '\(frame)' is"
                )
            }
            cameras.append(
                Camera(
                    name: name,
                    topic: said.pictures,
                    slot: CameraOrder.published.contains(name) ? name : said.slot,
                    optics: optics,
                    egoFromCamera: mount,
                    said: said,
                    pictures: pictures
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
