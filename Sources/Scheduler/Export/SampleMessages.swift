internal import Evaluation
internal import MCAPFiles
internal import Reporting
internal import Scenes

/// A message of a recording that is to be written.
struct SampleMessage: Equatable {
    let topic: String
    let schema: FoxgloveSchema
    let time_ns: Int64
    let data: [UInt8]
}

/// What a recording holds of one sample; topics and frames are those of nuscenes2mcap where it has them (`docs/exports.md`).
enum SampleMessages {
    /// The frame of the map.
    static let world = "map"
    /// The frame of the vehicle.
    static let ego = "base_link"
    /// The topic of predicted boxes; nuscenes2mcap has the annotated ones beside it.
    static let boxes = "/markers/detections"
    /// The topic of occupied voxels.
    static let points = "/occupancy/points"
    /// The topic of dense grids.
    static let grid = "/occupancy/voxels"

    /// Where the vehicle was at each moment that is known, and where its cameras are on it.
    ///
    /// A moment that two of them share has one pose: the sample's own before those of pictures.
    static func transforms(_ sample: SampleFrames) throws -> [SampleMessage] {
        var messages: [SampleMessage] = []
        var moments: Set<Int64> = []
        func add(_ parent: String, _ child: String, _ transform: RigidTransform, at time_us: Int64) throws {
            let time_ns = try nanoseconds(time_us)
            let message = RecordedTransform(
                time_ns: time_ns,
                parent: parent,
                child: child,
                translation: transform.translation,
                rotation: parts(transform.rotation)
            )
            messages.append(
                SampleMessage(topic: "/tf", schema: .frameTransform, time_ns: time_ns, data: message.protobuf)
            )
        }
        if let pose = sample.egoToGlobal {
            moments.insert(sample.timestamp_us)
            try add(world, ego, pose, at: sample.timestamp_us)
        }
        for camera in sample.cameras {
            if moments.insert(camera.timestamp_us).inserted {
                try add(world, ego, camera.egoToGlobal, at: camera.timestamp_us)
            }
            try add(ego, frame(camera), camera.sensorToEgo, at: camera.timestamp_us)
        }
        return messages
    }

    /// A camera's calibration, with its lens where recordings have a name for it.
    static func calibration(_ camera: CameraFrame) throws -> SampleMessage {
        let k = camera.intrinsics
        guard k.count == 9 else {
            throw MCAPError(.misuse, "the intrinsics of \(camera.channel) are \(k.count) numbers and not 9")
        }
        var message = RecordedCalibration(
            time_ns: try nanoseconds(camera.timestamp_us),
            frame: frame(camera),
            width: UInt32(clamping: camera.width),
            height: UInt32(clamping: camera.height)
        )
        message.k = k
        (message.model, message.d) = try distortion(camera)
        message.r = [1, 0, 0, 0, 1, 0, 0, 0, 1]
        message.p = [k[0], k[1], k[2], 0, k[3], k[4], k[5], 0, k[6], k[7], k[8], 0]
        return SampleMessage(
            topic: "/\(frame(camera))/camera_info",
            schema: .cameraCalibration,
            time_ns: message.time_ns,
            data: message.protobuf
        )
    }

    /// The name and numbers of a lens: ROS' and Foxglove's models.
    ///
    /// - Throws: `MCAPError` for lenses that neither knows.
    private static func distortion(_ camera: CameraFrame) throws -> (name: String, numbers: [Double]) {
        let numbers = camera.lens.coefficients
        switch (camera.lens.name, numbers.count) {
        case ("none", _): return ("", [])
        case ("opencv", ...5): return ("plumb_bob", numbers + [Double](repeating: 0, count: 5 - numbers.count))
        case ("opencv", 8): return ("rational_polynomial", numbers)
        case ("kb4", _): return ("kannala_brandt", numbers)
        default:
            throw MCAPError(
                .misuse,
                "recordings have no name for the lens of \(camera.channel) (\(camera.lens.name) of \(numbers.count) numbers);"
                    + " export labels or boxes in another format"
            )
        }
    }

    /// A camera's picture, the bytes of its file.
    static func picture(_ camera: CameraFrame, _ jpeg: [UInt8]) throws -> SampleMessage {
        let time_ns = try nanoseconds(camera.timestamp_us)
        let message = RecordedImage(time_ns: time_ns, frame: frame(camera), format: "jpeg", data: jpeg[...])
        return SampleMessage(
            topic: "/\(frame(camera))/\(camera.lens.model == .none ? "image_rect_compressed" : "image_compressed")",
            schema: .compressedImage,
            time_ns: time_ns,
            data: message.protobuf
        )
    }

    /// The occupied voxels: their centres, the colour of their class, its number.
    static func points(_ labels: [UInt8], _ sample: SampleFrames) throws -> SampleMessage {
        try judge(labels, sample)
        var data: [UInt8] = []
        for x in 0..<VoxelGrid.countX {
            for y in 0..<VoxelGrid.countY {
                for z in 0..<VoxelGrid.countZ {
                    let label = labels[VoxelGrid.index(x, y, z)]
                    guard label != OccupancyClass.freeLabel else { continue }
                    let centre = VoxelGrid.center(x, y, z)
                    for axis in 0..<3 {
                        withUnsafeBytes(of: centre[axis].bitPattern.littleEndian) { data.append(contentsOf: $0) }
                    }
                    append(label, to: &data)
                }
            }
        }
        let places: [PackedElementField] = [.init("x", 0, .float32), .init("y", 4, .float32), .init("z", 8, .float32)]
        let cloud = RecordedPointCloud(
            time_ns: try nanoseconds(sample.timestamp_us),
            frame: ego,
            pointStride_bytes: 17,
            fields: places + colours(from: 12),
            data: data
        )
        return SampleMessage(topic: points, schema: .pointCloud, time_ns: cloud.time_ns, data: cloud.protobuf)
    }

    /// All voxels: the colour of their class, its number; free ones are transparent.
    static func grid(_ labels: [UInt8], _ sample: SampleFrames) throws -> SampleMessage {
        try judge(labels, sample)
        var data: [UInt8] = []
        data.reserveCapacity(labels.count * 5)
        for z in 0..<VoxelGrid.countZ {
            for y in 0..<VoxelGrid.countY {
                for x in 0..<VoxelGrid.countX { append(labels[VoxelGrid.index(x, y, z)], to: &data) }
            }
        }
        let grid = RecordedVoxelGrid(
            time_ns: try nanoseconds(sample.timestamp_us),
            frame: ego,
            low: SIMD3(VoxelGrid.low),
            cellSize: SIMD3(0.4, 0.4, 0.4),
            columns: UInt16(VoxelGrid.countX),
            rows: UInt16(VoxelGrid.countY),
            cellStride_bytes: 5,
            fields: colours(from: 0),
            data: data
        )
        return SampleMessage(topic: self.grid, schema: .voxelGrid, time_ns: grid.time_ns, data: grid.protobuf)
    }

    /// Predicted boxes: cubes in the colour of their class, with class and score above them.
    static func boxes(_ boxes: [DetectionBox], _ sample: SampleFrames) throws -> SampleMessage {
        let shown = boxes.enumerated().map { index, box in
            let colour = DetectionPalette.colours[box.name.index]
            let parts = SIMD3(Double(colour.red), Double(colour.green), Double(colour.blue)) / 255
            var known: [RecordedSceneUpdate.Entry] = [
                .init("category", box.name.rawValue), .init("score", "\(box.score)"),
                .init("attribute", box.attribute?.rawValue ?? ""), .init("sample_token", box.sampleToken),
            ]
            if let velocity = box.velocity {
                known += [.init("velocity_x", "\(velocity.x)"), .init("velocity_y", "\(velocity.y)")]
            }
            return RecordedSceneUpdate.Box(
                id: "\(index)",
                centre: box.translation,
                rotation: self.parts(box.rotation),
                size: SIMD3(box.size.y, box.size.x, box.size.z),
                colour: SIMD4(parts, 0.5),
                text: MarkedBox(box).title,
                metadata: known
            )
        }
        let update = RecordedSceneUpdate(time_ns: try nanoseconds(sample.timestamp_us), frame: world, boxes: shown)
        return SampleMessage(topic: self.boxes, schema: .sceneUpdate, time_ns: update.time_ns, data: update.protobuf)
    }

    /// The frame of a camera: its channel in small letters.
    private static func frame(_ camera: CameraFrame) -> String { camera.channel.lowercased() }

    /// A rotation as recordings have it: of length 1, the real part last.
    private static func parts(_ rotation: Quaternion) -> SIMD4<Double> {
        let unit = rotation.normalised
        return SIMD4(unit.x, unit.y, unit.z, unit.w)
    }

    private static func nanoseconds(_ time_us: Int64) throws -> Int64 {
        let (time_ns, isTooFar) = time_us.multipliedReportingOverflow(by: 1000)
        guard !isTooFar, time_ns >= 0 else {
            throw MCAPError(.misuse, "the time \(time_us) microseconds is none between the years 1970 and 2262")
        }
        return time_ns
    }

    private static func judge(_ labels: [UInt8], _ sample: SampleFrames) throws {
        guard let flaw = VoxelLabels(semantics: labels).flaw else { return }
        throw EvaluationError(.invalidPrediction, source: sample.token, "the prediction cannot be exported: \(flaw)")
    }

    private static func colours(from offset: UInt32) -> [PackedElementField] {
        ["red", "green", "blue", "alpha", "class"].enumerated().map { .init($1, offset + UInt32($0), .uint8) }
    }

    private static func append(_ label: UInt8, to data: inout [UInt8]) {
        let colour = OccupancyPalette.colours[Int(label)]
        data.append(colour.red)
        data.append(colour.green)
        data.append(colour.blue)
        data.append(label == OccupancyClass.freeLabel ? 0 : 255)
        data.append(label)
    }
}

extension SampleFrames {
    /// Where the vehicle was at the sample's own time: by the lidar's row; without one by that of the front camera.
    var egoToGlobal: RigidTransform? {
        lidar?.egoToGlobal ?? (cameras.first { $0.channel == "CAM_FRONT" } ?? cameras.first)?.egoToGlobal
    }
}

extension MarkedBox {
    /// A predicted box.
    init(_ box: DetectionBox) {
        self.init(
            centre: box.translation,
            size: box.size,
            rotation: box.rotation,
            velocity: box.velocity,
            label: box.name.index,
            score: box.score
        )
    }
}
