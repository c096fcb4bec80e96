internal import CommandSupport
internal import Foundation
internal import Storage
internal import SystemSupport

/// The samples of a run's finished scenes; the keys of its JSON are part of the contract of `samples --json`.
struct SampleList: Encodable, Equatable {
    struct Sample: Encodable, Equatable {
        let scene: String
        /// Its place in the scene, from 0.
        let index: Int
        let token: String
    }

    let run: String
    let samples: [Sample]
    /// Scenes that were asked for and have no accepted file.
    let unfinishedScenes: Int

    /// Lists the scenes of these names, or every scene where none is named.
    ///
    /// - Throws: `CommandFailure` (`configuration`) for a name that the run does not have.
    init(_ manifest: RunManifest, scenes names: [String]) throws {
        let known = Set(manifest.scenes.map(\.name))
        if let stranger = names.first(where: { !known.contains($0) }) {
            throw CommandFailure(.configuration, "run '\(manifest.run)' has no scene '\(stranger)'")
        }
        let wanted = manifest.scenes.filter { names.isEmpty || names.contains($0.name) }
        run = manifest.run
        samples = wanted.filter { $0.state == .done }.flatMap { scene in
            scene.sampleTokens.enumerated().map { Sample(scene: scene.name, index: $0.offset, token: $0.element) }
        }
        unfinishedScenes = wanted.count { $0.state != .done }
    }

    /// Columns for people.
    var table: String {
        TextTable.render(
            header: ["scene", "index", "token"],
            rows: samples.map { [$0.scene, "\($0.index)", $0.token] }
        )
    }

    /// JSON with sorted keys.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
