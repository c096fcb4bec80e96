/// Waiting that has an end.
enum TimeLimit {
    /// Waits until work is over, for so long at most; what is not over by then goes on by itself.
    static func wait(seconds: Double, for work: @escaping @Sendable () async -> Void) async {
        let (end, noteEnd) = AsyncStream.makeStream(of: Void.self)
        Task {
            await work()
            noteEnd.finish()
        }
        Task {
            try? await Task.sleep(nanoseconds: UInt64(seconds * 1e9))
            noteEnd.finish()
        }
        for await _ in end {}
    }
}
