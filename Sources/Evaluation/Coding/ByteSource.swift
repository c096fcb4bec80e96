/// Takes what `ByteSink` appended; every length is judged before it is used.
struct ByteSource {
    private var rest: ArraySlice<UInt8>
    /// Makes the error for bytes that no sink wrote.
    private let refusal: @Sendable (String) -> EvaluationError

    init(_ bytes: ArraySlice<UInt8>, refusal: @escaping @Sendable (String) -> EvaluationError) {
        rest = bytes
        self.refusal = refusal
    }

    /// An error of these bytes.
    func flaw(_ text: String) -> EvaluationError { refusal(text) }

    func finish() throws {
        guard rest.isEmpty else { throw flaw("\(rest.count) bytes too many") }
    }

    mutating func byte() throws -> UInt8 {
        guard let byte = rest.popFirst() else { throw flaw("cut off") }
        return byte
    }

    mutating func bytes(_ count: UInt64) throws -> [UInt8] {
        guard count <= UInt64(rest.count) else { throw flaw("\(count) bytes where \(rest.count) are left") }
        let taken = Array(rest.prefix(Int(count)))
        rest = rest.dropFirst(Int(count))
        return taken
    }

    mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) throws -> Integer {
        let size = Integer.bitWidth / 8
        guard rest.count >= size else { throw flaw("cut off") }
        var value: Integer = 0
        for (index, byte) in rest.prefix(size).enumerated() {
            value |= Integer(truncatingIfNeeded: byte) << (8 * index)
        }
        rest = rest.dropFirst(size)
        return value
    }

    mutating func double() throws -> Double { Double(bitPattern: try integer(UInt64.self)) }

    mutating func finite() throws -> Double {
        let value = try double()
        guard value.isFinite else { throw flaw("a number that is not finite") }
        return value
    }

    /// An unsigned LEB128 number in its shortest form.
    mutating func number() throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let byte = try byte()
            let part = UInt64(byte & 127)
            guard shift < 63 || part <= 1, byte != 0 || shift == 0 else { break }
            value |= part << shift
            if byte < 128 { return value }
        }
        throw flaw("a number that no writer makes")
    }

    /// A number of things that each take so many bytes or more.
    mutating func count(eachAtLeast bytes: Int) throws -> Int {
        let value = try number()
        guard value <= UInt64(rest.count / bytes) else {
            throw flaw("a count of \(value) where \(rest.count) bytes are left")
        }
        return Int(value)
    }

    /// A text of so many bytes at most.
    mutating func text(atMost limit: UInt64) throws -> String {
        let count = try number()
        guard count <= limit else { throw flaw("a text of \(count) bytes") }
        guard let text = String(validating: try bytes(count), as: UTF8.self) else { throw flaw("a text is not UTF-8") }
        return text
    }
}
