internal import MCAPFiles
internal import Scenes

/// Makes a manifest of the recordings of one log (docs/import-log.md).
public struct LogImport {
    /// When keyframes are.
    public enum Moments: Hashable, Sendable {
        /// So many a second, at pictures of the camera in front, or of the first by name.
        case rate(Double)
        /// At the messages of a topic.
        case anchor(topic: String)
    }

    /// A recording: where it is, and its path from the manifest's folder on.
    public struct Recording: Hashable, Sendable {
        /// The path by which it is opened.
        public var path: String
        /// The path that stands in the manifest.
        public var name: String

        /// Makes a recording from its paths.
        public init(path: String, name: String) { (self.path, self.name) = (path, name) }
    }

    /// What was made.
    public struct Outcome: Sendable {
        /// The manifest, JSON Lines.
        public let manifest: [UInt8]
        /// Samples in it.
        public let sampleCount: Int
        /// Pictures of each camera in it.
        public let pictureCounts: [String: Int]
        /// What people should know: what is left out and why, what was passed over.
        public let notes: [String]
    }

    let configuration: LogConfiguration
    let moments: Moments
    let scene: String

    /// Makes an import.
    ///
    /// - Throws: `LogImportError` for what is wrong with the configuration.
    public init(_ configuration: LogConfiguration, moments: Moments, scene: String) throws(LogImportError) {
        try configuration.judge()
        if case .rate(let rate) = moments, !(0.001...100).contains(rate) {
            throw LogImportError("\(rate) keyframes a second; write 0.001 to 100")
        }
        guard PlainName.isUsable(scene), scene.utf8.count <= 180 else {
            throw LogImportError("\"\(scene.prefix(80))\" cannot be the name of a scene: 1 to 180 bytes, no slash")
        }
        self.configuration = configuration
        self.moments = moments
        self.scene = scene
    }

    /// Reads the recordings, in the order of their time, and makes the manifest.
    ///
    /// Memory is that of one chunk, and some 60 bytes a picture and a pose.
    ///
    /// - Throws: `LogImportError`; `FileError`; `MCAPError` for a file that is no recording, after `path` was told.
    public func run(_ recordings: [Recording]) throws -> Outcome {
        let ordered = try Self.ordered(recordings)
        var anchorTopic: String?
        if case .anchor(let topic) = moments { anchorTopic = topic }
        var contents = LogContents(configuration, anchor: anchorTopic)
        for (number, recording) in ordered.enumerated() {
            try contents.read(try Self.open(recording.path), path: recording.path, number: number)
        }
        contents.sort()
        return try make(contents, ordered.map(\.name))
    }

    /// The recordings in the order of their first message.
    private static func ordered(_ recordings: [Recording]) throws -> [Recording] {
        var timed: [(time: Int64, recording: Recording)] = []
        for recording in recordings {
            guard !timed.contains(where: { $0.recording.path == recording.path }) else {
                throw LogImportError("'\(recording.path)' is named twice")
            }
            let file = try open(recording.path)
            let known = file.summary?.statistics.flatMap { $0.messages > 0 ? $0.times_ns?.lowerBound : nil }
            let time = try known ?? MCAPPass(file).next()?.logTime_ns ?? 0
            timed.append((time, recording))
        }
        return timed.sorted { ($0.time, $0.recording.path) < ($1.time, $1.recording.path) }.map(\.recording)
    }

    private static func open(_ path: String) throws -> MCAPFile {
        do { return try MCAPFile(path: path) } catch let error as MCAPError {
            throw LogImportError("'\(path)': \(error)")
        }
    }
}
