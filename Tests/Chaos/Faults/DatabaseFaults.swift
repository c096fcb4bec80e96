import Foundation
import PostgresClient
import Storage

extension Fault {
    /// What happens when a folder and a database are not each other's: a second database, and none at all.
    static var databaseFaults: [Fault] {
        [
            Fault(kind: "second-database", weight: 2, isInShortForm: true, perform: secondDatabase),
            Fault(kind: "lost-database-and-rebuild", weight: 2, isInShortForm: true) { arena in
                try await lostDatabase(arena, killsRebuild: false)
            },
            Fault(kind: "lost-database-and-killed-rebuild", weight: 2) { arena in
                try await lostDatabase(arena, killsRebuild: true)
            },
        ]
    }

    /// A finished folder meets another database: every command stops, and nothing is changed.
    private static func secondDatabase(_ arena: Arena) async throws {
        let run = try await arena.takeKept()
        let folder = "\(run.output)/runs/\(run.name)"
        let before = try digest(ofFolder: folder)
        let url = try await arena.makeDatabase("second")
        try await arena.expect(0, ["migrate"], database: url)
        for arguments in [
            arena.submitArguments(run), ["run"] + arena.submitArguments(run).dropFirst() + ["--workers", "1"],
        ] {
            let said = try await arena.expect(2, arguments, database: url).said
            guard said.contains("occ-scheduler rebuild"), said.contains("Nothing was changed") else {
                throw ChaosFailure("the refusal does not say what can be done: \(said)")
            }
        }
        let runs = try await arena.cluster.query("SELECT count(*) AS n FROM occ.runs", database: "second").single()
        guard try runs.get("n", as: Int.self) == 0 else { throw ChaosFailure("the second database has a run") }
        guard try digest(ofFolder: folder) == before else {
            throw ChaosFailure("the second database changed \(folder)")
        }
        try await arena.expect(0, ["verify", "--output", run.output, "--run", run.name])
        try await arena.expectReferenceScore(run)
        try await arena.dropDatabase("second")
        arena.giveBack(run)
    }

    /// A run's database is dropped in the middle, with a worker killed in a scene; a new one is made from the folder.
    private static func lostDatabase(_ arena: Arena, killsRebuild: Bool) async throws {
        let run = arena.newRun("lost")
        var url = try await arena.makeDatabase("lost")
        try await arena.expect(0, ["migrate"], database: url)
        try await arena.expect(0, arena.submitArguments(run), database: url)
        func results() async throws -> Int {
            try await arena.cluster.query("SELECT count(*) AS n FROM occ.results", database: "lost").single().get("n")
        }
        let some = Int.random(in: 1..<run.sceneCount, using: &arena.random)
        let worker = try arena.fleet.startGuest(WorkerPlace(name: "lost", url: url))
        try await arena.wait(upTo: 180, for: "\(some) scenes of the run") { try await results() >= some }
        worker.send(SIGKILL)
        try await arena.wait(upTo: 30, for: "the worker to end") { !worker.isRunning }
        try await arena.dropDatabase("lost")

        let directory = try RunDirectory(output: run.output, run: run.name)
        let whole = try directory.sceneFiles().filter(\.isFinished)
        url = try await arena.makeDatabase("lost")
        try await arena.expect(0, ["migrate"], database: url)
        try await arena.expect(2, arena.submitArguments(run), database: url)
        let rebuild = ["rebuild", "--output", run.output]
        if killsRebuild {
            let child = try arena.scheduler(rebuild, database: url)
            try await arena.pass(.random(in: 0.01...0.6, using: &arena.random))
            child.send(SIGKILL)
            _ = try await arena.finish(child)
        }
        try await arena.expect(0, rebuild, database: url)
        guard try await results() == whole.count else {
            throw ChaosFailure("\(whole.count) whole files became \(try await results()) results")
        }
        let successor = try arena.fleet.startGuest(WorkerPlace(name: "rebuilt", url: url))
        try await arena.wait(upTo: 240, for: "the rebuilt run to be finished") {
            guard try await results() == run.sceneCount else { return false }
            return (try? directory.readManifest())?.scenes.count == run.sceneCount
        }
        successor.send(SIGTERM)
        try await arena.wait(upTo: 30, for: "the worker to leave") { !successor.isRunning }
        let after = Set(try directory.sceneFiles().filter(\.isFinished).map(\.path))
        guard after.count == run.sceneCount, after.isSuperset(of: whole.map(\.path)) else {
            throw ChaosFailure("run \(run.name): a scene that had a whole file was done again, or lost")
        }
        try await arena.expect(0, ["verify", "--output", run.output, "--run", run.name])
        try arena.compareWithReference(run)
        try await arena.expectReferenceScore(run)
        try await arena.dropDatabase("lost")
        try FileManager.default.removeItem(atPath: run.output)
    }

    /// Names and bytes of everything in a folder.
    private static func digest(ofFolder folder: String) throws -> [String: Data] {
        var content: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            content[name] = try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        return content
    }
}

extension Arena {
    /// Makes an empty database beside the suite's own, and gives its connection string.
    func makeDatabase(_ name: String) async throws -> String {
        try await dropDatabase(name)
        try await cluster.query(
            "CREATE DATABASE \(name) OWNER \(Cluster.user)",
            database: "postgres",
            timeoutSeconds: 60
        )
        return "host=\(cluster.folder) port=\(cluster.port) user=\(Cluster.user) dbname=\(name)"
    }

    func dropDatabase(_ name: String) async throws {
        try await cluster.query(
            "DROP DATABASE IF EXISTS \(name) WITH (FORCE)",
            database: "postgres",
            timeoutSeconds: 60
        )
    }

    /// Demands the undisturbed run's score.
    func expectReferenceScore(_ run: ChaosRun) async throws {
        let score = try await expect(0, ["evaluate", "--output", run.output, "--run", run.name, "--json"]).written
        guard score == referenceScore else {
            throw ChaosFailure("run \(run.name) scores otherwise than the undisturbed run: \(score)")
        }
    }
}
