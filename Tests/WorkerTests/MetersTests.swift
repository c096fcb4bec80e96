import CommandSupport
import Foundation
import JobQueue
import Logging
import Monitoring
import Synchronization
import TestSupport
import Testing

@testable import Scheduler
@testable import Worker

@Suite("A worker's meters")
struct MetersTests {
    @Test("Meters as text: a state, a phase, an operation a line; what is not known yet is missing")
    func golden() {
        let meters = WorkerMeters()
        func lines() -> [String] {
            Exposition.text(WorkerFamilies.families(meters.reading, now: 100)).split(separator: "\n").map(String.init)
                .filter { !$0.hasPrefix("#") && !$0.contains("_bucket{") }
        }
        #expect(!lines().contains { $0.contains("heartbeat") || $0.contains("free_bytes") })
        meters.note(.pictures, seconds: 0.25)
        meters.note(.network, seconds: 2)
        meters.note(.network, seconds: 3)
        meters.noteSuccess(of: .append)
        meters.noteFailure(of: .publish)
        meters.noteLostLease()
        meters.noteFreeSpace(bytes: 5_000_000_000)
        meters.noteState(SlotCounts(idle: 1, working: 3), lastContactSeconds: 97.5)
        // A registration that is lost does not make the heartbeat younger.
        meters.noteState(SlotCounts(idle: 1, working: 2, abandoned: 1), lastContactSeconds: nil)
        #expect(
            lines() == [
                "occ_build_info{program=\"occ-worker\",version=\"\(BuildInformation.version)\"} 1",
                "occ_sample_seconds_sum{phase=\"pictures\"} 0.25", "occ_sample_seconds_count{phase=\"pictures\"} 1",
                "occ_sample_seconds_sum{phase=\"network\"} 5", "occ_sample_seconds_count{phase=\"network\"} 2",
                "occ_sample_seconds_sum{phase=\"store\"} 0", "occ_sample_seconds_count{phase=\"store\"} 0",
                "occ_slots{state=\"idle\"} 1", "occ_slots{state=\"waiting\"} 0", "occ_slots{state=\"working\"} 2",
                "occ_slots{state=\"closing\"} 0", "occ_slots{state=\"abandoned\"} 1", "occ_leases_lost_total 1",
                "occ_heartbeat_age_seconds 2.5", "occ_output_free_bytes 5000000000",
                "occ_storage_operations_total{operation=\"open\",outcome=\"ok\"} 0",
                "occ_storage_operations_total{operation=\"open\",outcome=\"failed\"} 0",
                "occ_storage_operations_total{operation=\"append\",outcome=\"ok\"} 1",
                "occ_storage_operations_total{operation=\"append\",outcome=\"failed\"} 0",
                "occ_storage_operations_total{operation=\"publish\",outcome=\"ok\"} 0",
                "occ_storage_operations_total{operation=\"publish\",outcome=\"failed\"} 1",
                "occ_storage_operations_total{operation=\"manifest\",outcome=\"ok\"} 0",
                "occ_storage_operations_total{operation=\"manifest\",outcome=\"failed\"} 0",
            ]
        )
    }

    @Test("A lease is lost where a slot is told to abandon it, and not where it is given back because its slot is slow")
    func lostLeases() {
        let (one, two) = (LeaseKey(scene: 1, lease: 1), LeaseKey(scene: 2, lease: 7))
        func lost(_ actions: WorkerAction...) -> Int { WorkerAction.lostLeases(in: actions) }
        #expect(lost(.abandon(slot: 0), .abandon(slot: 1), .register) == 2)
        #expect(lost(.abandon(slot: 0), .release(one, samples: 1, why: .workerStopped), .abandon(slot: 1)) == 1)
        #expect(lost(.release(two, samples: 0, why: .claimLost), .forget(two), .heartbeat) == 0)
    }

    @Test("What a worker's slots do is counted by state")
    func slots() {
        var machine = WorkerStateMachine(
            settings: .init(slotCount: 3),
            leaseGuard: LeaseGuard(beatSeconds: 10, expirySeconds: 30, marginSeconds: 5)
        )
        #expect(machine.slotCounts == SlotCounts(idle: 3))
        _ = machine.handle(.registered(sentAt: 0), now: 0, jitter: 0)
        let keys = [LeaseKey(scene: 1, lease: 1), LeaseKey(scene: 2, lease: 1)]
        _ = machine.handle(.claimed(keys), now: 0, jitter: 0)
        #expect(machine.slotCounts == SlotCounts(idle: 1, working: 2))
        _ = machine.handle(.slotEnded(keys[0], .failed(message: "", isRetryable: true), samples: 0), now: 1, jitter: 0)
        #expect(machine.slotCounts == SlotCounts(idle: 1, working: 1, closing: 1))
        let actions = machine.handle(.leaseLost(keys[1]), now: 1, jitter: 0)
        #expect(machine.slotCounts == SlotCounts(idle: 1, closing: 1, abandoned: 1))
        #expect(WorkerAction.lostLeases(in: actions) == 1)
        _ = machine.handle(.leaseClosed(keys[0]), now: 2, jitter: 0)
        #expect(machine.slotCounts == SlotCounts(idle: 2, abandoned: 1))
    }

    @Test("What is logged becomes a line of JSON with its metadata; below the level nothing is written")
    func jsonLogs() throws {
        let lines = Mutex<[String]>([])
        var logger = Logger(label: "occ-worker") { label in
            JSONLogHandler(label: label) { line in lines.withLock { $0.append(line) } }
        }
        logger[metadataKey: "host"] = "h"
        logger.debug("nothing")
        logger.warning("lease lost at postgresql://u:s3cret@h/db", metadata: ["scene": "scene-1", "host": "other"])
        let written = lines.withLock { $0 }
        #expect(written.count == 1)
        let line = try JSONSerialization.jsonObject(with: Data(try #require(written.first).utf8)) as? [String: String]
        #expect(line?["level"] == "warning" && line?["logger"] == "occ-worker" && line?["scene"] == "scene-1")
        #expect(line?["host"] == "other" && line?["message"] == "lease lost at postgresql://***")
    }

    @Test("A worker that leaves in order takes its file along, one that leaves for trouble leaves its last figures")
    func file() throws {
        let folder = try TemporaryFolder()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        for leavesFile in [true, false] {
            let meters = WorkerMeters()
            let outlets = try MeterOutlets(listen: nil, file: folder.file("worker.prom"))
            outlets.open(meters, logger: logger)
            meters.noteFailure(of: .append)
            outlets.close(meters, leavesFile: leavesFile, logger: logger)
            let text = try? String(contentsOfFile: folder.file("worker.prom"), encoding: .utf8)
            #expect(text?.contains(#"{operation="append",outcome="failed"} 1"#) == (leavesFile ? true : nil))
        }
    }

    @Test("Pages, rules and dashboard name the metrics that are shown, and the page names them all with their types")
    func names() throws {
        var queue = QueueFamilies()
        let families =
            WorkerFamilies.families(WorkerMeters().reading, now: 0)
            + queue.families(QueueReading(runs: [QueueReading.Run(name: "r")]))
        let shown = Set(families.map(\.name))
        #expect(shown.count == 16)
        let page = try Project.text("docs/metrics.md")
        for family in families {
            #expect(page.contains("| `\(family.name)` | \(family.kind.rawValue) |"), "\(family.name)")
        }
        for file in [
            "docs/metrics.md", "ops/metrics/alerts.yml", "ops/metrics/alerts.test.yml", "ops/metrics/dashboard.json",
        ] {
            let names = try Self.metricNames(in: Project.text(file))
            #expect(names.count > 5 && names.subtracting(shown) == [], "\(file)")
        }
    }

    /// Words that begin with `occ_`, a histogram's without what its series add.
    private static func metricNames(in text: String) -> Set<String> {
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.filter { $0.hasPrefix("occ_") }
        return Set(
            words.map { word in
                let ending = ["_bucket", "_sum", "_count"].first { word.hasSuffix($0) } ?? ""
                return String(word.dropLast(ending.count))
            }
        )
    }
}
