internal import CommandSupport
internal import Foundation
internal import Scoring
internal import Storage
internal import SystemSupport

/// The samples of a run's finished scenes; the keys of its JSON are part of the contract of `samples --json`.
struct SampleList: Encodable, Equatable {
    struct Sample: Equatable {
        let scene: String
        /// Its place in the scene, from 0.
        let index: Int
        let token: String
        /// Its numbers, the ranking one first; nil where none were asked for.
        var scores: [HeadlineScore]?
        /// Why numbers are missing.
        var note: String?

        /// The number that ranks it.
        var rank: Double? { scores?.first?.value }
    }

    let run: String
    private(set) var samples: [Sample]
    /// Scenes that were asked for and have no accepted file.
    let unfinishedScenes: Int

    /// Lists the scenes of these names, or every scene where none is named.
    ///
    /// - Throws: `CommandFailure` (`configuration`) for a name that the run does not have.
    init(_ manifest: RunManifest, scenes names: [String]) throws {
        let wanted = try Self.chosen(manifest, names)
        run = manifest.run
        samples = wanted.filter { $0.state == .done }.flatMap { scene in
            scene.sampleTokens.enumerated().map { Sample(scene: scene.name, index: $0.offset, token: $0.element) }
        }
        unfinishedScenes = wanted.count { $0.state != .done }
    }

    /// The scenes of these names in the run's order, or every scene where none is named.
    ///
    /// - Throws: `CommandFailure` (`configuration`) for a name that the run does not have.
    static func chosen(_ manifest: RunManifest, _ names: [String]) throws -> [RunManifest.Scene] {
        let known = Set(manifest.scenes.map(\.name))
        if let stranger = names.first(where: { !known.contains($0) }) {
            throw noScene(stranger, in: manifest)
        }
        return manifest.scenes.filter { names.isEmpty || names.contains($0.name) }
    }

    /// Why a scene cannot be chosen, with some that can.
    static func noScene(_ name: String, in manifest: RunManifest) -> CommandFailure {
        let names = manifest.scenes.prefix(5).map { "'\($0.name)'" }.joined(separator: ", ")
        let rest = manifest.scenes.count > 5 ? " and \(manifest.scenes.count - 5) more" : ""
        return CommandFailure(
            .configuration,
            "run '\(manifest.run)' has no scene '\(name)'" + (names.isEmpty ? "" : "; it has \(names)\(rest)")
        )
    }

    /// The same samples with their numbers; one that is not in the book has none and no ground truth.
    func scored(_ book: [SampleBook.Key: SampleBook.Entry]) -> SampleList {
        var list = self
        for index in list.samples.indices {
            let sample = list.samples[index]
            let entry = book[SampleBook.Key(scene: sample.scene, token: sample.token)]
            list.samples[index].scores = entry?.scores ?? []
            list.samples[index].note = entry.map(\.note) ?? "no ground truth"
        }
        return list
    }

    /// The samples with the lowest first number, the lowest first, of equal ones as they stand in the run; those without one are left
    /// out.
    func worst(_ count: Int) -> SampleList {
        var list = self
        let ranked = samples.enumerated().compactMap { place, sample in
            sample.rank.map { (rank: $0, place: place) }
        }
        list.samples = ranked.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.prefix(count).map {
            samples[$0.place]
        }
        return list
    }

    /// Columns for people.
    var table: String {
        guard samples.contains(where: { $0.scores != nil }) else {
            return TextTable.render(
                header: ["scene", "index", "token"],
                rows: samples.map { [$0.scene, "\($0.index)", $0.token] }
            )
        }
        let columns = samples.lazy.compactMap(\.scores).first { !$0.isEmpty } ?? []
        let hasNotes = samples.contains { $0.note != nil }
        let titles = columns.isEmpty ? ["score"] : columns.map(\.title)
        let rows = samples.map { sample in
            let numbers = titles.indices.map { column in
                let score = sample.scores.flatMap { column < $0.count ? $0[column] : nil }
                return score?.text ?? "-"
            }
            return [sample.scene, "\(sample.index)", sample.token] + numbers + (hasNotes ? [sample.note ?? ""] : [])
        }
        return TextTable.render(
            header: ["scene", "index", "token"] + titles + (hasNotes ? ["note"] : []),
            rows: rows
        )
    }

    /// JSON with sorted keys.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}

extension SampleList.Sample: Encodable {
    private enum Key: String, CodingKey {
        case scene, index, token, scores, note
    }

    /// Numbers stand by key under `scores`, where they were asked for; those that the sample does not have are left out.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(scene, forKey: .scene)
        try container.encode(index, forKey: .index)
        try container.encode(token, forKey: .token)
        if let scores {
            let numbers = Dictionary(scores.map { ($0.key, $0.value) }) { first, _ in first }.compactMapValues { $0 }
            try container.encode(numbers, forKey: .scores)
        }
        try container.encodeIfPresent(note, forKey: .note)
    }
}

extension HeadlineScore {
    /// The number for people; nil where it is not defined.
    var text: String? { value.map { String(format: "%.\(digits)f", $0) } }
}
