/// Rays that sweep the ground evenly, for masks of what sensors see.
enum GroundSlopes {
    /// Downward slopes of rays that reach the top of the ground layer every 0.35 m, for a sensor at a height.
    static func slopes(height: Double) -> [Double] {
        let drop = height - 0.2
        return (0..<170).map { drop / (1 + 0.35 * Double($0)) }
    }
}
