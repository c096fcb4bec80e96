/// Why a command ends early: a text for people and the exit code.
public struct CommandFailure: Error, CustomStringConvertible, Sendable {
    /// The exit code that the failure stands for.
    public let status: ExitStatus
    /// What was being done, what was found, what to do next.
    public let description: String

    /// Makes a failure.
    public init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }
}
