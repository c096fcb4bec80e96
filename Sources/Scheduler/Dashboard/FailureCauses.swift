internal import JobQueue

/// Failures of scenes put together by what they have in common.
struct FailureCauses {
    /// One cause.
    struct Cause: Equatable {
        /// The error, without what differs from scene to scene.
        let text: String
        /// Its first scene's error, whole.
        let example: String
        /// The first scene that has it.
        let scene: String
        let scenes: Int
        let hosts: Int
        /// Scenes of it that are failed or quarantined; the others are tried again.
        let lost: Int
    }

    /// The most frequent first.
    let causes: [Cause]

    /// Groups records.
    init(_ records: [FailureRecord]) {
        causes = Dictionary(grouping: records) { Self.cause(of: $0.lastError) }.map { text, records in
            Cause(
                text: text,
                example: records[0].lastError,
                scene: records[0].sceneName,
                scenes: records.count,
                hosts: Set(records.map(\.host).filter { !$0.isEmpty }).count,
                lost: records.count { $0.state == .failed || $0.state == .quarantined }
            )
        }.sorted { ($0.scenes, $1.text) > ($1.scenes, $0.text) }
    }

    /// The first line of an error, with "…" for what stands in quotes and for paths, "#" for numbers; at most 200 characters.
    static func cause(of error: String) -> String {
        let line = error.split(separator: "\n").first ?? "no error was told"
        var text = ""
        var rest = line.prefix(1000)
        while let first = rest.first {
            if first == "'" || first == "\"", let end = rest.dropFirst().firstIndex(of: first) {
                text += "…"
                rest = rest[rest.index(after: end)...]
                continue
            }
            let word = rest.prefix { $0 != " " && $0 != "'" && $0 != "\"" }
            if word.isEmpty {
                text.append(first)
                rest = rest.dropFirst()
            } else {
                text += word.contains("/") ? "…" : withoutNumbers(word)
                rest = rest[word.endIndex...]
            }
        }
        return String(text.prefix(200))
    }

    private static func withoutNumbers(_ word: Substring) -> String {
        var text = ""
        for character in word {
            let isDigit = character.isASCII && character.isNumber
            if !isDigit { text.append(character) } else if text.last != "#" { text += "#" }
        }
        return text
    }
}
