/// Why a dataset, or a part of it, could not be had.
public enum DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One problem that concerns the whole: a broken table, an unknown split, a damaged file.
    case problem(DatasetProblem)
    /// Scenes cannot be resolved; at most `ResolutionOptions.problemLimit` problems are listed out of `total`.
    case unresolvedScenes(problems: [DatasetProblem], total: Int)

    /// The problems that are listed, in the order in which they were found.
    public var problems: [DatasetProblem] {
        switch self {
        case .problem(let problem): [problem]
        case .unresolvedScenes(let problems, _): problems
        }
    }

    /// Whether the system refused to let the dataset be read, so that rights are to be mended and nothing is wrong with the data.
    public var isNotAllowed: Bool {
        if case .problem(let problem) = self { return problem.kind == .unreadableFile }
        return false
    }

    /// One line for a single problem; a heading and a line for each otherwise.
    public var description: String {
        switch self {
        case .problem(let problem):
            return problem.description
        case .unresolvedScenes(let problems, let total):
            var text = "\(total) problem\(total == 1 ? "" : "s") with the dataset's scenes"
            for problem in problems { text += "\n  \(problem)" }
            if total > problems.count { text += "\n  ... and \(total - problems.count) more" }
            return text + "\n  mend the dataset, or skip the scenes concerned"
        }
    }
}
