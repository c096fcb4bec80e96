/// One kind of fault: how it is done, and when it cannot be.
struct Fault {
    /// Its name on the command line and in the report.
    let kind: String
    /// How often it is chosen, relative to others.
    var weight = 2
    /// Whether the short form has it: quick ones of each group.
    var isInShortForm = false
    /// Why it cannot be done here; nil where it can.
    var obstacle: (Arena) -> String? = { _ in nil }
    /// Does it, heals it, and waits until work goes on.
    let perform: (Arena) async throws -> Void

    /// Names of every kind.
    static var kinds: [String] { all.map(\.kind) }

    /// Every kind.
    static var all: [Fault] {
        workerFaults + killPointFaults + serverFaults + networkFaults + diskFaults + schedulerFaults + damageFaults
            + poisonFaults + databaseFaults + accessFaults + silenceFaults
    }
}
