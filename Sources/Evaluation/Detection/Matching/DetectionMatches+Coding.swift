internal import Scenes

extension DetectionMatches: StoredCounts {
    /// What an error calls these bytes.
    public static let storedName = "detection matches"
    /// The version that `encoded` writes.
    static let version: UInt8 = 1

    /// The matches in a compact form; bytes in `docs/detection-evaluation.md`, "Stored matches".
    public func encoded() -> [UInt8] {
        var writer = ByteWriter([
            Self.version, UInt8(DetectionClass.allCases.count), UInt8(DetectionSettings.distanceThresholds_m.count),
        ])
        writer.append(varint: UInt64(samples.count))
        for sample in samples { MatchCoding.append(sample, to: &writer) }
        return writer.bytes
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(decoding bytes: [UInt8]) throws {
        guard bytes.count >= 3, bytes[0] == Self.version else {
            throw Self.refusal("version \(bytes.first.map { "\($0)" } ?? "none"), this program reads \(Self.version)")
        }
        guard Int(bytes[1]) == DetectionClass.allCases.count,
            Int(bytes[2]) == DetectionSettings.distanceThresholds_m.count
        else { throw Self.refusal("\(bytes[1]) classes and \(bytes[2]) distances") }
        let samples = try Self.reading(bytes[3...]) { reader in
            let count = try reader.count(eachAtLeast: MatchCoding.leastSampleBytes)
            var samples: [Sample] = []
            samples.reserveCapacity(count)
            for _ in 0..<count {
                let sample = try MatchCoding.sample(from: &reader)
                if let last = samples.last, last.order >= sample.order {
                    throw reader.failure("the orders of samples do not rise")
                }
                samples.append(sample)
            }
            return samples
        }
        self.init(samples: samples)
    }
}
