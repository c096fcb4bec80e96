extension FrameWorld {
    /// Room for the node indices of one traversal; each thread brings its own.
    typealias Stack = UnsafeMutablePointer<Int32>

    /// Entries a stack must have: one for each level and one spare.
    static let stackSize = BoundingVolumeHierarchy.maxDepth + 4

    /// The nearest solid along a ray; `guess` is a solid that is likely hit (-1 for none).
    @inline(__always)
    func nearest(_ origin: Vector, _ direction: Vector, limit: Float, guess: Int32, stack: Stack) -> Hit {
        var hit = Hit(distance: limit, solid: -1, normal: .zero)
        if guess >= 0 { test(guess, origin, direction, &hit) }
        let inverse = reciprocal(direction)
        let bias = -origin * inverse
        var top = 0
        var index: Int32 = 0
        let nodes = tree.nodes
        guard tree.primitiveCount > 0, entry(nodes, inverse, bias, hit.distance) < .infinity else { return hit }
        while true {
            let node = nodes + Int(index)
            if node.pointee.count > 0 {
                let first = node.pointee.first
                for i in first..<(first + node.pointee.count) { test(i, origin, direction, &hit) }
            } else {
                let left = node.pointee.first
                let a = entry(nodes + Int(left), inverse, bias, hit.distance)
                let b = entry(nodes + Int(left) + 1, inverse, bias, hit.distance)
                let near = a <= b ? left : left + 1
                if min(a, b) < .infinity {
                    if max(a, b) < .infinity {
                        stack[top] = a <= b ? left + 1 : left
                        top += 1
                    }
                    index = near
                    continue
                }
            }
            // Entries on the stack may lie behind what was hit meanwhile.
            var found = false
            while top > 0 {
                top -= 1
                index = stack[top]
                if entry(nodes + Int(index), inverse, bias, hit.distance) < .infinity {
                    found = true
                    break
                }
            }
            if !found { return hit }
        }
    }

    /// Whether any solid blocks a ray before `limit`; `cache` remembers the last blocker between calls.
    @inline(__always)
    func isBlocked(
        _ origin: Vector,
        _ direction: Vector,
        limit: Float,
        cache: inout Int32,
        stack: Stack
    ) -> Bool {
        if cache >= 0, blocks(cache, origin, direction, limit) { return true }
        let inverse = reciprocal(direction)
        let bias = -origin * inverse
        var top = 0
        var index: Int32 = 0
        let nodes = tree.nodes
        guard tree.primitiveCount > 0, entry(nodes, inverse, bias, limit) < .infinity else { return false }
        while true {
            let node = nodes + Int(index)
            if node.pointee.count > 0 {
                let first = node.pointee.first
                for i in first..<(first + node.pointee.count) where blocks(i, origin, direction, limit) {
                    cache = i
                    return true
                }
            } else {
                let left = node.pointee.first
                let a = entry(nodes + Int(left), inverse, bias, limit)
                let b = entry(nodes + Int(left) + 1, inverse, bias, limit)
                if a < .infinity {
                    if b < .infinity {
                        stack[top] = left + 1
                        top += 1
                    }
                    index = left
                    continue
                }
                if b < .infinity {
                    index = left + 1
                    continue
                }
            }
            guard top > 0 else { return false }
            top -= 1
            index = stack[top]
        }
    }

    /// Where a ray enters a node's box; infinity where it misses it before `limit`.
    @inline(__always)
    private func entry(
        _ node: UnsafePointer<BoundingVolumeHierarchy.Node>,
        _ inverse: Vector,
        _ bias: Vector,
        _ limit: Float
    ) -> Float {
        let a = node.pointee.low * inverse + bias
        let b = node.pointee.high * inverse + bias
        let near = pointwiseMin(a, b)
        let far = pointwiseMax(a, b)
        let enter = max(max(near.x, near.y), max(near.z, 0))
        let leave = min(min(far.x, far.y), min(far.z, limit))
        return enter <= leave ? enter : .infinity
    }

    @inline(__always)
    private func reciprocal(_ d: Vector) -> Vector {
        Vector(
            1 / (abs(d.x) < 1e-9 ? 1e-9 : d.x),
            1 / (abs(d.y) < 1e-9 ? 1e-9 : d.y),
            1 / (abs(d.z) < 1e-9 ? 1e-9 : d.z)
        )
    }

    @inline(__always)
    private func test(_ index: Int32, _ origin: Vector, _ direction: Vector, _ hit: inout Hit) {
        let solid = tree.primitives + Int(index)
        guard let found = solid.pointee.intersect(origin: origin, direction: direction, limit: hit.distance) else {
            return
        }
        if solid.pointee.kind == .ellipsoid, surfaces[Int(solid.pointee.surface)].pattern == .foliage {
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
        if solid.pointee.kind == .ellipsoid, surfaces[Int(solid.pointee.surface)].pattern == .foliage {
            return leaf(solid, found, origin, direction, limit) != nil
        }
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
        let value = noise.grain(p.x * 9 + p.z * 5.3 + seed, p.y * 9 - p.z * 6.1 + seed * 0.37)
        // Sparse towards the outline, so that it looks ragged.
        return value > 0.42 + 0.55 * facing
    }
}
