internal import Foundation
internal import Scenes

/// Draws one camera of a sheet.
struct OverlayPainter {
    static let horizon = Colour(255, 214, 0)
    static let box = Colour(255, 140, 30)
    private static let axes = [Colour(235, 60, 60), Colour(70, 200, 90), Colour(80, 140, 255)]
    /// The grid: how far, how wide its squares, how finely its lines follow the lens, metres.
    private static let reach_m = 40.0
    private static let square_m = 5.0
    private static let step_m = 0.25
    /// Points farther outside the picture than this part of it end a line.
    private static let outside = 1.0
    /// Steps along an edge of a box.
    private static let boxSteps = 24

    private let overlay: CameraOverlay
    private let place: Rectangle
    private let canvas: Canvas
    private let model: CameraModel?
    private let projection: CameraProjection
    private let egoAxes: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)

    init(_ overlay: CameraOverlay, _ place: Rectangle, _ canvas: Canvas) {
        self.overlay = overlay
        self.place = place
        self.canvas = canvas
        model = CameraModel(intrinsics: overlay.frame.intrinsics, lens: overlay.frame.lens)
        projection = CameraProjection(overlay.frame)
        egoAxes = overlay.frame.sensorToEgo.rotation.axes
    }

    func draw() {
        canvas.draw(overlay.tinted, in: place)
        canvas.clip(to: place) {
            drawGrid()
            drawHorizon()
            drawAxes()
            for box in overlay.boxes { draw(box) }
            drawName()
        }
        canvas.frame(place)
    }

    private func drawName() {
        let lens = overlay.frame.lens.name
        let name = overlay.frame.channel + (lens == "none" ? "" : "  \(lens)")
        let shown = Canvas.fitted(name, width: place.width - 16, size: TextSize.legend)
        let width = Canvas.width(of: shown, size: TextSize.legend)
        canvas.fill(Rectangle(x: place.x, y: place.y, width: width + 16, height: 24), .black, opacity: 0.6)
        canvas.write(shown, x: place.x + 8, y: place.y + 7, size: TextSize.legend, .white)
    }

    private func drawHorizon() {
        let directions = (0...1440).map { quarter -> SIMD3<Double> in
            let angle = Double(quarter) * .pi / 720
            return turned(SIMD3(cos(angle), sin(angle), 0))
        }
        line(directions, width: 2, Self.horizon)
        for (angle, name) in [(0.0, "ahead"), (90, "left"), (180, "behind"), (270, "right")] {
            write(name, at: turned(SIMD3(cos(angle * .pi / 180), sin(angle * .pi / 180), 0)), Self.horizon)
        }
    }

    private func drawGrid() {
        let count = Int(Self.reach_m / Self.square_m)
        let steps = Int(2 * Self.reach_m / Self.step_m)
        for number in -count...count {
            let aside = Double(number) * Self.square_m
            for isAlong in [true, false] {
                let points = (0...steps).map { step -> SIMD3<Double> in
                    let along = Double(step) * Self.step_m - Self.reach_m
                    return inCamera(isAlong ? SIMD3(along, aside, 0) : SIMD3(aside, along, 0))
                }
                // Dark rims, or lines were lost on a light road.
                line(points, width: number == 0 ? 4 : 3, .black, opacity: 0.25)
                line(points, width: number == 0 ? 2 : 1.4, .white, opacity: 0.85)
            }
        }
        for distance in [10.0, 20, 40] {
            for (x, y) in [(distance, 0.0), (-distance, 0), (0, distance), (0, -distance)] {
                write("\(Int(distance)) m", at: inCamera(SIMD3(x, y, 0)), .white)
            }
        }
    }

    /// The ego frame's axes, 2 m long, on the road 8 m away in the direction of the optical axis.
    private func drawAxes() {
        let forward = egoAxes.2
        let length = (forward.x * forward.x + forward.y * forward.y).squareRoot()
        guard length > 0.05 else { return }
        let mount = overlay.frame.sensorToEgo.translation
        let origin = SIMD3(mount.x + 8 * forward.x / length, mount.y + 8 * forward.y / length, 0)
        for (axis, name) in ["x", "y", "z"].enumerated() {
            var end = origin
            end[axis] += 2
            let points = (0...20).map { inCamera(origin + (end - origin) * (Double($0) / 20)) }
            line(points, width: 5, .black, opacity: 0.5)
            line(points, width: 3, Self.axes[axis])
            write(name, at: inCamera(end), Self.axes[axis])
        }
    }

    private func draw(_ box: MarkedBox) {
        let corners = box.corners.map(projection.inCamera)
        guard corners.allSatisfy(\.isFinite) else { return }
        func edge(_ a: Int, _ b: Int, width: Double) {
            let points = (0...Self.boxSteps).map {
                corners[a] + (corners[b] - corners[a]) * (Double($0) / Double(Self.boxSteps))
            }
            line(points, width: width, Self.box)
        }
        for from in 0..<8 {
            for bit in [1, 2, 4] where from & bit == 0 { edge(from, from | bit, width: 1.6) }
        }
        // The diagonals of the front.
        edge(0, 6, width: 1)
        edge(2, 4, width: 1)
    }

    /// A direction of the ego frame in the camera's.
    private func turned(_ d: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3((egoAxes.0 * d).sum(), (egoAxes.1 * d).sum(), (egoAxes.2 * d).sum())
    }

    /// A point of the ego frame in the camera's.
    private func inCamera(_ p: SIMD3<Double>) -> SIMD3<Double> { turned(p - overlay.frame.sensorToEgo.translation) }

    /// Where a point of the camera's frame is on the sheet; nil where it is not seen, or far outside the picture.
    private func spot(_ point: SIMD3<Double>) -> SIMD2<Double>? {
        guard let pixel = model?.project(point) else { return nil }
        let part = (pixel + 0.5) / SIMD2(Double(overlay.frame.width), Double(overlay.frame.height))
        guard part.min() > -Self.outside, part.max() < 1 + Self.outside else { return nil }
        return SIMD2(Double(place.x), Double(place.y)) + part * SIMD2(Double(place.width), Double(place.height))
    }

    /// A line through points of the camera's frame, as far as they are seen.
    private func line(_ points: [SIMD3<Double>], width: Double, _ colour: Colour, opacity: Double = 1) {
        var part: [SIMD2<Double>] = []
        for point in points {
            if let spot = spot(point) {
                part.append(spot)
            } else {
                canvas.line(part, width: width, colour, opacity: opacity)
                part = []
            }
        }
        canvas.line(part, width: width, colour, opacity: opacity)
    }

    private func write(_ text: String, at point: SIMD3<Double>, _ colour: Colour) {
        guard let spot = spot(point) else { return }
        let (x, y) = (Int(spot.x) + 4, Int(spot.y) - 14)
        let width = Canvas.width(of: text, size: TextSize.small)
        canvas.fill(Rectangle(x: x - 2, y: y - 2, width: width + 4, height: 13), .black, opacity: 0.55)
        canvas.write(text, x: x, y: y, size: TextSize.small, colour)
    }
}
