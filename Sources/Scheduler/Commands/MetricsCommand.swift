internal import ArgumentParser
internal import CommandSupport
internal import JobQueue
internal import Monitoring
internal import PostgresClient

/// `occ-scheduler metrics`: figures of runs and workers for Prometheus.
struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Show figures of runs and workers in Prometheus' text format: once, over HTTP, or as a file.",
        discussion: """
            Example: occ-scheduler metrics --database postgresql://db.local/occ
            Example: occ-scheduler metrics --listen 127.0.0.1:9465
            Example: occ-scheduler metrics --textfile /var/lib/prometheus/node-exporter/occ.prom --every 15
            docs/metrics.md lists them. The database is only read, each statement for 5 s at most. --listen and --every go on until told \
            to stop (130); a database that does not answer then shows as occ_database_up 0. A port that is taken ends with 3.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Option(
        help: ArgumentHelp(
            "Output folder of a local run; its private database is used if it has one and no other is given.",
            valueName: "dir"
        )
    )
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Answer GET /metrics there; a port alone is one of this machine, port 0 any that is free.",
            valueName: "host:port"
        )
    )
    var listen: String?

    @Option(help: ArgumentHelp("Write to this file, for node_exporter; must end in .prom.", valueName: "file"))
    var textfile: String?

    @Option(help: ArgumentHelp("With --textfile: write again and again, so far apart.", valueName: "seconds"))
    var every: Int?

    @OptionGroup var logs: LogOptions

    func validate() throws {
        if listen != nil, textfile != nil { throw ValidationError("--listen and --textfile exclude each other") }
        guard let every else { return }
        guard textfile != nil else { throw ValidationError("--every is for --textfile") }
        try NumberRange.require(every, in: 1...3600, "--every")
    }

    func run() async throws {
        // The port first: what cannot be had is known before anything is begun.
        let endpoint = try listen.map { try MetricsEndpoint($0, option: "--listen") }
        let file = try textfile.map { try MetricsFile($0, option: "--textfile") }
        let isService = endpoint != nil || every != nil
        let signals = isService ? SignalWatcher.takeOver() : nil
        try await RunDatabase.use(databaseOptions, output: output, access: .reading) { queue, isRunActive in
            guard isRunActive || !isService else {
                throw CommandFailure(
                    .environment,
                    "nobody works on this folder now, and a private database that is kept open keeps `occ-scheduler run` out:"
                        + " leave out --listen and --every, or start this while a run goes on"
                )
            }
            let watch = QueueWatch { try await queue.reading() }
            if let endpoint {
                endpoint.start(watch.lookWaiting)
                Terminal.say(endpoint.announcement)
                defer { endpoint.stop() }
                while true { try await Self.pause(seconds: 3600, signals) }
            }
            guard let every, let file else {
                var families = QueueFamilies()
                let shown = families.families(try await queue.reading())
                if let file { try file.write(shown) } else { Terminal.output(Exposition.text(shown)) }
                return
            }
            while true {
                try file.write(await watch.look())
                try await Self.pause(seconds: every, signals)
            }
        }
    }

    /// Waits; a signal ends the command.
    private static func pause(seconds: Int, _ signals: SignalWatcher?) async throws {
        for _ in 0..<(seconds * 10) {
            if signals?.isInterrupted ?? false { throw CommandFailure(.interrupted, "told to stop") }
            try await Task.sleep(nanoseconds: 100_000_000)
        }
    }
}
