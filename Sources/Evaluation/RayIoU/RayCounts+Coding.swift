internal import Scenes

extension RayCounts: StoredCounts {
    /// What an error calls these bytes.
    public static let storedName = "ray counts"
    private static let version: UInt8 = 1
    private static var head: [UInt8] { [version, UInt8(OccupancyClass.count), UInt8(thresholds_m.count)] }

    /// The counts in a compact form; bytes in `docs/ray-iou.md`, "Stored counts".
    public func encoded() -> [UInt8] {
        var writer = ByteWriter(Self.head)
        for count in [samples] + truth + predicted + hits.joined() { writer.append(varint: count) }
        return writer.bytes
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(decoding bytes: [UInt8]) throws {
        guard bytes.count >= 3, Array(bytes[..<3]) == Self.head else {
            throw Self.refusal(
                "head \(bytes.prefix(3).map(String.init).joined(separator: " ")), this program reads "
                    + Self.head.map(String.init).joined(separator: " ")
            )
        }
        (samples, truth, predicted, hits) = try Self.reading(bytes[3...]) { reader in
            func numbers() throws -> [UInt64] { try (0..<OccupancyClass.count).map { _ in try reader.varint() } }
            return (try reader.varint(), try numbers(), try numbers(), try Self.thresholds_m.map { _ in try numbers() })
        }
        guard isPossible else { throw Self.refusal("counts that no rays can give") }
    }

    /// Whether rays can have given these counts: as many true as predicted ones, none truly free, no more hits than rays, and no
    /// fewer hits where more distance is allowed.
    private var isPossible: Bool {
        guard let rays = Self.sum(truth), rays == Self.sum(predicted) else { return false }
        guard rays <= UInt64.max / 4, truth[Int(OccupancyClass.freeLabel)] == 0 else { return false }
        return (0..<OccupancyClass.count).allSatisfy { label in
            let chain = hits.map { $0[label] } + [min(truth[label], predicted[label])]
            return zip(chain, chain.dropFirst()).allSatisfy { $0 <= $1 }
        }
    }

    private static func sum(_ values: [UInt64]) -> UInt64? {
        var sum: UInt64 = 0
        for value in values {
            let (next, isTooLarge) = sum.addingReportingOverflow(value)
            if isTooLarge { return nil }
            sum = next
        }
        return sum
    }
}
