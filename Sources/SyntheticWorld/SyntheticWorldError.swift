/// Why a synthetic dataset could not be made; the text says what was being done and what to do next.
public enum SyntheticWorldError: Error, Sendable, Hashable, CustomStringConvertible {
    /// An option lies outside what can be honoured.
    case invalidOption(name: String, value: String, allowed: String)
    /// The target directory holds something this tool did not write.
    case directoryNotOurs(path: String, found: String)
    /// A file or folder could not be written, made, moved or removed.
    case cannotWrite(path: String, doing: String, reason: String)
    /// The surrounding task was cancelled; no tables were written.
    case cancelled(path: String, samplesDone: Int, samplesTotal: Int)

    /// One line for people.
    public var description: String {
        switch self {
        case .invalidOption(let name, let value, let allowed):
            "making a synthetic dataset: option \(name) is \(value), allowed: \(allowed)"
        case .directoryNotOurs(let path, let found):
            "making a synthetic dataset in \(path): the directory already holds \(found), which this tool did not "
                + "write; choose an empty or new directory"
        case .cannotWrite(let path, let doing, let reason):
            "making a synthetic dataset: \(doing) \(path): \(reason); free space or fix the permissions and run the "
                + "same command again (it starts over in this directory)"
        case .cancelled(let path, let done, let total):
            "making a synthetic dataset in \(path): cancelled after \(done) of \(total) samples; there are no tables, "
                + "so it is not a dataset; run the same command again"
        }
    }
}
