import Foundation

extension Fault {
    /// What happens to the disk that results go to.
    static var diskFaults: [Fault] {
        [
            Fault(kind: "disk-full", weight: 3, isInShortForm: true, obstacle: needsDisk) { arena in
                try await arena.disturbed {
                    arena.disk.fill()
                    try await arena.pass(.random(in: 1...4, using: &arena.random))
                    arena.disk.empty()
                }
                try await arena.awaitProgress()
            },
            Fault(kind: "disk-read-only", weight: 2, obstacle: needsDisk) { arena in
                try await arena.disturbed {
                    // The kernel refuses while a file is open for writing.
                    arena.fleet.hold()
                    try await arena.wait(upTo: 60, for: "the disk to become read-only") { arena.disk.setReadOnly(true) }
                    arena.fleet.resume()
                    try await arena.pass(.random(in: 2...5, using: &arena.random))
                    guard arena.disk.setReadOnly(false) else { throw ChaosFailure("the disk stays read-only") }
                }
                try await arena.awaitProgress()
            },
        ]
    }

    private static func needsDisk(_ arena: Arena) -> String? {
        arena.disk.isSmall ? nil : "mounting a small file system needs root"
    }
}
