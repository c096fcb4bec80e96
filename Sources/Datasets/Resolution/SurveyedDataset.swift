public import Scenes

/// The scenes of a split, judged, which come one by one as often as they are asked for: they need not all be in memory.
public struct SurveyedDataset: Sendable {
    /// How many scenes there are.
    public let sceneCount: Int
    /// How many samples they have.
    public let sampleCount: Int
    /// The scenes left out; empty unless `ResolutionOptions.skipMissing` is set.
    public let omitted: [Omission]
    /// Pictures that were looked at and whose headers cannot be read, the first few: nothing that stops a submission.
    public let unreadablePictures: [DatasetProblem]
    private let make: @Sendable () -> SurveyedScenes

    /// Makes a survey from its parts.
    ///
    /// - Parameter scenes: gives the scenes from the first on.
    public init(
        sceneCount: Int,
        sampleCount: Int,
        omitted: [Omission],
        unreadablePictures: [DatasetProblem],
        scenes: @escaping @Sendable () -> SurveyedScenes
    ) {
        self.sceneCount = sceneCount
        self.sampleCount = sampleCount
        self.omitted = omitted
        self.unreadablePictures = unreadablePictures
        make = scenes
    }

    /// Makes a survey of scenes that are all there.
    public init(_ resolved: ResolvedDataset) {
        self.init(
            sceneCount: resolved.scenes.count,
            sampleCount: resolved.sampleCount,
            omitted: resolved.omitted,
            unreadablePictures: resolved.unreadablePictures
        ) {
            var rest = resolved.scenes[...]
            return SurveyedScenes { rest.popFirst() }
        }
    }

    /// The scenes, from the first on.
    public func makeScenes() -> SurveyedScenes { make() }
}

/// Scenes one by one; used by one task at a time.
public struct SurveyedScenes {
    private let step: () throws(DatasetError) -> SceneFrames?

    /// Makes a sequence of scenes.
    ///
    /// - Parameter step: gives the next scene; nil at the end.
    public init(_ step: @escaping () throws(DatasetError) -> SceneFrames?) { self.step = step }

    /// The next scene; nil at the end.
    ///
    /// - Throws: `DatasetError` where the dataset was changed since it was surveyed.
    public mutating func next() throws(DatasetError) -> SceneFrames? { try step() }
}
