internal import JobQueue
internal import OccInference
internal import RunContract
internal import Storage

/// Every format that this program writes for others to read later, with its version: the one place that knows them all.
public enum StoredFormats {
    /// A format and the version that is written; every lower version is read too.
    public struct Format: Sendable, Equatable {
        /// What is stored in it.
        public let name: String
        /// The version that this program writes.
        public let version: Int
    }

    /// All of them.
    public static let all = [
        Format(name: "scene file", version: SceneFileHeader.formatVersion),
        Format(name: "manifest (run.json)", version: RunManifest.currentFormatVersion),
        Format(name: "model package", version: ModelPackage.formatVersion),
        Format(name: "run settings", version: RunSettings.currentFormatVersion),
        Format(name: "scene payload", version: ScenePayload.formatVersion),
        Format(name: "queue schema", version: JobQueue.latestSchemaVersion),
    ]

    /// What `--version` prints: the program with its version, then a line a format.
    public static func text(of program: String, ending: String = "\n") -> String {
        let width = all.map(\.name.count).max() ?? 0
        let lines = all.map { format in
            format.name + String(repeating: " ", count: width - format.name.count) + "  \(format.version)"
        }
        return (["\(program) \(BuildInformation.version)"] + lines).joined(separator: "\n") + ending
    }
}
