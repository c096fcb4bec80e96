import BinaryKernels

/// A map of either element type in guarded memory, beside the same values as float32.
final class TypedMap {
    /// The values that the map holds, after their rounding.
    let floats: GuardedBuffer<Float>
    private let halves: GuardedBuffer<UInt16>
    let stride: Int
    let element: occ_element

    init(_ values: [Float], stride: Int, element: occ_element) {
        halves = GuardedBuffer(values.map(occ_bfloat16))
        let isHalf = element == occ_element_bfloat16
        floats = GuardedBuffer(isHalf ? halves.elements.map(occ_bfloat16_value) : values)
        self.stride = stride
        self.element = element
    }

    /// The map of its own type.
    var map: occ_map {
        occ_map(values: base, stride: stride, element: element)
    }
    /// The map of its own type, to write.
    var target: occ_target { occ_target(values: base, stride: stride, element: element) }
    /// The same values as a map of float32.
    var floatMap: occ_map { occ_floats(floats.base, stride) }
    var intact: Bool { floats.intact && halves.intact }
    /// The bytes of the map of its own type.
    var bytes: [UInt8] { element == occ_element_bfloat16 ? halves.bytes : floats.bytes }

    private var base: UnsafeMutableRawPointer {
        element == occ_element_bfloat16 ? UnsafeMutableRawPointer(halves.base) : UnsafeMutableRawPointer(floats.base)
    }

    /// The bytes of float32 values after rounding to a type.
    static func bytes(_ values: [Float], as element: occ_element) -> [UInt8] {
        element == occ_element_bfloat16
            ? values.map(occ_bfloat16).withUnsafeBytes { Array($0) } : values.withUnsafeBytes { Array($0) }
    }
}
