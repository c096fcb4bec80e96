extension DetectionSceneTruth {
    private static let version: UInt8 = 1
    /// Longest token, bytes; as in scene files.
    private static let tokenLimit: UInt64 = 256
    /// The fewest bytes of a sample: token, order, position, number of racks and of boxes.
    private static let leastSampleBytes = 1 + 1 + 24 + 1 + 1
    private static let rackBytes = 80
    /// The fewest bytes of a box: class, attribute, its ten numbers, points, and that its velocity is unknown.
    private static let leastBoxBytes = 2 + 80 + 8 + 1
    private static let noAttribute: UInt8 = 255

    /// The ground truth in a compact form; bytes in `docs/detection-evaluation.md`, "Stored ground truth".
    public func encoded() -> [UInt8] {
        var sink = ByteSink([Self.version, UInt8(DetectionClass.allCases.count)])
        sink.append(number: UInt64(samples.count))
        for sample in samples {
            let truth = sample.truth
            sink.append(text: truth.sampleToken)
            sink.append(number: sample.order)
            sink.append(truth.egoTranslation.x, truth.egoTranslation.y, truth.egoTranslation.z)
            sink.append(number: UInt64(truth.bicycleRacks.count))
            for rack in truth.bicycleRacks { Self.append(rack.translation, rack.size, rack.rotation, to: &sink) }
            sink.append(number: UInt64(truth.boxes.count))
            for box in truth.boxes { Self.append(box, to: &sink) }
        }
        return sink.bytes
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(decoding bytes: [UInt8]) throws {
        guard bytes.count >= 2, bytes[0] == Self.version, Int(bytes[1]) == DetectionClass.allCases.count else {
            throw Self.flaw("it starts with \(bytes.prefix(2).map(String.init).joined(separator: " "))")
        }
        var source = ByteSource(bytes[2...], refusal: Self.flaw)
        let count = try source.count(eachAtLeast: Self.leastSampleBytes)
        var samples: [Sample] = []
        samples.reserveCapacity(count)
        for _ in 0..<count { samples.append(try Self.sample(from: &source)) }
        try source.finish()
        self.init(samples: samples)
    }

    @Sendable private static func flaw(_ text: String) -> EvaluationError {
        EvaluationError(
            .invalidEncoding,
            source: "stored annotations",
            "\(text); they are damaged or of another version: submit the run's scenes again"
        )
    }

    private static func append(_ box: DetectionGroundTruth.Box, to sink: inout ByteSink) {
        sink.append(byte: UInt8(box.name.index))
        sink.append(byte: box.attribute.flatMap(index(of:)) ?? noAttribute)
        append(box.translation, box.size, box.rotation, to: &sink)
        sink.append(littleEndian: Int64(box.pointCount))
        sink.append(byte: box.velocity == nil ? 0 : 1)
        if let velocity = box.velocity { sink.append(velocity.x, velocity.y) }
    }

    private static func append(
        _ translation: SIMD3<Double>,
        _ size: SIMD3<Double>,
        _ rotation: BoxRotation,
        to sink: inout ByteSink
    ) {
        sink.append(translation.x, translation.y, translation.z, size.x, size.y, size.z)
        sink.append(rotation.w, rotation.x, rotation.y, rotation.z)
    }

    private static func index(of attribute: DetectionAttribute) -> UInt8? {
        DetectionAttribute.allCases.firstIndex(of: attribute).map(UInt8.init)
    }

    private static func sample(from source: inout ByteSource) throws -> Sample {
        let token = try source.text(atMost: tokenLimit)
        let order = try source.number()
        let ego = try vector(from: &source)
        var racks: [BicycleRack] = []
        for _ in 0..<(try source.count(eachAtLeast: rackBytes)) {
            racks.append(
                BicycleRack(
                    translation: try vector(from: &source),
                    size: try vector(from: &source),
                    rotation: try rotation(from: &source)
                )
            )
        }
        var boxes: [DetectionGroundTruth.Box] = []
        for _ in 0..<(try source.count(eachAtLeast: leastBoxBytes)) { boxes.append(try box(from: &source)) }
        let truth = DetectionGroundTruth(
            sampleToken: token,
            egoTranslation: ego,
            boxes: boxes,
            bicycleRacks: racks
        )
        return Sample(truth: truth, order: order)
    }

    private static func box(from source: inout ByteSource) throws -> DetectionGroundTruth.Box {
        let name = try source.byte()
        let attribute = try source.byte()
        guard Int(name) < DetectionClass.allCases.count,
            attribute == noAttribute || Int(attribute) < DetectionAttribute.allCases.count
        else { throw flaw("a box of class \(name) and attribute \(attribute)") }
        let translation = try vector(from: &source)
        let size = try vector(from: &source)
        let rotation = try rotation(from: &source)
        let points: Int64 = try source.integer()
        let hasVelocity = try source.byte()
        guard hasVelocity <= 1 else { throw flaw("a velocity that is neither known nor unknown") }
        return DetectionGroundTruth.Box(
            name: DetectionClass.allCases[Int(name)],
            attribute: attribute == noAttribute ? nil : DetectionAttribute.allCases[Int(attribute)],
            translation: translation,
            size: size,
            rotation: rotation,
            velocity: hasVelocity == 1 ? SIMD2(try source.finite(), try source.finite()) : nil,
            pointCount: Int(points)
        )
    }

    private static func vector(from source: inout ByteSource) throws -> SIMD3<Double> {
        SIMD3(try source.finite(), try source.finite(), try source.finite())
    }

    private static func rotation(from source: inout ByteSource) throws -> BoxRotation {
        let (w, x, y, z) = (try source.finite(), try source.finite(), try source.finite(), try source.finite())
        return BoxRotation(w: w, x: x, y: y, z: z)
    }
}
