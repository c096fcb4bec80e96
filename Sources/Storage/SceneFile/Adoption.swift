internal import SystemSupport

extension SceneFileWriter {
    /// Starts a file and takes over what earlier leases of the scene had done.
    ///
    /// Of the files of earlier leases, unfinished or finished, whose header agrees (`SceneFileHeader.canAdopt`), the one with
    /// the most whole samples of `tokens` is copied, the newest one among equals. Files that are damaged or vanish are passed over;
    /// one that may not be read is an error, as its finished samples would be computed again.
    ///
    /// - Parameters:
    ///   - store: the run's.
    ///   - header: what the new file says of itself.
    ///   - tokens: the samples that the scene is to have; others are not taken over.
    ///   - leases: only files of these leases are taken over; nil for all. A scene that was put back because its file is damaged
    ///     names none.
    ///   - level: LZ4 level of the frames to come.
    /// - Throws: as `init(in:header:level:)`; a failed copy keeps all earlier files as they were.
    public convenience init(
        in store: any RunStore,
        header: SceneFileHeader,
        adoptingFor tokens: [String],
        ofLeases leases: [Int64]? = nil,
        level: Int = SceneFileWriter.defaultLevel
    ) throws {
        let wanted = Set(tokens)
        try self.init(in: store, header: header, level: level)
        // A late worker of an earlier lease may give its file its final name between the look and the copy.
        for _ in 0..<2 {
            guard let best = try Self.bestEarlierFile(in: store, header: header, wanted: wanted, leases: leases)
            else { return }
            guard var walker = try? SceneFileWalker(store.open(best.file.key), path: best.file.path) else { continue }
            var copied = 0
            while copied < best.wanted, let (entry, frame) = Self.nextWhole(&walker) {
                guard wanted.contains(entry.token) else { continue }
                try adopt(entry, frame: frame)
                copied += 1
            }
            if copied > 0 { adoption = (best.file.lease, copied) }
            return
        }
    }

    /// Most earlier files that are looked into, newest first; a scene that many leases lost has another problem.
    private static let filesLookedInto = 16

    private static func bestEarlierFile(
        in store: any RunStore,
        header: SceneFileHeader,
        wanted: Set<String>,
        leases: [Int64]?
    ) throws -> (file: SceneFileListing, wanted: Int)? {
        // Most scenes are done by their first lease: nothing lies before it.
        guard header.lease > 1, leases != [] else { return nil }
        var best: (file: SceneFileListing, wanted: Int)?
        let earlier = try store.sceneFiles(of: header.scene)
            .filter { $0.lease < header.lease && leases?.contains($0.lease) ?? true }
            .sorted { ($0.lease, $0.isFinished ? 1 : 0) > ($1.lease, $1.isFinished ? 1 : 0) }
        for file in earlier.prefix(filesLookedInto) {
            guard let found = try recovered(file, in: store), header.canAdopt(from: found.header),
                found.header.lease == file.lease
            else { continue }
            let count = found.entries.count { wanted.contains($0.token) }
            if count > best?.wanted ?? 0 { best = (file, count) }
        }
        return best
    }

    /// What a file holds; nil where it vanished, is damaged or does not answer, and so has nothing to adopt.
    private static func recovered(
        _ file: SceneFileListing,
        in store: any RunStore
    ) throws -> (header: SceneFileHeader, entries: [SampleEntry])? {
        do {
            let found = try SceneFileReader.recover(store.open(file.key), path: file.path)
            return (found.header, found.entries)
        } catch let error as FileError where error.isNotAllowed {
            throw error
        } catch {
            return nil
        }
    }

    /// The next whole sample; nil where the whole part of the file ends.
    private static func nextWhole(_ walker: inout SceneFileWalker) -> (SampleEntry, [UInt8])? {
        guard case .sample(let entry, let frame, _)? = try? walker.next() else { return nil }
        return (entry, frame)
    }
}
