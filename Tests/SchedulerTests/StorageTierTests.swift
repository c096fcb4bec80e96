import Foundation
import JobQueue
import RunContract
import Storage
import TestSupport
import Testing

@testable import Scheduler

@Suite("What runs take and no longer need")
struct StorageTierTests {
    private func run(_ state: RunState, _ counts: SceneCounts, isRebuilding: Bool = false) -> RunStatus {
        RunStatus(
            runID: 1,
            name: "run",
            kind: "k",
            formatVersion: 1,
            settings: "{}",
            priority: 0,
            maximumAttempts: 3,
            state: state,
            counts: counts,
            createdAt: Date(timeIntervalSince1970: 0),
            firstStartedAt: nil,
            lastCompletedAt: Date(timeIntervalSince1970: 86_400),
            now: Date(timeIntervalSince1970: 11 * 86_400),
            recentWindowSeconds: 600,
            recentScenes: 1,
            recentSamples: 1,
            isRebuilding: isRebuilding
        )
    }

    private let finished = SceneCounts(done: 1, failed: 1, cancelled: 1)

    @Test(
        "Whole runs go where they are this queue's, finished, and old or cancelled enough; else what is superseded goes"
    )
    func rules() {
        let all = PruneRules(takesCancelled: true, finishedFor_s: 9 * 86_400)
        let working = run(.active, SceneCounts(leased: 1, done: 9))
        #expect(all.takesRuns && !PruneRules().takesRuns)
        func decide(_ rules: PruneRules, _ status: RunStatus?, _ bond: FolderBond? = .own, _ hasIdentity: Bool = true)
            -> PruneRules.Decision
        { rules.decide(status, bond: bond, hasIdentity: hasIdentity) }
        #expect(decide(all, run(.cancelled, finished)) == .whole("cancelled"))
        #expect(decide(all, run(.active, finished)) == .whole("finished, and last added to 10 days ago"))
        #expect(decide(PruneRules(finishedFor_s: 10 * 86_400), run(.active, finished)) == .superseded)
        #expect(decide(PruneRules(), run(.cancelled, finished)) == .superseded)
        #expect(decide(all, working) == .superseded)
        #expect(decide(all, run(.cancelled, SceneCounts(leased: 1, cancelled: 3))) == .superseded)
        // Nobody's, or of a queue that was not asked.
        #expect(decide(all, nil, .ofOtherQueue, false) == .superseded && decide(all, nil, nil, false) == .superseded)
        for (status, bond) in [(nil, .ofOtherQueue), (run(.cancelled, finished), .ofOtherRun), (nil, .own)]
            as [(RunStatus?, FolderBond)]
        {
            guard case .nothing = decide(all, status, bond) else {
                Issue.record("\(bond)")
                continue
            }
        }
        #expect(decide(all, run(.cancelled, finished, isRebuilding: true)) == .nothing("it is being rebuilt"))
    }

    @Test(
        "Spans are whole numbers of minutes, hours, days or weeks",
        arguments: [
            ("5m", 300), ("12h", 43_200), ("30d", 2_592_000), ("8w", 4_838_400), ("0d", 0), ("d", nil), ("1.5d", nil),
            ("-1d", nil), ("30", nil), ("", nil), ("99999999999999999999d", nil), ("1 d", nil), ("+1d", nil),
        ] as [(String, Double?)]
    )
    func spans(text: String, seconds: Double?) { #expect(TimeSpan(argument: text)?.seconds == seconds) }

    @Test("Superseded is what an accepted, whole file stands in for, and nothing else")
    func superseded() throws {
        let store = MemoryRunStore(run: "r")
        func put(_ scene: String, _ lease: Int64, _ bytes: Int, isFinished: Bool = true) throws {
            let spool = try store.begin(scene: scene, lease: lease)
            try spool.append([UInt8](repeating: 0, count: bytes), .header)
            if isFinished { try spool.publish() } else { spool.abandon() }
        }
        try put("done", 1, 5, isFinished: false)
        try put("done", 2, 6)
        try put("done", 3, 7)
        try put("done", 4, 8, isFinished: false)
        try put("cut", 1, 5)
        try put("cut", 2, 6)
        try put("waiting", 1, 9, isFinished: false)
        let found = try SupersededFiles(
            in: store,
            accepted: [
                .init(scene: "done", lease: 3, byteCount: 7), .init(scene: "cut", lease: 2, byteCount: 99),
                .init(scene: "gone", lease: 1, byteCount: 1),
            ]
        )
        #expect(found.files.map(\.lease) == [1, 2] && found.files.allSatisfy { $0.scene == "done" })
        #expect(found.lackingScenes == ["cut", "gone"])
        #expect(try found.perform(in: store, removes: false) == 11 && store.sceneFiles().count == 7)
        #expect(try found.perform(in: store, removes: true) == 11 && store.sceneFiles().count == 5)
    }

    @Test("A forecast takes what the same network took before, else a rough figure, and warns where it does not fit")
    func forecast() {
        let measured = [
            StoredSize(kind: "k", samples: 30, byteCount: 600_000),
            StoredSize(kind: "k", samples: 10, byteCount: 400_000),
        ]
        let known = StorageForecast(samples: 40_000, measured: measured, isDetection: false)
        #expect(known.bytesPerSample == 25_000 && known.byteCount == 1_000_000_000)
        #expect(
            known.lines(freeBytes: 2_000_000_000, in: "/o") == [
                "disk: about 1.00 GB of predictions, 40000 samples of 25.0 KB (as 40 samples of 2 runs with this network took); 2.00 GB free in '/o'"
            ]
        )
        #expect(
            known.lines(freeBytes: 999_999_999, in: "/o").last?.hasPrefix("warning: that is more than is free") == true
        )
        #expect(known.lines(freeBytes: nil, in: "/o").count == 1)
        for isDetection in [false, true] {
            let rough = StorageForecast(samples: 2, measured: [], isDetection: isDetection)
            #expect(rough.byteCount == (isDetection ? 80_000 : 60_000) && rough.source.hasPrefix("a rough figure"))
        }
        #expect(
            [0, 999, 1000, 99_949, 999_500, 5_000_000_000_000].map(StorageForecast.text) == [
                "0 bytes", "999 bytes", "1.00 KB", "99.9 KB", "1.00 MB", "5.00 TB",
            ]
        )
    }
}
