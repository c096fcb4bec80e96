/// A kind of dataset that runs may be made of.
public struct DatasetKind: Sendable {
    /// The name that stands in run settings, scene files and `run.json`.
    public let name: String
    /// Whether what a user gave as the dataset is of this kind, by its name alone.
    public let recognises: @Sendable (_ root: String) -> Bool
    /// Opens a dataset by its root and its version.
    public let open: @Sendable (_ root: String, _ version: String) throws(DatasetError) -> any DatasetSource
    /// The voxel labels of a dataset, without reading anything of it.
    public let labels: @Sendable (_ root: String) -> any LabelSource

    /// nuScenes tables with Occ3D labels; what settings without a kind mean.
    public static let nuScenes = DatasetKind(
        name: "nuscenes",
        recognises: { _ in true },
        open: { (root, version) throws(DatasetError) in try NuScenesDataset.open(root: root, version: version) },
        labels: { Occ3DLocator(datasetRoot: $0) }
    )

    /// Every kind; of those that recognise a dataset the first is taken, so what recognises everything stands last.
    public static let known: [DatasetKind] = [nuScenes]

    /// The kind of what a user gave as the dataset.
    public static func recognised(_ root: String) -> DatasetKind { known.first { $0.recognises(root) } ?? nuScenes }

    /// The kind of a name; nil for one of a later program.
    public static func named(_ name: String) -> DatasetKind? { known.first { $0.name == name } }
}
