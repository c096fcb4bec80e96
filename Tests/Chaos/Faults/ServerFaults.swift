import Foundation
import PostgresClient

extension Fault {
    /// What happens to PostgreSQL.
    static var serverFaults: [Fault] {
        [
            Fault(kind: "server-restarted-fast", weight: 3) { arena in
                try await restart(arena, signal: SIGINT, afterSeconds: .random(in: 0...2, using: &arena.random))
            },
            Fault(kind: "server-crashed-immediate", weight: 3, isInShortForm: true) { arena in
                try await restart(arena, signal: SIGQUIT, afterSeconds: .random(in: 0...2, using: &arena.random))
            },
            Fault(kind: "server-sigkill", weight: 2) { arena in
                try await restart(arena, signal: SIGKILL, afterSeconds: 0)
            },
            Fault(kind: "server-gone-for-minutes", weight: 0) { arena in
                try await restart(arena, signal: SIGINT, afterSeconds: arena.settings.outageSeconds)
            },
            Fault(kind: "server-frozen-past-the-leases", weight: 2) { arena in
                try await arena.disturbed {
                    let processes = arena.cluster.processes()
                    arena.cluster.isReachable = false
                    for process in processes { kill(process, SIGSTOP) }
                    try await arena.pass(arena.settings.leaseSeconds + 2)
                    for process in processes.reversed() { kill(process, SIGCONT) }
                    arena.cluster.isReachable = true
                }
                try await arena.awaitProgress()
            },
            Fault(kind: "backend-sigkill", weight: 3, isInShortForm: true) { arena in
                let rows = try await arena.cluster.query(backends).rows
                let row = rows.randomElement(using: &arena.random)
                let process = try row.map { pid_t(try $0.get("pid", as: Int.self)) }
                // The server ends every other backend, the suite's own too, and recovers.
                try await arena.disturbed {
                    if let process { kill(process, SIGKILL) }
                    try await arena.pass(0.3)
                    try await arena.cluster.waitUntilReady()
                }
                try await arena.awaitProgress()
            },
            Fault(kind: "backends-terminated", weight: 3, isInShortForm: true) { arena in
                let some = Bool.random(using: &arena.random) ? "" : " LIMIT 1"
                try await arena.cluster.query("SELECT pg_terminate_backend(pid) FROM (\(backends)\(some)) AS b")
                try await arena.awaitProgress()
            },
            Fault(kind: "connections-exhausted", weight: 2, perform: exhaust),
            Fault(kind: "tables-locked-past-the-leases", weight: 2) { arena in
                let blocker = try await arena.cluster.connect()
                try await blocker.execute(
                    script: "BEGIN; LOCK TABLE occ.scenes IN ACCESS EXCLUSIVE MODE",
                    doing: "locking"
                )
                try await arena.disturbed {
                    arena.cluster.isReachable = false
                    try await arena.pass(arena.settings.leaseSeconds + 2)
                    arena.cluster.isReachable = true
                }
                await blocker.close()
                try await arena.awaitProgress()
            },
        ]
    }

    private static let backends = "SELECT pid FROM pg_stat_activity WHERE usename = '\(Cluster.user)'"

    private static func restart(_ arena: Arena, signal: Int32, afterSeconds seconds: Double) async throws {
        try await arena.disturbed {
            try await arena.cluster.stop(signal)
            try await arena.pass(seconds)
            try await arena.cluster.start()
        }
        try await arena.awaitProgress()
    }

    /// Takes every connection that the server gives to ordinary users, while a worker is starting.
    private static func exhaust(_ arena: Arena) async throws {
        try arena.fleet.randomSeat(&arena.random).process?.send(SIGKILL)
        var taken: [PostgresConnection] = []
        let end = Date().addingTimeInterval(4)
        try await arena.disturbed {
            while Date() < end {
                if taken.count < 100, let one = try? await arena.cluster.connect(as: Cluster.user) { taken.append(one) }
                try await arena.pass(0.02)
            }
        }
        guard taken.count > 5 else { throw ChaosFailure("only \(taken.count) connections could be taken") }
        for one in taken { await one.close() }
        try await arena.awaitProgress()
    }
}
