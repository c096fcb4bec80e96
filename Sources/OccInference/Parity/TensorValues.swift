internal import ArrayFiles

extension SafetensorsFile {
    /// The elements of a tensor of any type as single-precision numbers; wide integers are rounded.
    ///
    /// - Throws: `ArrayFileError`.
    func values(of name: String) throws -> [Float] {
        let tensor = try tensor(named: name)
        return try withBytes(of: name) { bytes in
            func load<Element: BitwiseCopyable>(_ type: Element.Type, _ convert: (Element) -> Float) -> [Float] {
                let size = MemoryLayout<Element>.size
                return (0..<tensor.count).map { convert(bytes.loadUnaligned(fromByteOffset: $0 * size, as: type)) }
            }
            switch tensor.elementType {
            case .bool, .uint8: return bytes.map { Float($0) }
            case .int8: return load(Int8.self) { Float($0) }
            case .uint16: return load(UInt16.self) { Float($0) }
            case .int16: return load(Int16.self) { Float($0) }
            case .uint32: return load(UInt32.self) { Float($0) }
            case .int32: return load(Int32.self) { Float($0) }
            case .uint64: return load(UInt64.self) { Float($0) }
            case .int64: return load(Int64.self) { Float($0) }
            case .float16: return load(UInt16.self, Self.float(half:))
            case .bfloat16: return load(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
            case .float32: return load(Float.self) { $0 }
            case .float64: return load(Double.self) { Float($0) }
            case .text:
                throw ArrayFileError(.unsupported, source: "\(source)[\(name)]", "holds text, not numbers")
            }
        }
    }

    /// The elements of an integer tensor as indices.
    ///
    /// - Throws: `ArrayFileError` where the type is not a 32- or 64-bit integer, or an index does not lie in `0..<limit`.
    func indices(of name: String, below limit: Int?) throws -> [Int] {
        let values: [Int]
        switch try tensor(named: name).elementType {
        case .int32: values = try elements(of: name, as: Int32.self).map { Int($0) }
        case .int64: values = try elements(of: name, as: Int64.self).map { Int($0) }
        case let type:
            throw ArrayFileError(.mismatch, source: "\(source)[\(name)]", "holds \(type) elements, expected indices")
        }
        if let wrong = values.first(where: { $0 < 0 || $0 >= limit ?? .max }) {
            throw ArrayFileError(
                .malformed,
                source: "\(source)[\(name)]",
                "index \(wrong) is outside the \(limit ?? .max) elements"
            )
        }
        return values
    }

    /// IEEE half precision to single precision.
    private static func float(half bits: UInt16) -> Float {
        let sign: Float = bits >> 15 == 0 ? 1 : -1
        let exponent = Int(bits >> 10 & 31)
        let fraction = Float(bits & 1023)
        switch exponent {
        case 0: return sign * fraction * 0x1p-24
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default:
            return Float(
                bitPattern: UInt32(bits >> 15) << 31 | UInt32(exponent + 112) << 23 | UInt32(bits & 1023) << 13
            )
        }
    }
}
