/// A binary tree of boxes over solids, for nearest-hit and any-hit rays.
///
/// Built with binned surface-area splits (Wald, "On fast construction of SAH-based bounding volume hierarchies", 2007).
/// Immutable after `init`; the storage is freed with the object.
final class BoundingVolumeHierarchy: @unchecked Sendable {
    // Unchecked: the two buffers are written in `init` only and read afterwards.

    struct Node {
        var low: Vector
        var high: Vector
        /// First primitive of a leaf, or the index of the left child (the right one follows it).
        var first: Int32
        /// Number of primitives; 0 in inner nodes.
        var count: Int32
    }

    /// Solids in leaf order.
    let primitives: UnsafePointer<Primitive>
    let primitiveCount: Int
    let nodes: UnsafePointer<Node>
    let nodeCount: Int
    private let primitiveStorage: UnsafeMutablePointer<Primitive>
    private let nodeStorage: UnsafeMutablePointer<Node>

    /// The deepest path that `init` can make; splits stop there.
    static let maxDepth = 60
    private static let leafSize = 4
    private static let bins = 12

    init(_ solids: [Primitive]) {
        primitiveStorage = .allocate(capacity: max(solids.count, 1))
        nodeStorage = .allocate(capacity: max(2 * solids.count, 1) + 1)
        var builder = Builder(solids: solids, nodes: nodeStorage)
        nodeCount = builder.build()
        for (index, original) in builder.order.enumerated() {
            (primitiveStorage + index).initialize(to: solids[Int(original)])
        }
        primitives = UnsafePointer(primitiveStorage)
        nodes = UnsafePointer(nodeStorage)
        primitiveCount = solids.count
    }

    deinit {
        primitiveStorage.deallocate()
        nodeStorage.deallocate()
    }

    private struct Builder {
        let centers: [Vector]
        let halves: [Vector]
        var order: [Int32]
        let nodes: UnsafeMutablePointer<Node>
        var used = 0

        init(solids: [Primitive], nodes: UnsafeMutablePointer<Node>) {
            centers = solids.map(\.center)
            halves = solids.map(\.outerHalf)
            order = (0..<Int32(solids.count)).map { $0 }
            self.nodes = nodes
        }

        mutating func build() -> Int {
            used = 1
            fill(0, 0, order.count, 0)
            return used
        }

        private mutating func fill(_ node: Int, _ start: Int, _ end: Int, _ depth: Int) {
            var low = Vector(repeating: .infinity)
            var high = Vector(repeating: -.infinity)
            var centerLow = low
            var centerHigh = high
            for i in start..<end {
                let c = centers[Int(order[i])]
                let h = halves[Int(order[i])]
                low = pointwiseMin(low, c - h)
                high = pointwiseMax(high, c + h)
                centerLow = pointwiseMin(centerLow, c)
                centerHigh = pointwiseMax(centerHigh, c)
            }
            var record = Node(low: low, high: high, first: Int32(start), count: Int32(end - start))
            if end - start > leafSize, depth < maxDepth - 1,
                let middle = split(start, end, centerLow, centerHigh)
            {
                let left = used
                used += 2
                fill(left, start, middle, depth + 1)
                fill(left + 1, middle, end, depth + 1)
                record.first = Int32(left)
                record.count = 0
            }
            (nodes + node).initialize(to: record)
        }

        /// Reorders the range about the cheapest of the binned planes; nil where all centres coincide.
        private mutating func split(_ start: Int, _ end: Int, _ low: Vector, _ high: Vector) -> Int? {
            let extent = high - low
            var axis = 0
            if extent.y > extent[axis] { axis = 1 }
            if extent.z > extent[axis] { axis = 2 }
            guard extent[axis] > 1e-5 else { return nil }
            let scale = Float(bins) / extent[axis]
            func bin(_ index: Int32) -> Int {
                min(Int((centers[Int(index)][axis] - low[axis]) * scale), bins - 1)
            }
            var binLow = [Vector](repeating: Vector(repeating: .infinity), count: bins)
            var binHigh = [Vector](repeating: Vector(repeating: -.infinity), count: bins)
            var binCount = [Int](repeating: 0, count: bins)
            for i in start..<end {
                let b = bin(order[i])
                let c = centers[Int(order[i])]
                let h = halves[Int(order[i])]
                binLow[b] = pointwiseMin(binLow[b], c - h)
                binHigh[b] = pointwiseMax(binHigh[b], c + h)
                binCount[b] += 1
            }
            func area(_ low: Vector, _ high: Vector) -> Float {
                let e = high - low
                return e.x >= 0 ? e.x * e.y + e.y * e.z + e.z * e.x : 0
            }
            var leftCost = [Float](repeating: 0, count: bins)
            var boxLow = Vector(repeating: .infinity)
            var boxHigh = Vector(repeating: -.infinity)
            var count = 0
            for b in 0..<(bins - 1) {
                boxLow = pointwiseMin(boxLow, binLow[b])
                boxHigh = pointwiseMax(boxHigh, binHigh[b])
                count += binCount[b]
                leftCost[b] = Float(count) * area(boxLow, boxHigh)
            }
            boxLow = Vector(repeating: .infinity)
            boxHigh = Vector(repeating: -.infinity)
            count = 0
            var best = Float.infinity
            var bestBin = 0
            for b in stride(from: bins - 1, to: 0, by: -1) {
                boxLow = pointwiseMin(boxLow, binLow[b])
                boxHigh = pointwiseMax(boxHigh, binHigh[b])
                count += binCount[b]
                let cost = leftCost[b - 1] + Float(count) * area(boxLow, boxHigh)
                if cost < best {
                    best = cost
                    bestBin = b
                }
            }
            var middle = start
            for i in start..<end where bin(order[i]) < bestBin {
                order.swapAt(i, middle)
                middle += 1
            }
            return middle > start && middle < end ? middle : nil
        }
    }
}
