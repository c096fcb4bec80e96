/// Bytes that start on a cache line and never change after they were filled.
///
/// `@unchecked Sendable`: written only in `init` and by the one owner that fills it before it is shared.
public final class AlignedBytes: @unchecked Sendable {
    /// The first byte.
    public let pointer: UnsafeMutableRawPointer
    /// How many there are.
    public let count: Int

    /// Zeros.
    public init(count: Int, alignment: Int = 64) {
        self.count = count
        pointer = .allocate(byteCount: max(count, 1), alignment: alignment)
        pointer.initializeMemory(as: UInt8.self, repeating: 0, count: max(count, 1))
    }

    /// A copy of an array.
    public convenience init(copying source: [UInt8]) {
        self.init(count: source.count)
        source.withUnsafeBytes { if $0.count > 0 { pointer.copyMemory(from: $0.baseAddress!, byteCount: $0.count) } }
    }

    deinit { pointer.deallocate() }

    /// All of them, valid as long as this object lives.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: pointer, count: count) }
}
