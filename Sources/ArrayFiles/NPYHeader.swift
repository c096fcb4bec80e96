/// The header of a `.npy` file: what a Python dictionary literal of three known keys says.
struct NPYHeader: Equatable {
    /// The type of the elements.
    let elementType: ArrayElementType
    /// Whether the first axis varies fastest.
    let isFortranOrder: Bool
    /// Lengths of the axes.
    let shape: [Int]
    /// Where the elements start in the file.
    let dataOffset: Int

    /// Bound on the header's own length; numpy refuses more than 10,000 characters too.
    private static let largestLength = 10_000

    /// Parses magic, version and dictionary from the start of a file.
    ///
    /// - Throws: `ArrayFileError`.
    init(parsing file: UnsafeRawBufferPointer, source: String) throws {
        func fail(_ kind: ArrayFileError.Kind, _ detail: String) -> ArrayFileError {
            ArrayFileError(kind, source: source, detail)
        }
        let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
        guard file.count >= 10 else { throw fail(.truncated, "\(file.count) bytes are too few for a .npy file") }
        guard file.prefix(6).elementsEqual(magic) else { throw fail(.malformed, "not a .npy file: wrong first bytes") }
        let version = file[6]
        guard (1...3).contains(version), file[7] == 0 else {
            throw fail(.unsupported, "version \(version).\(file[7]) of the .npy format")
        }
        let lengthBytes = version == 1 ? 2 : 4
        let start = 8 + lengthBytes
        guard file.count >= start else { throw fail(.truncated, "the header's length is cut off") }
        let length = (0..<lengthBytes).reduce(0) { $0 | Int(file[8 + $1]) << (8 * $1) }
        guard length <= Self.largestLength else { throw fail(.tooLarge, "a header of \(length) bytes") }
        guard file.count - start >= length else { throw fail(.truncated, "the header is cut off") }

        var scanner = PythonLiteralScanner(Array(file[start..<(start + length)]))
        guard let dictionary = scanner.headerDictionary() else {
            throw fail(.malformed, "the header is not the dictionary of descr, fortran_order and shape")
        }
        guard let elementType = ArrayElementType(numpyName: dictionary.descr) else {
            throw fail(
                .unsupported,
                "elements of type '\(dictionary.descr)'; little-endian integers, floats, bool and text are read"
            )
        }
        guard dictionary.shape.count <= ArraySize.mostAxes else {
            throw fail(.tooLarge, "\(dictionary.shape.count) axes, at most \(ArraySize.mostAxes) are read")
        }
        self.elementType = elementType
        self.isFortranOrder = dictionary.isFortranOrder
        self.shape = dictionary.shape
        self.dataOffset = start + length
    }
}

/// Reads the one Python literal that stands in a `.npy` header.
private struct PythonLiteralScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }` in any key order; nil where it is anything else.
    mutating func headerDictionary() -> (descr: String, isFortranOrder: Bool, shape: [Int])? {
        var descr: String?
        var isFortranOrder: Bool?
        var shape: [Int]?
        guard take("{") else { return nil }
        while !take("}") {
            guard let key = string(), take(":") else { return nil }
            switch key {
            case "descr" where descr == nil:
                guard let value = string() else { return nil }
                descr = value
            case "fortran_order" where isFortranOrder == nil:
                guard let value = truth() else { return nil }
                isFortranOrder = value
            case "shape" where shape == nil:
                guard let value = tuple() else { return nil }
                shape = value
            default: return nil
            }
            if !take(",") {
                guard take("}") else { return nil }
                break
            }
        }
        skipSpaces()
        guard position == bytes.count, let descr, let isFortranOrder, let shape else { return nil }
        return (descr, isFortranOrder, shape)
    }

    private mutating func skipSpaces() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        skipSpaces()
        let wanted = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes.count - position >= wanted.count,
            bytes[position..<(position + wanted.count)].elementsEqual(wanted)
        else { return false }
        position += wanted.count
        return true
    }

    private mutating func string() -> String? {
        skipSpaces()
        guard position < bytes.count, bytes[position] == 0x27 || bytes[position] == 0x22 else { return nil }
        let quote = bytes[position]
        guard let end = bytes[(position + 1)...].firstIndex(of: quote) else { return nil }
        let content = bytes[(position + 1)..<end]
        // Names of keys and simple types need no escapes; anything that uses one is not a header we read.
        guard !content.contains(0x5C) else { return nil }
        position = end + 1
        return String(decoding: content, as: UTF8.self)
    }

    private mutating func truth() -> Bool? {
        if take("True") { return true }
        return take("False") ? false : nil
    }

    private mutating func tuple() -> [Int]? {
        guard take("(") else { return nil }
        var values: [Int] = []
        while !take(")") {
            guard let value = integer() else { return nil }
            values.append(value)
            if !take(",") {
                // `(3)` is a number in Python, not a tuple.
                guard values.count > 1, take(")") else { return nil }
                break
            }
        }
        return values
    }

    private mutating func integer() -> Int? {
        skipSpaces()
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        guard start < position, let value = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            return nil
        }
        // Python 2 wrote long integers with a suffix.
        _ = take("L")
        return value
    }
}
