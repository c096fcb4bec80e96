internal import ArgumentParser

/// What the exit code of every command means; scripts and batch systems rely on it.
enum ExitStatus {
    /// Everything that was asked for is done.
    static let done = ExitCode(0)
    /// Some scenes failed; the others are done.
    static let someScenesFailed = ExitCode(1)
    /// The command line, the dataset or the model package is at fault.
    static let configuration = ExitCode(2)
    /// The environment is at fault: database, disk, a worker that cannot live.
    static let environment = ExitCode(3)
    /// Interrupted by the user; the same command goes on where it stopped.
    static let interrupted = ExitCode(130)
}
