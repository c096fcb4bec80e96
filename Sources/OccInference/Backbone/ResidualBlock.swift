/// A block of a residual image backbone.
protocol ResidualBlock: Layer {
    /// Appends the block; the result is a map of the input's layout.
    ///
    /// - Parameter output: where the result goes if the shortcut has a layer; nil makes a new map. Without such a layer the
    ///   result replaces the input in place.
    func emit(_ input: FeatureMap, to program: ProgramBuilder, output: FeatureMap?) throws -> FeatureMap
}
