/// A broken promise, or an environment in which it cannot be tested.
nonisolated struct ChaosFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
