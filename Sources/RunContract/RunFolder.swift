internal import Foundation
public import JobQueue
public import Storage

/// A run's folder as one queue meets it: every command that works on a folder through a queue comes by here first.
///
/// The rules stand in `docs/run-folder.md`.
public struct RunFolder: Sendable {
    private let directory: any RunStore
    private let queue: JobQueue
    private let software: String

    /// Names a folder and a queue; looks at neither.
    ///
    /// - Parameter software: name and version of the program, for the folder's identity.
    public init(_ directory: any RunStore, queue: JobQueue, software: String) {
        self.directory = directory
        self.queue = queue
        self.software = software
    }

    /// What a submission goes on with.
    public struct Preparation: Sendable {
        /// The identity that the run is to have in the queue.
        public var run: String { identity.run }
        fileprivate let identity: FolderIdentity
        /// Whether the folder was nothing before, so that it goes again if the submission is refused.
        fileprivate let isNew: Bool
    }

    /// Refuses a folder that is not the given run's; one of version 0.1 that the queue knows gets its identity.
    ///
    /// A folder that is not there, or that nobody ever used, is no other queue's.
    ///
    /// - Throws: `ForeignFolderError`; `PostgresError`, `StorageError`, `FileError`.
    public func check(_ status: RunStatus) async throws {
        let identity = try directory.readIdentity()
        let hasResults = try directory.hasResults()
        let own = try await queue.identity()
        let bond = FolderBond.decide(identity: identity, hasResults: hasResults, queue: own, run: status.identity)
        switch bond {
        case .own, .free: return
        case .unproven:
            guard try await knowsFiles(status) else { throw foreign(bond, identity, own) }
            _ = try directory.giveIdentity(try self.identity(of: status, queue: own))
        case .ofOtherQueue, .ofOtherRun: throw foreign(bond, identity, own)
        }
    }

    /// Makes the folder the run's before any scene of it is queued.
    ///
    /// - Parameters:
    ///   - submission: what is to be submitted.
    ///   - status: the queue's run of this name; nil where it has none yet.
    /// - Throws: `ForeignFolderError`; `PostgresError`, `StorageError`, `FileError`.
    public func prepare(
        _ submission: RunSubmission,
        existing status: RunStatus?,
        predicts: SampleKind,
        skipsMissing: Bool
    ) async throws -> Preparation {
        if let status { try await check(status) }
        let own = try await queue.identity()
        let before = try directory.readIdentity()
        let hasResults = try directory.hasResults()
        if status == nil {
            let bond = FolderBond.decide(identity: before, hasResults: hasResults, queue: own, run: nil)
            guard bond == .own || bond == .free else { throw foreign(bond, before, own) }
        }
        let wanted = FolderIdentity(
            queue: own,
            queuePlace: queue.place,
            run: status?.identity ?? before?.run ?? UUID().uuidString.lowercased(),
            submission,
            predicts: predicts,
            skipsMissing: skipsMissing,
            software: software
        )
        let now = try directory.giveIdentity(wanted)
        // Another submission may have been quicker; of another queue, it has the folder.
        guard now.queue == own, status == nil || now.run == status?.identity else {
            throw foreign(.ofOtherQueue, now, own)
        }
        return Preparation(identity: now, isNew: status == nil && !hasResults && now.run == wanted.run)
    }

    /// Takes back what `prepare` made, after a submission that was refused: such a folder would count as a run.
    ///
    /// It stays where the queue cannot say that it has no such run.
    public func withdraw(_ preparation: Preparation) async {
        guard preparation.isNew else { return }
        do {
            guard try await queue.runStatus(directory.run) == nil else { return }
            try directory.removeIfWithoutResults()
        } catch {}
    }

    /// Makes sure, after the submission, that the folder is there: another one that was refused may have taken it away.
    ///
    /// - Throws: `StorageError`, `FileError`.
    public func confirm(_ preparation: Preparation) throws {
        _ = try directory.giveIdentity(preparation.identity)
    }

    // MARK: - Folders of version 0.1

    /// Leases that are compared with the queue at a time.
    private static let pageSize = 1000

    /// Whether the queue gave every lease that the folder has files of, and accepted files as they lie there.
    private func knowsFiles(_ status: RunStatus) async throws -> Bool {
        let files = try directory.sceneFiles()
        for start in stride(from: 0, to: files.count, by: Self.pageSize) {
            let page = files[start..<min(start + Self.pageSize, files.count)]
            let known = try await queue.knows(run: status.name, leases: page.map { ($0.scene, $0.lease) })
            guard !known.contains(false) else { return false }
        }
        let sizes = Dictionary(
            files.filter(\.isFinished).map { ($0.key, $0.byteCount) },
            uniquingKeysWith: { first, _ in first }
        )
        // Files that are gone or hurt are for `verify`; one of another size under the same lease is another queue's.
        let fits = try await queue.mapResults(run: status.name) { stored in
            SceneFileKey(fileName: stored.result.fileName).flatMap { sizes[$0] }.map {
                Int64($0) <= stored.result.byteCount
            } ?? true
        }
        return !fits.contains(false)
    }

    private func identity(of status: RunStatus, queue own: String) throws -> FolderIdentity {
        let finished = try directory.sceneFiles().first(where: \.isFinished)
        let reader = finished.flatMap { try? directory.reader(of: $0.key) }
        return FolderIdentity(
            queue: own,
            queuePlace: queue.place,
            run: status.identity,
            RunSubmission(
                name: status.name,
                settings: status.settings,
                kind: status.kind,
                formatVersion: status.formatVersion,
                priority: status.priority,
                maximumAttempts: status.maximumAttempts
            ),
            predicts: reader?.entries.first?.kind ?? .occupancy,
            // What was left out at that time is not known; what has no file and is not whole is left out again.
            skipsMissing: true,
            software: software
        )
    }

    private func foreign(_ bond: FolderBond, _ identity: FolderIdentity?, _ own: String) -> ForeignFolderError {
        ForeignFolderError(bond, directory, identity: identity, queue: (own, queue.place))
    }
}

extension FolderIdentity {
    /// The identity of a submission's folder.
    init(
        queue: String,
        queuePlace: String,
        run: String,
        _ submission: RunSubmission,
        predicts: SampleKind,
        skipsMissing: Bool,
        software: String
    ) {
        self.init(
            queue: queue,
            queuePlace: queuePlace,
            run: run,
            name: submission.name,
            kind: submission.kind,
            runFormatVersion: submission.formatVersion,
            settings: submission.settings,
            priority: submission.priority,
            maximumAttempts: submission.maximumAttempts,
            skipsMissing: skipsMissing,
            predicts: predicts,
            software: software
        )
    }
}
