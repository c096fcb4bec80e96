import ArrayFiles
import Foundation
import Storage
import TestSupport

/// A small dataset, a model and an undisturbed run of them, made once for all tests of the process.
///
/// `shared` has the small network of `Models`, so that a test costs what it is about; `fullSize` one that takes seconds a sample, for
/// tests that disturb a run in the middle of its work.
struct Fixture: Sendable {
    static let sceneCount = 2
    static let samplesPerScene = 3

    let folder: String
    let model: String
    let reference: String
    var dataset: String { folder + "/dataset" }

    static let shared = Task { try await Fixture.make() }

    static let fullSize = Task { () async throws -> Fixture in
        let folder = try await shared.value.folder
        let fixture = Fixture(folder: folder, model: folder + "/full-size.occmodel", reference: folder + "/full-size")
        try await fixture.expect(
            0,
            ["import-model", "--config", "flashocc-r50_BDC-T", "--formula-weights", "1", "--output", fixture.model]
        )
        try await fixture.expect(0, fixture.runArguments(output: fixture.reference))
        return fixture
    }

    private static func make() async throws -> Fixture {
        let folder = NSTemporaryDirectory() + "occ-end-to-end-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // A private PostgreSQL of root runs as the user postgres, who must be able to reach its data.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        let fixture = Fixture(
            folder: folder,
            model: Project.path("Models/occ-small_BDC-T.occmodel"),
            reference: folder + "/reference"
        )
        atexit { try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "occ-end-to-end-\(getpid())") }
        try await fixture.expect(
            0,
            [
                "make-dataset", "--scenes", "\(sceneCount)", "--samples", "\(samplesPerScene)", "--seed", "7", "--to",
                fixture.dataset, "--width", "400", "--height", "225", "--without-lidar",
            ]
        )
        try await fixture.expect(0, fixture.runArguments(output: fixture.reference))
        return fixture
    }

    /// The command line of a run into a folder.
    func runArguments(output: String, workers: Int = 2) -> [String] {
        [
            "run", "--dataset", dataset, "--version", "v1.0-mini", "--model", model, "--output", output, "--workers",
            "\(workers)",
        ]
    }

    /// Runs the scheduler and demands an exit code.
    @discardableResult
    func expect(_ status: Int32, _ arguments: [String]) async throws -> Tool.Result {
        let result = try await Tool.run("occ-scheduler", arguments)
        guard result.status == status else {
            throw TimeoutError(
                text:
                    "occ-scheduler \(arguments.joined(separator: " ")) left with \(result.status), not \(status):\n\(result.errors)"
            )
        }
        return result
    }

    /// The folder of the only run in an output folder.
    static func run(inOutput output: String) throws -> RunDirectory {
        let names = try FileManager.default.contentsOfDirectory(atPath: output + "/runs")
        guard let run = names.first, names.count == 1 else {
            throw TimeoutError(text: "\(names.count) runs in \(output)")
        }
        return try RunDirectory(output: output, run: run)
    }

    /// How each scene stands by `run.json`.
    static func sceneStates(inOutput output: String) throws -> [RunManifest.SceneState] {
        try run(inOutput: output).readManifest().scenes.map(\.state)
    }

    /// The decoded predictions of a run's accepted files, by sample token.
    static func predictions(inOutput output: String) throws -> [String: [UInt8]] {
        let directory = try run(inOutput: output)
        var predictions: [String: [UInt8]] = [:]
        for scene in try directory.readManifest().scenes {
            let reader = try SceneFileReader(path: "\(directory.path)/\(scene.fileName ?? "")")
            for entry in reader.entries { predictions[entry.token] = try reader.sample(entry).occupancy().bytes }
        }
        return predictions
    }

    /// Process ids of the workers that a scheduler started.
    static func children(of parent: Int32) -> [Int32] {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        return processes.filter { process in
            // pid (name) state parent ...; the name may hold blanks and brackets.
            let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
            guard let end = stat.lastIndex(of: ")") else { return false }
            let fields = stat[stat.index(after: end)...].split(separator: " ")
            return fields.count > 1 && fields[1] == "\(parent)" && stat.contains("occ-worker")
        }.sorted()
    }

    /// The process id of an output folder's private PostgreSQL.
    static func postmaster(ofOutput output: String) -> Int32? {
        for path in ["/.postgres/postmaster.pid", "/.postgres/pgdata/postmaster.pid"] {
            if let text = try? String(contentsOfFile: output + path, encoding: .utf8),
                let line = text.split(separator: "\n").first
            {
                return Int32(line)
            }
        }
        return nil
    }
}
