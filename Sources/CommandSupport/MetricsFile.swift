internal import Foundation
public import Monitoring
internal import SystemSupport

/// A file of figures for node_exporter's textfile collector, replaced as a whole.
public struct MetricsFile: Sendable {
    private let path: String

    /// Names the file; nothing is written yet.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - option: the option that gave it.
    /// - Throws: `CommandFailure` (configuration) for a name that node_exporter does not read, or a folder that is not there.
    public init(_ path: String, option: String) throws {
        let absolute = Paths.absolute(path)
        guard absolute.hasSuffix(".prom") else {
            throw CommandFailure(
                .configuration,
                "\(option): '\(path)' does not end in .prom; node_exporter reads no other files"
            )
        }
        let folder = (absolute as NSString).deletingLastPathComponent
        guard try Folders.isPresent(folder) else {
            throw CommandFailure(.configuration, "\(option): there is no folder '\(folder)'; make it first")
        }
        self.path = absolute
    }

    /// Writes the figures.
    ///
    /// - Throws: `FileError`.
    public func write(_ families: [MetricFamily]) throws {
        try AtomicFile.write(Exposition.text(families), to: path, mode: 0o644)
    }

    /// Removes the file.
    public func remove() { unlink(path) }
}
