/// Bytes that start on a cache line and never change after they were filled.
///
/// `@unchecked Sendable`: written only in `init` and by the one owner that fills it before it is shared.
final class AlignedBytes: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
    let count: Int

    /// Zeros.
    init(count: Int, alignment: Int = 64) {
        self.count = count
        pointer = .allocate(byteCount: max(count, 1), alignment: alignment)
        pointer.initializeMemory(as: UInt8.self, repeating: 0, count: max(count, 1))
    }

    /// A copy of an array.
    convenience init(copying source: [UInt8]) {
        self.init(count: source.count)
        source.withUnsafeBytes { if $0.count > 0 { pointer.copyMemory(from: $0.baseAddress!, byteCount: $0.count) } }
    }

    deinit { pointer.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: pointer, count: count) }
}
