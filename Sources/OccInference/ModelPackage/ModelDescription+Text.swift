internal import Foundation

extension ModelDescription {
    /// The description as a table for people.
    ///
    /// - Parameter listsLayers: whether every layer gets a line, or only the sums are shown.
    public func text(listsLayers: Bool = true) -> String {
        var lines = ["network        \(name)"]
        if let digest { lines.append("digest         \(digest)") }
        if let weights { lines.append("weights        \(weights)") }
        if packageBytes > 0 { lines.append("package        \(Self.fixed(Double(packageBytes) / 1e6, 1)) MB") }
        if listsLayers { lines += [""] + layerLines + [""] }
        lines += [
            "parameters     \(Self.fixed(Double(parameters) / 1e6, 2)) M, "
                + "\(Self.fixed(Double(binaryParameters) / 1e6, 2)) M of them binary; "
                + "binary ones counted 1/32: \(Self.fixed(countedParameters / 1e6, 2)) M",
            "operations     \(Self.fixed(Double(fullPrecisionMACs) / 1e9, 1)) GMAC full precision, "
                + "\(Self.fixed(Double(allBinaryMACs) / 1e9, 1)) GMAC binary; "
                + "binary ones counted 1/64: \(Self.fixed(countedMACs / 1e9, 1)) GMAC",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private var layerLines: [String] {
        let header = ["layer", "type", "output", "params", "packed", "GMAC fp", "GMAC binary", "GMAC binary weights"]
        let table =
            [header]
            + rows.map { row in
                [
                    row.name, row.type, row.outputShape.map(String.init).joined(separator: "x"), "\(row.parameters)",
                    "\(row.packedBytes)", Self.fixed(Double(row.fullPrecisionMACs) / 1e9, 3),
                    Self.fixed(Double(row.binaryMACs) / 1e9, 3), Self.fixed(Double(row.binaryWeightMACs) / 1e9, 3),
                ]
            }
        let widths = header.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        return table.map { cells in
            cells.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                // Texts to the left, numbers to the right.
                return column < 3 ? cell + padding : padding + cell
            }.joined(separator: "  ")
        }
    }

    private static func fixed(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}
