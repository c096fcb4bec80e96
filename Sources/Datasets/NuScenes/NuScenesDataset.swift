internal import Glibc
internal import Scenes

/// A nuScenes dataset on disk: its tables, read natively, and its splits.
///
/// Read are `scene`, `sample`, `sensor`, `calibrated_sensor`, `sample_data` and `ego_pose` under `<root>/<version>/`;
/// annotations, maps and lidar are never touched. Memory stays small whatever the tables' size: files are read in windows and only
/// rows of the scenes asked for are kept.
public struct NuScenesDataset: Sendable {
    /// The folder that holds the tables' folder and `samples/`.
    public let root: String
    /// The version, which is the name of the tables' folder, such as `v1.0-trainval`.
    public let version: String
    /// The scenes in the order of `scene.json`.
    let sceneTable: SceneTable

    /// Opens a dataset: finds its folder and reads `scene.json`.
    ///
    /// - Throws: `DatasetError` when the folder or the table is missing or broken.
    public static func open(root: String, version: String) throws(DatasetError) -> NuScenesDataset {
        guard PlainName.isUsable(version) else {
            throw .problem(
                DatasetProblem(
                    .unsafePath,
                    file: root,
                    found: "the version \"\(version)\" is not the name of a folder",
                    advice: "give a name such as v1.0-mini or v1.0-trainval"
                )
            )
        }
        let folder = "\(root)/\(version)"
        var status = stat()
        let code = stat(folder, &status) == 0 ? 0 : errno
        guard [0, ENOENT, ENOTDIR].contains(code) else {
            throw .problem(.unreadable(folder, code))
        }
        guard code == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .problem(
                DatasetProblem(
                    .missingTable,
                    file: folder,
                    found: "there is no such folder of tables",
                    advice: "check the dataset's root and version: the tables are expected in ROOT/VERSION/*.json"
                )
            )
        }
        return NuScenesDataset(root: root, version: version, sceneTable: try SceneTable.read(folder: folder))
    }

    /// The names of all scenes of the version, in the order of `scene.json`.
    public var sceneNames: [String] { sceneTable.rows.map(\.name) }

    /// The folder of the tables.
    var folder: String { "\(root)/\(version)" }

    /// The names of the scenes of a split, in the order of `scene.json`, and of those the tables lack.
    ///
    /// - Parameter split: an official split (`OfficialSplit`), else one of `<root>/<version>/splits.json`, a JSON object of lists of
    ///   scene names as nuscenes-devkit 1.2.0 reads it; nil means all scenes of the version.
    /// - Throws: `DatasetError` when no split has this name or the file of custom splits is broken.
    public func scenes(ofSplit split: String?) throws(DatasetError) -> (present: [String], absent: [String]) {
        guard let split else { return (sceneNames, []) }
        let listed: [String]
        if let official = OfficialSplit(rawValue: split) {
            listed = official.sceneNames
        } else {
            listed = try CustomSplits.read(folder: folder).scenes(of: split)
        }
        let wanted = Set(listed)
        let known = Set(sceneNames)
        return (sceneNames.filter(wanted.contains), listed.filter { !known.contains($0) })
    }

    /// The sample tokens of every scene of a split, from the two small tables alone.
    ///
    /// - Parameter split: as in `scenes(ofSplit:)`; scenes that the tables lack are left out.
    /// - Returns: scenes in the order of `scene.json`, samples along their chain.
    /// - Throws: `DatasetError` for a broken table, an unknown split or a broken chain.
    public func sampleTokens(
        ofSplit split: String?
    ) throws(DatasetError) -> [(scene: String, tokens: [String])] {
        let wanted = Set(try scenes(ofSplit: split).present)
        let samples = try SampleTable.read(folder: folder, scenes: sceneTable)
        var result: [(scene: String, tokens: [String])] = []
        for index in sceneTable.rows.indices where wanted.contains(sceneTable.rows[index].name) {
            switch SceneChain.walk(scene: index, scenes: sceneTable, samples: samples) {
            case .success(let chain):
                let tokens = chain.map { samples.rows[$0].token.description }
                result.append((sceneTable.rows[index].name, tokens))
            case .failure(let problem): throw .problem(problem)
            }
        }
        return result
    }

    /// Reads the tables and puts together every scene of a split.
    ///
    /// - Parameters:
    ///   - split: as in `scenes(ofSplit:)`.
    ///   - options: strictness and the check of image files.
    /// - Throws: `DatasetError.problem` for what concerns the whole (a broken table, an unknown split), and, unless
    ///   `skipMissing` is set, `DatasetError.unresolvedScenes` with the problems of single scenes.
    public func resolve(
        split: String? = nil,
        options: ResolutionOptions = ResolutionOptions()
    ) throws(DatasetError) -> ResolvedDataset {
        try SceneResolver(dataset: self, split: split, options: options).resolve()
    }
}
