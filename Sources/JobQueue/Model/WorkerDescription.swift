/// What a worker process says of itself when it registers.
public struct WorkerDescription: Sendable, Hashable {
    /// The host's name.
    public var host: String
    /// The process's id on that host.
    public var pid: Int
    /// How many scenes it works on at once.
    public var slots: Int
    /// The version of its program.
    public var version: String
    /// A random name of the process: host and pid do not tell containers apart, each of which has a process 1.
    public var identity: String
    /// The binary kernels that it computes with, such as `avx2`; empty where it does not say.
    public var kernels: String

    /// Creates a description; without an identity it is a process of its own.
    public init(
        host: String,
        pid: Int,
        slots: Int,
        version: String,
        identity: String = newIdentity(),
        kernels: String = ""
    ) {
        self.host = host
        self.pid = pid
        self.slots = slots
        self.version = version
        self.identity = identity
        self.kernels = kernels
    }

    /// A random identity, 32 hexadecimal digits; whoever starts a worker may choose it, to recognize the process later.
    public static func newIdentity() -> String {
        (0..<4).map { _ in
            let digits = String(UInt32.random(in: 0...UInt32.max), radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }
}
