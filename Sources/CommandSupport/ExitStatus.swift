/// What the exit code of every command means; scripts and batch systems rely on it.
public enum ExitStatus: Int32, Error, Sendable {
    /// Everything that was asked for is done.
    case done = 0
    /// Some scenes failed or were found damaged; the others are done.
    case someScenesFailed = 1
    /// The command line, the dataset or the model package is at fault.
    case configuration = 2
    /// The environment is at fault: database, disk, workers that cannot live.
    case environment = 3
    /// Interrupted by the user; the same command goes on where it stopped.
    case interrupted = 130
}
