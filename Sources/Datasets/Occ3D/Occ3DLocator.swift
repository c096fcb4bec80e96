internal import SystemSupport

/// Finds Occ3D ground truth on disk: `<ground truth root>/<scene name>/<sample token>/labels.npz`.
public struct Occ3DLocator: LabelSource, Hashable {
    /// The folder that holds a folder for each scene.
    public let groundTruthRoot: String

    /// Makes a locator for a folder of ground truth.
    public init(groundTruthRoot: String) { self.groundTruthRoot = groundTruthRoot }

    /// Makes a locator for the usual place, `gts` in the dataset's root.
    public init(datasetRoot: String) { self.groundTruthRoot = "\(datasetRoot)/gts" }

    /// The path of a sample's file.
    public func path(scene: String, sample: String) -> String {
        "\(groundTruthRoot)/\(scene)/\(sample)/labels.npz"
    }

    /// The folder of all labels.
    public var place: String { groundTruthRoot }

    /// Whether the folder is there; the dot asks for the right to enter it, without which every label in it would look unreadable.
    public func isPresent() throws -> Bool { try Folders.isPresent(groundTruthRoot + "/.") }

    /// The path of a sample's file.
    public func place(scene: String, sample: String) -> String { path(scene: scene, sample: sample) }

    /// Looks at a sample's file.
    public func read(scene: String, sample: String) -> LabelReading {
        LabelReading(occ3DFile: path(scene: scene, sample: sample))
    }
}
