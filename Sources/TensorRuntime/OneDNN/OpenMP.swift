internal import Glibc

/// The threads of the OpenMP runtime that oneDNN was built with.
enum OpenMP {
    private typealias SetThreads = @convention(c) (CInt) -> Void

    private static let setThreads: SetThreads? = {
        // oneDNN brings its OpenMP runtime along, so the symbol is found without linking the runtime ourselves.
        guard let symbol = dlsym(nil, "omp_set_num_threads") else { return nil }
        return unsafeBitCast(symbol, to: SetThreads.self)
    }()

    /// Makes parallel regions entered from the calling thread run on that thread alone: slots are the parallelism.
    static func useOneThread() {
        setThreads?(1)
    }
}
