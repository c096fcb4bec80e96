public import Scenes

/// The rigs of a manifest, without its scenes.
public enum ManifestRigs {
    /// Whether a manifest is refused for the camera's mount unless it says `"unusual": true`.
    public static func isUnusual(_ camera: CameraFrame) -> Bool {
        MountCheck.flaw(of: camera.sensorToEgo, groundHeight_m: 0) != nil
    }

    /// The cameras of a manifest's first rig, without pictures; a file of `manifest` and `rig` lines alone will do.
    ///
    /// - Throws: `DatasetProblem` for the first line that is wrong, or where no rig is found before the first scene.
    public static func first(in file: String) throws(DatasetProblem) -> [CameraFrame] {
        let reader = try ManifestLineReader(file)
        while let line = try reader.next() {
            guard let place = line.first("kind"), line.isText(place) else {
                throw line.problem(
                    .missingKey,
                    key: "kind",
                    found: "the key is missing",
                    advice: "every line has \"kind\": manifest, rig, scene or sample"
                )
            }
            switch line.text(place) {
            case "manifest": continue
            case "rig": return try ManifestRig(line, folder: "").cameras.map(\.frame)
            default:
                throw line.problem(
                    .brokenManifest,
                    at: place,
                    found: "a \(line.text(place)) line comes before any rig",
                    advice: "write a rig line first"
                )
            }
        }
        throw DatasetProblem(
            .brokenManifest,
            file: file,
            found: "the file has no rig",
            advice: "write a rig line (docs/manifest.md)"
        )
    }
}
