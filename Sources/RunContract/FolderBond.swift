public import JobQueue
public import Storage

/// What a run's folder is to a queue, decided from identities alone.
public enum FolderBond: Equatable, Sendable {
    /// It belongs to this very run of this queue.
    case own
    /// It belongs to nobody and holds no result: the run may take it.
    case free
    /// It has results but no identity, as folders of version 0.1: the queue has to prove that it knows them.
    case unproven
    /// It belongs to another queue.
    case ofOtherQueue
    /// It belongs to this queue, but to a run that the queue does not have, or not under this name.
    case ofOtherRun

    /// Decides.
    ///
    /// - Parameters:
    ///   - identity: the folder's; nil where it has none.
    ///   - hasResults: whether anything was predicted in the folder.
    ///   - queue: the queue's identity.
    ///   - run: the identity of the queue's run of this name; nil where it has none.
    public static func decide(
        identity: FolderIdentity?,
        hasResults: Bool,
        queue: String,
        run: String?
    ) -> FolderBond {
        guard let identity else {
            if !hasResults { return .free }
            return run == nil ? .ofOtherQueue : .unproven
        }
        guard identity.queue == queue else { return .ofOtherQueue }
        if identity.run == run { return .own }
        // What a submission leaves that was killed before its commit: the next one goes on with it.
        return run == nil && !hasResults ? .own : .ofOtherRun
    }

    /// Whether a worker may write to the folder: one without an identity is of version 0.1, and leases keep its files apart.
    public static func mayWork(identity: FolderIdentity?, owner: RunOwner?) -> Bool {
        guard let identity, let owner else { return true }
        return identity.queue == owner.queue && identity.run == owner.run
    }
}

/// A run's folder met another queue than the one that it belongs to; nothing was changed.
public struct ForeignFolderError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Whose the folder is, who asked for it, and what the choices are.
    public let description: String

    /// Makes the error that a command ends with.
    init(
        _ bond: FolderBond,
        _ directory: any RunStore,
        identity: FolderIdentity?,
        queue: (identity: String, place: String)
    ) {
        let here = "queue \(queue.identity.prefix(8)) (\(queue.place))"
        let owner: String
        switch (bond, identity) {
        case (.ofOtherRun, _): owner = "another run of this queue, or one that this queue has lost"
        case (_, let identity?): owner = "queue \(identity.queue.prefix(8)) (\(identity.queuePlace))"
        case (_, nil): owner = "a queue that this one knows nothing of"
        }
        description = """
            the folder of run '\(directory.run)', '\(directory.place)', belongs to \(owner); this command works with \(here). \
            Nothing was changed. Choose one:
              - go on with the database that the folder belongs to: --database URL, or --database private for the one in the output folder
              - put new results elsewhere: another --output, or another name with --run
              - if that database is lost: occ-scheduler rebuild --output \(directory.output) --run \(directory.run), which makes this queue know \
            what the folder holds
            """
    }

    /// Makes the error that a worker gives a scene back with.
    public init(scene: String, directory: any RunStore, identity: FolderIdentity?, owner: RunOwner?) {
        let whose =
            identity.map { "belongs to queue \($0.queue.prefix(8)) (\($0.queuePlace))" } ?? "holds files of this lease"
        description = """
            the folder '\(directory.place)' \(whose), not to the queue \(owner?.queue.prefix(8) ?? "-") of this worker's scene \
            '\(scene)', so nothing is written there; check --output and the database, or give `occ-scheduler rebuild` for this folder \
            where its own database is lost, and start this worker again
            """
    }
}
