public import Scenes

/// One dataset of any kind: where scenes, their frames and what is known of them come from.
///
/// A kind is a folder beside `NuScenes/` and a row in `DatasetKind.known`. Every conformer passes the suite in
/// `Tests/DatasetsTests/DatasetSourceSuite.swift`.
public protocol DatasetSource: Sendable {
    /// Where the dataset is, for people.
    var root: String { get }

    /// Its version; of a dataset without versions its name.
    var version: String { get }

    /// The ground truth of voxels.
    var labels: any LabelSource { get }

    /// Puts together every scene of a split.
    ///
    /// - Parameter split: name of the split; nil for every scene.
    /// - Throws: `DatasetError.problem` for what concerns the whole; unless `skipMissing` is set `DatasetError.unresolvedScenes` with the
    ///   problems of single scenes.
    func resolve(split: String?, options: ResolutionOptions) throws(DatasetError) -> ResolvedDataset

    /// As `resolve`, for datasets that are larger than memory: the scenes come one by one afterwards.
    func survey(split: String?, options: ResolutionOptions) throws(DatasetError) -> SurveyedDataset

    /// One scene; nil where the dataset has no whole scene of this name. Pictures are not looked for.
    ///
    /// - Throws: `DatasetError` for what concerns the whole.
    func frames(ofScene name: String) throws(DatasetError) -> SceneFrames?

    /// The sample tokens of every scene of a split, in the order of `resolve`, whatever else is wrong with the scenes.
    func sampleTokens(ofSplit split: String?) throws(DatasetError) -> [(scene: String, tokens: [String])]

    /// The annotated boxes of scenes that `resolve` or `frames` gave, in their order; nil where the dataset has none of them.
    func annotations(of scenes: [SceneFrames]) throws(DatasetError) -> [SceneAnnotations]?
}

extension DatasetSource {
    /// A survey of scenes that are all in memory.
    public func survey(split: String?, options: ResolutionOptions) throws(DatasetError) -> SurveyedDataset {
        SurveyedDataset(try resolve(split: split, options: options))
    }
}

/// Voxel labels of samples, wherever they lie.
public protocol LabelSource: Sendable {
    /// The place of all labels, for people.
    var place: String { get }

    /// Whether there are any labels at all.
    ///
    /// - Throws: `FileError` where that may not be known.
    func isPresent() throws -> Bool

    /// Where the labels of a sample are, for people.
    func place(scene: String, sample: String) -> String

    /// The labels of a sample, or why there are none.
    func read(scene: String, sample: String) -> LabelReading
}
