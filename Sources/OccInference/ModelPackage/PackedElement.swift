/// Type of a packed tensor's elements; both take four bytes.
enum PackedElement: UInt32, Sendable {
    case float32 = 1
    case words = 2
}
