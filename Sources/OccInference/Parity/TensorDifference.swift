/// How far one tensor is from its reference.
public struct TensorDifference: Equatable, Sendable, Codable {
    /// The tensor's name, without `tap:`.
    public let name: String
    /// Number of elements compared.
    public let elementCount: Int
    /// The reference's standard deviation: the manifest's where it is known, else that of the compared elements.
    public let referenceDeviation: Double
    /// The largest absolute difference.
    public let largest: Double
    /// The 99th percentile (nearest rank) of the absolute differences.
    public let percentile99: Double
    /// Number of elements where one of the two is NaN or infinite and the other is not the same.
    public let nonFiniteCount: Int

    /// `largest` as a fraction of the reference's deviation.
    public var largestRelative: Double { Self.fraction(largest, of: referenceDeviation) }
    /// `percentile99` as a fraction of the reference's deviation.
    public var percentile99Relative: Double { Self.fraction(percentile99, of: referenceDeviation) }

    /// Compares two tensors element by element.
    ///
    /// - Parameters:
    ///   - name: the tensor's name.
    ///   - reference: what is right.
    ///   - candidate: what is judged; as many elements.
    ///   - deviation: the standard deviation of the whole reference, nil to take that of `reference`.
    public init(name: String, reference: [Float], candidate: [Float], deviation: Double? = nil) {
        precondition(reference.count == candidate.count, "tensors of different sizes cannot be compared")
        self.name = name
        elementCount = reference.count
        referenceDeviation = deviation ?? Self.deviation(reference)
        var differences: [Float] = []
        differences.reserveCapacity(reference.count)
        var nonFinite = 0
        for (right, judged) in zip(reference, candidate) {
            if right == judged || (right.isNaN && judged.isNaN) {
                differences.append(0)
            } else if right.isFinite && judged.isFinite {
                differences.append(abs(right - judged))
            } else {
                nonFinite += 1
                differences.append(.infinity)
            }
        }
        nonFiniteCount = nonFinite
        largest = Double(differences.max() ?? 0)
        percentile99 = Double(Self.percentile(99, of: &differences))
    }

    /// Whether every element is the same.
    public var isExact: Bool { largest == 0 }

    private static func fraction(_ value: Double, of deviation: Double) -> Double {
        if value == 0 { return 0 }
        return deviation > 0 ? value / deviation : .infinity
    }

    private static func deviation(_ values: [Float]) -> Double {
        guard !values.isEmpty else { return 0 }
        var sum = 0.0
        for value in values { sum += Double(value) }
        let mean = sum / Double(values.count)
        var squares = 0.0
        for value in values { squares += (Double(value) - mean) * (Double(value) - mean) }
        return (squares / Double(values.count)).squareRoot()
    }

    /// The element of nearest rank, found by quickselect: whole taps have tens of millions of elements.
    private static func percentile(_ percent: Int, of values: inout [Float]) -> Float {
        guard !values.isEmpty else { return 0 }
        let rank = max(0, (values.count * percent + 99) / 100 - 1)
        var (low, high) = (0, values.count - 1)
        while low < high {
            let pivot = values[low + (high - low) / 2]
            var (left, right) = (low, high)
            while left <= right {
                while values[left] < pivot { left += 1 }
                while values[right] > pivot { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if rank <= right { high = right } else if rank >= left { low = left } else { break }
        }
        return values[rank]
    }
}
