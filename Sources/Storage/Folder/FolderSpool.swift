internal import SystemSupport

/// A scene file in the folder of unfinished ones; steps and promises in `docs/scene-file.md`, "Writing".
final class FolderSpool: SceneSpool {
    private enum Stage {
        case open
        case synced
        case renamed
        case closed(why: String)
    }

    let place: String
    private let file: any WritableFile
    private let fileSystem: any FileSystem
    private let scene: String
    private let finalPath: String
    private let folders: (finished: String, partial: String)
    private var byteCount = 0
    private var stage = Stage.open

    init(
        file: any WritableFile,
        fileSystem: any FileSystem,
        scene: String,
        place: String,
        finalPath: String,
        folders: (finished: String, partial: String)
    ) {
        self.file = file
        self.fileSystem = fileSystem
        self.scene = scene
        self.place = place
        self.finalPath = finalPath
        self.folders = folders
    }

    deinit { file.close() }

    /// Writes a whole part, or cuts the file back to what it held.
    func append(_ part: [UInt8], _ kind: ScenePart) throws {
        guard case .open = stage else { throw closedError() }
        if kind == .sample, KillPoint.isArmed(.sampleTorn) {
            try file.writeAll(Array(part.prefix(part.count / 2)), at: byteCount, path: place)
            KillPoint.reached(.sampleTorn, scene: scene)
        }
        do {
            try file.writeAll(part, at: byteCount, path: place)
        } catch {
            do {
                try file.truncate(toBytes: byteCount)
            } catch let second {
                // The next append would overwrite the torn part at the same place, but a crash before it must not leave
                // an old tail behind a shorter part.
                close(why: "a torn part could not be cut off (\(second))")
            }
            throw error
        }
        byteCount += part.count
    }

    /// Syncs the file, renames it, syncs both folders.
    func publish() throws {
        if case .open = stage {
            do {
                try file.sync()
            } catch {
                close(why: "fsync failed (\(error))")
                throw error
            }
            stage = .synced
            KillPoint.reached(.sceneFileAfterSync, scene: scene)
        }
        if case .synced = stage {
            guard try fileSystem.byteCount(of: finalPath) == nil else {
                throw StorageError(.alreadyExists, source: finalPath, "another writer of this lease finished before")
            }
            try fileSystem.rename(place, to: finalPath)
            stage = .renamed
            KillPoint.reached(.sceneFileRenamed, scene: scene)
        }
        guard case .renamed = stage else { throw closedError() }
        try fileSystem.syncFolder(folders.finished)
        KillPoint.reached(.sceneFileHalfDurable, scene: scene)
        try fileSystem.syncFolder(folders.partial)
        KillPoint.reached(.sceneFilePublished, scene: scene)
        close(why: "it is finished")
    }

    func abandon() { close(why: "it was abandoned") }

    func discard() {
        guard case .open = stage else { return }
        close(why: "it could not be started")
        try? fileSystem.remove(place)
    }

    private func close(why: String) {
        if case .closed = stage { return }
        file.close()
        stage = .closed(why: why)
    }

    private func closedError() -> StorageError {
        let why =
            switch stage {
            case .closed(let why): why
            default: "it is being finished"
            }
        return StorageError(.writerClosed, source: place, "nothing more can be written: \(why)")
    }
}
