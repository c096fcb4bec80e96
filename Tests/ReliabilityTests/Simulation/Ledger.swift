import Storage

@testable import JobQueue
@testable import Worker

/// What was promised while a cluster ran, kept outside of it.
struct Ledger {
    /// The accepted lease of each scene, as the database told the worker.
    private(set) var accepted: [Int64: LeaseKey] = [:]
    /// Every file that a worker finished.
    var finished: [LeaseKey: FinishedSceneFile] = [:]
    /// Most samples of each scene that any lease stored since the disk last lost or damaged something.
    private var stored: [Int64: Int] = [:]
    /// Leases that have a file, and those among them that had one when something was damaged: theirs may be it.
    private var writing: Set<LeaseKey> = []
    private var doubtful: Set<LeaseKey> = []
    var hasClockJumped = false
    /// Calls that ended in an error.
    var errors = 0
    /// Samples that a lease took over from an earlier one.
    private(set) var adopted = 0
    /// Faults that happened, by name.
    var faults: [String: Int] = [:]

    /// Judges what the database just answered.
    mutating func check(_ call: ShellModel.Call, _ reply: ShellModel.Reply, _ queue: QueueModel) throws {
        guard case .complete(let key) = call, case .accepted(true) = reply else { return }
        if let before = accepted[key.scene], before != key {
            throw Cluster.Broken(description: "scene \(key.scene) was accepted under \(before) and again under \(key)")
        }
        guard finished[key] != nil else {
            throw Cluster.Broken(description: "\(key) was accepted without a finished file")
        }
        accepted[key.scene] = key
    }

    mutating func noteStored(_ samples: Int, _ key: LeaseKey) {
        guard !doubtful.contains(key) else { return }
        stored[key.scene] = max(stored[key.scene] ?? 0, samples)
    }

    /// Samples that were stored are not computed again.
    mutating func checkAdopted(_ samples: Int, _ key: LeaseKey, mayBeLess: Bool) throws {
        let expected = stored[key.scene] ?? 0
        writing.insert(key)
        guard samples >= expected || mayBeLess else {
            throw Cluster.Broken(
                description: "\(key) took over \(samples) of \(expected) samples that earlier leases stored"
            )
        }
        adopted += samples
    }

    /// The disk lost or damaged something: what was stored may be gone.
    mutating func forgetStored() {
        stored = [:]
        doubtful.formUnion(writing)
    }

    /// A person put a damaged scene back.
    mutating func forget(scene: Int64) {
        accepted[scene] = nil
        stored[scene] = nil
    }
}
