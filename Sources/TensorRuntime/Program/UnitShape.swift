/// What of a BDC unit decides how long its kernels take.
public struct UnitShape: Hashable, Sendable, CustomStringConvertible {
    /// Rows of its input.
    let height: Int
    /// Columns of its input.
    let width: Int
    let inChannels: Int
    let outChannels: Int
    /// 1 or 2.
    let stride: Int
    /// What its 1x1 reads: "float32", or "int8".
    let pointwise: String

    /// "100x100 256 to 512 stride 2 float32".
    public var description: String {
        "\(height)x\(width) \(inChannels) to \(outChannels) stride \(stride) \(pointwise)"
    }
}
