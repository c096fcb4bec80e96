internal import Foundation
internal import SystemSupport

/// One network of the catalogue in a line: what it predicts, how large it is, what the BDC paper says of it.
public struct ModelSummary: Codable, Equatable, Sendable {
    /// The configuration's name.
    public var name: String
    /// What it predicts: "occupancy" or "detection".
    public var task: String
    /// Frames of a keyframe input.
    public var frames: Int
    /// Parameters and operations.
    public var totals: ModelTotals
    /// The paper's figures, if its tables list the network.
    public var published: PublishedFigures?

    /// All networks of the catalogue, sorted by name.
    ///
    /// - Throws: nothing that a test has not excluded: every configuration of the catalogue fits together.
    public static func catalogue() throws -> [ModelSummary] {
        try ModelCatalogue.configurations.map {
            try ModelDescription(ModelCatalogue.configuration(named: $0)).summary
        }
    }

    /// Networks as a table for people.
    public static func text(_ networks: [ModelSummary]) -> String {
        let header = [
            "network", "task", "frames", "params M", "binary M", "1/32 M", "GMAC fp", "GMAC binary", "1/64 G",
            "paper M", "paper G",
        ]
        let rows = networks.map { network in
            let totals = network.totals
            return [
                network.name, network.task, "\(network.frames)", millions(totals.parameters),
                millions(totals.binaryParameters),
                String(format: "%.2f", totals.countedParameters / 1e6), billions(Double(totals.fullPrecisionMACs)),
                billions(Double(totals.allBinaryMACs)), billions(totals.countedMACs),
                network.published.map { String(format: "%.2f", $0.parametersMillions) } ?? "-",
                network.published.map { String(format: "%.2f", $0.operationsBillions) } ?? "-",
            ]
        }
        return TextTable.lines([header] + rows, texts: 2).joined(separator: "\n") + "\n"
    }

    private static func millions(_ count: Int) -> String { String(format: "%.2f", Double(count) / 1e6) }
    private static func billions(_ count: Double) -> String { String(format: "%.1f", count / 1e9) }
}
