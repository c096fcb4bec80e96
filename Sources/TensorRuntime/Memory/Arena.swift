internal import Glibc

/// One slot's block of memory, on huge pages where the system gives them.
final class Arena {
    let base: UnsafeMutableRawPointer
    let byteCount: Int

    /// Maps a block of zeros.
    ///
    /// - Throws: `TensorRuntimeError` (`outOfMemory`).
    init(byteCount: Int) throws {
        // Huge pages are 2 MiB; a multiple of that lets the last one be huge too.
        let size = max(1, (byteCount + (2 << 20) - 1) >> 21) << 21
        guard
            let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            start != MAP_FAILED
        else {
            throw TensorRuntimeError(
                .outOfMemory,
                "cannot get \(size >> 20) MiB for a slot's feature maps (\(String(cString: strerror(errno)))); "
                    + "run fewer slots on this host"
            )
        }
        madvise(start, size, MADV_HUGEPAGE)
        self.base = start
        self.byteCount = size
    }

    deinit { munmap(base, byteCount) }
}
