/// A kind of dataset that runs may be made of.
public struct DatasetKind: Sendable {
    /// The name that stands in run settings, scene files and `run.json`.
    public let name: String
    /// Whether what a user gave as the dataset is of this kind, by its name alone.
    public let recognises: @Sendable (_ root: String) -> Bool
    /// Opens a dataset by its root and its version.
    public let open: @Sendable (_ root: String, _ version: String) throws(DatasetError) -> any DatasetSource
    /// Whether a dataset of this kind is told by root and version; otherwise the version is its own name, and need not be given.
    public let hasVersions: Bool
    /// Whether a dataset of this kind is refused, as it is read, for mounts, intrinsics and motion that can hardly be meant.
    public let judgesCalibration: Bool
    /// The folder that pictures' paths are relative to, by the dataset's root or by a folder that is mounted in its place.
    public let pictureFolder: @Sendable (_ root: String) -> String
    /// Where annotated boxes of a version stand, for people.
    public let annotationPlace: @Sendable (_ version: String) -> String
    /// The voxel labels of a dataset, without reading anything of it.
    public let labels: @Sendable (_ root: String) -> any LabelSource

    /// nuScenes tables with Occ3D labels; what settings without a kind mean.
    public static let nuScenes = DatasetKind(
        name: "nuscenes",
        recognises: { _ in true },
        open: { (root, version) throws(DatasetError) in try NuScenesDataset.open(root: root, version: version) },
        hasVersions: true,
        judgesCalibration: false,
        pictureFolder: { $0 },
        annotationPlace: { "\($0)/sample_annotation.json" },
        labels: { Occ3DLocator(datasetRoot: $0) }
    )

    /// A manifest of any rig, `NAME.occ.jsonl`.
    public static let manifest = DatasetKind(
        name: "manifest",
        recognises: { $0.hasSuffix(ManifestDataset.suffix) },
        open: { (root, version) throws(DatasetError) in try ManifestDataset.open(root: root, version: version) },
        hasVersions: false,
        judgesCalibration: true,
        pictureFolder: { ManifestDataset.folder(of: $0) },
        annotationPlace: { _ in "the boxes of the manifest's samples" },
        labels: { Occ3DLocator(datasetRoot: ManifestDataset.folder(of: $0)) }
    )

    /// Every kind; of those that recognise a dataset the first is taken, so what recognises everything stands last.
    public static let known: [DatasetKind] = [manifest, nuScenes]

    /// The kind of what a user gave as the dataset.
    public static func recognised(_ root: String) -> DatasetKind { known.first { $0.recognises(root) } ?? nuScenes }

    /// The kind of a name; nil for one of a later program.
    public static func named(_ name: String) -> DatasetKind? { known.first { $0.name == name } }
}
