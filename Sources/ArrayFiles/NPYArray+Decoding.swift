internal import SystemSupport

extension NPYArray {
    /// Reads a `.npy` file from memory.
    ///
    /// Arrays in Fortran order are turned into row-major order. Everything after the array is an error.
    ///
    /// - Parameters:
    ///   - file: the whole file.
    ///   - source: what the bytes are, for error texts.
    ///   - byteLimit: the largest array accepted, in bytes; checked before anything is allocated.
    /// - Throws: `ArrayFileError`.
    public init(decoding file: [UInt8], source: String, byteLimit: Int = 1 << 31) throws {
        self = try file.withUnsafeBytes { try NPYArray(decoding: $0, source: source, byteLimit: byteLimit) }
    }

    /// Reads a `.npy` file from a buffer; see `init(decoding:source:byteLimit:)`.
    public init(decoding file: UnsafeRawBufferPointer, source: String, byteLimit: Int = 1 << 31) throws {
        let header = try NPYHeader(parsing: file, source: source)
        let elementType = header.elementType
        guard let size = ArraySize.byteCount(shape: header.shape, elementByteCount: elementType.byteCount) else {
            throw ArrayFileError(.tooLarge, source: source, "shape \(header.shape) of \(elementType) is too large")
        }
        guard size <= byteLimit else {
            throw ArrayFileError(.tooLarge, source: source, "\(size) bytes exceed the limit of \(byteLimit)")
        }
        let found = file.count - header.dataOffset
        guard found == size else {
            throw ArrayFileError(
                found < size ? .truncated : .malformed,
                source: source,
                "\(found) bytes follow the header, but shape \(header.shape) of \(elementType) takes \(size)"
            )
        }
        let data = UnsafeRawBufferPointer(rebasing: file[header.dataOffset...])
        let bytes =
            header.isFortranOrder && header.shape.count > 1
            ? Self.rowMajor(data, shape: header.shape, elementByteCount: elementType.byteCount) : Array(data)
        if elementType == .bool, let wrong = bytes.first(where: { $0 > 1 }) {
            throw ArrayFileError(.malformed, source: source, "\(wrong) is no truth value")
        }
        try self.init(elementType: elementType, shape: header.shape, bytes: bytes)
    }

    /// Reads a `.npy` file.
    ///
    /// - Throws: `FileError` where it cannot be read, `ArrayFileError` where its content is wrong.
    public init(contentsOf path: String, byteLimit: Int = 1 << 31) throws {
        let file = try MappedFile(path: path)
        self = try NPYArray(decoding: file.bytes, source: path, byteLimit: byteLimit)
        withExtendedLifetime(file) {}
    }

    /// Copies column-major elements into row-major order.
    private static func rowMajor(_ data: UnsafeRawBufferPointer, shape: [Int], elementByteCount: Int) -> [UInt8] {
        guard data.count > 0 else { return [] }
        var strides: [Int] = []
        var stride = elementByteCount
        for axis in shape {
            strides.append(stride)
            stride *= axis
        }
        return [UInt8](unsafeUninitializedCapacity: data.count) { output, initialized in
            var index = [Int](repeating: 0, count: shape.count)
            var from = 0
            for to in Swift.stride(from: 0, to: data.count, by: elementByteCount) {
                for byte in 0..<elementByteCount { output[to + byte] = data[from + byte] }
                for axis in shape.indices.reversed() {
                    index[axis] += 1
                    from += strides[axis]
                    if index[axis] < shape[axis] { break }
                    from -= strides[axis] * shape[axis]
                    index[axis] = 0
                }
            }
            initialized = data.count
        }
    }
}
