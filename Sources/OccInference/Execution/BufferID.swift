/// A buffer of a program; what it is in memory is decided when the program is planned.
struct BufferID: Hashable, Sendable {
    let index: Int
}
