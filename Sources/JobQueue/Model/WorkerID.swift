/// One registration of one worker process; never used twice.
public struct WorkerID: Sendable, Hashable, CustomStringConvertible {
    /// The number in the `workers` table.
    public let rawValue: Int64

    /// Wraps a number of the `workers` table.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The number in digits.
    public var description: String { String(rawValue) }
}
