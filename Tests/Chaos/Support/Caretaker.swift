import Foundation

/// A small process that cleans up after the suite, however the suite ends: programs, mounts, network namespace, folder.
final class Caretaker {
    private let shell: Child

    /// - Parameters:
    ///   - folder: removed at the end, unless it holds a file `keep`.
    ///   - namespace: a network namespace to delete.
    init(folder: String, namespace: String) throws {
        let script = """
            while kill -0 "$1" 2>/dev/null; do sleep 0.3; done
            for process in $(ps -eo pid=,pgid= | awk -v group=$$ '$2 == group && $1 != group { print $1 }'); do
                kill -KILL "$process" 2>/dev/null
            done
            sleep 0.5
            umount -l "$2/out" 2>/dev/null
            ip netns del "$3" 2>/dev/null
            [ -e "$2/keep" ] || { sleep 1; rm -rf "$2"; }
            """
        shell = try Child(
            ["/bin/sh", "-c", script, "sh", String(getpid()), folder, namespace],
            log: "/dev/null",
            leadsGroup: true
        )
        Child.group = shell.processID
    }
}
