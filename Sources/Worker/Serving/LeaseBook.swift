internal import JobQueue
internal import Synchronization

/// What this process knows of the leases it holds; shared by the service, its database calls and its slots.
final class LeaseBook: Sendable {
    private struct Content {
        var worker: WorkerID?
        var scenes: [LeaseKey: ClaimedScene] = [:]
        /// Kinds of runs that this program does not understand, and why.
        var kindsLeftAlone: [String: String] = [:]
        var pause = ""
        var refusal = ""
    }

    private let content = Mutex(Content())

    /// The present registration.
    ///
    /// A new one removes no scene from the book: the state machine says what becomes of each scene of the former one.
    var worker: WorkerID? {
        get { content.withLock { $0.worker } }
        set { content.withLock { $0.worker = newValue } }
    }

    /// Every lease that is not closed.
    var held: [SceneLease] { content.withLock { $0.scenes.values.map(\.sceneLease) } }

    func note(_ scenes: [ClaimedScene]) {
        content.withLock { content in
            for scene in scenes { content.scenes[LeaseKey(scene.sceneLease)] = scene }
        }
    }

    func scene(_ key: LeaseKey) -> ClaimedScene? { content.withLock { $0.scenes[key] } }

    /// Kinds that are not to be claimed.
    var kindsLeftAlone: [String] { content.withLock { Array($0.kindsLeftAlone.keys) } }

    /// What people should know of this worker, told with each heartbeat.
    var note: String {
        content.withLock { content in
            let kinds = content.kindsLeftAlone.sorted { $0.key < $1.key }
            return
                ([content.pause, content.refusal] + kinds.map { "leaves runs of kind \($0.key) alone: \($0.value)" })
                .filter { !$0.isEmpty }.joined(separator: "; ")
        }
    }

    func leaveAlone(kind: String, why: String) { content.withLock { $0.kindsLeftAlone[kind] = why } }

    /// Says why nothing is claimed; empty when it is again.
    func notePause(_ text: String) { content.withLock { $0.pause = text } }

    /// Says which of this worker's writes the database refused for good last.
    func noteRefusal(_ text: String) { content.withLock { $0.refusal = text } }

    func forget(_ key: LeaseKey) {
        content.withLock { $0.scenes[key] = nil }
    }
}

extension LeaseKey {
    init(_ lease: SceneLease) {
        self.init(scene: lease.sceneID, lease: lease.lease)
    }

    var sceneLease: SceneLease { SceneLease(sceneID: scene, lease: lease) }
}
