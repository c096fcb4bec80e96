internal import Storage

/// Whole scene files that a queue does not count, so that no manifest ever forgets them.
///
/// A queue may lack a result whose file is there: a worker was killed between its file and its report, the run was cancelled in
/// that moment, or the database was restored from an older backup.
struct KeptScenes {
    private let directory: any RunStore

    init(_ directory: any RunStore) {
        self.directory = directory
    }

    /// Makes done scenes of those that have a whole file but no result in a manifest that is about to be written.
    ///
    /// - Throws: `FileError` where the folder cannot be listed.
    func add(to manifest: inout RunManifest) throws {
        let done = Set(manifest.scenes.lazy.filter { $0.state == .done }.map(\.name))
        let files = try directory.sceneFiles().filter { $0.isFinished && !done.contains($0.scene) }
        guard !files.isEmpty else { return }
        let before = (try? directory.readManifest())?.scenes.filter { $0.state == .done } ?? []
        let former = Dictionary(before.map { ($0.name, $0) }) { first, _ in first }
        let places = Dictionary(manifest.scenes.enumerated().map { ($1.name, $0) }) { first, _ in first }
        var tokens = Set(manifest.scenes.flatMap(\.sampleTokens))
        for (scene, files) in Dictionary(grouping: files, by: \.scene).sorted(by: { $0.key < $1.key }) {
            guard let kept = kept(files, former: former[scene], manifest), tokens.isDisjoint(with: kept.sampleTokens)
            else { continue }
            tokens.formUnion(kept.sampleTokens)
            if let place = places[scene] {
                manifest.scenes[place] = kept
            } else {
                manifest.scenes.append(kept)
            }
        }
    }

    /// The row that the manifest had, else that of the newest whole file.
    private func kept(_ files: [SceneFileListing], former: RunManifest.Scene?, _ manifest: RunManifest)
        -> RunManifest.Scene?
    {
        if let former, let name = former.fileName,
            files.contains(where: { $0.key == SceneFileKey(fileName: name) && $0.byteCount == former.byteCount })
        {
            return former
        }
        for file in files.sorted(by: { $0.lease > $1.lease }) {
            guard let whole = try? WholeSceneFile(file, in: directory),
                whole.header.modelDigest == manifest.modelDigest,
                whole.header.precision == manifest.precision
            else { continue }
            return whole.manifestScene(metrics: nil)
        }
        return nil
    }
}
