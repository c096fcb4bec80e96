/// Type of a packed tensor's elements; both take four bytes.
enum PackedElement: UInt32, Sendable {
    case float32 = 1
    case words = 2
}

/// What the table says of one packed tensor.
struct PackedTensor: Equatable, Sendable {
    var name: String
    var element: PackedElement
    var shape: [Int]
    /// Where its data starts in the file.
    var offset: Int

    var count: Int { shape.reduce(1, *) }
    var byteCount: Int { count * 4 }
}
