/// Where a row stands in its table.
struct RowPlace: Hashable, Sendable {
    /// The row's index, from 0.
    var row: Int
    /// The offset of its first byte.
    var byteOffset: UInt64
}
