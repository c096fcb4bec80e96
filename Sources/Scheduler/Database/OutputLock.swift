internal import CommandSupport
internal import Glibc
internal import SystemSupport

/// Keeps two schedulers from working in one output folder with one private database.
///
/// The lock is the kernel's (`flock`), so it ends with its process, however that ends.
struct OutputLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock; nil when another process holds it.
    init?(outputDirectory: String) throws {
        let path = outputDirectory + "/.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError.last("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            if code == EWOULDBLOCK { return nil }
            throw FileError(operation: "lock", path: path, code: code)
        }
    }

    deinit { close(descriptor) }
}
