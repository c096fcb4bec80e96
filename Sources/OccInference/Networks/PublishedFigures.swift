/// What the tables of the BDC paper say about a network, to be read beside what is counted here.
///
/// Source: Zhang et al., "BDC-Occ: Binarized Deep Convolution Unit For Binarized Occupancy Network", arXiv 2405.17037, tables 1 and 2, as
/// pictured in the published code (`BDC-Occ/figs/occ_results.jpg`, `BDC-Det/figs/det_results.jpg`). Its parameters and operations are
/// those of the single-frame configurations; `docs/operation-counts.md` says how they are counted and why they differ from the sums here.
public struct PublishedFigures: Codable, Equatable, Sendable {
    /// Where the figures stand: "arXiv 2405.17037, table 1, BDC-T".
    public var source: String
    /// The column Params(M).
    public var parametersMillions: Double
    /// The column OPs(G).
    public var operationsBillions: Double

    /// The figures of a configuration, or nil if the tables do not list it.
    static func of(_ configuration: String) -> PublishedFigures? {
        rows.first { $0.configuration == configuration }.map {
            PublishedFigures(
                source: "arXiv 2405.17037, table \($0.table), \($0.method)",
                parametersMillions: $0.parameters,
                operationsBillions: $0.operations
            )
        }
    }

    private typealias Row = (configuration: String, table: Int, method: String, parameters: Double, operations: Double)

    private static let rows: [Row] = [
        ("bevdet-occ-r50", 1, "BEVDet-Occ", 29.02, 241.76),
        ("flashocc-r50", 1, "FlashOcc", 44.74, 248.57),
        ("flashocc-r50_BBCU-T", 1, "BBCU-T", 26.79, 129.69),
        ("flashocc-r50_BBCU-B", 1, "BBCU-B", 28.16, 133.84),
        ("flashocc-r50_BiMatting-T", 1, "BiMatting-T", 26.82, 129.95),
        ("flashocc-r50_BiMatting-B", 1, "BiMatting-B", 28.17, 134.05),
        ("flashocc-r50_BiSRNet-T", 1, "BiSRNet-T", 26.79, 129.70),
        ("flashocc-r50_BiSRNet-B", 1, "BiSRNet-B", 28.16, 133.85),
        ("flashocc-r50_BDC-T", 1, "BDC-T", 26.82, 129.90),
        ("flashocc-r50_BDC-B", 1, "BDC-B", 28.19, 134.02),
        ("bevdet-r50-cbgs", 2, "BEVDet", 44.25, 148.77),
        ("bevdet-r50-cbgs_BBCU-T", 2, "BBCU-T", 26.51, 101.24),
        ("bevdet-r50-cbgs_BiMatting-T", 2, "BiMatting-T", 26.55, 101.41),
        ("bevdet-r50-cbgs_BiSRNet-T", 2, "BiSRNet-T", 26.52, 101.25),
        ("bevdet-r50-cbgs_BDC-T", 2, "BDC-T", 26.54, 101.36),
    ]
}
