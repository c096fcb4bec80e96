internal import Scenes

/// A dataset that one manifest describes; the format is in `docs/manifest.md`.
///
/// Opening reads the file once, for scenes, rigs and names; samples are read scene by scene, and only those of one scene are in memory.
public struct ManifestDataset: Sendable {
    /// The end of a manifest's name.
    public static let suffix = ".occ.jsonl"

    /// The manifest's path.
    public let root: String
    /// The dataset's name, which stands where nuScenes tables have a version.
    public var version: String { index.name }
    /// The folder of the manifest, to which pictures' paths are relative.
    var folder: String { Self.folder(of: root) }
    let index: ManifestIndex

    /// Opens a manifest.
    ///
    /// - Parameters:
    ///   - root: its path.
    ///   - version: the name that it must have; empty for any.
    /// - Throws: `DatasetError` for a file that cannot be read, and for what is wrong with its form, order, rigs and names.
    public static func open(root: String, version: String = "") throws(DatasetError) -> ManifestDataset {
        do throws(DatasetProblem) {
            let index = try ManifestIndexer.read(root)
            guard version.isEmpty || version == index.name else {
                throw DatasetProblem(
                    .brokenManifest,
                    file: root,
                    found: "the manifest's name is \"\(index.name)\", but \"\(version)\" is asked for",
                    advice: "name the manifest that is meant; --version is for nuScenes tables, leave it out"
                )
            }
            return ManifestDataset(root: root, index: index)
        } catch {
            throw .problem(error)
        }
    }

    /// The folder that the pictures of a manifest are in, or of a folder itself.
    static func folder(of root: String) -> String {
        guard root.hasSuffix(suffix) else { return root }
        guard let slash = root.lastIndex(of: "/") else { return "." }
        return slash == root.startIndex ? "/" : String(root[..<slash])
    }

    /// The scenes of a split.
    func wanted(_ split: String?) throws(DatasetError) -> [Int] {
        if let found = index.scenes(ofSplit: split) { return found }
        let known = index.splits.sorted().prefix(40).joined(separator: ", ")
        throw .problem(
            DatasetProblem(
                .unknownSplit,
                file: root,
                found: "no scene is in a split \"\(split ?? "")\" (there are: \(known.isEmpty ? "none" : known))",
                advice:
                    "use one of these, write \"splits\" into the scene lines, or ask for no split, which is every scene"
            )
        )
    }

    func reader(imageCheck: ImageCheck = .none, readsBoxes: Bool = false) -> ManifestSceneReader {
        ManifestSceneReader(root, index: index, root: folder, imageCheck: imageCheck, readsBoxes: readsBoxes)
    }
}
