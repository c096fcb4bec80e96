/// Where every buffer of a program lies in a slot's one block of memory.
///
/// Buffers that are never needed at the same time share addresses. Pure: it sees lifetimes and sizes only.
struct ArenaPlan: Equatable, Sendable {
    /// A buffer's size and the first and last step that touch it.
    struct Lifetime: Equatable, Sendable {
        var bytes: Int
        var first: Int
        var last: Int
    }

    /// Offsets in bytes, in the order of the lifetimes given.
    let offsets: [Int]
    /// Size of the block.
    let byteCount: Int

    /// Buffers start on cache lines; oneDNN wants that, and it keeps slices of 16 floats whole.
    static let alignment = 64

    /// Places the largest buffers first, each at the lowest offset that is free during its whole life.
    init(_ lifetimes: [Lifetime]) {
        var offsets = [Int](repeating: 0, count: lifetimes.count)
        var placed: [Int] = []
        var end = 0
        let order = lifetimes.indices.sorted {
            (lifetimes[$0].bytes, $1) > (lifetimes[$1].bytes, $0)
        }
        for index in order {
            let lifetime = lifetimes[index]
            let size = Self.rounded(lifetime.bytes)
            let neighbours = placed.filter {
                lifetimes[$0].first <= lifetime.last && lifetime.first <= lifetimes[$0].last
            }.sorted { offsets[$0] < offsets[$1] }
            var offset = 0
            for neighbour in neighbours {
                if offset + size <= offsets[neighbour] { break }
                offset = max(offset, offsets[neighbour] + Self.rounded(lifetimes[neighbour].bytes))
            }
            offsets[index] = offset
            placed.append(index)
            end = max(end, offset + size)
        }
        self.offsets = offsets
        self.byteCount = end
    }

    private static func rounded(_ bytes: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }
}
