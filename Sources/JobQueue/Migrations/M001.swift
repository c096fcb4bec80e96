extension Migration {
    /// Runs, scenes, their payloads, results and attempts, workers, and counters that are exact by construction.
    static let m001 = Migration(
        version: 1,
        title: "runs, scenes, workers",
        up: #"""
            CREATE TABLE {s}.runs (
                id              int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                name            text NOT NULL UNIQUE,
                kind            text NOT NULL,
                format_version  int4 NOT NULL,
                settings        text NOT NULL,
                priority        int4 NOT NULL,
                maximum_errors  int4 NOT NULL CHECK (maximum_errors > 0),
                state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'cancelled')),
                created_at      timestamptz NOT NULL DEFAULT now()
            );

            -- What a worker needs of a scene, apart from the row that changes: written once, read at a claim.
            CREATE TABLE {s}.scene_inputs (
                id       int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                run_id   int8 NOT NULL REFERENCES {s}.runs,
                name     text NOT NULL,
                payload  bytea NOT NULL,
                UNIQUE (run_id, name)
            );
            -- Callers compress payloads; compressing again would only cost time.
            ALTER TABLE {s}.scene_inputs ALTER COLUMN payload SET STORAGE EXTERNAL;

            -- The hot row: claimed, beaten, finished. Narrow, with room on each page for updates in place.
            CREATE TABLE {s}.scenes (
                id            int8 PRIMARY KEY,
                run_id        int8 NOT NULL,
                lease         int8 NOT NULL DEFAULT 0,
                available_at  timestamptz NOT NULL DEFAULT now(),
                worker_id     int8,
                claim_token   int8,
                priority      int4 NOT NULL,
                sample_count  int4 NOT NULL CHECK (sample_count >= 0),
                samples_done  int4 NOT NULL DEFAULT 0,
                errors        int4 NOT NULL DEFAULT 0,
                crashes       int4 NOT NULL DEFAULT 0,
                state         text NOT NULL DEFAULT 'queued'
                    CHECK (state IN ('queued', 'leased', 'done', 'failed', 'quarantined', 'cancelled')),
                CHECK ((state = 'leased') = (worker_id IS NOT NULL))
            ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);
            CREATE INDEX scenes_claim ON {s}.scenes (run_id, priority DESC, id) WHERE state = 'queued';
            CREATE INDEX scenes_leased ON {s}.scenes (worker_id) WHERE state = 'leased';
            CREATE INDEX scenes_trouble ON {s}.scenes (run_id, id) WHERE errors > 0 OR crashes > 0;

            -- The accepted result of a scene: its primary key is what makes it one.
            CREATE TABLE {s}.results (
                scene_id               int8 PRIMARY KEY,
                run_id                 int8 NOT NULL,
                lease                  int8 NOT NULL,
                file_name              text NOT NULL,
                byte_count             int8 NOT NULL,
                sample_count           int4 NOT NULL,
                computed_sample_count  int4 NOT NULL,
                digest                 text NOT NULL,
                inference_seconds      float8 NOT NULL,
                elapsed_seconds        float8 NOT NULL,
                metrics                bytea,
                host                   text NOT NULL,
                completed_at           timestamptz NOT NULL DEFAULT now()
            );
            CREATE INDEX results_run ON {s}.results (run_id, scene_id);
            CREATE INDEX results_recent ON {s}.results (run_id, completed_at);

            -- The history: one row a lease.
            CREATE TABLE {s}.attempts (
                scene_id             int8 NOT NULL,
                lease                int8 NOT NULL,
                worker_id            int8 NOT NULL,
                host                 text NOT NULL,
                started_at           timestamptz NOT NULL DEFAULT now(),
                ended_at             timestamptz,
                outcome              text CHECK (outcome IN ('done', 'error', 'crash', 'released', 'cancelled')),
                message              text,
                retry_after_seconds  float8,
                samples_done         int4 NOT NULL DEFAULT 0,
                is_adoptable         bool NOT NULL DEFAULT true,
                PRIMARY KEY (scene_id, lease)
            );

            -- One row a process; a beat changes no indexed column, so it stays on its page.
            CREATE TABLE {s}.workers (
                id              int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                host            text NOT NULL,
                pid             int8 NOT NULL,
                slots           int8 NOT NULL,
                version         text NOT NULL,
                state           text NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'retired', 'expired')),
                registered_at   timestamptz NOT NULL DEFAULT now(),
                last_seen_at    timestamptz NOT NULL DEFAULT now(),
                expiry_seconds  float8 NOT NULL
            ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01);

            -- When anybody last looked for dead workers.
            CREATE TABLE {s}.reaps (
                id         bool PRIMARY KEY DEFAULT true CHECK (id),
                reaped_at  timestamptz NOT NULL DEFAULT '-infinity'
            );
            INSERT INTO {s}.reaps DEFAULT VALUES;

            -- Counts by run, spread over a few rows so that completions rarely wait for each other; a count is the sum.
            CREATE TABLE {s}.run_counters (
                run_id             int8 NOT NULL,
                shard              int4 NOT NULL,
                queued             int8 NOT NULL,
                leased             int8 NOT NULL,
                done               int8 NOT NULL,
                failed             int8 NOT NULL,
                quarantined        int8 NOT NULL,
                cancelled          int8 NOT NULL,
                samples_total      int8 NOT NULL,
                samples_done       int8 NOT NULL,
                first_started_at   timestamptz,
                last_completed_at  timestamptz,
                PRIMARY KEY (run_id, shard)
            ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01);

            CREATE FUNCTION {s}.add_counts(
                p_run_id int8, p_queued int8, p_leased int8, p_done int8, p_failed int8, p_quarantined int8,
                p_cancelled int8, p_samples_total int8, p_samples_done int8
            ) RETURNS void LANGUAGE sql AS $f$
                INSERT INTO {s}.run_counters AS c VALUES (
                    p_run_id, pg_backend_pid() % 16, p_queued, p_leased, p_done, p_failed, p_quarantined, p_cancelled,
                    p_samples_total, p_samples_done, CASE WHEN p_leased > 0 THEN now() END,
                    CASE WHEN p_done > 0 THEN now() END)
                ON CONFLICT (run_id, shard) DO UPDATE SET
                    queued = c.queued + excluded.queued,
                    leased = c.leased + excluded.leased,
                    done = c.done + excluded.done,
                    failed = c.failed + excluded.failed,
                    quarantined = c.quarantined + excluded.quarantined,
                    cancelled = c.cancelled + excluded.cancelled,
                    samples_total = c.samples_total + excluded.samples_total,
                    samples_done = c.samples_done + excluded.samples_done,
                    first_started_at = coalesce(c.first_started_at, excluded.first_started_at),
                    last_completed_at = coalesce(excluded.last_completed_at, c.last_completed_at)
            $f$;

            -- These run after every statement that touches scenes, so no path can forget to count. Runs are taken in order of
            -- their ids: two statements never wait for each other's counters in a circle.
            CREATE FUNCTION {s}.count_inserted() RETURNS trigger LANGUAGE plpgsql AS $f$
            DECLARE
                d record;
            BEGIN
                FOR d IN
                    SELECT run_id,
                        count(*) FILTER (WHERE state = 'queued') AS queued,
                        count(*) FILTER (WHERE state = 'leased') AS leased,
                        count(*) FILTER (WHERE state = 'done') AS done,
                        count(*) FILTER (WHERE state = 'failed') AS failed,
                        count(*) FILTER (WHERE state = 'quarantined') AS quarantined,
                        count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
                        sum(sample_count) AS samples_total,
                        sum(samples_done) AS samples_done
                    FROM new_rows
                    GROUP BY run_id ORDER BY run_id
                LOOP
                    PERFORM {s}.add_counts(
                        d.run_id, d.queued::int8, d.leased::int8, d.done::int8, d.failed::int8,
                        d.quarantined::int8, d.cancelled::int8, d.samples_total::int8, d.samples_done::int8);
                END LOOP;
                RETURN NULL;
            END
            $f$;

            CREATE FUNCTION {s}.count_deleted() RETURNS trigger LANGUAGE plpgsql AS $f$
            DECLARE
                d record;
            BEGIN
                FOR d IN
                    SELECT run_id,
                        -count(*) FILTER (WHERE state = 'queued') AS queued,
                        -count(*) FILTER (WHERE state = 'leased') AS leased,
                        -count(*) FILTER (WHERE state = 'done') AS done,
                        -count(*) FILTER (WHERE state = 'failed') AS failed,
                        -count(*) FILTER (WHERE state = 'quarantined') AS quarantined,
                        -count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
                        -sum(sample_count) AS samples_total,
                        -sum(samples_done) AS samples_done
                    FROM old_rows
                    GROUP BY run_id ORDER BY run_id
                LOOP
                    PERFORM {s}.add_counts(
                        d.run_id, d.queued::int8, d.leased::int8, d.done::int8, d.failed::int8,
                        d.quarantined::int8, d.cancelled::int8, d.samples_total::int8, d.samples_done::int8);
                END LOOP;
                RETURN NULL;
            END
            $f$;

            CREATE FUNCTION {s}.count_updated() RETURNS trigger LANGUAGE plpgsql AS $f$
            DECLARE
                d record;
            BEGIN
                FOR d IN
                    SELECT run_id,
                        sum(sign) FILTER (WHERE state = 'queued') AS queued,
                        sum(sign) FILTER (WHERE state = 'leased') AS leased,
                        sum(sign) FILTER (WHERE state = 'done') AS done,
                        sum(sign) FILTER (WHERE state = 'failed') AS failed,
                        sum(sign) FILTER (WHERE state = 'quarantined') AS quarantined,
                        sum(sign) FILTER (WHERE state = 'cancelled') AS cancelled,
                        sum(sign * sample_count) AS samples_total,
                        sum(sign * samples_done) AS samples_done
                    FROM (
                        SELECT 1 AS sign, run_id, state, sample_count, samples_done FROM new_rows
                        UNION ALL
                        SELECT -1, run_id, state, sample_count, samples_done FROM old_rows
                    ) AS changes
                    GROUP BY run_id ORDER BY run_id
                LOOP
                    -- The sums are NULL where no row was in that state.
                    CONTINUE WHEN coalesce(d.queued, 0) = 0 AND coalesce(d.leased, 0) = 0 AND coalesce(d.done, 0) = 0
                        AND coalesce(d.failed, 0) = 0 AND coalesce(d.quarantined, 0) = 0 AND coalesce(d.cancelled, 0) = 0
                        AND d.samples_total = 0 AND d.samples_done = 0;
                    PERFORM {s}.add_counts(
                        d.run_id, coalesce(d.queued, 0)::int8, coalesce(d.leased, 0)::int8, coalesce(d.done, 0)::int8, coalesce(d.failed, 0)::int8,
                        coalesce(d.quarantined, 0)::int8, coalesce(d.cancelled, 0)::int8, d.samples_total::int8, d.samples_done::int8);
                END LOOP;
                RETURN NULL;
            END
            $f$;

            CREATE TRIGGER count_inserted AFTER INSERT ON {s}.scenes
                REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {s}.count_inserted();
            CREATE TRIGGER count_deleted AFTER DELETE ON {s}.scenes
                REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION {s}.count_deleted();
            CREATE TRIGGER count_updated AFTER UPDATE ON {s}.scenes
                REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                FOR EACH STATEMENT EXECUTE FUNCTION {s}.count_updated();
            """#,
        down: #"""
            DROP TABLE {s}.scenes, {s}.scene_inputs, {s}.results, {s}.attempts, {s}.workers, {s}.reaps,
                {s}.run_counters, {s}.runs;
            DROP FUNCTION {s}.count_inserted(), {s}.count_updated(), {s}.count_deleted(),
                {s}.add_counts(int8, int8, int8, int8, int8, int8, int8, int8, int8);
            """#
    )
}
