import Foundation
import PostgresClient

/// How long a scene waits after its worker's SIGKILL, with the product's own times.
enum DefaultLease {
    /// Kills workers that hold a scene and watches for the next claim of it.
    static func measure(_ arena: Arena) async throws {
        arena.fleet.end()
        let survivors = try (0..<2).map { _ in
            try arena.fleet.startGuest(arena.socketPlace, usesDefaultLease: true)
        }
        arena.isFeeding = true
        try await arena.awaitProgress()
        arena.tally.recoveries.removeLast()
        var killed: [(scene: Int64, lease: Int64, at: Double)] = []
        for _ in 0..<arena.settings.measuredKills {
            let victim = try arena.fleet.startGuest(
                arena.socketPlace,
                killPoint: "scene-file.sample-written,after=\(Int.random(in: 1...5, using: &arena.random)),signal=STOP",
                usesDefaultLease: true
            )
            try await arena.wait(upTo: 120, for: "a worker in the middle of a scene") { victim.isStopped }
            let row = try await arena.cluster.query(
                """
                SELECT s.id, s.lease FROM occ.scenes s JOIN occ.workers w ON w.id = s.worker_id
                WHERE w.pid = \(victim.processID) AND s.state = 'leased'
                """
            ).single()
            killed.append((try row.get("id"), try row.get("lease"), Date().timeIntervalSince1970))
            victim.send(SIGKILL)
            try await arena.pass(.random(in: 0...2, using: &arena.random))
        }
        for (scene, lease, time) in killed {
            var claimedAt: Double?
            try await arena.wait(upTo: 120, for: "a killed worker's scene to be claimed") {
                let row = try? await arena.cluster.query(
                    """
                    SELECT extract(epoch FROM started_at)::float8 AS at FROM occ.attempts
                    WHERE scene_id = \(scene) AND lease = \(lease + 1)
                    """
                ).first
                claimedAt = try row?.get("at")
                return claimedAt != nil
            }
            if let claimedAt { arena.tally.reclaims.append(claimedAt - time) }
        }
        for survivor in survivors where !survivor.isRunning {
            throw ChaosFailure("a surviving worker ended: \(survivor.said.suffix(1000))")
        }
        if let longest = arena.tally.reclaims.max(), longest > 40 {
            throw ChaosFailure("a killed worker's scene waited \(longest) s for its next claim; 40 s are promised")
        }
    }
}
