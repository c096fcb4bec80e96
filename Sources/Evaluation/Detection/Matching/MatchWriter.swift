/// Writes the compact form of matches.
struct MatchWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(bytes more: [UInt8]) { bytes += more }

    /// Writes an unsigned LEB128 number.
    mutating func append(_ value: UInt64) {
        var rest = value
        while rest >= 128 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func append(_ sample: DetectionMatches.Sample) {
        append(sample.order)
        for count in sample.truthCounts { append(UInt64(count)) }
        append(UInt64(sample.records.count))
        // Scores of networks are float32 numbers: half the bytes, and every bit kept.
        let isSingle = sample.records.allSatisfy { Double(Float($0.score)).bitPattern == $0.score.bitPattern }
        if !sample.records.isEmpty { bytes.append(isSingle ? 4 : 8) }
        for record in sample.records {
            bytes.append(UInt8(record.name.index) << 4 | record.match.thresholds)
            if isSingle {
                append(littleEndian: Float(record.score).bitPattern)
            } else {
                append(littleEndian: record.score.bitPattern)
            }
            if let errors = record.match.errors { append(errors) }
        }
    }

    private mutating func append(_ errors: BoxErrors) {
        append(littleEndian: errors.translation_m.bitPattern)
        append(littleEndian: errors.scale.bitPattern)
        append(littleEndian: errors.orientation_rad.bitPattern)
        append(littleEndian: (errors.velocity_mps ?? .nan).bitPattern)
        bytes.append(errors.attributeIsWrong.map { $0 ? 1 : 0 } ?? 2)
    }

    private mutating func append(littleEndian value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
