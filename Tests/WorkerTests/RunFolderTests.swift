import Datasets
import Foundation
import JobQueue
import PostgresClient
import RunContract
import Scenes
import Scoring
import Storage
import TestSupport
import Testing

@testable import Scheduler
@testable import Worker

/// One folder, two queues: the second one is refused before anything changes, whichever way it comes.
@Suite("Two queues and one folder", .enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL"))
struct RunFolderTests {
    @Test("Submission, repair, manifest and workers of another queue change nothing")
    func secondQueue() async throws {
        try await QueuesAndFolder.with { place in
            try await place.submit(to: place.first)
            #expect(try await place.work(place.first).tokens.count == 18)
            let directory = try place.directory
            #expect(try directory.readManifest().scenes.allSatisfy { $0.state == .done })
            let before = try place.content()

            await #expect(throws: ForeignFolderError.self) { try await place.submit(to: place.second) }
            #expect(try await place.second.runStatus("run") == nil)
            // As a program of version 0.1 would have submitted it.
            let scenes = try QueuesAndFolder.frames.map {
                SceneSubmission(name: $0.name, sampleCount: $0.samples.count, payload: try ScenePayload.encode($0))
            }
            _ = try await place.second.submit(place.submission, scenes: scenes)
            let status = try await place.status(place.second)
            await #expect(throws: ForeignFolderError.self) {
                _ = try await DamagedScenes.requeue(of: status, in: directory, queue: place.second)
            }
            await #expect(throws: ForeignFolderError.self) {
                _ = try await ManifestPublisher(queue: place.second, software: "test")
                    .publish(status, outputDirectory: place.folder)
            }
            #expect(try await place.work(place.second).tokens.isEmpty)
            let after = try await place.status(place.second)
            #expect(after.counts.queued == QueuesAndFolder.sceneCount && after.counts.leased == 0)
            #expect(try await place.second.failures(run: "run").isEmpty, "attempts were burnt")
            #expect(try place.content() == before)

            // The first queue goes on as if nothing had been.
            #expect(try await place.submit(to: place.first).alreadyDone == QueuesAndFolder.sceneCount)
        }
    }

    @Test("The refusal names both queues and the choices, and no secret")
    func text() async throws {
        try await QueuesAndFolder.with { place in
            try await place.submit(to: place.first)
            try await place.work(place.first)
            let error = await #expect(throws: ForeignFolderError.self) { try await place.submit(to: place.second) }
            let text = error?.description ?? ""
            for part in [
                String(try await place.first.identity().prefix(8)), String(try await place.second.identity().prefix(8)),
                "--database private", "--output", "--run", "occ-scheduler rebuild --output \(place.folder) --run run",
                "Nothing was changed",
            ] {
                #expect(text.contains(part), "\(part) is not in: \(text)")
            }
        }
    }

    @Test("A folder of version 0.1 becomes its own queue's, and no other's")
    func adoption() async throws {
        try await QueuesAndFolder.with { place in
            try await place.submit(to: place.first)
            try await place.work(place.first)
            let directory = try place.directory
            try FileManager.default.removeItem(atPath: directory.identityPath)
            await #expect(throws: ForeignFolderError.self) { try await place.submit(to: place.second) }
            // A queue that has a run of this name, but never gave these leases.
            let scenes = try QueuesAndFolder.frames.map {
                SceneSubmission(name: $0.name, sampleCount: $0.samples.count, payload: try ScenePayload.encode($0))
            }
            _ = try await place.second.submit(place.submission, scenes: scenes)
            await #expect(throws: ForeignFolderError.self) { try await place.submit(to: place.second) }
            #expect(try directory.readIdentity() == nil)
            try await place.submit(to: place.first)
            #expect(try directory.readIdentity()?.queue == (try await place.first.identity()))
        }
    }

    @Test("A refused submission leaves no folder; two at once agree on one identity")
    func withdrawal() async throws {
        try await QueuesAndFolder.with { place in
            let directory = try place.directory
            try await place.pool.query(
                "ALTER TABLE \"\(place.first.schema)\".scene_inputs ADD CHECK (name <> 'scene-3')",
                doing: "testing"
            )
            await #expect(throws: PostgresError.self) { try await place.submit(to: place.first) }
            #expect(!FileManager.default.fileExists(atPath: directory.path))
            async let one = place.submit(to: place.second)
            async let two = place.submit(to: place.second)
            let reports = try await [one, two]
            #expect(reports.map(\.inserted).sorted() == [0, QueuesAndFolder.sceneCount])
            #expect(try directory.readIdentity()?.run == (try await place.status(place.second).identity))
        }
    }

    @Test("run.json says what each scene's work was, also where a rebuilt queue does not know it any more")
    func manifestKeepsWork() async throws {
        try await QueuesAndFolder.with { place in
            try await place.submit(to: place.first)
            try await place.work(place.first)
            let before = try place.directory.readManifest()
            for work in before.scenes.map(\.work) {
                let work = try #require(work)
                #expect(work.elapsedSeconds > 0 && work.elapsedSeconds >= work.predictionSeconds)
                #expect(work.computedSamples > 0 && !work.host.isEmpty && work.completedAt.hasSuffix("Z"))
            }
            try await place.pool.query(
                "UPDATE \"\(place.first.schema)\".results SET elapsed_seconds = 0, host = ''",
                doing: "testing"
            )
            let publisher = ManifestPublisher(queue: place.first, software: "test")
            let status = try await place.status(place.first)
            #expect(try await publisher.publish(status, outputDirectory: place.folder).scenes == before.scenes)
            try FileManager.default.removeItem(atPath: place.directory.manifestPath)
            let anew = try await publisher.publish(status, outputDirectory: place.folder)
            #expect(anew.scenes.allSatisfy { $0.state == .done && $0.work == nil })
        }
    }

    @Test("run.json keeps a whole file that the queue does not count, and the row that it had before")
    func manifestKeeps() async throws {
        try await QueuesAndFolder.with { place in
            try await place.submit(to: place.first)
            try await place.work(place.first)
            let directory = try place.directory
            let whole = try directory.readManifest()
            // As after a restored backup: the queue knows nothing of three results.
            try await place.pool.query(
                """
                WITH gone AS (
                    DELETE FROM "\(place.first.schema)".results WHERE scene_id IN
                        (SELECT scene_id FROM "\(place.first.schema)".results ORDER BY 1 LIMIT 3) RETURNING scene_id
                )
                UPDATE "\(place.first.schema)".scenes SET state = 'cancelled' WHERE id IN (SELECT scene_id FROM gone)
                """,
                doing: "testing"
            )
            let publisher = ManifestPublisher(queue: place.first, software: "test")
            let status = try await place.status(place.first)
            let kept = try await publisher.publish(status, outputDirectory: place.folder)
            #expect(Set(kept.scenes.map(\.name)) == Set(whole.scenes.map(\.name)))
            #expect(kept.scenes.sorted { $0.name < $1.name } == whole.scenes.sorted { $0.name < $1.name })
            // Without the former manifest too; a damaged file is not taken for a whole one.
            try FileManager.default.removeItem(atPath: directory.manifestPath)
            let path = try directory.finalPath(scene: "scene-1", lease: 1)
            var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            bytes[bytes.count / 2] ^= 1
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let anew = try await publisher.publish(status, outputDirectory: place.folder)
            #expect(anew.scenes.filter { $0.state != .done }.map(\.name) == ["scene-1"])
        }
    }
}
