internal import BinaryKernels

/// Type of a tensor's elements; a precision is rows here and operations that read and write them.
public enum ElementType: Hashable, Sendable, CaseIterable {
    /// IEEE single precision.
    case float32
    /// The upper half of a single-precision number.
    case bfloat16
    /// Signed bytes.
    case int8
    /// Unsigned bytes.
    case uint8

    /// The largest byte of a type of bytes: what a tensor's scale is about; nil of types that hold values themselves.
    var largestByte: Float? {
        switch self {
        case .float32, .bfloat16: nil
        case .int8: 127
        case .uint8: 255
        }
    }

    /// Bytes of one element.
    public var byteCount: Int {
        switch self {
        case .float32: 4
        case .bfloat16: 2
        case .int8, .uint8: 1
        }
    }

    /// The same type for the binary kernels.
    ///
    /// - Precondition: it is float32 or bfloat16, the types of maps.
    var ofKernels: occ_element {
        switch self {
        case .float32: occ_element_float32
        case .bfloat16: occ_element_bfloat16
        case .int8, .uint8: preconditionFailure("a tensor of \(self) is read as a map")
        }
    }
}
