/// Reads the compact form of matches; every length is judged before it is used.
struct MatchReader {
    /// The fewest bytes that a sample takes: order, ten counts and the number of records.
    static let leastSampleBytes = 2 + DetectionClass.allCases.count
    /// The fewest bytes that a record takes: class and thresholds, and a score.
    private static let leastRecordBytes = 5

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    static func flaw(_ text: String) -> EvaluationError {
        EvaluationError(
            .invalidEncoding,
            source: "detection matches",
            "\(text); the stored matches are damaged or of another program: score the scene again"
        )
    }

    func finish() throws {
        guard rest.isEmpty else { throw Self.flaw("\(rest.count) bytes too many") }
    }

    /// A number of things that each take so many bytes or more.
    mutating func count(eachAtLeast bytes: Int) throws -> Int {
        let value = try number()
        guard value <= UInt64(rest.count / bytes) else {
            throw Self.flaw("a count of \(value) where \(rest.count) bytes are left")
        }
        return Int(value)
    }

    mutating func sample() throws -> DetectionMatches.Sample {
        let order = try number()
        let truthCounts = try DetectionClass.allCases.map { _ in
            guard let count = UInt32(exactly: try number()) else { throw Self.flaw("a count beyond 32 bits") }
            return count
        }
        let count = try count(eachAtLeast: Self.leastRecordBytes)
        guard count <= DetectionSettings.maximumBoxesPerSample else {
            throw Self.flaw("\(count) predictions in one sample")
        }
        guard count > 0 else { return DetectionMatches.Sample(order: order, truthCounts: truthCounts, records: []) }
        let width = try byte()
        guard width == 4 || width == 8 else { throw Self.flaw("scores of \(width) bytes") }
        var records: [DetectionMatches.Record] = []
        records.reserveCapacity(count)
        for _ in 0..<count { records.append(try record(isSingle: width == 4)) }
        return DetectionMatches.Sample(order: order, truthCounts: truthCounts, records: records)
    }

    private mutating func record(isSingle: Bool) throws -> DetectionMatches.Record {
        let head = try byte()
        guard Int(head >> 4) < DetectionClass.allCases.count else { throw Self.flaw("a class \(head >> 4)") }
        let score =
            isSingle
            ? Double(Float(bitPattern: try integer(UInt32.self))) : Double(bitPattern: try integer(UInt64.self))
        guard score.isFinite else { throw Self.flaw("a score that is not finite") }
        var match = SampleMatcher.Match(thresholds: head & 15)
        if head & 1 << UInt8(DetectionSettings.errorThresholdIndex) != 0 { match.errors = try errors() }
        return DetectionMatches.Record(name: DetectionClass.allCases[Int(head >> 4)], score: score, match: match)
    }

    private mutating func errors() throws -> BoxErrors {
        let numbers = try (0..<4).map { _ in Double(bitPattern: try integer(UInt64.self)) }
        let attribute = try byte()
        guard numbers.prefix(3).allSatisfy({ !$0.isNaN }), attribute <= 2 else {
            throw Self.flaw("errors that no writer makes")
        }
        return BoxErrors(
            translation_m: numbers[0],
            scale: numbers[1],
            orientation_rad: numbers[2],
            velocity_mps: numbers[3].isNaN ? nil : numbers[3],
            attributeIsWrong: attribute == 2 ? nil : attribute == 1
        )
    }

    private mutating func byte() throws -> UInt8 {
        guard let byte = rest.popFirst() else { throw Self.flaw("cut off") }
        return byte
    }

    private mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
        let size = Integer.bitWidth / 8
        guard rest.count >= size else { throw Self.flaw("cut off") }
        var value: Integer = 0
        for (index, byte) in rest.prefix(size).enumerated() {
            value |= Integer(truncatingIfNeeded: byte) << (8 * index)
        }
        rest = rest.dropFirst(size)
        return value
    }

    /// An unsigned LEB128 number in its shortest form.
    private mutating func number() throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let byte = try byte()
            let part = UInt64(byte & 127)
            guard shift < 63 || part <= 1, byte != 0 || shift == 0 else { break }
            value |= part << shift
            if byte < 128 { return value }
        }
        throw Self.flaw("a number that no writer makes")
    }
}
