/// Divides an operation's scratch memory: the same calls measure it and hand it out.
struct Scratch {
    private let base: UnsafeMutableRawPointer?
    private(set) var byteCount = 0

    /// Measures only.
    init() { base = nil }

    /// Hands out parts of a block.
    init(_ base: UnsafeMutableRawPointer) { self.base = base }

    /// The next so many bytes, on a cache line.
    mutating func bytes(_ count: Int) -> UnsafeMutableRawPointer {
        // A measuring scratch hands out addresses that nobody follows.
        let start = (base ?? UnsafeMutableRawPointer(bitPattern: 64)!) + byteCount
        byteCount += (count + 63) / 64 * 64
        return start
    }

    /// The next so many elements.
    mutating func elements<Element>(_ count: Int, of type: Element.Type) -> UnsafeMutablePointer<Element> {
        bytes(count * MemoryLayout<Element>.stride).assumingMemoryBound(to: type)
    }
}
