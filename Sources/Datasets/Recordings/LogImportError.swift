/// Why recordings did not become a dataset: what was found, where, and what to do next.
public struct LogImportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One line for people.
    public let description: String

    init(_ description: String) { self.description = description }
}
