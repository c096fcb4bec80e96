internal import ImageFiles
internal import Scenes

/// What figures of a sample are made of.
extension Canvas {
    /// Draws a view.
    ///
    /// - Throws: `ReportingError` for a grid whose parts do not fit.
    func draw(_ view: SampleFigure.View, range_m: Double, in place: Rectangle) throws {
        switch view {
        case .above(let grid, let isDimmed):
            draw(try BirdsEyeView.image(grid, isDimmed: isDimmed), in: place)
            drawPlan(place, pixelsPerMetre: Double(place.height) / (Double(grid.shape[0]) * Double(VoxelGrid.size_m)))
        case .difference(let comparison):
            draw(comparison.image, in: place)
            drawPlan(
                place,
                pixelsPerMetre: Double(place.height) / (Double(comparison.shape.x) * Double(VoxelGrid.size_m))
            )
        case .voxels(let grid, let isDimmed, let eye):
            let picture = try VoxelView.image(
                grid,
                isDimmed: isDimmed,
                from: eye,
                width: place.width,
                height: place.height
            )
            draw(picture, in: place)
        case .boxes(let boxes, let shadows, let pose):
            let plan = BoxPlan(pose: pose, place: place, range_m: range_m)
            clip(to: place) { plan.draw(boxes, shadows: shadows, on: self) }
            drawPlan(place, pixelsPerMetre: plan.pixelsPerMetre)
        }
    }

    /// Draws a camera picture with its name in a corner, and boxes in it: the farthest first.
    func draw(_ camera: SampleFigure.Camera, predicted: [MarkedBox], annotated: [MarkedBox], in place: Rectangle) {
        draw(camera.picture, in: place)
        clip(to: place) {
            if let frame = camera.frame, frame.width > 0, frame.height > 0 {
                let boxes = CameraBoxes(projection: CameraProjection(frame), frame: frame, place: place)
                boxes.draw(predicted: predicted, annotated: annotated, on: self)
            }
            guard !camera.name.isEmpty else { return }
            let width = Canvas.width(of: camera.name, size: TextSize.legend)
            fill(Rectangle(x: place.x, y: place.y, width: width + 16, height: 24), .black, opacity: 0.6)
            write(camera.name, x: place.x + 8, y: place.y + 7, size: TextSize.legend, .white)
        }
    }

    /// Draws a line of the legend.
    func draw(_ entry: LegendEntry, in place: Rectangle) {
        let patch = Rectangle(x: place.x, y: place.y, width: 20, height: 14)
        var indent = SampleLayout.legendIndent
        switch entry {
        case .patch(let colour, _):
            fill(patch, colour)
            frame(patch)
        case .line(let isDashed, _):
            let ends = [SIMD2(Double(patch.x), patch.centre.y), SIMD2(Double(patch.right), patch.centre.y)]
            line(ends, width: isDashed ? 1.4 : 2.4, Canvas.ink, dash: isDashed ? BoxColours.dash : [])
        case .text: indent = 0
        }
        write(entry.title, x: place.x + indent, y: place.y + 2, size: TextSize.legend)
    }

    /// The car in the middle of a view from above, and ten metres in its lower left corner.
    private func drawPlan(_ place: Rectangle, pixelsPerMetre: Double) {
        guard place.width > 60, place.height > 60 else { return }
        clip(to: place) {
            // An arrowhead that points forward.
            for (size, colour) in [(12.0, Colour.white), (9.0, Self.ink)] {
                let shape = [SIMD2(0, -1), SIMD2(0.8, 0.85), SIMD2(0, 0.45), SIMD2(-0.8, 0.85)]
                fill(polygon: shape.map { place.centre + $0 * size }, colour)
            }
            let length = Int((10 * pixelsPerMetre).rounded())
            let (label, size) = ("10 m", TextSize.legend)
            let width = length + 12 + Canvas.width(of: label, size: size)
            guard length > 0, width + 28 < place.width else { return }
            let (x, y) = (place.x + 14, place.bottom - 18)
            fill(Rectangle(x: x - 8, y: y - 11, width: width + 16, height: 23), .white, opacity: 0.85)
            for (dx, dy, w, h) in [(0, 0, length, 2), (0, -4, 2, 10), (length - 2, -4, 2, 10)] {
                fill(Rectangle(x: x + dx, y: y + dy, width: w, height: h), Self.ink)
            }
            write(label, x: x + length + 12, y: y - 5, size: size)
        }
    }
}
