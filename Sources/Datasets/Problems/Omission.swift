/// A scene that was left out of a resolved dataset, and why.
public struct Omission: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The scene's name.
    public var scene: String
    /// The first problem that was found with it.
    public var reason: DatasetProblem
    /// How many problems were found with it altogether.
    public var problemCount: Int

    /// Makes an omission from its parts.
    public init(scene: String, reason: DatasetProblem, problemCount: Int) {
        self.scene = scene
        self.reason = reason
        self.problemCount = problemCount
    }

    /// One line for people.
    public var description: String {
        let others = problemCount > 1 ? " (and \(problemCount - 1) more)" : ""
        return "\(scene) left out: \(reason)\(others)"
    }
}
