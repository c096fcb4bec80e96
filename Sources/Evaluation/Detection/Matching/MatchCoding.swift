/// The compact form of one sample's matches; bytes in `docs/detection-evaluation.md`, "Stored matches".
enum MatchCoding {
    /// The fewest bytes that a sample takes: order, ten counts and the number of records.
    static let leastSampleBytes = 2 + DetectionClass.allCases.count
    /// The fewest bytes that a record takes: class and thresholds, and a score.
    private static let leastRecordBytes = 5

    @Sendable static func flaw(_ text: String) -> EvaluationError {
        EvaluationError(
            .invalidEncoding,
            source: "detection matches",
            "\(text); the stored matches are damaged or of another program: score the scene again"
        )
    }

    static func append(_ sample: DetectionMatches.Sample, to sink: inout ByteSink) {
        sink.append(number: sample.order)
        for count in sample.truthCounts { sink.append(number: UInt64(count)) }
        sink.append(number: UInt64(sample.records.count))
        // Scores of networks are float32 numbers: half the bytes, and every bit kept.
        let isSingle = sample.records.allSatisfy { Double(Float($0.score)).bitPattern == $0.score.bitPattern }
        if !sample.records.isEmpty { sink.append(byte: isSingle ? 4 : 8) }
        for record in sample.records {
            sink.append(byte: UInt8(record.name.index) << 4 | record.match.thresholds)
            if isSingle {
                sink.append(littleEndian: Float(record.score).bitPattern)
            } else {
                sink.append(record.score)
            }
            guard let errors = record.match.errors else { continue }
            sink.append(errors.translation_m, errors.scale, errors.orientation_rad, errors.velocity_mps ?? .nan)
            sink.append(byte: errors.attributeIsWrong.map { $0 ? 1 : 0 } ?? 2)
        }
    }

    static func sample(from source: inout ByteSource) throws -> DetectionMatches.Sample {
        let order = try source.number()
        let truthCounts = try DetectionClass.allCases.map { _ in
            guard let count = UInt32(exactly: try source.number()) else { throw flaw("a count beyond 32 bits") }
            return count
        }
        let count = try source.count(eachAtLeast: leastRecordBytes)
        guard count <= DetectionSettings.maximumBoxesPerSample else { throw flaw("\(count) predictions in one sample") }
        guard count > 0 else { return DetectionMatches.Sample(order: order, truthCounts: truthCounts, records: []) }
        let width = try source.byte()
        guard width == 4 || width == 8 else { throw flaw("scores of \(width) bytes") }
        var records: [DetectionMatches.Record] = []
        records.reserveCapacity(count)
        for _ in 0..<count { records.append(try record(from: &source, isSingle: width == 4)) }
        return DetectionMatches.Sample(order: order, truthCounts: truthCounts, records: records)
    }

    private static func record(
        from source: inout ByteSource,
        isSingle: Bool
    ) throws -> DetectionMatches.Record {
        let head = try source.byte()
        guard Int(head >> 4) < DetectionClass.allCases.count else { throw flaw("a class \(head >> 4)") }
        let score = isSingle ? Double(Float(bitPattern: try source.integer())) : try source.double()
        guard score.isFinite else { throw flaw("a score that is not finite") }
        var match = SampleMatcher.Match(thresholds: head & 15)
        if head & 1 << UInt8(DetectionSettings.errorThresholdIndex) != 0 { match.errors = try errors(from: &source) }
        return DetectionMatches.Record(name: DetectionClass.allCases[Int(head >> 4)], score: score, match: match)
    }

    private static func errors(from source: inout ByteSource) throws -> BoxErrors {
        let numbers = try (0..<4).map { _ in try source.double() }
        let attribute = try source.byte()
        guard numbers.prefix(3).allSatisfy({ !$0.isNaN }), attribute <= 2 else {
            throw flaw("errors that no writer makes")
        }
        return BoxErrors(
            translation_m: numbers[0],
            scale: numbers[1],
            orientation_rad: numbers[2],
            velocity_mps: numbers[3].isNaN ? nil : numbers[3],
            attributeIsWrong: attribute == 2 ? nil : attribute == 1
        )
    }
}
