internal import Scenes

/// Boxes in one camera picture that is drawn at a place.
struct CameraBoxes {
    let projection: CameraProjection
    let frame: CameraFrame
    let place: Rectangle

    /// Draws the farthest first: predictions with class and score over a dark rim, annotations thin and dashed over them.
    func draw(predicted: [MarkedBox], annotated: [MarkedBox], on canvas: Canvas) {
        let seen = outlines(predicted)
        for (box, outline) in seen { draw(box, outline, on: canvas) }
        for (box, outline) in outlines(annotated) {
            for edge in outline.edges {
                let ends = [pixel(edge.start), pixel(edge.end)]
                canvas.line(ends, width: 1.4, box.colour.mixed(with: .white, 0.55), dash: BoxColours.dash)
            }
        }
        // The nearest first: what would cover another label is left out.
        var taken: [Rectangle] = []
        for (box, outline) in seen.reversed() {
            guard let place = labelPlace(box, outline), !taken.contains(where: place.meets) else { continue }
            taken.append(place)
            canvas.fill(place, box.colour.mixed(with: .black, 0.35), opacity: 0.85)
            canvas.write(box.title, x: place.x + 3, y: place.y + 3, size: TextSize.small, .white)
        }
    }

    private func outlines(_ boxes: [MarkedBox]) -> [(MarkedBox, CameraProjection.Outline)] {
        boxes.compactMap { box in projection.outline(of: box).map { (box, $0) } }.sorted { $0.1.depth_m > $1.1.depth_m }
    }

    private func pixel(_ point: SIMD2<Double>) -> SIMD2<Double> {
        let scale = SIMD2(Double(place.width) / Double(frame.width), Double(place.height) / Double(frame.height))
        return SIMD2(Double(place.x), Double(place.y)) + (point + 0.5) * scale
    }

    private func draw(_ box: MarkedBox, _ outline: CameraProjection.Outline, on canvas: Canvas) {
        for (width, colour, opacity) in [(3.4, Colour.black, 0.45), (1.8, box.colour, 1.0)] {
            for edge in outline.edges {
                canvas.line([pixel(edge.start), pixel(edge.end)], width: width, colour, opacity: opacity)
            }
        }
        guard outline.front.count == 4 else { return }
        let front = outline.front.map(pixel)
        canvas.fill(polygon: front, box.colour, opacity: 0.25)
        for (one, other) in [(0, 2), (1, 3)] { canvas.line([front[one], front[other]], width: 1.2, box.colour) }
    }

    /// Where class and score stand: above the box, inside the picture; nil for small boxes.
    private func labelPlace(_ box: MarkedBox, _ outline: CameraProjection.Outline) -> Rectangle? {
        let (low, high) = (pixel(outline.bounds.low), pixel(outline.bounds.high))
        guard max(high.x - low.x, high.y - low.y) >= 20 else { return nil }
        let width = Canvas.width(of: box.title, size: TextSize.small) + 6
        let x = max(min(max(low.x, Double(place.x)), Double(place.right - width)), Double(place.x))
        let y = min(max(low.y - 15, Double(place.y)), Double(place.bottom - 14))
        return Rectangle(x: Int(x), y: Int(y), width: width, height: 14)
    }
}
