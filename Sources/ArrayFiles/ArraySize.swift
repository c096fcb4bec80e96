/// Sizes of arrays from untrusted numbers.
enum ArraySize {
    /// Most axes of an array; numpy's own limit is 64.
    static let mostAxes = 32

    /// Bytes of an array, or nil where a product overflows, even of the axes beside an empty one, or an axis is negative.
    static func byteCount(shape: [Int], elementByteCount: Int) -> Int? {
        guard shape.count <= mostAxes else { return nil }
        // Empty texts take no bytes, but their number must stay a number.
        var total = max(elementByteCount, 1)
        for axis in shape {
            guard axis >= 0 else { return nil }
            let (product, overflow) = total.multipliedReportingOverflow(by: max(axis, 1))
            guard !overflow else { return nil }
            total = product
        }
        if elementByteCount == 0 { return total <= 1 << 20 ? 0 : nil }
        return shape.contains(0) ? 0 : total
    }
}
