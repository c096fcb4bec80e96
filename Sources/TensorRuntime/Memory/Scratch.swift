/// Divides an operation's scratch memory: the same calls measure it and hand it out.
public struct Scratch {
    private let base: UnsafeMutableRawPointer?
    /// Bytes handed out so far.
    public private(set) var byteCount = 0

    /// Measures only.
    public init() { base = nil }

    /// Hands out parts of a block.
    public init(_ base: UnsafeMutableRawPointer) { self.base = base }

    /// The next so many bytes, on a cache line.
    public mutating func bytes(_ count: Int) -> UnsafeMutableRawPointer {
        // A measuring scratch hands out addresses that nobody follows.
        let start = (base ?? UnsafeMutableRawPointer(bitPattern: 64)!) + byteCount
        byteCount += (count + 63) / 64 * 64
        return start
    }

    /// The next so many elements.
    public mutating func elements<Element>(_ count: Int, of type: Element.Type) -> UnsafeMutablePointer<Element> {
        bytes(count * MemoryLayout<Element>.stride).assumingMemoryBound(to: type)
    }
}
