internal import CommandSupport
internal import Scenes
internal import Storage

/// Which samples `picture` draws, and into which files.
struct PicturePlan: Equatable {
    /// A picture to make.
    struct File: Equatable {
        let token: String
        let path: String
    }

    /// The scene that all of them are of.
    let scene: RunManifest.Scene
    let files: [File]

    /// Chooses samples: every one of a scene, the one that was named, or the first.
    ///
    /// - Parameters:
    ///   - scene: name of the scene; nil is the first that has what is wanted.
    ///   - sample: token of the sample; nil is the scene's first.
    ///   - index: place of the sample in its scene from 0, in place of a token.
    ///   - all: whether every sample of the scene is drawn.
    ///   - target: the picture, or the folder for all of them, absolute.
    /// - Throws: `CommandFailure` (`configuration`) for what the run does not have, and for a token that is no name of a file.
    init(_ manifest: RunManifest, scene: String?, sample: String?, index: Int? = nil, all: Bool, target: String)
        throws
    {
        if let scene, !manifest.scenes.contains(where: { $0.name == scene }) {
            throw SampleList.noScene(scene, in: manifest)
        }
        let candidates = manifest.done.filter { candidate in
            (scene.map { $0 == candidate.name } ?? true) && !candidate.sampleTokens.isEmpty
        }
        guard let found = candidates.first(where: { sample.map($0.sampleTokens.contains) ?? true }),
            let first = found.sampleTokens.first
        else {
            let place = scene.map { "scene '\($0)' of run '\(manifest.run)'" } ?? "run '\(manifest.run)'"
            throw CommandFailure(
                .configuration,
                sample.map { "\(place) has no finished sample '\($0)'" }
                    ?? scene.map { "scene '\($0)' of the run is not done" } ?? "no scene of the run is done"
            )
        }
        self.scene = found
        if let index, !found.sampleTokens.indices.contains(index) {
            throw CommandFailure(
                .configuration,
                "scene '\(found.name)' has no sample of index \(index); its indices are 0 to \(found.sampleTokens.count - 1)"
            )
        }
        guard all else {
            files = [File(token: sample ?? index.map { found.sampleTokens[$0] } ?? first, path: target)]
            return
        }
        // As many digits as the last index has, so that names sort as samples do.
        let digits = max(2, "\(found.sampleTokens.count - 1)".count)
        files = try found.sampleTokens.enumerated().map { index, token in
            guard PlainName.isUsable(token) else {
                throw CommandFailure(
                    .configuration,
                    "the token '\(token)' of scene '\(found.name)' is no name of a file; draw it with --sample and --to FILE"
                )
            }
            let number = String(repeating: "0", count: digits - "\(index)".count) + "\(index)"
            return File(token: token, path: "\(target)/\(number)-\(token).png")
        }
    }
}
