/// The mask of a scene's map: white where the road or a sidewalk is, 0.1 m a pixel, the global origin at bottom left.
enum MapMask {
    /// Cells are this many pixels wide.
    private static let scale = 10
    /// Metres of one pixel; the nuscenes-devkit assumes it.
    private static let pixel = 0.1

    static func encode(_ world: SceneWorld) -> [UInt8] {
        let bounds = world.curve.bounds
        let cell = pixel * Double(scale)
        let width = Int((bounds.highX + 60) / cell)
        let height = Int((bounds.highY + 60) / cell)
        return MaskPNG.encode(width: width, height: height, scale: scale) { column, row in
            let x = (Double(column) + 0.5) * cell
            let y = (Double(height - row) - 0.5) * cell
            let road = world.grid.coordinates(Float(x), Float(y))
            guard abs(road.y) < 100 else { return false }
            switch world.plan.ground(s: road.x, t: road.y).kind {
            case .road, .kerb, .sidewalk, .plaza: return true
            case .verge, .terrain, .median: return false
            }
        }
    }
}
