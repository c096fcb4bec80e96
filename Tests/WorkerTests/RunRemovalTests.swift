import Foundation
import JobQueue
import PostgresClient
import RunContract
import Storage
import TestSupport
import Testing

@testable import Scheduler

/// Whole runs are taken from folder and queue together, wherever it stops in between.
@Suite("Removal of runs", .enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL"))
struct RunRemovalTests {
    private struct Stop: Error {}

    @Test(
        "A run that was moments ago in work stays as it is; cut off at every step, its removal is ended by the next one"
    )
    func finishedRun() async throws {
        try await QueuesAndFolder.with { place in
            let queue = place.first
            for stop in [RunRemoval.Step.hidden, .forgotten] {
                // The second time, the name is taken anew.
                #expect(try await place.submit(to: queue).inserted == QueuesAndFolder.sceneCount)
                try await place.work(queue)
                let directory = try place.directory
                let identity = try await place.status(queue).identity
                let sizes = try await queue.storedSizes(kind: place.settings.kind)
                let bytes = try directory.readManifest().done.reduce(0) { $0 + ($1.byteCount ?? 0) }
                #expect(sizes == [StoredSize(kind: place.settings.kind, samples: 18, byteCount: bytes)])
                #expect(try await queue.storedSizes(kind: "another").isEmpty)
                let before = try place.content()
                let kept = try await RunRemoval(queue: queue).remove(directory, identity: identity)
                #expect(
                    kept != .removed
                        && kept
                            == .kept(
                                "a worker had a scene of it less than 60 s ago, or some are queued again; the same command later removes it"
                            )
                )
                #expect(try place.content() == before && directory.verify().isClean)
                #expect(try await place.status(queue).isComplete)

                await #expect(throws: Stop.self) {
                    _ = try await RunRemoval(queue: queue, quietSeconds: 0) { if $0 == stop { throw Stop() } }
                        .remove(directory, identity: identity)
                }
                #expect(try RunStores.all(inOutput: place.folder).isEmpty)
                #expect(try await queue.runStatus("run") == nil || stop == .hidden)
                let retired = try RetiredRun.all(inOutput: place.folder)
                #expect(retired.map(\.folder.run) == ["run"])
                // As if files had gone before the next stop.
                let file = try #require(try retired[0].folder.sceneFiles().first)
                if stop == .forgotten { try retired[0].folder.remove(file.key) }
                let other = try await RunRemoval(queue: place.second, quietSeconds: 0).finish(retired[0])
                #expect(other != .removed, "another queue took it")
                #expect(try await RunRemoval(queue: queue, quietSeconds: 0).finish(retired[0]) == .removed)
                #expect(try await queue.runStatus("run") == nil)
                #expect(try RetiredRun.all(inOutput: place.folder).isEmpty)
                #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder + "/runs").isEmpty)
                for table in ["scenes", "scene_inputs", "attempts", "results", "run_counters", "runs"] {
                    let rows: Int = try await place.pool.query(
                        "SELECT count(*) AS rows FROM \"\(queue.schema)\".\(table)",
                        doing: "counting"
                    ).single().get("rows")
                    #expect(rows == 0, "\(table)")
                }
            }
        }
    }

    @Test("What a live lease is writing stays, and so do files that nobody knows")
    func liveLease() async throws {
        try await QueuesAndFolder.with { place in
            let queue = place.first
            try await place.submit(to: queue)
            let worker = try await queue.registerWorker(WorkerDescription(host: "h", pid: 1, slots: 1, version: "0"))
            let lease = try #require(
                try await queue.claim(worker, limit: 1, filter: ClaimFilter(formatVersions: [place.settings.kind: 1]))
                    .first
            ).sceneLease
            let directory = try place.directory
            _ = try directory.begin(scene: "scene-0", lease: lease.lease)
            let identity = try await place.status(queue).identity
            let removal = RunRemoval(queue: queue, quietSeconds: 0)
            let before = try place.content()
            #expect(try await removal.remove(directory, identity: identity) != .removed)
            // Cancelled, but its worker may not have heard of it yet.
            try await queue.cancel(run: "run")
            #expect(try await RunRemoval(queue: queue).remove(directory, identity: identity) != .removed)
            #expect(try place.content() == before)
            #expect(try await place.status(queue).state == .cancelled)
            let stranger = directory.path + "/notes.txt"
            try Data([1]).write(to: URL(fileURLWithPath: stranger))
            let kept = try await removal.remove(directory, identity: identity)
            #expect(kept == .kept("'\(stranger)' is no file of a run; move it away first"))
            try FileManager.default.removeItem(atPath: stranger)
            #expect(try await removal.remove(directory, identity: identity) == .removed)
            #expect(try await queue.runStatus("run") == nil)
            #expect(try !directory.isPresent())

            // What the database refuses is not half done.
            try await place.submit(to: queue)
            try await queue.cancel(run: "run")
            let whole = try place.content()
            let next = try await place.status(queue).identity
            try await place.pool.query("DROP TABLE \"\(queue.schema)\".results", doing: "testing")
            await #expect(throws: JobQueueError.self) { try await removal.remove(directory, identity: next) }
            #expect(try place.content() == whole && RetiredRun.all(inOutput: place.folder).isEmpty)
        }
    }
}
