import Foundation
import SystemSupport

/// A program that the suite started.
///
/// All of them stand in one process group, which the `Caretaker` ends when this process is gone, however it went.
final class Child {
    /// How a program ended.
    enum Ending: Equatable {
        case exit(Int32)
        case signal(Int32)
    }

    /// Bytes of a log that are looked at.
    private static let longestLog = 16 << 20

    let processID: pid_t
    /// Standard output; nil where both went to `log`.
    let output: String?
    /// Standard error, or both.
    let log: String
    /// The group that children join; set once the caretaker runs.
    static var group: pid_t = 0
    private var ending: Ending?

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - command: path and arguments.
    ///   - environment: changes to this process's environment; nil removes a variable.
    ///   - log: a file that standard error is appended to, and standard output too where `output` is nil.
    init(
        _ command: [String],
        environment: [String: String?] = [:],
        log: String,
        output: String? = nil,
        leadsGroup: Bool = false
    ) throws {
        self.output = output
        self.log = log
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let appending = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, log, appending, 0o644)
        if let output {
            posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 2, 1)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        sigfillset(&all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, leadsGroup ? 0 : Self.group)
        // From spawn.h: SETPGROUP 2, SETSIGDEF 4, SETSIGMASK 8.
        posix_spawnattr_setflags(&attributes, 2 | 4 | 8)
        var variables = ProcessInfo.processInfo.environment
        for (name, value) in environment { variables[name] = value }
        var child: pid_t = 0
        let status = Self.withCStrings(command) { arguments in
            Self.withCStrings(variables.map { "\($0)=\($1)" }) {
                posix_spawnp(&child, command[0], &actions, &attributes, arguments, $0)
            }
        }
        guard status == 0 else {
            throw ChaosFailure("cannot start \(command[0]): \(String(cString: strerror(status)))")
        }
        processID = child
    }

    /// How it ended; nil while it lives.
    func poll() -> Ending? {
        if let ending { return ending }
        var status: Int32 = 0
        guard waitpid(processID, &status, WNOHANG) == processID else { return nil }
        let signal = status & 0x7f
        ending = signal == 0 ? .exit((status >> 8) & 0xff) : .signal(signal)
        return ending
    }

    var isRunning: Bool { poll() == nil }

    /// Sends a signal, if it lives.
    func send(_ signal: Int32) {
        if isRunning { kill(processID, signal) }
    }

    /// Whether it is stopped (state T).
    var isStopped: Bool {
        let stat = (try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8)) ?? ""
        return stat.split(separator: ")").last?.split(separator: " ").first == "T"
    }

    /// Ends it at once and waits.
    func end() {
        guard isRunning else { return }
        kill(processID, SIGKILL)
        kill(processID, SIGCONT)
        let deadline = MonotonicClock.nowSeconds + 10
        while isRunning && MonotonicClock.nowSeconds < deadline { usleep(5000) }
    }

    /// What it has said so far.
    var said: String { Self.text(log) }
    var written: String { output.map(Self.text) ?? "" }

    /// How often a phrase stands in its log.
    func count(of phrase: String) -> Int { said.components(separatedBy: phrase).count - 1 }

    private static func text(_ path: String) -> String {
        guard let handle = FileHandle(forReadingAtPath: path) else { return "" }
        defer { try? handle.close() }
        return String(decoding: (try? handle.read(upToCount: longestLog)) ?? Data(), as: UTF8.self)
    }

    private static func withCStrings<R>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> R
    ) -> R {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
