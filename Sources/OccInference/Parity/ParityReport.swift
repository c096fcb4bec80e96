internal import Foundation

/// What `compare A B` finds: every tap, the labels and the boxes of two files of outputs.
public struct ParityReport: Equatable, Sendable, Codable {
    /// The reference's path.
    public let reference: String
    /// The candidate's path.
    public let candidate: String
    /// Taps and other number tensors, by name.
    public let tensors: [TensorDifference]
    /// The occupancy grids, where both files hold one.
    public let occupancy: OccupancyAgreement?
    /// The boxes, where both files hold some.
    public let detections: DetectionAgreement?
    /// The boxes before suppression, where both files hold some.
    public let decoded: DetectionAgreement?
    /// Names that only the reference holds.
    public let onlyInReference: [String]
    /// Names that only the candidate holds.
    public let onlyInCandidate: [String]

    /// Whether the two files say the same in every bit that was compared, and nothing was left out.
    public var isExact: Bool {
        tensors.allSatisfy(\.isExact) && occupancy?.differingCount ?? 0 == 0 && onlyInReference.isEmpty
            && detections?.isExact ?? true && decoded?.isExact ?? true
    }

    /// The report as JSON with sorted keys; numbers that JSON cannot hold are the texts "inf" and "nan".
    public func json() -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf",
            negativeInfinity: "-inf",
            nan: "nan"
        )
        // Strings, numbers and lists of them always encode.
        return String(decoding: try! encoder.encode(self), as: UTF8.self)
    }

    /// The report as a table for people.
    public func table() -> String {
        var lines = ["reference  \(reference)", "candidate  \(candidate)", ""]
        if !tensors.isEmpty {
            let width = max(6, tensors.map(\.name.count).max() ?? 0)
            let name = "tensor".padding(toLength: width, withPad: " ", startingAt: 0)
            lines.append("\(name)   elements        std    largest    p99    (differences / std)")
            for tensor in tensors {
                let padded = tensor.name.padding(toLength: width, withPad: " ", startingAt: 0)
                var line =
                    padded
                    + String(
                        format: " %10d %10.4g   %8.2g %8.2g",
                        tensor.elementCount,
                        tensor.referenceDeviation,
                        tensor.largestRelative,
                        tensor.percentile99Relative
                    )
                if tensor.nonFiniteCount > 0 { line += "   \(tensor.nonFiniteCount) not finite" }
                lines.append(line)
            }
            lines.append("")
        }
        if let occupancy { lines += Self.lines(occupancy) }
        if let detections { lines += Self.lines(detections, "boxes") }
        if let decoded { lines += Self.lines(decoded, "boxes before suppression") }
        if !onlyInReference.isEmpty {
            lines.append("only in the reference: \(onlyInReference.joined(separator: ", "))")
        }
        if !onlyInCandidate.isEmpty {
            lines.append("only in the candidate: \(onlyInCandidate.joined(separator: ", "))")
        }
        if lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ occupancy: OccupancyAgreement) -> [String] {
        var lines = [
            String(
                format: "labels agree at %.4f %% of %d voxels, %d differ",
                occupancy.agreement * 100,
                occupancy.voxelCount,
                occupancy.differingCount
            )
        ]
        if let smallest = occupancy.marginsAtDifferences.first, let widest = occupancy.marginsAtDifferences.last,
            let median = occupancy.medianMargin
        {
            lines.append(
                String(
                    format: "  margins at %d differing voxels: %.3g to %.3g (median of all %d: %.3g)",
                    occupancy.marginsAtDifferences.count,
                    smallest,
                    widest,
                    occupancy.marginCount,
                    median
                )
            )
        }
        let common = occupancy.differences.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(8)
        if !common.isEmpty {
            lines.append("  most often: " + common.map { "\($0.key) (\($0.value))" }.joined(separator: ", "))
        }
        return lines + [""]
    }

    private static func lines(_ detections: DetectionAgreement, _ title: String) -> [String] {
        let names = ["x", "y", "z", "w", "l", "h", "yaw", "vx", "vy"]
        let columns = detections.largestByColumn.enumerated()
            .map {
                (names.indices.contains($0.offset) ? names[$0.offset] : "\($0.offset)")
                    + String(format: " %.2g", $0.element)
            }
        return [
            "\(title): \(detections.matchedCount) of \(detections.referenceCount) and \(detections.candidateCount) match, "
                + "\(detections.sameLabelCount) with the same label",
            String(format: "  largest difference of scores %.2g; of ", detections.largestScoreDifference)
                + columns.joined(separator: ", "),
            "",
        ]
    }
}
