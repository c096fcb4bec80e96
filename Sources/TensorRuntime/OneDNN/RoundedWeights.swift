/// Weights of a convolution rounded to bytes, with a unit for every output channel.
struct RoundedWeights {
    /// `[out, in, kernel, kernel]`.
    let values: [Int8]
    /// What 1 stands for in each output channel.
    let units: [Float]

    /// Weights below it change no sum that anything can see.
    private static let leastPeak: Float = 0x1p-64

    /// Rounds weights to the nearest byte of each output channel's unit.
    ///
    /// - Parameters:
    ///   - weights: `[out, in, kernel, kernel]`.
    ///   - largest: the byte that stands for a channel's largest absolute weight: 127; 63 where pairs of products with unsigned
    ///     bytes are added to 16 bits, which then cannot overflow (2 * 63 * 255 < 32768).
    init(_ weights: UnsafeBufferPointer<Float>, outChannels: Int, largest: Float) {
        let count = weights.count / outChannels
        var units: [Float] = []
        var values: [Int8] = []
        values.reserveCapacity(weights.count)
        for channel in 0..<outChannels {
            let row = weights[(channel * count)..<((channel + 1) * count)]
            let peak = row.reduce(0) { max($0, abs($1)) }
            // Filters that training has let die are zeros.
            let isAlive = peak > Self.leastPeak
            let unit = isAlive ? peak / largest : 1
            units.append(unit)
            for weight in row {
                guard isAlive else {
                    values.append(0)
                    continue
                }
                values.append(Int8(max(-largest, min(largest, (weight / unit).rounded(.toNearestOrEven)))))
            }
        }
        self.values = values
        self.units = units
    }
}
