internal import Foundation

/// The centre line of a gently winding road: position and heading by arc length.
///
/// Curvature is a sum of two slow waves, so heading stays within about 0.6 rad of the base direction and the road never
/// meets itself.
struct RoadCurve: Sendable {
    /// Position, heading and curvature at one arc length.
    struct Point: Sendable {
        var x: Double
        var y: Double
        var heading: Double
    }

    /// Arc lengths that are covered, metres; s = 0 is where the ego vehicle starts.
    let start: Double
    let end: Double
    /// The direction about which the heading swings, radians.
    let baseHeading: Double
    private static let step = 0.5
    private var points: [Point]

    init(start: Double, end: Double, baseHeading: Double, random: inout RandomStream) {
        self.start = start
        self.end = end
        self.baseHeading = baseHeading
        let amplitudes = [random.uniform(1.0 / 400, 1.0 / 130), random.uniform(0.0, 1.0 / 500)]
        let lengths = [random.uniform(200.0, 320.0), random.uniform(90.0, 150.0)]
        let phases = [random.uniform(0.0, 2 * Double.pi), random.uniform(0.0, 2 * Double.pi)]
        // Heading is the integral of the curvature in closed form.
        func heading(_ s: Double) -> Double {
            var value = baseHeading
            for wave in 0..<2 {
                let k = 2 * Double.pi / lengths[wave]
                value -= amplitudes[wave] / k * cos(k * s + phases[wave])
            }
            return value
        }
        let count = Int(((end - start) / Self.step).rounded(.up)) + 2
        points = []
        points.reserveCapacity(count)
        var x = 0.0
        var y = 0.0
        for i in 0..<count {
            let s = start + Double(i) * Self.step
            points.append(Point(x: x, y: y, heading: heading(s)))
            let middle = heading(s + Self.step / 2)
            x += cos(middle) * Self.step
            y += sin(middle) * Self.step
        }
    }

    /// Moves the whole curve.
    mutating func translate(x: Double, y: Double) {
        for i in points.indices {
            points[i].x += x
            points[i].y += y
        }
    }

    /// The smallest and largest coordinates of the line.
    var bounds: (lowX: Double, lowY: Double, highX: Double, highY: Double) {
        (
            points.map(\.x).min() ?? 0, points.map(\.y).min() ?? 0, points.map(\.x).max() ?? 0,
            points.map(\.y).max() ?? 0
        )
    }

    /// The centre line at an arc length, held at the ends.
    func point(_ s: Double) -> Point {
        let position = min(max((s - start) / Self.step, 0), Double(points.count - 1) - 1e-9)
        let i = min(Int(position), points.count - 2)
        let u = position - Double(i)
        let a = points[i]
        let b = points[i + 1]
        return Point(
            x: a.x + (b.x - a.x) * u,
            y: a.y + (b.y - a.y) * u,
            heading: a.heading + (b.heading - a.heading) * u
        )
    }

    /// A pose beside the road: `t` metres to the left of the centre line at `s`, turned by `turn` against it.
    func pose(s: Double, t: Double, z: Double = 0, turn: Double = 0) -> Pose {
        let p = point(s)
        return Pose(x: p.x - sin(p.heading) * t, y: p.y + cos(p.heading) * t, z: z, yaw: p.heading + turn)
    }

    /// Arc length and left offset of a global point (the foot of its perpendicular), by fixed-point iteration.
    func coordinates(x: Double, y: Double) -> (s: Double, t: Double) {
        let origin = point(0)
        var s = (x - origin.x) * cos(baseHeading) + (y - origin.y) * sin(baseHeading)
        for _ in 0..<24 {
            s = min(max(s, start), end)
            let p = point(s)
            let along = (x - p.x) * cos(p.heading) + (y - p.y) * sin(p.heading)
            s += along
            if abs(along) < 1e-4 { break }
        }
        s = min(max(s, start), end)
        let p = point(s)
        return (s, -(x - p.x) * sin(p.heading) + (y - p.y) * cos(p.heading))
    }
}
