import Foundation

extension SyntheticOptions {
    /// The number of cores this process may use, at most 256.
    public static var defaultThreads: Int { min(max(ProcessInfo.processInfo.activeProcessorCount, 1), 256) }
}
