/// A Swift number that is an element of an array file, bit for bit.
public protocol ArrayElement: BitwiseCopyable, Equatable, Sendable {
    /// How files name this type.
    static var elementType: ArrayElementType { get }
}

extension UInt8: ArrayElement {
    /// `.uint8`.
    public static var elementType: ArrayElementType { .uint8 }
}

extension Int8: ArrayElement {
    /// `.int8`.
    public static var elementType: ArrayElementType { .int8 }
}

extension UInt16: ArrayElement {
    /// `.uint16`.
    public static var elementType: ArrayElementType { .uint16 }
}

extension Int16: ArrayElement {
    /// `.int16`.
    public static var elementType: ArrayElementType { .int16 }
}

extension UInt32: ArrayElement {
    /// `.uint32`.
    public static var elementType: ArrayElementType { .uint32 }
}

extension Int32: ArrayElement {
    /// `.int32`.
    public static var elementType: ArrayElementType { .int32 }
}

extension UInt64: ArrayElement {
    /// `.uint64`.
    public static var elementType: ArrayElementType { .uint64 }
}

extension Int64: ArrayElement {
    /// `.int64`.
    public static var elementType: ArrayElementType { .int64 }
}

extension Float: ArrayElement {
    /// `.float32`.
    public static var elementType: ArrayElementType { .float32 }
}

extension Double: ArrayElement {
    /// `.float64`.
    public static var elementType: ArrayElementType { .float64 }
}

/// Copies raw bytes into an array of numbers; `bytes.count` is a whole number of elements.
func copyElements<Element: ArrayElement>(_ bytes: UnsafeRawBufferPointer, as type: Element.Type) -> [Element] {
    let count = bytes.count / MemoryLayout<Element>.stride
    return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
        if count > 0 {
            UnsafeMutableRawBufferPointer(buffer).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[..<(count * MemoryLayout<Element>.stride)])
            )
        }
        initialized = count
    }
}
