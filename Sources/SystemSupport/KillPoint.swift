internal import Glibc
internal import Synchronization

/// Named places between two steps that must be safe to be cut apart; a test ends or stops the process exactly there.
///
/// Armed by one environment variable, `OCC_KILL_POINT=NAME[,after=N][,scene=NAME][,signal=KILL]`: the process sends itself the signal
/// (`KILL`, `STOP`, `SEGV`, `ABRT`, `ILL`, `TRAP`, `BUS`, `FPE`, `TERM`) at the Nth passage of the point, counting only passages for the
/// scene where one is named. Unset, a passage costs one comparison. Described in `docs/chaos.md`.
public enum KillPoint: String, CaseIterable, Sendable {
    // Storage: a scene file, in the order of its writing.
    case runFolderMade = "run-folder.made"
    case sceneFileCreated = "scene-file.created"
    /// Half of a sample's bytes are in the file.
    case sampleTorn = "scene-file.sample-torn"
    case sampleWritten = "scene-file.sample-written"
    case sceneFileBeforeSync = "scene-file.before-fsync"
    case sceneFileAfterSync = "scene-file.after-fsync"
    case sceneFileRenamed = "scene-file.after-rename"
    case sceneFileHalfDurable = "scene-file.between-folder-fsyncs"
    case sceneFilePublished = "scene-file.published"

    // Storage: `run.json`.
    case manifestBeforeSync = "manifest.before-fsync"
    case manifestAfterSync = "manifest.after-fsync"
    case manifestRenamed = "manifest.after-rename"
    case manifestPublished = "manifest.published"

    // Every other file that is written whole or not at all: exports, model packages.
    case fileBeforeSync = "file.before-fsync"
    case fileAfterSync = "file.after-fsync"
    case fileRenamed = "file.after-rename"
    case filePublished = "file.published"

    // A worker: before and after each commit that it asks for.
    case beforeRegister = "worker.before-register"
    case afterRegister = "worker.after-register"
    case beforeHeartbeat = "worker.before-heartbeat"
    case afterHeartbeat = "worker.after-heartbeat"
    case beforeClaim = "worker.before-claim"
    case afterClaim = "worker.after-claim"
    case sceneStarted = "worker.scene-started"
    case beforeProgress = "worker.before-progress"
    case afterProgress = "worker.after-progress"
    case beforeComplete = "worker.before-complete"
    case afterComplete = "worker.after-complete"
    case beforeFail = "worker.before-fail"
    case afterFail = "worker.after-fail"
    case beforeRelease = "worker.before-release"
    case afterRelease = "worker.after-release"
    case beforeRetire = "worker.before-retire"
    case afterRetire = "worker.after-retire"

    // The scheduler: a submission, and the removal of files.
    case beforeSubmit = "submit.before"
    case sceneSubmitted = "submit.scene"
    case submitBeforeCommit = "submit.before-commit"
    case submitAfterCommit = "submit.after-commit"
    case beforeRemoval = "gc.before-remove"
    case afterRemoval = "gc.after-remove"

    /// Notes that the process is at a point; returns unless it is armed and due.
    ///
    /// - Parameter scene: the scene that is worked on, where the point belongs to one.
    @inline(__always)
    public static func reached(_ point: KillPoint, scene: @autoclosure () -> String? = nil) {
        guard let armed else { return }
        armed.reached(point, scene: scene())
    }

    /// Whether a point is the armed one, for a caller that must do something half before it.
    public static func isArmed(_ point: KillPoint) -> Bool { armed?.point == point }

    private static let armed = Armed.fromEnvironment()

    private final class Armed: Sendable {
        let point: KillPoint
        private let scene: String?
        private let signal: Int32
        private let passagesLeft: Atomic<Int>

        init(point: KillPoint, passage: Int, scene: String?, signal: Int32) {
            self.point = point
            self.scene = scene
            self.signal = signal
            passagesLeft = Atomic(passage)
        }

        func reached(_ point: KillPoint, scene: String?) {
            guard point == self.point, self.scene == nil || scene == self.scene else { return }
            guard passagesLeft.subtract(1, ordering: .relaxed).newValue == 0 else { return }
            complain("kill point \(point.rawValue): signal \(signal)")
            Glibc.signal(signal, SIG_DFL)
            // To this thread and not to the process: the kernel could hand that to another thread, and this one would get past the
            // point before it stops. Dispatch's threads block most signals.
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, signal)
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            raise(signal)
            if signal != SIGSTOP { while true { pause() } }
        }

        private static let signals: [String: Int32] = [
            "KILL": SIGKILL, "STOP": SIGSTOP, "SEGV": SIGSEGV, "ABRT": SIGABRT, "ILL": SIGILL, "TRAP": SIGTRAP,
            "BUS": SIGBUS, "FPE": SIGFPE, "TERM": SIGTERM,
        ]

        /// Reads the variable; a wrong one ends the process, because a test that kills nothing would pass.
        static func fromEnvironment() -> Armed? {
            guard let value = getenv("OCC_KILL_POINT"), value.pointee != 0 else { return nil }
            let text = String(cString: value)
            let parts = text.split(separator: ",").map(String.init)
            guard let point = parts.first.flatMap(KillPoint.init(rawValue:)) else { refuse(text) }
            var passage = 1
            var scene: String?
            var signal = SIGKILL
            for part in parts.dropFirst() {
                let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
                switch pair.first {
                case "after" where Int(pair.last ?? "").map { $0 >= 1 } == true: passage = Int(pair[1]) ?? 1
                case "scene" where pair.count == 2: scene = pair[1]
                case "signal" where signals[pair.last ?? ""] != nil: signal = signals[pair[1]] ?? SIGKILL
                default: refuse(text)
                }
            }
            return Armed(point: point, passage: passage, scene: scene, signal: signal)
        }

        private static func refuse(_ text: String) -> Never {
            complain(
                "OCC_KILL_POINT='\(text)' is not NAME[,after=N][,scene=NAME][,signal=NAME]; names stand in docs/chaos.md"
            )
            _exit(2)
        }
    }

    private static func complain(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
