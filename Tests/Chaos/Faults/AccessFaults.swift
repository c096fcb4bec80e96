import Foundation
import PostgresClient

extension Fault {
    /// A database that answers and yet is the wrong one: read-only, of another encoding, closed, or another one altogether.
    static var accessFaults: [Fault] {
        [
            Fault(kind: "server-read-only", weight: 2, isInShortForm: true, perform: readOnly),
            Fault(kind: "read-only-failover", weight: 1, perform: failOver),
            Fault(kind: "password-changed", weight: 1, perform: changePassword),
            Fault(kind: "database-of-another-encoding", weight: 1, isInShortForm: true, perform: encoding),
            Fault(kind: "foreign-pg-environment", weight: 1, isInShortForm: true, perform: foreignEnvironment),
        ]
    }

    /// A server that takes no writes for a while; no connection breaks.
    private static func readOnly(_ arena: Arena) async throws {
        try await arena.disturbed {
            try await arena.cluster.query("ALTER SYSTEM SET default_transaction_read_only = on")
            try await arena.cluster.query("SELECT pg_reload_conf()")
            try await arena.pass(.random(in: 2...arena.settings.leaseSeconds, using: &arena.random))
            try await arena.cluster.query("ALTER SYSTEM RESET default_transaction_read_only")
            try await arena.cluster.query("SELECT pg_reload_conf()")
        }
        try await arena.awaitProgress()
    }

    /// An address that leads to a standby for a while, as between a failover and the way back.
    private static func failOver(_ arena: Arena) async throws {
        let seat = try arena.seat("proxy")
        let standby = try await Standby(of: arena.cluster, folder: arena.newFolder("standby"))
        defer {
            arena.proxy.lead(to: arena.cluster.port)
            standby.end()
        }
        try await arena.awaitProgress(of: seat)
        let worker = seat.process
        let said = worker?.count(of: "read-only") ?? 0
        arena.proxy.lead(to: standby.port)
        arena.proxy.resetOpenConnections()
        try await arena.wait(upTo: 60, for: "the worker to find the server read-only") {
            (worker?.count(of: "read-only") ?? 0) > said
        }
        try await arena.pass(.random(in: 0...(arena.settings.leaseSeconds + 4), using: &arena.random))
        arena.proxy.lead(to: arena.cluster.port)
        // Its connections to the standby, if it had any, stay open: it must leave them by itself.
        try await arena.awaitProgress(of: seat)
        guard let worker, seat.process === worker else {
            throw ChaosFailure("the worker ended over a read-only server")
        }
    }

    /// A worker whose password does not hold any more ends, in bounded time and with words that fit; the new one lets it in.
    private static func changePassword(_ arena: Arena) async throws {
        let (first, second) = ("first-\(UInt64.random(in: 0 ... .max))", "second-\(UInt64.random(in: 0 ... .max))")
        func place(_ password: String) -> WorkerPlace {
            let url = arena.cluster.url(host: "127.0.0.1").replacingOccurrences(
                of: "user=\(Cluster.user)",
                with: "user=\(Cluster.guardedUser)"
            )
            return WorkerPlace(name: "guarded", url: url + " password=\(password)")
        }
        func setPassword(_ password: String) async throws {
            try await arena.cluster.query("ALTER ROLE \(Cluster.guardedUser) PASSWORD '\(password)'")
        }
        try await setPassword(first)
        let worker = try arena.fleet.startGuest(place(first))
        try await arena.wait(upTo: 120, for: "the worker to do a scene") { worker.count(of: "scene done") > 0 }
        try await setPassword(second)
        try await arena.cluster.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '\(Cluster.guardedUser)'"
        )
        try await arena.wait(upTo: 240, for: "the worker to end over its password") { !worker.isRunning }
        guard worker.poll() == .exit(3), worker.count(of: "28P01") > 0, worker.count(of: "check user and password") > 0
        else {
            throw ChaosFailure("after its password was changed, a worker ended otherwise:\n\(worker.said.suffix(2000))")
        }
        guard worker.count(of: first) == 0 else { throw ChaosFailure("a password was printed") }
        try await arena.awaitProgress()
        let next = try arena.fleet.startGuest(place(second))
        try await arena.wait(upTo: 120, for: "the worker with the new password to do a scene") {
            next.count(of: "scene done") > 0
        }
        next.send(SIGTERM)
        try await arena.wait(upTo: 60, for: "that worker to leave") { !next.isRunning }
    }

    /// A database that cannot hold every text is refused before anything is made there.
    private static func encoding(_ arena: Arena) async throws {
        let name = "latin1"
        try await arena.cluster.query("DROP DATABASE IF EXISTS \(name)")
        try await arena.cluster.query(
            "CREATE DATABASE \(name) OWNER \(Cluster.user) ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
        )
        let address = arena.cluster.socketURL.replacingOccurrences(
            of: "dbname=\(Cluster.database)",
            with: "dbname=\(name)"
        )
        for command in ["migrate", "doctor"] {
            let child = try await arena.expect(3, [command, "--database", address])
            let words = child.said + child.written
            guard words.contains("LATIN1"), words.contains("UTF8") else {
                throw ChaosFailure("\(command) does not say what is wrong with the encoding:\n\(words)")
            }
        }
        let schemas = try await arena.cluster.query(
            "SELECT count(*) AS count FROM pg_namespace WHERE nspname = 'occ'",
            database: name
        )
        guard try schemas.single().get("count") == 0 else { throw ChaosFailure("migrate made tables in LATIN1") }
        try await arena.cluster.query("DROP DATABASE \(name)")
    }

    /// `occ-scheduler run` with its private server, under variables that lead libpq elsewhere or astray.
    private static func foreignEnvironment(_ arena: Arena) async throws {
        let run = arena.newRun("private")
        let variables = [
            "PGHOST": "127.0.0.1", "PGHOSTADDR": "127.0.0.1", "PGPORT": "\(arena.cluster.port)", "PGUSER": Cluster.user,
            "PGDATABASE": Cluster.database, "PGSERVICE": "prod", "PGCHANNELBINDING": "require",
            "PGTARGETSESSIONATTRS": "standby", "PGSSLMODE": "bogus", "PGREQUIREPEER": "nobody", "PGTZ": "Nowhere/Land",
            "PGOPTIONS": "-c nonsense=1", "PGDATA": "/nonexistent", "PGCONNECT_TIMEOUT": "x", "PGDATESTYLE": "nonsense",
        ]
        // All of them at once for the run; each kind of command that finds the private server, one of them.
        let child = try arena.scheduler(arena.localRunArguments(run), usesCluster: false, environment: variables)
        let ending = try await arena.finish(child, upTo: 300)
        guard ending == .exit(0) else {
            throw ChaosFailure("a private run under PG* variables ended with \(ending):\n\(child.said.suffix(2000))")
        }
        try arena.compareWithReference(run)
        guard let (name, value) = variables.sorted(by: { $0.key < $1.key }).randomElement(using: &arena.random) else {
            return
        }
        let status = try arena.scheduler(
            ["status", "--output", run.output],
            usesCluster: false,
            environment: [name: value]
        )
        guard try await arena.finish(status) == .exit(0) else {
            throw ChaosFailure("status under \(name)=\(value) failed: \(status.said)")
        }
        let strangers = try await arena.cluster.query(
            "SELECT count(*) AS count FROM occ.runs WHERE name = $1",
            [.text(run.name)]
        )
        guard try strangers.single().get("count") == 0 else {
            throw ChaosFailure("a private run went into the server of the environment")
        }
        try? FileManager.default.removeItem(atPath: run.output)
    }
}
