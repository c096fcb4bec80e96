extension Migration {
    /// A queue and each of its runs have a random identity, by which a run's folder knows whose it is.
    static let m004 = Migration(
        version: 4,
        title: "identities of the queue and its runs",
        up: """
            -- In the one row that every role of the queue can read already.
            ALTER TABLE {s}.schema_version ADD COLUMN identity text NOT NULL DEFAULT gen_random_uuid()::text;
            -- A volatile default gives each run there is an identity of its own.
            ALTER TABLE {s}.runs ADD COLUMN identity text NOT NULL DEFAULT gen_random_uuid()::text UNIQUE,
                ADD COLUMN is_rebuilding bool NOT NULL DEFAULT false;

            """,
        down: """
            ALTER TABLE {s}.runs DROP COLUMN identity, DROP COLUMN is_rebuilding;
            ALTER TABLE {s}.schema_version DROP COLUMN identity;

            """
    )
}
