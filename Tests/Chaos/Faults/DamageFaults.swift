import Foundation
import Storage
import TestSupport

extension Fault {
    /// What happens to finished files: found by `verify`, never a wrong label, mended by the same run.
    static var damageFaults: [Fault] {
        [
            Fault(kind: "flipped-bit-in-a-finished-file", weight: 3, isInShortForm: true) { arena in
                try await damage(arena, word: "damaged") { path, random in
                    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
                    bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                    try Data(bytes).write(to: URL(fileURLWithPath: path))
                }
            },
            Fault(kind: "finished-file-cut-off", weight: 2) { arena in
                try await damage(arena, word: "truncated") { path, random in
                    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
                    try bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)).write(
                        to: URL(fileURLWithPath: path)
                    )
                }
            },
            Fault(kind: "finished-file-deleted", weight: 2, isInShortForm: true) { arena in
                try await damage(arena, word: "missing") { path, _ in try FileManager.default.removeItem(atPath: path) }
            },
        ]
    }

    private static func damage(
        _ arena: Arena,
        word: String,
        _ hurt: (String, inout SeededGenerator) throws -> Void
    ) async throws {
        let run = try await arena.takeKept()
        let directory = try RunDirectory(output: run.output, run: run.name)
        let scenes = try directory.readManifest().scenes
        guard let scene = scenes.randomElement(using: &arena.random), let name = scene.fileName else {
            throw ChaosFailure("run \(run.name) has no files")
        }
        let path = "\(directory.path)/\(name)"
        try hurt(path, &arena.random)
        guard arena.reference.agreesOrFails(file: path) else {
            arena.tally.differences += 1
            throw ChaosFailure("a wrong label was read from the damaged file \(path)")
        }
        let verify = ["verify", "--run", run.name, "--output", run.output]
        let report = try await arena.expect(1, verify).said
        guard report.contains(scene.name),
            report.contains(word) || report.contains("damaged") || report.contains("truncated")
        else { throw ChaosFailure("verify did not name \(path) \(word): \(report)") }
        run.requeued[scene.name, default: 0] += 1
        try await arena.expect(1, verify + ["--requeue"])
        arena.adopt(run)
        try await arena.wait(upTo: 180, for: "the damaged scene to be done again") { try await arena.isFinished(run) }
    }
}
