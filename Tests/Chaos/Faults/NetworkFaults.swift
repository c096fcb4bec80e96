import Foundation

extension Fault {
    /// What happens between workers and PostgreSQL.
    static var networkFaults: [Fault] {
        [
            Fault(kind: "half-open-connections", weight: 2, isInShortForm: true) { arena in
                try await arena.pass(.random(in: 0...1, using: &arena.random))
                arena.proxy.silenceOpenConnections()
                // So long that the worker must notice and connect anew.
                try await arena.pass(arena.settings.leaseSeconds)
                try await arena.awaitProgress(of: arena.seat("proxy"))
            },
            Fault(kind: "connections-reset", weight: 3) { arena in
                try await arena.pass(.random(in: 0...1, using: &arena.random))
                arena.proxy.resetOpenConnections()
                try await arena.awaitProgress(of: arena.seat("proxy"))
            },
            Fault(
                kind: "partition",
                weight: 3,
                isInShortForm: true,
                obstacle: { NetworkIsland.obstacle() ?? ($0.island == nil ? "no namespace" : nil) }
            ) {
                arena in
                guard let island = arena.island else { return }
                try await arena.pass(.random(in: 0...1, using: &arena.random))
                try island.cut()
                try await arena.pass(.random(in: 2...(arena.settings.leaseSeconds + 6), using: &arena.random))
                try island.mend()
                try await arena.awaitProgress(of: arena.seat("island"))
            },
            Fault(kind: "pooler-killed", weight: 2, isInShortForm: true, obstacle: needsPooler) { arena in
                try await restartPooler(arena, SIGKILL)
            },
            Fault(kind: "pooler-restarted", weight: 2, obstacle: needsPooler) { arena in
                try await restartPooler(arena, SIGINT)
            },
        ]
    }

    private static func needsPooler(_ arena: Arena) -> String? {
        arena.pooler == nil ? "PgBouncer is not installed" : nil
    }

    private static func restartPooler(_ arena: Arena, _ signal: Int32) async throws {
        guard let pooler = arena.pooler else { return }
        try await arena.pass(.random(in: 0...1, using: &arena.random))
        try await pooler.stop(signal)
        try await arena.pass(.random(in: 0...3, using: &arena.random))
        try pooler.start()
        try await arena.awaitProgress(of: arena.seat("pooler"))
    }
}
