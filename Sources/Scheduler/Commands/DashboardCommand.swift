internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import HTTPService
internal import JobQueue
internal import PostgresClient
internal import SystemSupport

/// `occ-scheduler serve`: runs, scenes and comparisons in a browser.
struct DashboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Show runs, scenes and comparisons in a browser, and steer runs where that is allowed.",
        discussion: """
            Example: occ-scheduler serve --database postgresql://db.local/occ
            Example: occ-scheduler serve --output out --listen 127.0.0.1:9466
            Example: occ-scheduler serve --listen 0.0.0.0:9466 --token-file dashboard.token --host occ.example.org
            docs/dashboard.md lists the pages and what is refused. The database is only read, each statement for 5 s at most, unless \
            --allow-actions is given. It goes on until told to stop (130). A port that is taken ends with 3. HTTP is not encrypted: for other \
            machines put a proxy with TLS in front.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Option(
        help: ArgumentHelp(
            "Output folder of the runs as this host sees it (default: where each run says it is); its private database is used if it has one and no other is given.",
            valueName: "dir"
        )
    )
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Where to listen; a port alone is one of this machine, port 0 any that is free. Addresses that others reach need --token-file.",
            valueName: "host:port"
        )
    )
    var listen: String = "127.0.0.1:9466"

    @Option(
        help: ArgumentHelp(
            "File with one line of 20 characters or more that whoever looks must know; no other user may read it.",
            valueName: "file"
        )
    )
    var tokenFile: String?

    @Option(
        name: .customLong("host"),
        help: ArgumentHelp("Another name that leads here, as a proxy passes it on; may be repeated.", valueName: "name")
    )
    var hosts: [String] = []

    @Flag(help: "Let whoever looks pause, unpause, cancel and retry.")
    var allowActions = false

    @OptionGroup var logs: LogOptions

    func validate() throws {
        for host in hosts where !Self.isHost(host) {
            throw ValidationError("--host '\(host)': write a name, or a name and a port, as occ.example.org:8443")
        }
    }

    static func isHost(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"): true
                default: false
                }
            }
    }

    func run() async throws {
        // The port and the token first: what cannot be had is known before anything is begun.
        let listener = try Self.listener(listen, hasToken: tokenFile != nil)
        let gate = DashboardGuard(
            listens: listener.address,
            hosts: hosts.map { $0.lowercased() },
            token: try tokenFile.map(Self.token),
            allowsActions: allowActions,
            formToken: Secret.random()
        )
        let signals = SignalWatcher.takeOver()
        let access: PostgresConfiguration.Access = allowActions ? .writing : .reading
        try await RunDatabase.use(databaseOptions, output: output, access: access, isForPages: true) {
            queue,
            isRunActive in
            if !isRunActive {
                Terminal.say(
                    "note: while this program keeps the private database open, `occ-scheduler run` cannot use the folder"
                )
            }
            let service = DashboardService(queue, gate, output: output.map(Paths.absolute))
            listener.start(handing: { request, reply in
                Task { reply(await service.answer(request)) }
            })
            defer { listener.stop() }
            Terminal.say(Self.announcement(gate))
            while !signals.isInterrupted { try await Task.sleep(nanoseconds: 50_000_000) }
        }
        throw CommandFailure(.interrupted, "told to stop")
    }

    private static func listener(_ text: String, hasToken: Bool) throws -> HTTPListener {
        do {
            let address = try ListenAddress(text)
            guard address.isLoopback || hasToken else {
                throw CommandFailure(
                    .configuration,
                    "--listen: others reach \(address), so --token-file FILE is needed; docs/dashboard.md says how to make one"
                )
            }
            return try HTTPListener(address, limits: .pages)
        } catch let flaw as ListenAddress.Flaw {
            throw CommandFailure(.configuration, "--listen: \(flaw)")
        } catch let failure as HTTPListener.Failure {
            throw CommandFailure(.environment, "--listen: \(failure)")
        }
    }

    private static func announcement(_ gate: DashboardGuard) -> String {
        "dashboard: http://\(gate.listens)/"
            + (gate.token == nil ? ", for every user of this machine" : ", for whoever knows the token")
            + (gate.allowsActions ? "; actions are allowed" : "")
    }

    /// The token that a file holds.
    ///
    /// - Throws: `CommandFailure` for a file that others may read, or that holds no token; `FileError`. No error holds anything of it.
    static func token(inFile path: String) throws -> String {
        func refused(_ found: String) -> CommandFailure {
            CommandFailure(
                .configuration,
                "--token-file '\(path)' \(found); make one with: (umask 077; openssl rand -hex 32 > \(path))"
            )
        }
        let file = try MappedFile(path: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? 0
        guard mode & 0o007 == 0 else { throw refused("may be read or written by every user") }
        guard file.count <= 8192, let text = file.withBytes({ String(validating: $0, as: UTF8.self) }) else {
            throw refused("holds no line of text")
        }
        var token = Substring(text)
        while token.last?.isNewline ?? false { token.removeLast() }
        guard (20...4096).contains(token.utf8.count), token.utf8.allSatisfy({ (33...126).contains($0) }) else {
            throw refused("holds no single line of 20 to 4096 printable characters without blanks")
        }
        return String(token)
    }
}
