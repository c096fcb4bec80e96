internal import SystemSupport

extension NPYArray {
    /// The `.npy` file of this array: version 1.0, or 2.0 where the header needs it, byte for byte as numpy 1.23 and
    /// later write it.
    ///
    /// - Throws: `ArrayFileError` (`unsupported`) for `bfloat16`, which the format cannot name.
    public func encoded() throws -> [UInt8] {
        var file = try header()
        file.reserveCapacity(file.count + bytes.count)
        file += bytes
        return file
    }

    /// Writes the `.npy` file, whole or not at all.
    ///
    /// - Throws: `ArrayFileError` as `encoded()`, `FileError` where the disk refuses.
    public func write(to path: String) throws {
        try AtomicFile.write(try encoded(), to: path)
    }

    /// Magic, version, length and dictionary, padded so that the data starts at a multiple of 64 bytes.
    private func header() throws -> [UInt8] {
        guard let name = elementType.numpyName else {
            throw ArrayFileError(.unsupported, source: "array", ".npy files have no name for \(elementType)")
        }
        let axes = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
        var text = "{'descr': '\(name)', 'fortran_order': False, 'shape': (\(axes)), }"
        // numpy leaves room so that the first axis can grow in place; the same room keeps files identical.
        if let first = shape.first { text += String(repeating: " ", count: max(0, 21 - String(first).count)) }
        let isLong = text.utf8.count + 1 + 10 > Int(UInt16.max)
        let prefix = isLong ? 12 : 10
        let padding = 64 - (prefix + text.utf8.count + 1) % 64
        text += String(repeating: " ", count: padding) + "\n"
        let length = text.utf8.count
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [isLong ? 2 : 1, 0]
        for shift in stride(from: 0, to: isLong ? 32 : 16, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: length >> shift))
        }
        return bytes + Array(text.utf8)
    }
}
