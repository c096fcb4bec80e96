import Foundation
import PostgresClient

/// The suite's own record of what was accepted: a log table that a trigger fills in the accepting transaction, and this process's
/// memory of every row it ever saw there.
final class Ledger {
    /// One acceptance, or the withdrawal of one.
    struct Entry: Hashable {
        let run: String
        let scene: String
        let lease: Int64
        let fileName: String
        let digest: String
        let isWithdrawal: Bool
    }

    private let cluster: Cluster
    private var seen: [Int64: Entry] = [:]
    private var last: Int64 = 0
    /// Acceptances that were seen.
    private(set) var acceptedCount = 0

    init(_ cluster: Cluster) {
        self.cluster = cluster
    }

    /// Makes the log; after the queue's own migration.
    func install() async throws {
        for statement in [
            "CREATE SCHEMA chaos",
            """
            CREATE TABLE chaos.log (
                id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY, scene_id int8, lease int8, file_name text, digest text,
                is_withdrawal bool, at timestamptz DEFAULT clock_timestamp())
            """,
            """
            CREATE FUNCTION chaos.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    INSERT INTO chaos.log (scene_id, lease, file_name, digest, is_withdrawal)
                    VALUES (old.scene_id, old.lease, old.file_name, old.digest, true);
                ELSE
                    INSERT INTO chaos.log (scene_id, lease, file_name, digest, is_withdrawal)
                    VALUES (new.scene_id, new.lease, new.file_name, new.digest, false);
                END IF;
                RETURN NULL;
            END $$
            """,
            """
            CREATE TRIGGER chaos_note AFTER INSERT OR UPDATE OR DELETE ON occ.results
            FOR EACH ROW EXECUTE FUNCTION chaos.note()
            """,
        ] {
            try await cluster.query(statement)
        }
    }

    /// Takes new rows into memory; does nothing while the database cannot be reached.
    func observe() async {
        guard cluster.isReachable, let rows = try? await entries("l.id > \(last)") else { return }
        for (id, entry) in rows {
            last = max(last, id)
            if seen.updateValue(entry, forKey: id) == nil && !entry.isWithdrawal { acceptedCount += 1 }
        }
    }

    /// The whole log of one run, after checking that nothing of it that was ever seen has gone or changed.
    func history(of run: ChaosRun) async throws -> [Entry] {
        let rows = try await entries("r.name = '\(run.name)'")
        let present = Dictionary(uniqueKeysWithValues: rows)
        for (id, entry) in seen where entry.run == run.name && present[id] != entry {
            throw ChaosFailure("the database has forgotten an acceptance that it had confirmed: \(entry)")
        }
        for (id, entry) in rows where seen[id] == nil {
            // A smaller number that was committed after a larger one had been seen.
            seen[id] = entry
            if !entry.isWithdrawal { acceptedCount += 1 }
        }
        return rows.map(\.1)
    }

    private func entries(_ condition: String) async throws -> [(Int64, Entry)] {
        let result = try await cluster.query(
            """
            SELECT l.id, r.name AS run, i.name AS scene, l.lease, l.file_name, l.digest, l.is_withdrawal
            FROM chaos.log l JOIN occ.scene_inputs i ON i.id = l.scene_id JOIN occ.runs r ON r.id = i.run_id
            WHERE \(condition) ORDER BY l.id
            """
        )
        return try result.rows.map { row in
            let entry = Entry(
                run: try row.get("run"),
                scene: try row.get("scene"),
                lease: try row.get("lease"),
                fileName: try row.get("file_name"),
                digest: try row.get("digest"),
                isWithdrawal: try row.get("is_withdrawal")
            )
            return (try row.get("id"), entry)
        }
    }
}
