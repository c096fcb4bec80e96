internal import Foundation
internal import Synchronization

/// Files and folders of this process that are not whole yet, so that a process that is told to stop takes them along.
public enum Leftovers {
    private static let paths = Mutex<Set<String>>([])

    /// Notes what is about to be made at a path.
    public static func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }

    /// Forgets a path, after what puts it in its place or removes it: a stop comes before that or after it, never in the middle.
    public static func settle<Result>(_ path: String, _ body: () throws -> Result) rethrows -> Result {
        try paths.withLock { paths in
            paths.remove(path)
            return try body()
        }
    }

    /// Removes all of it and ends the process; nothing is put in its place any more.
    ///
    /// Other threads may still be adding files to a folder, so it is removed until it is gone, a few times at most.
    public static func remove(andThen leave: () -> Never) -> Never {
        paths.withLock { paths in
            for path in paths {
                for _ in 0..<20 where FileManager.default.fileExists(atPath: path) {
                    try? FileManager.default.removeItem(atPath: path)
                }
            }
            leave()
        }
    }
}
