import Foundation
import PostgresClient

extension Fault {
    /// What would end in silence: nobody reads what a worker says, or the database cannot hold what it reports.
    static var silenceFaults: [Fault] {
        [
            Fault(kind: "standard-error-full", weight: 2, isInShortForm: true, perform: fullStandardError),
            Fault(
                kind: "latin1-database",
                weight: 1,
                obstacle: { arena in
                    let tools = ["pg_dump", "psql"].map { "\(arena.cluster.binaries)/\($0)" }
                    return tools.allSatisfy(FileManager.default.isExecutableFile(atPath:))
                        ? nil : "pg_dump and psql are not installed"
                },
                perform: latin1
            ),
        ]
    }

    /// A worker whose standard error is full from the start goes on working and beating, and leaves in time when told to.
    private static func fullStandardError(_ arena: Arena) async throws {
        let pipe = "\(arena.folder)/logs/full-\(UInt32.random(in: 0 ... .max, using: &arena.random)).pipe"
        guard mkfifo(pipe, 0o600) == 0 else {
            throw ChaosFailure("mkfifo \(pipe): \(String(cString: strerror(errno)))")
        }
        // Open at both ends, so that nobody waits for the other; nothing is ever read.
        let descriptor = open(pipe, O_RDWR | O_NONBLOCK)
        defer {
            close(descriptor)
            unlink(pipe)
        }
        let junk = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)
        while write(descriptor, junk, junk.count) > 0 {}
        while write(descriptor, junk, 1) > 0 {}
        let worker = try arena.fleet.startGuest(arena.socketPlace, log: pipe)
        func count(_ condition: String) async throws -> Int {
            let row = try? await arena.cluster.query(
                """
                SELECT count(DISTINCT w.id) AS workers, count(a.scene_id) FILTER (WHERE a.outcome = 'done') AS done
                FROM occ.workers w LEFT JOIN occ.attempts a ON a.worker_id = w.id
                WHERE w.pid = \(worker.processID) AND w.registered_at > now() - interval '10 minutes'
                """
            ).first
            return try row?.get(condition) ?? 0
        }
        try await arena.wait(upTo: 120, for: "a scene of a worker to whom nobody listens") {
            try await count("done") > 0
        }
        let before = try await count("done")
        try await arena.pass(arena.settings.leaseSeconds + 2)
        try await arena.wait(upTo: 120, for: "another scene of it") { try await count("done") > before }
        guard try await count("workers") == 1 else { throw ChaosFailure("it did not beat: it had to register anew") }
        worker.send(SIGTERM)
        // 10 s are promised; a busy machine gets some more.
        try await arena.wait(upTo: 30, for: "it to leave after SIGTERM") { !worker.isRunning }
        guard worker.poll() == .exit(130) else {
            throw ChaosFailure("after SIGTERM it ended with \(String(describing: worker.poll()))")
        }
        try await arena.awaitProgress()
    }

    /// A queue in a LATIN1 database, as an administrator may have made it by hand, and an error about a file whose path it cannot hold.
    private static func latin1(_ arena: Arena) async throws {
        let number = UInt32.random(in: 0 ... .max, using: &arena.random)
        let database = "latin_\(number)"
        try await makeLatin1(arena, database)
        let url = arena.cluster.url(host: arena.cluster.folder, database: database)
        let dataset = "\(arena.folder)/данные-\(number)"
        try FileManager.default.copyItem(atPath: arena.dataset, toPath: dataset)
        defer { try? FileManager.default.removeItem(atPath: dataset) }
        let pictures = dataset + "/samples/CAM_FRONT"
        let names = try FileManager.default.contentsOfDirectory(atPath: pictures).sorted()
        guard let name = names.randomElement(using: &arena.random) else { throw ChaosFailure("no pictures") }
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: "\(pictures)/\(name)"))

        let run = arena.newRun("latin1")
        let address = ["--database", url]
        try await arena.expect(0, arena.submitArguments(run) + ["--maximum-attempts", "1"] + address)
        var place = WorkerPlace(name: "latin1", url: url)
        place.slots = 1
        func work(_ arguments: [String]) async throws {
            let worker = try arena.fleet.startGuest(place, arguments: ["--exit-when-done"] + arguments)
            try await arena.wait(upTo: 180, for: "a worker on a LATIN1 database to be done") { !worker.isRunning }
            guard worker.poll() == .exit(0) else {
                throw ChaosFailure("it ended with \(String(describing: worker.poll())):\n\(worker.said.suffix(2000))")
            }
        }
        try await work(["--dataset-root", dataset])
        let failures = try await arena.expect(1, ["failures", "--run", run.name] + address).written
        guard failures.contains("failed  errors 1"), failures.contains("\\u{434}\\u{430}"), failures.contains(name)
        else {
            throw ChaosFailure("the error that LATIN1 cannot hold is not told: \(failures)")
        }
        // With the right pictures the rest is done.
        try await arena.expect(0, ["retry", "--run", run.name] + address)
        try await work([])
        try arena.compareWithReference(run)
        try? FileManager.default.removeItem(atPath: run.output)
        try await arena.cluster.query("DROP DATABASE \(database) WITH (FORCE)", database: "postgres")
    }

    /// The tables of the suite's queue, empty, in a LATIN1 database.
    private static func makeLatin1(_ arena: Arena, _ database: String) async throws {
        let cluster = arena.cluster
        try await cluster.query(
            """
            CREATE DATABASE \(database) OWNER \(Cluster.user) ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0
            """,
            database: "postgres"
        )
        let address = ["-h", cluster.folder, "-p", "\(cluster.port)", "-U"]
        let dump = try Shell.run(
            cluster.account + ["\(cluster.binaries)/pg_dump"] + address
                + ["postgres", "--schema-only", "--no-owner", "-n", "occ", Cluster.database]
        )
        let script = "\(arena.folder)/\(database).sql"
        // The suite's own trigger on results is not the queue's.
        let own = dump.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains("chaos_note") }
        let version = try await cluster.query("SELECT version FROM occ.schema_version").single().get(
            "version",
            as: Int.self
        )
        let filling = """

            INSERT INTO occ.schema_version (version) VALUES (\(version));
            INSERT INTO occ.reaps DEFAULT VALUES;

            """
        try Data((own.joined(separator: "\n") + filling).utf8).write(to: URL(fileURLWithPath: script))
        defer { try? FileManager.default.removeItem(atPath: script) }
        try Shell.run(
            ["\(cluster.binaries)/psql"] + address + [
                Cluster.user, "-Xq", "-v", "ON_ERROR_STOP=1", "-f", script, database,
            ]
        )
    }
}
