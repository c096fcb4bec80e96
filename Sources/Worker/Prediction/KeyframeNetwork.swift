internal import OccInference

/// What a predictor asks of a network in one slot; an `InferenceSession`, but for tests.
protocol KeyframeNetwork: AnyObject {
    /// What the network reads and says.
    var configuration: NetworkConfiguration { get }
    /// Seconds of the last keyframe, by stage.
    var lastTimings: StageTimings { get }

    /// Whether a frame of that key may come without images.
    func remembers(_ key: String) -> Bool

    /// Forgets all frames; their keys may then name others.
    func forget()

    /// Runs one keyframe; earlier frames give the same bits whether they are remembered or not.
    func predict(_ input: KeyframeInput) throws -> Prediction
}

extension InferenceSession: KeyframeNetwork {
    var configuration: NetworkConfiguration { model.configuration }

    func predict(_ input: KeyframeInput) throws -> Prediction { try predict(input, taps: []) }
}
