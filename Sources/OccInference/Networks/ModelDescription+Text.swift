internal import Foundation
internal import Scenes
internal import SystemSupport

extension ModelDescription {
    /// What a card leaves open of a package whose scales came after its scores.
    private func scoreRemark(_ card: ModelCard) -> [String] {
        guard isCalibrated, !card.scores.isEmpty, !card.scores.contains(where: { $0.measuredIn == .int8 }) else {
            return []
        }
        return [
            "               no score of the card is of int8; `occ-scheduler compare` a run in int8 with one in fp32"
        ]
    }

    /// The description as a table for people.
    ///
    /// - Parameter listsLayers: whether every layer gets a line, or only the sums are shown.
    public func text(listsLayers: Bool = true) -> String {
        var lines = ["network        \(name)"]
        if let digest { lines.append("digest         \(digest)") }
        if let weights { lines.append("weights        \(weights)") }
        if packageBytes > 0 { lines.append("package        \(Self.fixed(Double(packageBytes) / 1e6, 1)) MB") }
        if packageBytes > 0 {
            lines.append(
                "int8           "
                    + (isCalibrated ? "calibrated" : "not calibrated; 'occ-scheduler calibrate' finds the scales")
            )
        }
        if let card { lines += [""] + card.lines() + scoreRemark(card) }
        if let cardFlaw { lines.append("card           cannot be shown: \(cardFlaw)") }
        if listsLayers { lines += [""] + layerLines + [""] }
        lines += [
            "task           \(task), \(frames) frame\(frames == 1 ? "" : "s") a keyframe",
            "parameters     \(Self.fixed(Double(totals.parameters) / 1e6, 2)) M, "
                + "\(Self.fixed(Double(totals.binaryParameters) / 1e6, 2)) M of them binary; "
                + "binary ones counted 1/32: \(Self.fixed(totals.countedParameters / 1e6, 2)) M",
            "operations     \(Self.fixed(Double(totals.fullPrecisionMACs) / 1e9, 1)) GMAC full precision, "
                + "\(Self.fixed(Double(totals.allBinaryMACs) / 1e9, 1)) GMAC binary; "
                + "binary ones counted 1/64: \(Self.fixed(totals.countedMACs / 1e9, 1)) GMAC",
        ]
        if let sceneOrder {
            lines.append(
                "scene order    \(Self.fixed(Double(sceneOrder.fullPrecisionMACs) / 1e9, 1)) GMAC full precision, "
                    + "\(Self.fixed(Double(sceneOrder.binaryMACs + sceneOrder.binaryWeightMACs) / 1e9, 1)) GMAC binary "
                    + "a keyframe whose earlier frames are remembered"
            )
        }
        if let published {
            lines += [
                "paper          \(Self.fixed(published.parametersMillions, 2)) M parameters, "
                    + "\(Self.fixed(published.operationsBillions, 2)) G operations (\(published.source))",
                "               here without binary weights and learnable shifts, as the paper counts: "
                    + "\(Self.fixed(Double(totals.paperParameters) / 1e6, 2)) M; see docs/operation-counts.md",
            ]
        }
        if listsLayers { lines += ["", "outputs that can be tapped:"] + tapLines }
        return lines.joined(separator: "\n") + "\n"
    }

    private var layerLines: [String] {
        let header = [
            "layer", "type", "output", "params", "binary", "packed bytes", "GMAC fp", "GMAC binary",
            "GMAC binary weights",
        ]
        let cells = rows.map { row in
            [
                row.name, row.type, row.outputShape.map(String.init).joined(separator: "x"), "\(row.parameters)",
                "\(row.binaryParameters)", "\(row.packedBytes)", Self.fixed(Double(row.fullPrecisionMACs) / 1e9, 3),
                Self.fixed(Double(row.binaryMACs) / 1e9, 3), Self.fixed(Double(row.binaryWeightMACs) / 1e9, 3),
            ]
        }
        return TextTable.lines([header] + cells, texts: 3)
    }

    /// Names with spaces between them, in lines of at most 120 characters.
    private var tapLines: [String] {
        var lines: [String] = []
        for name in tapNames {
            if let last = lines.last, last.count + name.count + 1 <= 120 {
                lines[lines.count - 1] = last + " " + name
            } else {
                lines.append("  " + name)
            }
        }
        return lines
    }

    private static func fixed(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}
