internal import MCAPFiles
internal import NuScenesJSON
internal import Scenes

/// Keys of a `sample` line.
enum ManifestSampleKey: Int, ManifestKey {
    case kind, token, t, worldFromEgo, images, boxes
    static let names = spelt
}

/// Keys of a picture.
enum ManifestImageKey: Int, ManifestKey {
    case path, mcap, chunk, offset, size, type, stamp, t, worldFromEgo
    static let names = spelt
}

/// A sample of a manifest as it is read, with what is judged scene by scene.
struct ManifestSample {
    /// The frames.
    let frames: SampleFrames
    /// Its time, nanoseconds.
    let time_ns: Int64
    /// Where the vehicle was at that time.
    let pose: RigidTransform
    /// Its boxes; nil where it says nothing of boxes.
    let boxes: [ManifestBox]?
    /// Its line.
    let line: Int

    /// Farthest in time that a picture is from its sample, nanoseconds.
    private static let mostDelay_ns: Int64 = 1_000_000_000
    /// How much farther than `MotionCheck.fastest_mps` takes it the vehicle may be in a picture, metres.
    private static let mostShift_m = 5.0

    /// Reads a `sample` line.
    ///
    /// - Parameters:
    ///   - readsBoxes: whether boxes are wanted.
    ///   - folder: what stands before paths, with its slash; empty for nothing.
    init(_ line: ManifestLine, rig: ManifestRig, folder: String, readsBoxes: Bool) throws(DatasetProblem) {
        let object = try ManifestObject<ManifestSampleKey>(line)
        let token = try object.name(.token)
        let time_ns = try object.time_ns(.t)
        let pose = rig.onRoad(try object.transform(.worldFromEgo))
        if let found = MotionCheck.flaw(ofPose: pose) {
            throw line.problem(
                .unlikelyValue,
                at: try object.place(.worldFromEgo),
                key: "q",
                found: found,
                advice: "write the rotation that takes the ego's axes (x forward, y left, z up) to a world with z up"
            )
        }
        let images = try object.place(.images)
        guard case JSLKind.object = JSLKind(line, images) else {
            throw line.wrongType(at: images, wanted: "an object of pictures by camera")
        }
        var pictures = [CameraFrame?](repeating: nil, count: rig.cameras.count)
        var child = images + 1
        while child < Int(line.values[images].next) {
            let key = line.keyBytes(child)
            guard
                let camera = rig.cameras.firstIndex(where: {
                    $0.nameBytes.count == key.count && $0.nameBytes.elementsEqual(key)
                })
            else {
                throw line.problem(
                    .unknownName,
                    at: child,
                    found: "the rig \"\(rig.name)\" has no such camera",
                    advice: NearestName.advice(line.key(child), in: rig.cameras.map(\.name))
                )
            }
            guard pictures[camera] == nil else {
                throw line.problem(.duplicateKey, at: child, found: "the key is there twice", advice: "write it once")
            }
            let place = try ManifestObject<ManifestImageKey>(line, child)
            pictures[camera] = try Self.picture(
                place,
                of: rig.cameras[camera].frame,
                rig: rig,
                time_ns: time_ns,
                pose: pose,
                folder: folder
            )
            child = Int(line.values[child].next)
        }
        let cameras = pictures.compactMap { $0 }
        guard !cameras.isEmpty else {
            throw line.problem(
                .missingCamera,
                at: images,
                found: "the sample has no picture",
                advice: "name at least one, or leave the sample out"
            )
        }
        frames = SampleFrames(
            token: token,
            timestamp_us: time_ns / 1000,
            cameras: cameras,
            lidar: rig.lidar.map { LidarPose(sensorToEgo: $0, egoToGlobal: pose) }
        )
        self.time_ns = time_ns
        self.pose = pose
        self.line = line.number
        if let place = object.find(.boxes) {
            boxes = readsBoxes ? try ManifestBox.read(line, place, sample: token, pose: pose) : []
        } else {
            boxes = nil
        }
    }

    private static func picture(
        _ object: ManifestObject<ManifestImageKey>,
        of camera: CameraFrame,
        rig: ManifestRig,
        time_ns: Int64,
        pose: RigidTransform,
        folder: String
    ) throws(DatasetProblem) -> CameraFrame {
        let line = object.line
        var frame = camera
        if object.has(.mcap) {
            for key in [ManifestImageKey.path] {
                if let place = object.find(key) {
                    throw line.problem(
                        .unlikelyValue,
                        at: place,
                        found: "the picture is in a file and in a recording",
                        advice: "write path, or mcap with offset and size"
                    )
                }
            }
            frame.imagePath = folder + (try object.path(.mcap))
            frame.recorded = RecordedPicture(
                chunk: object.has(.chunk) ? try object.integer(.chunk, in: 0...Int64.max) : nil,
                offset: try object.integer(.offset, in: 0...Int64.max),
                size: try object.integer(.size, in: 1...(1 << 30)),
                type: try messageType(object),
                stamp_ns: object.has(.stamp) ? try object.time_ns(.stamp) : nil
            )
        } else {
            for key in [ManifestImageKey.chunk, .offset, .size, .type, .stamp] {
                if let place = object.find(key) {
                    throw line.problem(
                        .unknownKey,
                        at: place,
                        found: "only pictures inside recordings have it",
                        advice: "name the recording as mcap, or leave this out"
                    )
                }
            }
            frame.imagePath = folder + (try object.path(.path))
        }
        var delay_ns: Int64 = 0
        if let place = object.find(.t) {
            let own = try object.time_ns(.t)
            delay_ns = own - time_ns
            guard abs(delay_ns) <= mostDelay_ns else {
                throw line.problem(
                    .unlikelyValue,
                    at: place,
                    found: "the picture is \(Double(delay_ns) / 1e9) s from its sample at \(time_ns)",
                    advice: "write nanoseconds for both, and pictures within a second of their sample"
                )
            }
            frame.timestamp_us = own / 1000
        } else {
            frame.timestamp_us = time_ns / 1000
        }
        frame.egoToGlobal = pose
        if let place = object.find(.worldFromEgo) {
            frame.egoToGlobal = rig.onRoad(try object.transform(.worldFromEgo))
            let shift = frame.egoToGlobal.translation - pose.translation
            let shift_m = (shift * shift).sum().squareRoot()
            guard shift_m <= mostShift_m + MotionCheck.fastest_mps * Double(abs(delay_ns)) / 1e9 else {
                throw line.problem(
                    .unlikelyValue,
                    at: place,
                    found: "the vehicle is \((shift_m * 1000).rounded() / 1000) m from where the sample has it",
                    advice: "write the vehicle's pose at the time of the picture, not the camera's, in the same world"
                )
            }
        }
        return frame
    }

    /// The type of a message that holds a picture.
    private static func messageType(_ object: ManifestObject<ManifestImageKey>) throws(DatasetProblem) -> String {
        let type = try object.text(.type)
        guard type.utf8.count <= 200, MessageDecoder(type)?.content == .image else {
            throw object.line.problem(
                .wrongType,
                at: try object.place(.type),
                found: "\"\(type.prefix(80))\" is no type of message that is read as a picture",
                advice: "write encoding and type, such as \"cdr sensor_msgs/msg/CompressedImage\" (docs/mcap.md)"
            )
        }
        return type
    }
}
