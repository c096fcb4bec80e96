internal import Glibc

/// Overlap of rotated rectangles: area of the intersection over area of the union, in float32.
///
/// The intersection is the convex hull of all crossings of edges and of all corners inside the other rectangle, with the
/// tolerances of mmcv's `box_iou_rotated` (after detectron2): edges whose cross product is at most 1e-14 count as parallel, areas
/// below 1e-14 as nothing.
struct RotatedOverlap {
    private var points: [SIMD2<Float>] = []
    private var hull: [SIMD2<Float>] = []

    private static let parallelLimit = 1e-14
    private static let areaLimit = 1e-14
    private static let angleLimit: Float = 1e-6
    private static let distanceLimit: Float = 1e-8

    /// Intersection over union; 0 where they do not meet or one has no area.
    mutating func ratio(_ first: RotatedRectangle, _ second: RotatedRectangle) -> Float {
        guard Double(first.area) >= Self.areaLimit, Double(second.area) >= Self.areaLimit, !isFar(first, second) else {
            return 0
        }
        let middle = SIMD2(
            (Double(first.x) + Double(second.x)) / 2,
            (Double(first.y) + Double(second.y)) / 2
        )
        let shared = intersection(first.corners(from: middle), second.corners(from: middle))
        return shared / (first.area + second.area - shared)
    }

    /// Whether the circles around both do not meet; most pairs end here.
    private func isFar(_ first: RotatedRectangle, _ second: RotatedRectangle) -> Bool {
        let reach =
            (hypot(Double(first.width), Double(first.height)) + hypot(Double(second.width), Double(second.height))) / 2
        let distance = hypot(Double(first.x) - Double(second.x), Double(first.y) - Double(second.y))
        // A margin far above float32's rounding of the corners.
        return distance > reach * 1.001 + 1e-3
    }

    private mutating func intersection(_ first: [SIMD2<Float>], _ second: [SIMD2<Float>]) -> Float {
        points.removeAll(keepingCapacity: true)
        let firstEdges = (0..<4).map { first[($0 + 1) % 4] - first[$0] }
        let secondEdges = (0..<4).map { second[($0 + 1) % 4] - second[$0] }
        for i in 0..<4 {
            for j in 0..<4 {
                let determinant = Self.cross(secondEdges[j], firstEdges[i])
                guard Double(abs(determinant)) > Self.parallelLimit else { continue }
                let between = second[j] - first[i]
                let along = Self.cross(secondEdges[j], between) / determinant
                let across = Self.cross(firstEdges[i], between) / determinant
                if (0...1).contains(along), (0...1).contains(across) { points.append(first[i] + firstEdges[i] * along) }
            }
        }
        addCorners(of: first, inside: second, secondEdges)
        addCorners(of: second, inside: first, firstEdges)
        return hullArea()
    }

    private mutating func addCorners(
        of corners: [SIMD2<Float>],
        inside rectangle: [SIMD2<Float>],
        _ edges: [SIMD2<Float>]
    ) {
        let (ab, da) = (edges[0], edges[3])
        let (abLength, daLength) = (Self.dot(ab, ab), Self.dot(da, da))
        for corner in corners {
            let place = corner - rectangle[0]
            let (alongAB, alongAD) = (Self.dot(place, ab), -Self.dot(place, da))
            if alongAB >= 0, alongAD >= 0, alongAB <= abLength, alongAD <= daLength { points.append(corner) }
        }
    }

    /// Area of the convex hull of `points`, by Graham's scan from the lowest of them.
    private mutating func hullArea() -> Float {
        guard points.count > 2 else { return 0 }
        var lowest = 0
        for index in points.indices.dropFirst()
        where points[index].y < points[lowest].y
            || (points[index].y == points[lowest].y && points[index].x < points[lowest].x)
        {
            lowest = index
        }
        let start = points[lowest]
        for index in points.indices { points[index] -= start }
        points.swapAt(0, lowest)
        // By angle around the start; of equal angles the nearer first.
        points[1...].sort { a, b in
            let turn = Self.cross(a, b)
            return abs(turn) < Self.angleLimit ? Self.dot(a, a) < Self.dot(b, b) : turn > 0
        }
        guard
            let next = points.indices.dropFirst().first(where: { Self.dot(points[$0], points[$0]) > Self.distanceLimit }
            )
        else { return 0 }
        hull.removeAll(keepingCapacity: true)
        hull.append(points[0])
        hull.append(points[next])
        for point in points[(next + 1)...] {
            while hull.count > 1,
                Self.cross(point - hull[hull.count - 2], hull[hull.count - 1] - hull[hull.count - 2]) >= 0
            {
                hull.removeLast()
            }
            hull.append(point)
        }
        guard hull.count > 2 else { return 0 }
        var doubled: Float = 0
        for index in 1..<(hull.count - 1) {
            doubled += abs(Self.cross(hull[index] - hull[0], hull[index + 1] - hull[0]))
        }
        return doubled / 2
    }

    private static func cross(_ a: SIMD2<Float>, _ b: SIMD2<Float>) -> Float { a.x * b.y - b.x * a.y }
    private static func dot(_ a: SIMD2<Float>, _ b: SIMD2<Float>) -> Float { a.x * b.x + a.y * b.y }
}
