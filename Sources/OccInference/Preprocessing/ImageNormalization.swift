/// The published normalisation, its quirk included: blue, green, red with the means and deviations of red, green, blue.
///
/// The published pipeline decodes RGB and then calls mmcv's `imnormalize` with `to_rgb=True`, which swaps a BGR picture to RGB,
/// and so this RGB picture to BGR. OpenCV subtracts the mean in single precision and multiplies by the reciprocal of the
/// deviation in double precision; a value has 256 cases a channel, so a table holds the exact results.
public enum ImageNormalization {
    /// Means by output channel.
    public static let means: [Float] = [123.675, 116.28, 103.53]
    /// Deviations by output channel.
    public static let deviations: [Float] = [58.395, 57.12, 57.375]

    /// The results, [3, 256]: output channel, byte.
    public static let table: [Float] = (0..<3).flatMap { channel in
        let reciprocal = 1 / Double(deviations[channel])
        return (0..<256).map { Float(Double(Float($0) - means[channel]) * reciprocal) }
    }

    /// Normalises pixels: RGB bytes to BGR numbers, channels last in both.
    ///
    /// - Precondition: `output.count == rgb.count`, a multiple of 3.
    public static func apply(_ rgb: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>) {
        precondition(rgb.count == output.count && rgb.count % 3 == 0, "buffers of pixels do not match")
        table.withUnsafeBufferPointer { table in
            var index = 0
            while index < rgb.count {
                output[index] = table[Int(rgb[index &+ 2])]
                output[index &+ 1] = table[256 &+ Int(rgb[index &+ 1])]
                output[index &+ 2] = table[512 &+ Int(rgb[index])]
                index &+= 3
            }
        }
    }
}
