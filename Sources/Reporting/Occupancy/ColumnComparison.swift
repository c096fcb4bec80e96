public import ImageFiles
public import Scenes

/// A prediction and its ground truth, compared as they are seen from above: by the topmost occupied voxel of each column.
///
/// Where the truth has a camera mask, voxels that no camera sees are left out of both, as in the published score; a difference of height
/// alone is none.
public struct ColumnComparison: Equatable, Sendable {
    /// What becomes of a column.
    public enum Outcome: UInt8, CaseIterable, Sendable {
        /// Both are free.
        case free
        /// Both show the same class.
        case agreed
        /// Only the truth is occupied.
        case missed
        /// Only the prediction is occupied.
        case invented
        /// Both are occupied, by different classes.
        case confused
        /// No camera sees any voxel.
        case unseen

        /// The word for it in legends.
        var title: String {
            switch self {
            case .free: "free in both"
            case .agreed: "right"
            case .missed: "missed: occupied in truth alone"
            case .invented: "false: occupied in prediction alone"
            case .confused: "wrong class"
            case .unseen: "seen by no camera"
            }
        }

        /// Colours that stay apart for colour-blind eyes.
        var colour: Colour {
            switch self {
            case .free: .white
            case .agreed: Colour(176, 190, 197)
            case .missed: Colour(0, 90, 181)
            case .invented: Colour(213, 60, 30)
            case .confused: Colour(240, 175, 20)
            case .unseen: Colour(240, 240, 243)
            }
        }
    }

    /// Columns along x and along y.
    public let shape: SIMD2<Int>
    /// The outcome of each column, y fastest.
    public let outcomes: [Outcome]

    /// Compares two grids.
    ///
    /// - Throws: `ReportingError` where a grid's parts do not fit, or the grids differ in shape.
    public init(prediction: VoxelLabels, truth: VoxelLabels) throws {
        guard prediction.flaw == nil, truth.flaw == nil, prediction.shape == truth.shape else {
            let flaw = prediction.flaw ?? truth.flaw ?? "their shapes are \(prediction.shape) and \(truth.shape)"
            throw ReportingError("cannot compare two occupancy grids: \(flaw)")
        }
        let (countX, countY, countZ) = (truth.shape[0], truth.shape[1], truth.shape[2])
        shape = SIMD2(countX, countY)
        outcomes = (0..<(countX * countY)).map { column in
            let voxels = (column * countZ..<(column + 1) * countZ).filter { truth.maskCamera?[$0] != 0 }
            guard !voxels.isEmpty else { return .unseen }
            func top(_ labels: [UInt8]) -> UInt8? {
                voxels.last { labels[$0] != OccupancyClass.freeLabel }.map { labels[$0] }
            }
            switch (top(prediction.semantics), top(truth.semantics)) {
            case (nil, nil): return .free
            case (nil, _): return .missed
            case (_, nil): return .invented
            case let (one, other): return one == other ? .agreed : .confused
            }
        }
    }

    /// How many columns have an outcome.
    public func count(_ outcome: Outcome) -> Int { outcomes.count { $0 == outcome } }

    /// Shares of the columns that are occupied in either grid, for people; empty where there are none.
    public var summary: String {
        let parts: [Outcome] = [.agreed, .missed, .invented, .confused]
        let counts = parts.map(count)
        let all = counts.reduce(0, +)
        guard all > 0 else { return "" }
        let names = ["right", "missed", "false", "wrong class"]
        return zip(names, counts).map { "\($0) \(($1 * 200 + all) / (2 * all)) %" }.joined(separator: "  ")
    }

    /// A pixel a column; forward is up, left is left.
    public var image: RGBImage {
        var image = RGBImage(width: shape.y, height: shape.x, red: 255, green: 255, blue: 255)
        for (index, outcome) in outcomes.enumerated() {
            let colour = outcome.colour
            image[shape.y - 1 - index % shape.y, shape.x - 1 - index / shape.y] = (
                colour.red, colour.green, colour.blue
            )
        }
        return image
    }
}
