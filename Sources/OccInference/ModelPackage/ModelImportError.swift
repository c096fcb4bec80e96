/// Why weights could not become a model package.
public enum ModelImportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No configuration has this name.
    case unknownConfiguration(name: String, known: [String])
    /// A published configuration that the published code cannot run either.
    case unrunnableConfiguration(name: String, reason: String)
    /// The weights do not fit the configuration; each list is complete.
    case tensors(
        configuration: String,
        source: String,
        missing: [String],
        superfluous: [String],
        misshapen: [MisshapenTensor]
    )
    /// A tensor holds a number that is not finite.
    case notFinite(tensor: String, source: String, index: Int)

    /// A tensor whose shape is not what the configuration asks for.
    public struct MisshapenTensor: Equatable, Sendable {
        /// Its name.
        public let name: String
        /// The shape that was found.
        public let found: [Int]
        /// The shape that the configuration asks for.
        public let expected: [Int]
    }

    /// What was found and what to do next; lists are cut after eight entries.
    public var description: String {
        switch self {
        case .unknownConfiguration(let name, let known):
            return "no configuration is named '\(name)'; this build knows \(known.joined(separator: ", "))"
        case .unrunnableConfiguration(let name, let reason):
            return
                "configuration '\(name)' cannot be imported: \(reason); no checkpoint of it can have been evaluated. "
                + "import-model --list shows the networks that run"
        case .tensors(let configuration, let source, let missing, let superfluous, let misshapen):
            var parts: [String] = []
            if !missing.isEmpty { parts.append(Self.list("missing", missing)) }
            if !superfluous.isEmpty { parts.append(Self.list("superfluous", superfluous)) }
            if !misshapen.isEmpty {
                parts.append(
                    Self.list(
                        "of another shape",
                        misshapen.map { "\($0.name) \($0.found) instead of \($0.expected)" }
                    )
                )
            }
            return "the weights in '\(source)' do not fit configuration '\(configuration)': "
                + parts.joined(separator: "; ") + ". " + Self.hint(missing: missing, superfluous: superfluous)
        case .notFinite(let tensor, let source, let index):
            return "tensor '\(tensor)' of '\(source)' holds a number that is not finite at element \(index); "
                + "such a checkpoint cannot give predictions"
        }
    }

    /// What to do about names that do not fit.
    private static func hint(missing: [String], superfluous: [String]) -> String {
        let wanted = Set(missing)
        for prefix in SafetensorsWeights.wrapperPrefixes {
            let wrapped = superfluous.filter { $0.hasPrefix(prefix) }
            guard !wrapped.isEmpty else { continue }
            let fits = wrapped.contains { wanted.contains(String($0.dropFirst(prefix.count))) }
            return "\(wrapped.count) names begin with '\(prefix)' and others do not: "
                + (fits
                    ? "the file mixes wrapped and bare names; write the tensors of one model under its own names"
                    : "the file holds a second set of weights or another part; write a file of the model's own tensors only")
        }
        return "Is this the checkpoint of another configuration?"
    }

    private static func list(_ title: String, _ names: [String]) -> String {
        let shown = names.prefix(8).joined(separator: ", ")
        let rest = names.count > 8 ? " and \(names.count - 8) more" : ""
        return "\(names.count) \(title) (\(shown)\(rest))"
    }
}
