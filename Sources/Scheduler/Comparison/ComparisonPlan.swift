internal import CommandSupport
internal import Scenes
internal import Scoring

/// What `compare` was asked for, as a value.
struct ComparisonPlan: Equatable {
    /// Where a run is.
    enum Place: Equatable {
        /// In an output folder; a nil name is the only run there is.
        case folder(output: String, run: String?)
        /// In the database, by name.
        case database(run: String)
    }

    /// What goes to standard output.
    enum Form: Equatable {
        case text(withScenes: Bool)
        case json
    }

    let a: Place
    let b: Place
    /// Where the dataset is now; nil is where it was at submission.
    let datasetRoot: String?
    /// Whether what was counted while the runs were made is summed.
    let isStored: Bool
    let mask: VisibilityMask
    let hasRayIoU: Bool
    let seed: UInt64
    /// How many scenes and samples of each direction are listed.
    let most: Int
    let form: Form
    /// The page to write, absolute.
    let page: String?
    let replacesPage: Bool
    /// The change in points of the score below which the comparison fails.
    let limit: Double?

    /// What is counted or summed.
    var metrics: [any SceneMetric] { Metrics.known.filter { hasRayIoU || !($0 is RayMetric) } }
}
