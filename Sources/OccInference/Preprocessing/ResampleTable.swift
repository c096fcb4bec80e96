/// Where each output pixel of one axis reads and with what weights: Pillow's bicubic filter in 22-bit fixed point.
///
/// When an image shrinks, the filter is stretched by the same factor, so that every source pixel counts (antialiasing). Weights
/// are computed and normalised in double precision and then rounded half away from zero, in the order of operations of
/// Pillow's `Resample.c`, because the last bit of a weight decides the last bit of a pixel.
struct ResampleTable: Sendable {
    /// Fraction bits of a weight.
    static let fractionBits = 22
    /// Bits of a weight's lower half; upper and lower half both fit 16 bits, so that products are 16 by 16 bits.
    static let lowerBits = 12

    /// The outputs that the table holds, of all outputs of the axis.
    let outputs: Range<Int>
    /// First source index of each output.
    let starts: [Int]
    /// Number of source indices of each output.
    let counts: [Int]
    /// Number of weights stored for each output: the largest count, made even; unused ones are zero.
    let stride: Int
    /// Upper halves of the weights, `stride` an output.
    let upper: [Int16]
    /// Lower halves of the weights, `stride` an output: weight = upper << 12 + lower.
    let lower: [Int16]

    /// The source indices that any output reads.
    var sources: Range<Int> {
        guard let first = starts.first, let last = starts.last, let count = counts.last else { return 0..<0 }
        return first..<(last + count)
    }

    /// Computes the table.
    ///
    /// - Parameters:
    ///   - sourceSize: length of the axis before.
    ///   - outputSize: length of the axis after.
    ///   - outputs: the outputs wanted, within `0..<outputSize`.
    init(sourceSize: Int, outputSize: Int, outputs: Range<Int>) {
        let scale = Double(sourceSize) / Double(outputSize)
        let filterScale = max(scale, 1)
        let support = 2 * filterScale
        let inverse = 1 / filterScale
        var starts: [Int] = []
        var rows: [[Int32]] = []
        for output in outputs {
            let center = (Double(output) + 0.5) * scale
            let start = max(0, Int(center - support + 0.5))
            let end = min(sourceSize, Int(center + support + 0.5))
            var weights = (start..<end).map { Self.bicubic((Double($0) - center + 0.5) * inverse) }
            var total = 0.0
            for weight in weights { total += weight }
            if total != 0 { for index in weights.indices { weights[index] /= total } }
            starts.append(start)
            rows.append(weights.map(Self.fixedPoint))
        }
        let longest = rows.map(\.count).max() ?? 0
        let stride = longest + longest % 2
        var upper = [Int16](repeating: 0, count: stride * rows.count)
        var lower = upper
        for (row, weights) in rows.enumerated() {
            for (index, weight) in weights.enumerated() {
                upper[row * stride + index] = Int16(weight >> Int32(Self.lowerBits))
                lower[row * stride + index] = Int16(weight & (1 << Int32(Self.lowerBits) - 1))
            }
        }
        self.outputs = outputs
        self.starts = starts
        self.counts = rows.map(\.count)
        self.stride = stride
        self.upper = upper
        self.lower = lower
    }

    /// The cubic convolution kernel (Keys 1981) with a = -1/2.
    private static func bicubic(_ distance: Double) -> Double {
        let a = -0.5
        let x = abs(distance)
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
        return 0
    }

    /// Rounds half away from zero.
    private static func fixedPoint(_ weight: Double) -> Int32 {
        let scaled = weight * Double(1 << fractionBits)
        return Int32(weight < 0 ? -0.5 + scaled : 0.5 + scaled)
    }
}
