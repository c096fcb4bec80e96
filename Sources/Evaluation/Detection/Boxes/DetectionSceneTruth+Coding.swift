internal import Scenes

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
        var writer = ByteWriter([Self.version, UInt8(DetectionClass.allCases.count)])
        writer.append(varint: UInt64(samples.count))
        for sample in samples {
            let truth = sample.truth
            writer.append(text: truth.sampleToken)
            writer.append(varint: sample.order)
            writer.append(truth.egoTranslation)
            writer.append(varint: UInt64(truth.bicycleRacks.count))
            for rack in truth.bicycleRacks { Self.append(rack.translation, rack.size, rack.rotation, to: &writer) }
            writer.append(varint: UInt64(truth.boxes.count))
            for box in truth.boxes { Self.append(box, to: &writer) }
        }
        return writer.bytes
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(decoding bytes: [UInt8]) throws {
        guard bytes.count >= 2, bytes[0] == Self.version, Int(bytes[1]) == DetectionClass.allCases.count else {
            throw Self.flaw("it starts with \(bytes.prefix(2).map(String.init).joined(separator: " "))")
        }
        var reader = ByteReader(bytes[2...])
        var samples: [Sample] = []
        do {
            let count = try reader.count(eachAtLeast: Self.leastSampleBytes)
            samples.reserveCapacity(count)
            for _ in 0..<count { samples.append(try Self.sample(from: &reader)) }
            try reader.finish()
        } catch let failure as ByteReader.Failure {
            throw Self.flaw("\(failure)")
        }
        self.init(samples: samples)
    }

    private static func flaw(_ text: String) -> EvaluationError {
        EvaluationError(
            .invalidEncoding,
            source: "stored annotations",
            "\(text); they are damaged or of another version: submit the run's scenes again"
        )
    }

    private static func append(_ box: DetectionGroundTruth.Box, to writer: inout ByteWriter) {
        writer.append(byte: UInt8(box.name.index))
        writer.append(byte: box.attribute.flatMap(index(of:)) ?? noAttribute)
        append(box.translation, box.size, box.rotation, to: &writer)
        writer.append(Int64(box.pointCount))
        writer.append(byte: box.velocity == nil ? 0 : 1)
        if let velocity = box.velocity { writer.append(velocity.x, velocity.y) }
    }

    private static func append(
        _ translation: SIMD3<Double>,
        _ size: SIMD3<Double>,
        _ rotation: Quaternion,
        to writer: inout ByteWriter
    ) {
        writer.append(translation)
        writer.append(size)
        writer.append(rotation)
    }

    private static func index(of attribute: DetectionAttribute) -> UInt8? {
        DetectionAttribute.allCases.firstIndex(of: attribute).map(UInt8.init)
    }

    private static func sample(from reader: inout ByteReader) throws -> Sample {
        let token = try reader.text(atMost: tokenLimit)
        let order = try reader.varint()
        let ego = try reader.vector()
        var racks: [BicycleRack] = []
        for _ in 0..<(try reader.count(eachAtLeast: rackBytes)) {
            racks.append(
                BicycleRack(
                    translation: try reader.vector(),
                    size: try reader.vector(),
                    rotation: try reader.quaternion()
                )
            )
        }
        var boxes: [DetectionGroundTruth.Box] = []
        for _ in 0..<(try reader.count(eachAtLeast: leastBoxBytes)) { boxes.append(try box(from: &reader)) }
        let truth = DetectionGroundTruth(
            sampleToken: token,
            egoTranslation: ego,
            boxes: boxes,
            bicycleRacks: racks
        )
        return Sample(truth: truth, order: order)
    }

    private static func box(from reader: inout ByteReader) throws -> DetectionGroundTruth.Box {
        let name = try reader.byte()
        let attribute = try reader.byte()
        guard Int(name) < DetectionClass.allCases.count,
            attribute == noAttribute || Int(attribute) < DetectionAttribute.allCases.count
        else { throw reader.failure("a box of class \(name) and attribute \(attribute)") }
        let translation = try reader.vector()
        let size = try reader.vector()
        let rotation = try reader.quaternion()
        let points: Int64 = try reader.integer()
        let hasVelocity = try reader.byte()
        guard hasVelocity <= 1 else { throw reader.failure("a velocity that is neither known nor unknown") }
        return DetectionGroundTruth.Box(
            name: DetectionClass.allCases[Int(name)],
            attribute: attribute == noAttribute ? nil : DetectionAttribute.allCases[Int(attribute)],
            translation: translation,
            size: size,
            rotation: rotation,
            velocity: hasVelocity == 1 ? SIMD2(try reader.finite(), try reader.finite()) : nil,
            pointCount: Int(points)
        )
    }
}
