internal import CommandSupport
internal import Foundation
internal import Logging
internal import Monitoring
internal import Synchronization
internal import SystemSupport

/// Where a worker's meters are shown: a port, a file, both or neither.
final class MeterOutlets: Sendable {
    /// Seconds from one writing of the file to the next.
    private static let fileIntervalSeconds = 15

    private let endpoint: MetricsEndpoint?
    private let file: MetricsFile?
    private let hasEnded = Mutex(false)

    /// Takes the port and judges the file's name, before anything else is begun.
    ///
    /// - Parameters:
    ///   - listen: `HOST:PORT`.
    ///   - file: the file's path.
    /// - Throws: `CommandFailure`.
    init(listen: String?, file: String?) throws {
        endpoint = try listen.map { try MetricsEndpoint($0, option: "--metrics") }
        self.file = try file.map { try MetricsFile($0, option: "--metrics-file") }
    }

    /// Begins to show meters, on threads of its own.
    func open(_ meters: WorkerMeters, logger: Logger) {
        if let endpoint {
            endpoint.start { Self.families(meters) }
            logger.info("\(endpoint.announcement)")
        }
        guard file != nil else { return }
        let thread = Thread { [self] in
            while !hasEnded.withLock({ $0 }) {
                write(meters, logger)
                for _ in 0..<(Self.fileIntervalSeconds * 10) where !hasEnded.withLock({ $0 }) { usleep(100_000) }
            }
        }
        thread.name = "metrics"
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Stops showing them.
    ///
    /// - Parameter leavesFile: whether the last figures stay in the file: those of a worker that leaves for trouble tell of it.
    func close(_ meters: WorkerMeters, leavesFile: Bool, logger: Logger) {
        endpoint?.stop()
        hasEnded.withLock { hasEnded in
            hasEnded = true
            if leavesFile { writeHolding(meters, logger) } else { file?.remove() }
        }
    }

    private static func families(_ meters: WorkerMeters) -> [MetricFamily] {
        WorkerFamilies.families(meters.reading, now: MonotonicClock.nowSeconds)
    }

    private func write(_ meters: WorkerMeters, _ logger: Logger) {
        hasEnded.withLock { if !$0 { writeHolding(meters, logger) } }
    }

    /// Writes the file; what is wrong with it is no reason to stop the work.
    private func writeHolding(_ meters: WorkerMeters, _ logger: Logger) {
        do {
            try file?.write(Self.families(meters))
        } catch {
            logger.warning("the metrics file is not written", metadata: ["error": "\(error)"])
        }
    }
}
