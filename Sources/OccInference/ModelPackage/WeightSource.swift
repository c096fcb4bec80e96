/// Where the weights of a network come from when it is imported.
public protocol WeightSource: Sendable {
    /// What it is, for messages: a path, or the name of a formula. A model package keeps what follows the last slash.
    var label: String { get }

    /// Shapes of all tensors it holds, by name; nil where it makes any tensor that is asked for.
    var inventory: [String: [Int]]? { get }

    /// What was taken otherwise than it stands there, for people.
    var remarks: [String] { get }

    /// The values of a tensor in row-major order.
    ///
    /// - Throws: where it cannot be read or has another shape or element type.
    func values(of tensor: TensorSpec) throws -> [Float]
}

extension WeightSource {
    /// Nothing, for most sources.
    public var remarks: [String] { [] }
}
