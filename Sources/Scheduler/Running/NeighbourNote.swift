internal import RunContract
internal import Storage

/// What is said where a new run begins in an output folder that has others: whoever changed an option may have meant to go on.
struct NeighbourNote: Equatable {
    /// A run that the folder has.
    struct Neighbour: Equatable {
        let run: String
        /// nil for imported predictions, and for a run of another version of this program.
        let settings: RunSettings?
    }

    /// One line for people.
    let text: String

    /// Compares a new run with those beside it; nil where there are none.
    init?(run: String, settings: RunSettings, output: String, beside neighbours: [Neighbour]) {
        let known = neighbours.compactMap { neighbour in
            neighbour.settings.map { (run: neighbour.run, words: settings.differences(from: $0)) }
        }
        // The one that is most like it was meant most likely.
        let nearest = known.min { ($0.words.count, $0.run) < ($1.words.count, $1.run) }
        guard let name = nearest?.run ?? neighbours.first?.run else { return nil }
        let others = neighbours.count > 1 ? " and \(neighbours.count - 1) more" : ""
        let words = nearest.map { $0.words.isEmpty ? "the name alone" : $0.words.joined(separator: ", ") }
        text =
            "'\(output)' has run '\(name)'\(others) already; another run, '\(run)', begins beside it"
            + (words.map { ", as this differs: \($0)" } ?? "")
            + ". What reads results will ask for --run NAME; choose another --output to keep runs apart"
    }

    /// Looks at the runs of an output folder.
    ///
    /// - Throws: `StorageError`, `FileError`.
    static func make(run: String, settings: RunSettings, output: String) throws -> NeighbourNote? {
        let others = try RunStores.all(inOutput: output).filter { try $0.run != run && $0.hasResults() }
        return NeighbourNote(
            run: run,
            settings: settings,
            output: output,
            beside: others.map { store in
                let text = (try? store.readIdentity())?.settings
                return Neighbour(run: store.run, settings: text.flatMap { try? RunSettings(json: $0, run: store.run) })
            }
        )
    }
}
