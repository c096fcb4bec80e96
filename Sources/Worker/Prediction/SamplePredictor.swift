internal import Datasets
internal import Scenes
internal import Storage

/// Computes predictions; one belongs to one slot, and is used on its thread only.
protocol SamplePredictor: AnyObject {
    /// LZ4 level of what it predicts; the same for every slot and host, so that the same predictions are the same bytes.
    var storageLevel: Int { get }

    /// Forgets what is kept of the samples before: those that follow belong to another scene, or to another claim of the same.
    func startScene()

    /// Predicts one sample of a scene.
    ///
    /// Samples of a scene come in its order, but for those that an earlier lease stored. Earlier samples that a network reads too may be
    /// remembered from their own prediction or read again; the result is the same.
    ///
    /// - Parameters:
    ///   - scene: the scene's frames.
    ///   - index: which sample.
    ///   - datasetRoot: folder that the image paths are relative to, as this host mounts it.
    /// - Throws: `ScenePredictionError`.
    func predict(_ scene: SceneFrames, sample index: Int, datasetRoot: String) throws -> PredictedSample
}

extension SamplePredictor {
    /// The level of scene files.
    var storageLevel: Int { SceneFileWriter.defaultLevel }
}

/// One sample's prediction and what it took.
struct PredictedSample: Sendable {
    /// What is stored.
    var content: PredictedContent
    /// From file to content.
    var seconds: Double
    /// The part of it in which pictures were read, decoded and shrunk.
    var pictureSeconds = 0.0
}
