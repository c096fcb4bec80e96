internal import TensorRuntime

/// The boxes that a network finds in one sample.
public struct Detections: Equatable, Sendable {
    /// The boxes after suppression, highest score first; `z` is that of the bottom.
    public var boxes: [DetectedBox]
    /// The boxes before suppression, highest score first; `z` is that of the centre.
    public var decoded: [DetectedBox]

    /// Makes a result from its parts.
    public init(boxes: [DetectedBox] = [], decoded: [DetectedBox] = []) {
        self.boxes = boxes
        self.decoded = decoded
    }

    /// Where a session wants them.
    static let result = InputSlot<UnsafeMutablePointer<Detections>>("memory for boxes")
}
