import Foundation
import JobQueue
import PostgresClient

/// What the kernel and the server say of the load.
struct Machine: Sendable {
    let pool: ConnectionPool

    /// The peak resident memory of this process, in MiB.
    static var peakMemoryMiB: Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first).flatMap { Double($0) }.map { $0 / 1024 } ?? 0
    }

    /// CPU seconds that the server's processes have used, ended ones included; nil for a server on another host.
    func serverSeconds() async throws -> Double? {
        let row = try await pool.query("SHOW data_directory", doing: "measuring").single()
        let folder: String = try row.get("data_directory")
        guard let file = try? String(contentsOfFile: folder + "/postmaster.pid", encoding: .utf8),
            let postmaster = file.split(separator: "\n").first.flatMap({ Int($0) })
        else { return nil }
        var ticks = 0
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int(name), let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                let end = stat.lastIndex(of: ")")
            else { continue }
            // Behind the name: state, parent, ...; user and system time are the 12th and 13th, those of ended children follow.
            let fields = stat[stat.index(after: end)...].split(separator: " ")
            guard pid == postmaster || fields[1] == "\(postmaster)" else { continue }
            ticks += (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0)
            if pid == postmaster { ticks += (Int(fields[13]) ?? 0) + (Int(fields[14]) ?? 0) }
        }
        return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Transactions that the database has committed.
    func transactions() async throws -> Int {
        // Backends report their counts at most once in a second.
        try await Task.sleep(for: .seconds(1.1))
        return try await pool.query(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()",
            doing: "measuring"
        ).single().get("xact_commit")
    }

    /// Bytes of tables with their indexes, by name; `names` are patterns of LIKE.
    func tableBytes(schema: String) async throws -> [String: Int] {
        let result = try await pool.query(
            """
            SELECT c.relname::text AS name, pg_total_relation_size(c.oid) AS bytes
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'
            """,
            [.text(schema)],
            doing: "measuring"
        )
        return try Dictionary(
            uniqueKeysWithValues: result.rows.map { (try $0.get("name"), try $0.get("bytes", as: Int.self)) }
        )
    }
}
