extension Migration {
    /// Workers say how they fare and why they left.
    static let m005 = Migration(
        version: 5,
        title: "workers' reasons, rates and troubles",
        up: """
            -- Written by each beat, none indexed, so a beat still stays on its page. Rates are thousandths of a sample a second.
            ALTER TABLE {s}.workers
                ADD COLUMN kernels text NOT NULL DEFAULT '',
                ADD COLUMN left_at timestamptz,
                ADD COLUMN reason text NOT NULL DEFAULT '',
                ADD COLUMN free_bytes int8,
                ADD COLUMN samples_computed int8 NOT NULL DEFAULT 0,
                ADD COLUMN scenes_failed int8 NOT NULL DEFAULT 0,
                ADD COLUMN writes_refused int8 NOT NULL DEFAULT 0,
                ADD COLUMN rate_runs int8[] NOT NULL DEFAULT '{}',
                ADD COLUMN rates int8[] NOT NULL DEFAULT '{}';
            -- Departed workers stay for days; those who look at live ones need not read them.
            CREATE INDEX workers_live ON {s}.workers (id) WHERE state = 'live';

            """,
        down: """
            DROP INDEX {s}.workers_live;
            ALTER TABLE {s}.workers
                DROP COLUMN kernels, DROP COLUMN left_at, DROP COLUMN reason, DROP COLUMN free_bytes,
                DROP COLUMN samples_computed, DROP COLUMN scenes_failed, DROP COLUMN writes_refused,
                DROP COLUMN rate_runs, DROP COLUMN rates;

            """
    )
}
