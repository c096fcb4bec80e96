import ArrayFiles
import Datasets
import Foundation
import JobQueue
import Logging
import PostgresClient
import RunContract
import Scenes
import Scoring
import Storage
import TestSupport
import Testing

@testable import Scheduler
@testable import Worker

/// Roles are made here, so the server must be this process's own.
private let hasOwnServer =
    DisposablePostgresServer.isAvailable && ProcessInfo.processInfo.environment["OCC_TEST_DATABASE_URL"] == nil

/// A run in a real queue whose files are damaged, set aside, and made anew; all as a role that may do a worker's work only.
@Suite("Damaged scenes", .enabled(if: hasOwnServer, "needs a private PostgreSQL"))
struct DamagedScenesTests {
    private final class Labels: SamplePredictor {
        func startScene() {}

        func predict(_ scene: SceneFrames, sample index: Int, datasetRoot: String) throws -> PredictedSample {
            PredictedSample(
                content: .occupancy([UInt8](repeating: UInt8(index), count: 8), shape: [2, 2, 2]),
                seconds: 0
            )
        }
    }

    private struct AnyRun: ClaimPolicy {
        let kind: String
        func filter() async throws -> ClaimFilter { ClaimFilter(formatVersions: [kind: 1]) }
        func prospects() async throws -> ClaimFilter { try await filter() }
    }

    /// Everything that a test stands on.
    private struct Place {
        let folder: String
        let owner: ConnectionPool
        let queue: JobQueue
        let settings: RunSettings
        /// A worker's role, and its connections.
        let role: String
        let workers: ConnectionPool

        var directory: RunDirectory { get throws { try RunDirectory(output: folder, run: "run") } }
    }

    private static let scenes = (0..<6).map { "scene-\($0)" }

    private func with(_ body: (Place) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "occ-damaged-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let number = UInt32.random(in: 0..<UInt32.max)
        let string = try await DisposablePostgresServer.connectionString()
        let owner = ConnectionPool(configuration: try .init(connectionString: string), maximumConnections: 2)
        let role = "occ \"worker\" \(number)"
        let quoted = "\"" + role.replacing("\"", with: "\"\"") + "\""
        let queue = try JobQueue(pool: owner, schema: "t\(number)")
        try await queue.migrate()
        try await owner.query("CREATE ROLE \(quoted) LOGIN", doing: "testing")
        try await queue.grantWorker(role: role)
        let asRole = string.split(separator: " ").filter { !$0.hasPrefix("user=") }.joined(separator: " ")
        let workers = ConnectionPool(
            configuration: try .init(connectionString: asRole + " user='\(role)'"),
            maximumConnections: 3
        )
        let settings = RunSettings(
            datasetRoot: "/none",
            datasetVersion: "v",
            split: "all",
            modelConfiguration: "m",
            modelDigest: String(repeating: "0", count: 64),
            modelPath: "/none",
            precision: .fp32,
            outputDirectory: folder
        )
        let place = Place(
            folder: folder,
            owner: owner,
            queue: queue,
            settings: settings,
            role: role,
            workers: workers
        )
        do {
            try await body(place)
        } catch {
            await workers.close()
            await owner.close()
            throw error
        }
        await workers.close()
        for sql in ["DROP SCHEMA \"t\(number)\" CASCADE", "DROP ROLE \(quoted)"] {
            try await owner.query(sql, doing: "cleaning up")
        }
        await owner.close()
    }

    private func submit(_ place: Place) async throws {
        try place.directory.create()
        let submissions = try Self.scenes.map { name in
            let frames = SceneFrames(
                name: name,
                token: name,
                samples: (0..<3).map { SampleFrames(token: "\(name)-\($0)", timestamp_us: Int64($0), cameras: []) }
            )
            return SceneSubmission(name: name, sampleCount: 3, payload: try ScenePayload.encode(frames))
        }
        let run = RunSubmission(
            name: "run",
            settings: try place.settings.encoded(),
            kind: place.settings.kind,
            formatVersion: 1
        )
        _ = try await place.queue.submit(run, scenes: submissions)
    }

    /// Works the queue empty, as the worker's role.
    private func work(_ place: Place) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let queue = try JobQueue(pool: place.workers, schema: place.queue.schema)
        try await queue.checkSchema()
        let service = WorkerService(
            settings: .init(
                slotCount: 2,
                exitWhenIdleSeconds: 0.3,
                description: WorkerDescription(host: "test", pid: 1, slots: 2, version: "0"),
                timing: QueueTiming()
            ),
            queue: queue,
            heartbeats: queue,
            claimable: AnyRun(kind: place.settings.kind),
            sceneWork: PredictionWork(slotCount: 2, mounts: .init(), logger: logger) { _, _ in Labels() },
            logger: logger
        )
        #expect(await service.run() == .done)
    }

    private func status(_ place: Place) async throws -> RunStatus {
        try #require(try await place.queue.runStatus("run"))
    }

    @Test("Exactly the scenes with damaged or missing files are queued; after the workers ran, the run is whole")
    func requeue() async throws {
        try await with { place in
            try await submit(place)
            try await work(place)
            let directory = try place.directory
            #expect(try await status(place).counts.done == 6)
            #expect(try directory.verify().isClean, "the worker's role wrote run.json")
            let clean = try await DamagedScenes.requeue(of: status(place), in: directory, queue: place.queue)
            #expect(clean.files == 6 && clean.requeued.isEmpty && clean.setAside.isEmpty)

            let path = { (scene: String, lease: Int64) in try directory.finalPath(scene: scene, lease: lease) }
            let whole = try Self.scenes.map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path($0, 1)))) }
            func put(_ bytes: [UInt8], _ scene: String) throws {
                try Data(bytes).write(to: URL(fileURLWithPath: path(scene, 1)))
            }
            var flipped = whole[0]
            flipped[flipped.count / 2] ^= 1
            try put(flipped, "scene-0")
            try FileManager.default.removeItem(atPath: path("scene-1", 1))
            try put(Array(whole[2].dropLast(1)), "scene-2")
            // A whole file, but of another scene.
            try put(whole[4], "scene-3")
            try FileManager.default.removeItem(atPath: directory.manifestPath)

            let found = try await DamagedScenes.requeue(of: status(place), in: directory, queue: place.queue)
            #expect(found.requeued.map(\.problem) == [.damaged, .missing, .truncated, .mismatch])
            #expect(found.requeued.map(\.scene) == Array(Self.scenes[..<4]))
            let moved = found.setAside.map { URL(fileURLWithPath: $0).lastPathComponent }
            #expect(moved == [0, 2, 3].map { "scene-\($0).1.occ.lz4" })
            #expect(try Data(contentsOf: URL(fileURLWithPath: found.setAside[0])) == Data(flipped), "kept for a look")
            #expect(try await status(place).counts.queued == 4)
            let again = try await DamagedScenes.requeue(of: status(place), in: directory, queue: place.queue)
            #expect(again.files == 2 && again.requeued.isEmpty, "what is queued is not checked")

            try await work(place)
            #expect(try await status(place).counts.done == 6)
            #expect(try directory.verify().isClean)
            for (index, scene) in Self.scenes.enumerated() {
                let reader = try SceneFileReader(path: path(scene, index < 4 ? 2 : 1))
                #expect(reader.entries.map(\.token) == (0..<3).map { "\(scene)-\($0)" })
                #expect(try reader.sample(reader.entries[2]).occupancy().bytes == [UInt8](repeating: 2, count: 8))
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path("scene-5", 1))) == Data(whole[5]), "good files stay")
        }
    }

    @Test("A row that names a file elsewhere is refused, and nothing is moved")
    func forgedFileName() async throws {
        try await with { place in
            try await submit(place)
            try await work(place)
            let directory = try place.directory
            try await place.owner.query(
                "UPDATE \(place.queue.schema).results SET file_name = '../../../../etc/passwd' WHERE scene_id = "
                    + "(SELECT min(scene_id) FROM \(place.queue.schema).results)",
                doing: "testing"
            )
            await #expect {
                _ = try await DamagedScenes.requeue(of: status(place), in: directory, queue: place.queue)
            } throws: {
                "\($0)".contains("scene-0") && "\($0)".contains("../../../../etc/passwd")
            }
            #expect(SceneFileKey(fileName: "/etc/passwd") == nil)
            #expect(SceneFileKey(fileName: "../x/scene-0.1.occ.lz4") == nil)
            #expect(try await status(place).counts.done == 6)
        }
    }

    @Test("A worker's role cannot submit, steer, alter, empty, drop, or read elsewhere")
    func roleIsHeldBack() async throws {
        try await with { place in
            try await submit(place)
            let s = place.queue.schema
            try await place.owner.query("CREATE SCHEMA \(s)_other", doing: "testing")
            try await place.owner.query("CREATE TABLE \(s)_other.secrets (text text)", doing: "testing")
            let tables = try await place.owner.query(
                "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1",
                [.text(s)],
                doing: "testing"
            ).rows.map { try $0.get("tablename", as: String.self) }
            #expect(tables.count >= 9)
            var statements = tables.flatMap {
                ["DROP TABLE \(s).\($0)", "TRUNCATE \(s).\($0)", "ALTER TABLE \(s).\($0) ADD x int"]
            }
            statements += tables.filter { $0 != "workers" }.map { "DELETE FROM \(s).\($0)" }
            statements += ["runs", "scene_inputs", "results", "schema_version"].map { table in
                "UPDATE \(s).\(table) SET \(table == "schema_version" ? "version" : table == "results" ? "lease" : "name") = NULL"
            }
            statements += [
                "INSERT INTO \(s).runs (name, kind, format_version, settings, priority, maximum_errors)"
                    + " VALUES ('x', 'x', 1, '{}', 0, 1)",
                "INSERT INTO \(s).scenes (id, run_id, priority, sample_count) VALUES (99, 1, 0, 1)",
                "INSERT INTO \(s).scene_inputs (run_id, name, payload) VALUES (1, 'x', '')",
                "CREATE TABLE \(s).mine (i int)", "DROP SCHEMA \(s) CASCADE",
                "CREATE SCHEMA mine_\(s)", "SELECT * FROM \(s)_other.secrets",
                "DROP TRIGGER count_updated ON \(s).scenes",
                "CREATE OR REPLACE FUNCTION \(s).count_updated() RETURNS trigger LANGUAGE plpgsql"
                    + " AS 'BEGIN RETURN NULL; END'",
                "ALTER ROLE \"\(place.role.replacing("\"", with: "\"\""))\" SUPERUSER",
                "COPY \(s).runs TO '/tmp/occ-copied'", "SELECT pg_read_file('/etc/passwd')",
            ]
            for statement in statements {
                let error = await #expect(throws: PostgresError.self, "\(statement)") {
                    try await place.workers.query(statement, doing: "testing")
                }
                #expect(error?.sqlState == "42501", "\(statement): \(error.map { "\($0)" } ?? "allowed")")
            }
            try await place.owner.query("DROP SCHEMA \(s)_other CASCADE", doing: "testing")
            #expect(try await status(place).counts.queued == 6, "nothing changed")

            // Roles that grants do not hold back are refused, and granting again takes back what was given beside.
            for role in ["no such role", "", String(repeating: "x", count: 64), "occ"] {
                await #expect(throws: JobQueueError.self) { try await place.queue.grantWorker(role: role) }
            }
            let quoted = "\"" + place.role.replacing("\"", with: "\"\"") + "\""
            try await place.owner.query("GRANT ALL ON \(s).runs TO \(quoted)", doing: "testing")
            try await place.queue.grantWorker(role: place.role)
            await #expect(throws: PostgresError.self) {
                try await place.workers.query("DELETE FROM \(s).runs", doing: "testing")
            }
        }
    }
}
