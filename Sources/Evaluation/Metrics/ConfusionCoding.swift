/// The compact form of a confusion: samples, then the counts row by row, each as an unsigned LEB128 number.
enum ConfusionCoding {
    static let version: UInt8 = 1

    static func append(_ confusion: OccupancyConfusion, to bytes: inout [UInt8]) {
        append(confusion.samples, to: &bytes)
        for count in confusion.counts { append(count, to: &bytes) }
    }

    static func confusion(from bytes: inout ArraySlice<UInt8>) throws -> OccupancyConfusion {
        let samples = try number(from: &bytes)
        let counts = try (0..<Occ3DClasses.count * Occ3DClasses.count).map { _ in try number(from: &bytes) }
        return OccupancyConfusion(counts: counts, samples: samples)
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 128 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func number(from bytes: inout ArraySlice<UInt8>) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = bytes.popFirst() else {
                throw EvaluationError(.invalidEncoding, source: "confusions", "cut off")
            }
            let part = UInt64(byte & 127)
            guard shift < 63 || part <= 1, byte != 0 || shift == 0 else { break }
            value |= part << shift
            if byte < 128 { return value }
        }
        throw EvaluationError(.invalidEncoding, source: "confusions", "a count that no writer makes")
    }
}
