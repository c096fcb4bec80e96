internal import Datasets
internal import Scenes

/// Which frames the prediction of one sample reads, and whose pictures must be decoded for it.
///
/// As the published loader (`get_adj_info` of `nuscenes_dataset_bevdet.py`, with `multi_adj_frame_id_cfg` (1, 2, 1) and one more for
/// stereo): a network that reads n frames gets the sample and the n - 1 samples before it in its scene, all of them keyframes; a
/// frame before the scene's first sample is the sample itself. Scenes are whole, see `ResolutionOptions.skipMissing`: where
/// one picture is missing, the scene is left out and not the sample, so the sample before is always the one before in the tables.
public struct FramePlan: Equatable {
    /// Indices of the samples whose frames are read, newest first; one may stand here more than once.
    public let frames: [Int]
    /// Indices of the samples whose pictures must be decoded, each once, newest first.
    public let decoded: [Int]

    /// Plans a prediction.
    ///
    /// - Parameters:
    ///   - index: the sample's index in its scene.
    ///   - frameCount: frames that the network reads, 1 or more.
    ///   - isRemembered: whether the network's session keeps what it computed from the pictures of a sample.
    public init(sample index: Int, frameCount: Int, isRemembered: (Int) -> Bool) {
        let frames = (0..<frameCount).map { SceneFrames.earlierSampleIndex(of: index, back: $0) }
        self.frames = frames
        var decoded: [Int] = []
        for frame in frames where !decoded.contains(frame) && !isRemembered(frame) { decoded.append(frame) }
        self.decoded = decoded
    }
}
