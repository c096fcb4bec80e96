/// A tree of boxes over solids, four children a node, for nearest-hit and any-hit rays.
///
/// Built as a binary tree with binned surface-area splits (Wald, "On fast construction of SAH-based bounding volume
/// hierarchies", 2007), then flattened two levels into one (Dammertz et al., "Shallow bounding volume hierarchies",
/// 2008), so that one pass of vector arithmetic tests four boxes. Immutable after `init`; the storage is freed with the object.
final class BoundingVolumeHierarchy: @unchecked Sendable {
    // Unchecked: the two buffers are written in `init` only and read afterwards.

    /// The boxes of four children, axis by axis, so that rays pick the near and far planes by their signs.
    struct Node {
        /// Lower x, y, z, then upper x, y, z; an absent child's box is inside out.
        var planes:
            (
                SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>
            )
        /// First primitive of a leaf, or the index of an inner child.
        var first: SIMD4<Int32>
        /// Number of primitives; 0 for inner children.
        var count: SIMD4<Int32>
    }

    private struct BinaryNode {
        var low: Vector
        var high: Vector
        /// First primitive of a leaf, or the index of the left child (the right one follows it).
        var first: Int32
        /// Number of primitives; 0 in inner nodes.
        var count: Int32

        var area: Float {
            let e = high - low
            return e.x * e.y + e.y * e.z + e.z * e.x
        }
    }

    /// Solids in leaf order.
    let primitives: UnsafePointer<Primitive>
    let primitiveCount: Int
    let nodes: UnsafePointer<Node>
    let nodeCount: Int
    private let primitiveStorage: UnsafeMutablePointer<Primitive>
    private let nodeStorage: UnsafeMutablePointer<Node>

    /// The deepest path of the binary tree; splits stop there.
    static let maxDepth = 60
    /// Entries that a traversal's stack may need: each level leaves at most three siblings.
    static let stackSize = 3 * maxDepth + 4
    private static let leafSize = 4
    private static let bins = 12

    init(_ solids: [Primitive]) {
        var builder = Builder(solids: solids)
        builder.build()
        let binary = builder.nodes
        primitiveStorage = .allocate(capacity: max(solids.count, 1))
        for (index, original) in builder.order.enumerated() {
            (primitiveStorage + index).initialize(to: solids[Int(original)])
        }
        let flat = solids.isEmpty ? [Self.emptyNode] : Self.flatten(binary)
        nodeStorage = .allocate(capacity: flat.count)
        for (index, node) in flat.enumerated() { (nodeStorage + index).initialize(to: node) }
        primitives = UnsafePointer(primitiveStorage)
        nodes = UnsafePointer(nodeStorage)
        nodeCount = flat.count
        primitiveCount = solids.count
    }

    private static var emptyNode: Node {
        let nothing = SIMD4<Float>(repeating: .infinity)
        return Node(planes: (nothing, nothing, nothing, -nothing, -nothing, -nothing), first: .zero, count: .zero)
    }

    /// Pulls grandchildren up, largest box first, until every node has up to four children.
    private static func flatten(_ binary: [BinaryNode]) -> [Node] {
        var flat: [Node] = []
        // Pairs of a flat node's index and the binary node whose children it takes.
        var waiting: [(flat: Int, binary: Int)] = [(0, 0)]
        let nothing = SIMD4<Float>(repeating: .infinity)
        let empty = Node(
            planes: (nothing, nothing, nothing, -nothing, -nothing, -nothing),
            first: .zero,
            count: .zero
        )
        flat.append(empty)
        while let (target, source) = waiting.popLast() {
            var children = [source]
            while children.count < 4 {
                let inner = children.indices.filter { binary[children[$0]].count == 0 }
                guard let widest = inner.max(by: { binary[children[$0]].area < binary[children[$1]].area }) else {
                    break
                }
                let first = Int(binary[children[widest]].first)
                children[widest] = first
                children.append(first + 1)
            }
            var node = empty
            for (slot, index) in children.enumerated() {
                let child = binary[index]
                node.planes.0[slot] = child.low.x
                node.planes.1[slot] = child.low.y
                node.planes.2[slot] = child.low.z
                node.planes.3[slot] = child.high.x
                node.planes.4[slot] = child.high.y
                node.planes.5[slot] = child.high.z
                node.count[slot] = child.count
                if child.count > 0 {
                    node.first[slot] = child.first
                } else if child.low.x <= child.high.x {
                    node.first[slot] = Int32(flat.count)
                    waiting.append((flat.count, index))
                    flat.append(empty)
                }
            }
            flat[target] = node
        }
        return flat
    }

    deinit {
        primitiveStorage.deallocate()
        nodeStorage.deallocate()
    }

    private struct Builder {
        let centers: [Vector]
        let halves: [Vector]
        var order: [Int32]
        var nodes: [BinaryNode] = []

        init(solids: [Primitive]) {
            centers = solids.map(\.center)
            halves = solids.map(\.outerHalf)
            order = (0..<Int32(solids.count)).map { $0 }
        }

        mutating func build() {
            nodes = [BinaryNode(low: .zero, high: .zero, first: 0, count: 0)]
            fill(0, 0, order.count, 0)
        }

        private mutating func fill(_ node: Int, _ start: Int, _ end: Int, _ depth: Int) {
            var low = Vector(repeating: .infinity)
            var high = Vector(repeating: -.infinity)
            var centerLow = low
            var centerHigh = high
            for i in start..<end {
                let c = centers[Int(order[i])]
                let h = halves[Int(order[i])]
                low = lesser(low, c - h)
                high = greater(high, c + h)
                centerLow = lesser(centerLow, c)
                centerHigh = greater(centerHigh, c)
            }
            var record = BinaryNode(low: low, high: high, first: Int32(start), count: Int32(end - start))
            if end - start > leafSize, depth < maxDepth - 1,
                let middle = split(start, end, centerLow, centerHigh)
            {
                let left = nodes.count
                nodes.append(record)
                nodes.append(record)
                fill(left, start, middle, depth + 1)
                fill(left + 1, middle, end, depth + 1)
                record.first = Int32(left)
                record.count = 0
            }
            nodes[node] = record
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
                binLow[b] = lesser(binLow[b], c - h)
                binHigh[b] = greater(binHigh[b], c + h)
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
                boxLow = lesser(boxLow, binLow[b])
                boxHigh = greater(boxHigh, binHigh[b])
                count += binCount[b]
                leftCost[b] = Float(count) * area(boxLow, boxHigh)
            }
            boxLow = Vector(repeating: .infinity)
            boxHigh = Vector(repeating: -.infinity)
            count = 0
            var best = Float.infinity
            var bestBin = 0
            for b in stride(from: bins - 1, to: 0, by: -1) {
                boxLow = lesser(boxLow, binLow[b])
                boxHigh = greater(boxHigh, binHigh[b])
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
