/// Environment variables between a scheduler and the workers that it starts.
public enum WorkerEnvironment {
    /// The identity that the worker is to register with (`WorkerDescription.identity`).
    public static let identity = "OCC_WORKER_IDENTITY"
}
