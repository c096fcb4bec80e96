import Glibc

/// Memory between two inaccessible pages, so that an access outside it ends the test process.
///
/// The elements abut either the page above (finds reads and writes past the end) or the page below (before the start);
/// the slack on the other side holds a canary that `intact` checks.
final class GuardedBuffer<Element: BitwiseCopyable> {
    enum Side {
        case end
        case start
    }

    let base: UnsafeMutablePointer<Element>
    let count: Int
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int
    private let slack: UnsafeMutableRawBufferPointer
    private static var canary: UInt8 { 0xA5 }

    /// `count` elements, every byte of them the canary.
    init(_ count: Int, against side: Side = .end) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let bytes = count * MemoryLayout<Element>.stride
        let inner = (bytes + page - 1) / page * page
        mappedBytes = inner + 2 * page
        let mapped = mmap(nil, mappedBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        precondition(mapped != nil && mapped != MAP_FAILED, "mmap of \(mappedBytes) bytes")
        mapping = mapped!
        let usable = mapping + page
        precondition(inner == 0 || mprotect(usable, inner, PROT_READ | PROT_WRITE) == 0, "mprotect")
        memset(usable, Int32(Self.canary), inner)
        let start = side == .end ? usable + (inner - bytes) : usable
        let free = side == .end ? usable : usable + bytes
        slack = UnsafeMutableRawBufferPointer(start: free, count: inner - bytes)
        base = start.bindMemory(to: Element.self, capacity: count)
        self.count = count
    }

    convenience init(_ elements: [Element], against side: Side = .end) {
        self.init(elements.count, against: side)
        for (index, element) in elements.enumerated() { base[index] = element }
    }

    deinit {
        munmap(mapping, mappedBytes)
    }

    /// Whether nothing was written beside the elements.
    var intact: Bool { slack.allSatisfy { $0 == Self.canary } }

    var elements: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// The bytes, for comparisons that tell -0 from 0 and include untouched gaps.
    var bytes: [UInt8] { Array(UnsafeRawBufferPointer(start: base, count: count * MemoryLayout<Element>.stride)) }
}
