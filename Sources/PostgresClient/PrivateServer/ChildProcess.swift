internal import Glibc

/// Starts programs with nothing inherited but what is given here.
///
/// Foundation's `Process` waits until every process that inherited its bookkeeping socket is gone; a server that goes on in
/// the background keeps that open. Here every descriptor but the standard ones is closed in the child.
package struct ChildProcess: Sendable {
    let pid: pid_t

    /// Starts a program in `/`.
    ///
    /// - Parameters:
    ///   - command: the program's path and its arguments.
    ///   - input: the descriptor for standard input, nil for nowhere.
    ///   - output: the descriptor for standard output and error, nil for nowhere.
    ///   - inNewSession: whether it leaves this process's session, and so its terminal and its process group.
    package init(
        _ command: [String],
        environment: [String],
        input: Int32? = nil,
        output: Int32?,
        inNewSession: Bool
    ) throws(PostgresError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, output, 2)
        } else {
            posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        }
        for descriptor in Self.openDescriptors() where descriptor > 2 {
            // One that another thread has closed by then is no error (glibc's spawni.c ignores it).
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What this process ignores or blocks must not be inherited: the server counts on its signals.
        var all = sigset_t()
        sigfillset(&all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        // From glibc's spawn.h, whose macros Swift does not see all of: SETSIGDEF 4, SETSIGMASK 8, SETSID 128.
        posix_spawnattr_setflags(&attributes, 4 | 8 | (inNewSession ? 128 : 0))

        var child: pid_t = 0
        // The shell changes the directory, which posix_spawn cannot do portably: another account may not enter ours.
        let status = Self.withCStrings(["/bin/sh", "-c", "cd / && exec \"$@\"", "sh"] + command) { arguments in
            Self.withCStrings(environment) { variables in
                posix_spawn(&child, "/bin/sh", &actions, &attributes, arguments, variables)
            }
        }
        guard status == 0 else {
            throw PostgresError(
                .privateServer,
                operation: "running \(command[0])",
                message: String(cString: strerror(status)),
                hint: "check that it is installed and may be run"
            )
        }
        pid = child
    }

    /// Waits for the end, blocking; returns the exit status, or 128 plus the signal that ended it.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return 127 }
        }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    private static func openDescriptors() -> [Int32] {
        guard let directory = opendir("/proc/self/fd") else { return Array(3..<1024) }
        defer { closedir(directory) }
        var descriptors: [Int32] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let descriptor = Int32(name) { descriptors.append(descriptor) }
        }
        return descriptors
    }

    private static func withCStrings<R>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> R
    ) -> R {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
