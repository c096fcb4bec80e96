internal import Glibc
internal import Scenes

/// How boxes are drawn.
enum BoxColours {
    static let shadow = Colour(190, 194, 200)
    static let ring = Colour(226, 228, 232)
    static let dash = [4.0, 4.0]
}

/// Boxes around the car from above: forward is up, left is left.
struct BoxPlan {
    let place: Rectangle
    let pixelsPerMetre: Double
    private let range_m: Double
    private let origin: SIMD3<Double>
    private let forward: SIMD3<Double>
    private let left: SIMD3<Double>

    /// Makes a plan around a pose of the car.
    init(pose: RigidTransform, place: Rectangle, range_m: Double) {
        (self.place, self.range_m) = (place, range_m)
        pixelsPerMetre = Double(place.width) / (2 * range_m)
        origin = pose.translation
        (forward, left, _) = pose.rotation.axes
    }

    /// A direction of the global frame, pixels.
    private func turned(_ v: SIMD3<Double>) -> SIMD2<Double> {
        SIMD2(-(left * v).sum(), -(forward * v).sum()) * pixelsPerMetre
    }

    private func pixel(_ point: SIMD3<Double>) -> SIMD2<Double> { place.centre + turned(point - origin) }

    /// Draws circles every ten metres, grey areas, and boxes over them, sure ones last.
    func draw(_ boxes: [MarkedBox], shadows: [MarkedBox], on canvas: Canvas) {
        for radius in stride(from: 10, to: range_m * 1.5, by: 10) {
            canvas.circle(centre: place.centre, radius: radius * pixelsPerMetre, BoxColours.ring)
        }
        for box in shadows { canvas.fill(polygon: outline(of: box), BoxColours.shadow) }
        for box in boxes.sorted(by: { ($0.score ?? 1) < ($1.score ?? 1) }) { draw(box, on: canvas) }
    }

    /// The upper face: front left, front right, rear right, rear left.
    private func outline(of box: MarkedBox) -> [SIMD2<Double>] {
        let corners = box.corners
        return [0, 2, 3, 1].map { pixel(corners[$0]) }
    }

    private func draw(_ box: MarkedBox, on canvas: Canvas) {
        let score = box.score ?? 1
        let strength = score.isFinite ? min(max(score, 0.15), 1) : 0.15
        let outline = outline(of: box)
        canvas.fill(polygon: outline, box.colour, opacity: 0.18 * strength)
        canvas.line(outline, width: 1.8, box.colour, opacity: strength, isClosed: true)
        // From the centre to the front, and to where that is a second later.
        let centre = pixel(box.centre)
        let front = (outline[0] + outline[1]) / 2
        canvas.line([centre, front], width: 1.8, box.colour, opacity: strength)
        guard let velocity = box.velocity, (velocity * velocity).sum() > 0.25 else { return }
        canvas.line(
            [front, front + turned(SIMD3(velocity, 0))],
            width: 1.2,
            box.colour,
            opacity: 0.8 * strength
        )
    }
}
