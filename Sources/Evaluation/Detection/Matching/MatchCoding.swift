internal import Scenes

/// The compact form of one sample's matches; bytes in `docs/detection-evaluation.md`, "Stored matches".
enum MatchCoding {
    /// The fewest bytes that a sample takes: order, ten counts and the number of records.
    static let leastSampleBytes = 2 + DetectionClass.allCases.count
    /// The fewest bytes that a record takes: class and thresholds, and a score.
    private static let leastRecordBytes = 5

    static func append(_ sample: DetectionMatches.Sample, to writer: inout ByteWriter) {
        writer.append(varint: sample.order)
        for count in sample.truthCounts { writer.append(varint: UInt64(count)) }
        writer.append(varint: UInt64(sample.records.count))
        // Scores of networks are float32 numbers: half the bytes, and every bit kept.
        let isSingle = sample.records.allSatisfy { Double(Float($0.score)).bitPattern == $0.score.bitPattern }
        if !sample.records.isEmpty { writer.append(byte: isSingle ? 4 : 8) }
        for record in sample.records {
            writer.append(byte: UInt8(record.name.index) << 4 | record.match.thresholds)
            if isSingle {
                writer.append(Float(record.score).bitPattern)
            } else {
                writer.append(record.score)
            }
            guard let errors = record.match.errors else { continue }
            writer.append(errors.translation_m, errors.scale, errors.orientation_rad, errors.velocity_mps ?? .nan)
            writer.append(byte: errors.attributeIsWrong.map { $0 ? 1 : 0 } ?? 2)
        }
    }

    static func sample(from reader: inout ByteReader) throws -> DetectionMatches.Sample {
        let order = try reader.varint()
        let truthCounts = try DetectionClass.allCases.map { _ in
            guard let count = UInt32(exactly: try reader.varint()) else {
                throw reader.failure("a count beyond 32 bits")
            }
            return count
        }
        let count = try reader.count(eachAtLeast: leastRecordBytes)
        guard count <= DetectionSettings.maximumBoxesPerSample else {
            throw reader.failure("\(count) predictions in one sample")
        }
        guard count > 0 else { return DetectionMatches.Sample(order: order, truthCounts: truthCounts, records: []) }
        let width = try reader.byte()
        guard width == 4 || width == 8 else { throw reader.failure("scores of \(width) bytes") }
        var records: [DetectionMatches.Record] = []
        records.reserveCapacity(count)
        for _ in 0..<count { records.append(try record(from: &reader, isSingle: width == 4)) }
        return DetectionMatches.Sample(order: order, truthCounts: truthCounts, records: records)
    }

    private static func record(
        from reader: inout ByteReader,
        isSingle: Bool
    ) throws -> DetectionMatches.Record {
        let head = try reader.byte()
        guard Int(head >> 4) < DetectionClass.allCases.count else { throw reader.failure("a class \(head >> 4)") }
        let score = isSingle ? Double(Float(bitPattern: try reader.integer())) : try reader.double()
        guard score.isFinite else { throw reader.failure("a score that is not finite") }
        var match = SampleMatcher.Match(thresholds: head & 15)
        if head & 1 << UInt8(DetectionSettings.errorThresholdIndex) != 0 { match.errors = try errors(from: &reader) }
        return DetectionMatches.Record(name: DetectionClass.allCases[Int(head >> 4)], score: score, match: match)
    }

    private static func errors(from reader: inout ByteReader) throws -> BoxErrors {
        let numbers = try (0..<4).map { _ in try reader.double() }
        let attribute = try reader.byte()
        guard numbers.prefix(3).allSatisfy({ !$0.isNaN }), attribute <= 2 else {
            throw reader.failure("errors that no writer makes")
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
