import JobQueue
import Storage
import Testing

@testable import RunContract
@testable import Scoring

/// Whose a folder is, over every case of identities and content.
@Suite("Folders and queues")
struct FolderBondTests {
    private func identity(queue: String, run: String) -> FolderIdentity {
        FolderIdentity(
            queue: queue,
            queuePlace: "host=db",
            run: run,
            name: "r",
            kind: "predict-0",
            runFormatVersion: 2,
            settings: "{}",
            priority: 0,
            maximumAttempts: 3,
            skipsMissing: false,
            predicts: .occupancy,
            software: "test"
        )
    }

    @Test("Only this queue's own run may go on; what nobody owns may be taken")
    func decisions() {
        typealias Case = (FolderIdentity?, Bool, String?, FolderBond)
        let own = identity(queue: "q", run: "r")
        let cases: [Case] = [
            (own, true, "r", .own),
            (own, false, "r", .own),
            (own, false, nil, .own),
            (own, true, nil, .ofOtherRun),
            (own, false, "s", .ofOtherRun),
            (own, true, "s", .ofOtherRun),
            (nil, false, nil, .free),
            (nil, false, "r", .free),
            (nil, true, "r", .unproven),
            (nil, true, nil, .ofOtherQueue),
        ]
        for (identity, hasResults, run, expected) in cases {
            #expect(FolderBond.decide(identity: identity, hasResults: hasResults, queue: "q", run: run) == expected)
        }
        for hasResults in [false, true] {
            for run in ["r", "s", nil] {
                let other = identity(queue: "p", run: "r")
                #expect(
                    FolderBond.decide(identity: other, hasResults: hasResults, queue: "q", run: run) == .ofOtherQueue
                )
            }
        }
    }

    @Test("A worker writes to its own run's folder and to folders of version 0.1")
    func workers() {
        let owner = RunOwner(queue: "q", run: "r")
        #expect(FolderBond.mayWork(identity: identity(queue: "q", run: "r"), owner: owner))
        #expect(FolderBond.mayWork(identity: nil, owner: owner))
        #expect(!FolderBond.mayWork(identity: identity(queue: "p", run: "r"), owner: owner))
        #expect(!FolderBond.mayWork(identity: identity(queue: "q", run: "s"), owner: owner))
    }
}
