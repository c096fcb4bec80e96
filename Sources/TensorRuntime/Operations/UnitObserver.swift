internal import BinaryKernels

/// Sees what the 1x1 convolutions of binary units read, so that the scales of their bytes can be chosen.
///
/// Bound to `slot`, it sees every unit that runs, whatever its precision; results stay the same, but each 3x3 is computed twice. Not for
/// use by two threads at once.
public final class UnitObserver {
    /// Where it is bound for a run; nothing is observed where it is not.
    public static let slot = InputSlot<UnitObserver>("who sees what 1x1 convolutions read")

    /// The values that the 1x1 of one unit has read.
    public struct Values: Equatable, Sendable {
        /// How many, but for NaN.
        public fileprivate(set) var count: UInt64 = 0
        /// The largest absolute value.
        public fileprivate(set) var largest: Float = 0
        /// How many there were by absolute value: bin `b` begins at `lowerBound(ofBin: b)`.
        public fileprivate(set) var bins = [UInt64](repeating: 0, count: binCount)

        /// Bins, eight an octave.
        public static let binCount = 2048

        /// The absolute value at which a bin begins; it ends where the next one begins.
        public static func lowerBound(ofBin bin: Int) -> Float { Float(bitPattern: UInt32(bin) << 20) }
    }

    /// What was seen, by the names of units.
    public private(set) var values: [String: Values] = [:]

    /// Has seen nothing.
    public init() {}

    /// Adds what `body` adds to an observation.
    func observe(_ unit: String, _ body: (UnsafeMutablePointer<occ_observation>) -> Void) {
        var values = self.values.removeValue(forKey: unit) ?? Values()
        var (count, largest) = (values.count, values.largest)
        values.bins.withUnsafeMutableBufferPointer { bins in
            var seen = occ_observation(count: count, largest: largest, bins: bins.baseAddress!)
            body(&seen)
            (count, largest) = (seen.count, seen.largest)
        }
        (values.count, values.largest) = (count, largest)
        self.values[unit] = values
    }
}
