internal import CommandSupport
internal import Storage
internal import SystemSupport

/// Files of a run that nobody needs any more: those of leases before a scene's accepted one, and what the accepted lease left unfinished.
///
/// Files of scenes without an accepted result stay, because the next lease takes their samples over; files of later leases too, because a worker may
/// be writing them.
struct SupersededFiles {
    /// An accepted file as a manifest or a queue has it.
    struct Accepted {
        let scene: String
        let lease: Int64
        let byteCount: Int
    }

    /// What can go.
    let files: [SceneFileListing]
    /// Scenes whose accepted file is not there in its size: an earlier one may be all that is left, so nothing of them goes.
    let lackingScenes: [String]

    /// Looks at a run's files.
    ///
    /// - Throws: `FileError`, `StorageError`.
    init(in store: any RunStore, accepted: [Accepted]) throws {
        let lacking = try accepted.filter {
            try store.byteCount(of: SceneFileKey(scene: $0.scene, lease: $0.lease)) != $0.byteCount
        }
        lackingScenes = lacking.map(\.scene)
        let hurt = Set(lackingScenes)
        files = try store.garbage(
            accepted: Dictionary(
                accepted.filter { !hurt.contains($0.scene) }.map { ($0.scene, $0.lease) },
                uniquingKeysWith: max
            )
        )
    }

    /// Accepted files by a run's manifest.
    static func accepted(_ manifest: RunManifest) -> [Accepted] {
        manifest.done.map { Accepted(scene: $0.name, lease: $0.lease ?? 0, byteCount: $0.byteCount ?? -1) }
    }

    /// Lists the files, and removes them unless it is a look only; one after the other, so that a stop leaves the rest.
    ///
    /// - Returns: bytes of the files.
    func perform(in store: any RunStore, removes: Bool) throws -> Int {
        for scene in lackingScenes {
            Terminal.say("warning: the file of scene \(scene) is missing or cut off; nothing of that scene is removed")
        }
        for file in files {
            Terminal.output("\(file.path)\n")
            guard removes else { continue }
            KillPoint.reached(.beforeRemoval, scene: file.scene)
            try store.remove(file.key)
            KillPoint.reached(.afterRemoval, scene: file.scene)
        }
        return files.reduce(0) { $0 + $1.byteCount }
    }
}
