extension Migration {
    /// Workers are told apart by an identity of each process, and can say why they claim nothing.
    static let m003 = Migration(
        version: 3,
        title: "workers' identities and notes",
        up: """
            -- Host and pid are no identity: containers share a host name, and each has a process 1.
            ALTER TABLE {s}.workers ADD COLUMN identity text NOT NULL DEFAULT '', ADD COLUMN note text NOT NULL DEFAULT '';

            """,
        down: """
            ALTER TABLE {s}.workers DROP COLUMN identity, DROP COLUMN note;

            """
    )
}
