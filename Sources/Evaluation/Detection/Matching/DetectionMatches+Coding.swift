internal import Foundation

extension DetectionMatches {
    /// The version that `encoded` writes.
    static let version: UInt8 = 1

    /// The matches in a compact form; bytes in `docs/detection-evaluation.md`, "Stored matches".
    public func encoded() -> [UInt8] {
        var sink = ByteSink([
            Self.version, UInt8(DetectionClass.allCases.count), UInt8(DetectionSettings.distanceThresholds_m.count),
        ])
        sink.append(number: UInt64(samples.count))
        for sample in samples { MatchCoding.append(sample, to: &sink) }
        return sink.bytes
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(decoding bytes: [UInt8]) throws {
        guard bytes.count >= 3, bytes[0] == Self.version else {
            throw MatchCoding.flaw(
                "version \(bytes.first.map { "\($0)" } ?? "none"), this program reads \(Self.version)"
            )
        }
        guard Int(bytes[1]) == DetectionClass.allCases.count,
            Int(bytes[2]) == DetectionSettings.distanceThresholds_m.count
        else { throw MatchCoding.flaw("\(bytes[1]) classes and \(bytes[2]) distances") }
        var source = ByteSource(bytes[3...], refusal: MatchCoding.flaw)
        let count = try source.count(eachAtLeast: MatchCoding.leastSampleBytes)
        var samples: [Sample] = []
        samples.reserveCapacity(count)
        for _ in 0..<count {
            let sample = try MatchCoding.sample(from: &source)
            if let last = samples.last, last.order >= sample.order {
                throw MatchCoding.flaw("the orders of samples do not rise")
            }
            samples.append(sample)
        }
        try source.finish()
        self.init(samples: samples)
    }

    /// `encoded()` in Base64, for JSON.
    public var base64: String { Data(encoded()).base64EncodedString() }

    /// Reads what `base64` gave.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(base64: String) throws {
        guard let data = Data(base64Encoded: base64) else { throw MatchCoding.flaw("not Base64") }
        try self.init(decoding: [UInt8](data))
    }
}

extension DetectionMatches: Codable {
    /// Reads the Base64 form.
    public init(from decoder: any Decoder) throws {
        try self.init(base64: decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the Base64 form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(base64)
    }
}
