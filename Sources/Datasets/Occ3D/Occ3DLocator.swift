internal import Glibc
public import Scenes

/// Finds Occ3D ground truth on disk: `<ground truth root>/<scene name>/<sample token>/labels.npz`.
public struct Occ3DLocator: Hashable, Sendable {
    /// How much of a scene's ground truth is there.
    public enum Availability: Hashable, Sendable {
        /// Every sample has its file.
        case complete
        /// Some samples lack theirs; their tokens, in the scene's order.
        case partial(missing: [String])
        /// No sample has one.
        case none
    }

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

    /// How much of a scene's ground truth is there (one `stat` a sample).
    ///
    /// - Throws: `DatasetError` (`unreadableFile`) where that cannot be told.
    public func availability(of scene: SceneFrames) throws(DatasetError) -> Availability {
        var missing: [String] = []
        for token in scene.samples.map(\.token) {
            let file = path(scene: scene.name, sample: token)
            var status = stat()
            let code = stat(file, &status) == 0 ? 0 : errno
            guard [0, ENOENT, ENOTDIR].contains(code) else { throw .problem(.unreadable(file, code)) }
            if code != 0 || status.st_mode & S_IFMT != S_IFREG || status.st_size == 0 { missing.append(token) }
        }
        if missing.isEmpty { return .complete }
        return missing.count == scene.samples.count ? .none : .partial(missing: missing)
    }
}
