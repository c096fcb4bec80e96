internal import CommandSupport
internal import Logging

/// Writes what is logged as one JSON object a line (`docs/metrics.md`).
struct JSONLogHandler: LogHandler {
    var metadata = Logger.Metadata()
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.info
    private let label: String
    private let write: @Sendable (String) -> Void

    /// Makes a handler.
    ///
    /// - Parameter write: takes a line; by default standard error's writer, so that whoever logs waits for nobody.
    init(label: String, write: @escaping @Sendable (String) -> Void = { LineWriter.standardError.write($0) }) {
        self.label = label
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error { all["error"] = "\(error)" }
        let line = LogLine(
            level: event.level.rawValue,
            logger: label,
            message: "\(event.message)",
            metadata: all.mapValues { "\($0)" }
        )
        write(line.json)
    }
}
