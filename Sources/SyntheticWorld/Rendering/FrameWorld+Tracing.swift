extension FrameWorld {
    /// A ray made ready for box tests.
    private struct BoxRay {
        /// Byte offsets of the near and far planes in a node, by the signs of the direction.
        let nearX: Int
        let nearY: Int
        let nearZ: Int
        let inverse: Vector
        let bias: Vector

        @inline(__always)
        init(_ origin: Vector, _ d: Vector) {
            let inverse = Vector(
                1 / (abs(d.x) < 1e-9 ? 1e-9 : d.x),
                1 / (abs(d.y) < 1e-9 ? 1e-9 : d.y),
                1 / (abs(d.z) < 1e-9 ? 1e-9 : d.z)
            )
            self.inverse = inverse
            bias = -origin * inverse
            let plane = MemoryLayout<SIMD4<Float>>.stride
            nearX = inverse.x >= 0 ? 0 : 3 * plane
            nearY = inverse.y >= 0 ? plane : 4 * plane
            nearZ = inverse.z >= 0 ? 2 * plane : 5 * plane
        }

        /// Where the ray enters each of a node's boxes; infinity where it misses one before `limit`.
        @inline(__always)
        func enter(_ node: UnsafePointer<BoundingVolumeHierarchy.Node>, _ limit: Float) -> SIMD4<Float> {
            let raw = UnsafeRawPointer(node)
            let plane = MemoryLayout<SIMD4<Float>>.stride
            @inline(__always)
            func at(_ offset: Int, _ inverse: Float, _ bias: Float) -> SIMD4<Float> {
                raw.load(fromByteOffset: offset, as: SIMD4<Float>.self) * inverse + bias
            }
            // Near and far planes of an axis are three planes apart, either way.
            let low = greater(
                greater(at(nearX, inverse.x, bias.x), at(nearY, inverse.y, bias.y)),
                greater(at(nearZ, inverse.z, bias.z), SIMD4(repeating: 0))
            )
            let high = lesser(
                lesser(
                    at(3 * plane - nearX, inverse.x, bias.x),
                    at(5 * plane - nearY, inverse.y, bias.y)
                ),
                lesser(at(7 * plane - nearZ, inverse.z, bias.z), SIMD4(repeating: limit))
            )
            return low.replacing(with: SIMD4(repeating: .infinity), where: high .< low)
        }
    }

    /// The nearest solid along a ray; `guess` is a solid that is likely hit (-1 for none).
    @inline(__always)
    func nearest(_ origin: Vector, _ direction: Vector, limit: Float, guess: Int32, stack: RayStack) -> Hit {
        var hit = Hit(distance: limit, solid: -1, normal: .zero)
        guard tree.primitiveCount > 0 else { return hit }
        if guess >= 0 { test(guess, origin, direction, &hit) }
        let ray = BoxRay(origin, direction)
        let entries = stack.entries
        entries[0] = RayStack.Entry(distance: 0, first: 0, count: 0)
        var top = 1
        while top > 0 {
            top -= 1
            let entry = entries[top]
            if entry.distance >= hit.distance { continue }
            if entry.count > 0 {
                for i in entry.first..<(entry.first + entry.count) { test(i, origin, direction, &hit) }
                continue
            }
            let node = tree.nodes + Int(entry.first)
            let distances = ray.enter(node, hit.distance)
            // The nearest child comes to lie on top: insertion from below, at most four.
            let base = top
            for child in 0..<4 where distances[child] < .infinity {
                let distance = distances[child]
                var place = top
                while place > base, entries[place - 1].distance < distance {
                    entries[place] = entries[place - 1]
                    place -= 1
                }
                entries[place] = RayStack.Entry(
                    distance: distance,
                    first: node.pointee.first[child],
                    count: node.pointee.count[child]
                )
                top += 1
            }
        }
        return hit
    }

    /// Whether any solid blocks a ray before `limit`; `cache` remembers the last blocker between calls.
    @inline(__always)
    func isBlocked(
        _ origin: Vector,
        _ direction: Vector,
        limit: Float,
        cache: inout Int32,
        stack: RayStack
    ) -> Bool {
        guard tree.primitiveCount > 0 else { return false }
        if cache >= 0, blocks(cache, origin, direction, limit) { return true }
        let ray = BoxRay(origin, direction)
        let entries = stack.entries
        entries[0] = RayStack.Entry(distance: 0, first: 0, count: 0)
        var top = 1
        while top > 0 {
            top -= 1
            let node = tree.nodes + Int(entries[top].first)
            let distances = ray.enter(node, limit)
            for child in 0..<4 where distances[child] < .infinity {
                let first = node.pointee.first[child]
                let count = node.pointee.count[child]
                if count == 0 {
                    entries[top] = RayStack.Entry(distance: 0, first: first, count: 0)
                    top += 1
                    continue
                }
                for i in first..<(first + count) where blocks(i, origin, direction, limit) {
                    cache = i
                    return true
                }
            }
        }
        return false
    }

    @inline(__always)
    private func test(_ index: Int32, _ origin: Vector, _ direction: Vector, _ hit: inout Hit) {
        let solid = tree.primitives + Int(index)
        guard let found = solid.pointee.intersect(origin: origin, direction: direction, limit: hit.distance) else {
            return
        }
        if solid.pointee.kind == .clump {
            guard let leaf = leaf(solid, found, origin, direction, hit.distance) else { return }
            hit = Hit(distance: leaf.distance, solid: index, normal: leaf.normal)
            return
        }
        hit = Hit(distance: found.distance, solid: index, normal: found.normal)
    }

    @inline(__always)
    private func blocks(_ index: Int32, _ origin: Vector, _ direction: Vector, _ limit: Float) -> Bool {
        let solid = tree.primitives + Int(index)
        guard let found = solid.pointee.intersect(origin: origin, direction: direction, limit: limit) else {
            return false
        }
        if solid.pointee.kind == .clump { return leaf(solid, found, origin, direction, limit) != nil }
        return true
    }

    /// A clump of leaves is a hull with holes: what is met on the near side, else on the far side, else nothing.
    @inline(never)
    private func leaf(
        _ solid: UnsafePointer<Primitive>,
        _ found: Intersection,
        _ origin: Vector,
        _ direction: Vector,
        _ limit: Float
    ) -> Intersection? {
        if !isHole(solid, found, origin, direction) { return found }
        guard
            let back = solid.pointee.intersect(origin: origin, direction: direction, limit: limit, leaving: true),
            !isHole(solid, back, origin, direction)
        else { return nil }
        return Intersection(distance: back.distance, normal: -back.normal)
    }

    @inline(__always)
    private func isHole(
        _ solid: UnsafePointer<Primitive>,
        _ found: Intersection,
        _ origin: Vector,
        _ direction: Vector
    ) -> Bool {
        let p = solid.pointee.toLocal(origin + direction * found.distance - solid.pointee.center)
        let facing = abs(dot(found.normal, solid.pointee.toLocal(direction)))
        let seed = surfaces[Int(solid.pointee.surface)].seed
        let flat = leafCoordinates(p, found.normal)
        let value = noise.grain(flat.x * 8 + seed, flat.y * 8 + seed * 0.37)
        // Sparse towards the outline, so that it looks ragged.
        return value > 0.34 + 0.75 * facing
    }

    /// Two coordinates on the side of a clump that a point lies on, so that leaves are not drawn out to streaks.
    @inline(__always)
    func leafCoordinates(_ p: Vector, _ n: Vector) -> SIMD2<Float> {
        let x = abs(n.x)
        let y = abs(n.y)
        let z = abs(n.z)
        if z > x && z > y { return SIMD2(p.x, p.y) }
        return x > y ? SIMD2(p.y, p.z) : SIMD2(p.x, p.z)
    }
}
