/// A place where the whole content of something can be copied out while a segment runs.
public struct TapPoint: Sendable {
    /// What is copied.
    public enum Source: Sendable {
        /// A tensor.
        case tensor(Tensor)
        /// A tensor whose images are the levels of a volume.
        case volume(Tensor)
        /// Tensors of one size, whose channels follow each other.
        case joined([Tensor])
        /// No tensor: what an operation writes to memory that is bound to a run.
        case bound
    }

    /// The name that it is asked for by.
    public let name: String
    /// Segment that the content comes from.
    public let segment: Segment
    /// What is copied.
    public let source: Source
    /// Shape under which it is given.
    public let shape: [Int]
    /// The step after which the content is there, and before whose successor it must be read.
    let step: Int
}
