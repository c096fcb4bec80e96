/// Why a picture or page could not be made.
public struct ReportingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being drawn, what was found, and what was expected.
    public let description: String

    /// Makes an error from its text.
    public init(_ description: String) {
        self.description = description
    }
}
