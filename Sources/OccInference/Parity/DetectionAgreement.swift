/// How two lists of detected boxes agree, box by box.
public struct DetectionAgreement: Equatable, Sendable, Codable {
    /// Number of boxes in the reference.
    public let referenceCount: Int
    /// Number of boxes in the candidate.
    public let candidateCount: Int
    /// Number of reference boxes that found a partner of their own.
    public let matchedCount: Int
    /// Number of partners with the same label.
    public let sameLabelCount: Int
    /// The largest distance of partners' centres, in metres.
    public let largestCentreDistance: Double
    /// The largest difference of partners in each column of the boxes: x, y, z, w, l, h, yaw, vx, vy.
    public let largestByColumn: [Double]
    /// The largest difference of partners' scores.
    public let largestScoreDifference: Double

    /// Centres further apart than this are different objects, in metres.
    public static let matchRadius = 0.5

    /// Whether every box has its partner with the same label, and none is left over.
    public var isComplete: Bool {
        matchedCount == referenceCount && matchedCount == candidateCount && sameLabelCount == matchedCount
    }

    /// Whether the boxes are the same in every bit.
    public var isExact: Bool {
        isComplete && largestScoreDifference == 0 && largestByColumn.allSatisfy { $0 == 0 }
    }

    /// A list of boxes.
    public struct Boxes: Equatable, Sendable {
        /// Rows of `columns` numbers: x, y, z, w, l, h, yaw, and velocities where there are.
        public let values: [Float]
        /// Numbers a row.
        public let columns: Int
        /// One a row.
        public let scores: [Float]
        /// One a row.
        public let labels: [Float]

        /// Makes a list from its parts; all have one entry a row.
        public init(values: [Float], columns: Int, scores: [Float], labels: [Float]) {
            precondition(
                columns >= 3 && values.count == scores.count * columns && labels.count == scores.count,
                "boxes, scores and labels must have one entry a row"
            )
            self.values = values
            self.columns = columns
            self.scores = scores
            self.labels = labels
        }

        fileprivate func row(_ index: Int) -> ArraySlice<Float> { values[(index * columns)..<((index + 1) * columns)] }
    }

    /// Matches boxes one to one: all pairs of centres within `matchRadius`, same labels first, then nearest first.
    public init(reference: Boxes, candidate: Boxes) {
        referenceCount = reference.scores.count
        candidateCount = candidate.scores.count
        let pairs = Self.matches(reference, candidate)
        matchedCount = pairs.count
        sameLabelCount = pairs.count { $0.isSameLabel }
        largestCentreDistance = pairs.map(\.distance).max() ?? 0
        let columns = min(reference.columns, candidate.columns)
        var largest = [Double](repeating: 0, count: columns)
        for pair in pairs {
            for (column, (right, judged)) in zip(reference.row(pair.reference), candidate.row(pair.candidate))
                .enumerated()
            {
                var difference = abs(Double(right) - Double(judged))
                // An angle goes round.
                if column == 6 { difference = abs(difference.remainder(dividingBy: 2 * .pi)) }
                largest[column] = max(largest[column], difference)
            }
        }
        largestByColumn = largest
        largestScoreDifference =
            pairs.map { abs(Double(reference.scores[$0.reference]) - Double(candidate.scores[$0.candidate])) }.max()
            ?? 0
    }

    private struct Pair {
        let reference: Int
        let candidate: Int
        let distance: Double
        let isSameLabel: Bool
    }

    private static func matches(_ reference: Boxes, _ candidate: Boxes) -> [Pair] {
        var pairs: [Pair] = []
        for first in reference.scores.indices {
            let a = Array(reference.row(first))
            for second in candidate.scores.indices {
                let b = candidate.row(second)
                let start = b.startIndex
                let (dx, dy) = (Double(a[0]) - Double(b[start]), Double(a[1]) - Double(b[start + 1]))
                let distance = (dx * dx + dy * dy).squareRoot()
                guard distance <= matchRadius else { continue }
                pairs.append(
                    Pair(
                        reference: first,
                        candidate: second,
                        distance: distance,
                        isSameLabel: reference.labels[first] == candidate.labels[second]
                    )
                )
            }
        }
        pairs.sort {
            ($0.isSameLabel ? 0 : 1, $0.distance, $0.reference, $0.candidate)
                < ($1.isSameLabel ? 0 : 1, $1.distance, $1.reference, $1.candidate)
        }
        var takenReferences: Set<Int> = []
        var takenCandidates: Set<Int> = []
        return pairs.filter { pair in
            guard !takenReferences.contains(pair.reference), !takenCandidates.contains(pair.candidate) else {
                return false
            }
            takenReferences.insert(pair.reference)
            takenCandidates.insert(pair.candidate)
            return true
        }
    }
}
