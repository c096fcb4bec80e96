internal import Foundation

extension RayCounts {
    private static let version: UInt8 = 1
    private static var head: [UInt8] { [version, UInt8(Occ3DClasses.count), UInt8(thresholds_m.count)] }

    /// The counts in a compact form; bytes in `docs/ray-iou.md`, "Stored counts".
    public func encoded() -> [UInt8] {
        var sink = ByteSink(Self.head)
        for count in [samples] + truth + predicted + hits.joined() { sink.append(number: count) }
        return sink.bytes
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
        var source = ByteSource(bytes[3...], refusal: Self.refusal)
        func numbers() throws -> [UInt64] { try (0..<Occ3DClasses.count).map { _ in try source.number() } }
        samples = try source.number()
        truth = try numbers()
        predicted = try numbers()
        hits = try Self.thresholds_m.map { _ in try numbers() }
        try source.finish()
        guard isPossible else { throw Self.refusal("counts that no rays can give") }
    }

    /// `encoded()` in Base64, for JSON.
    public var base64: String { Data(encoded()).base64EncodedString() }

    /// Reads what `base64` gave.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(base64: String) throws {
        guard let data = Data(base64Encoded: base64) else { throw Self.refusal("not Base64") }
        try self.init(decoding: [UInt8](data))
    }

    /// Whether rays can have given these counts: as many true as predicted ones, none truly free, no more hits than rays, and no
    /// fewer hits where more distance is allowed.
    private var isPossible: Bool {
        guard let rays = Self.sum(truth), rays == Self.sum(predicted) else { return false }
        guard rays <= UInt64.max / 4, truth[Int(Occ3DClasses.free)] == 0 else { return false }
        return (0..<Occ3DClasses.count).allSatisfy { label in
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

    @Sendable private static func refusal(_ detail: String) -> EvaluationError {
        EvaluationError(.invalidEncoding, source: "ray counts", detail)
    }
}

extension RayCounts: Codable {
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
