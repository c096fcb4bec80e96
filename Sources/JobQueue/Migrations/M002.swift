extension Migration {
    /// Claiming and completing as functions, whose plans are kept and never depend on what the planner guesses of a table.
    static let m002 = Migration(
        version: 2,
        title: "claims and completions planned once",
        up: #"""
            -- As plpgsql, whose plans are kept for the session; a function in SQL is planned anew at each call.
            CREATE OR REPLACE FUNCTION {s}.add_counts(
                p_run_id int8, p_queued int8, p_leased int8, p_done int8, p_failed int8, p_quarantined int8,
                p_cancelled int8, p_samples_total int8, p_samples_done int8
            ) RETURNS void LANGUAGE plpgsql AS $f$
            BEGIN
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
                    last_completed_at = coalesce(excluded.last_completed_at, c.last_completed_at);
            END
            $f$;

            -- A worker's two hot calls. Their statements are planned once for a session, and always along indexes: what the planner
            -- knows of a table that was filled a moment ago is what it knew when the table was empty.
            CREATE FUNCTION {s}.claim_scenes(
                p_worker int8, p_token int8, p_limit int8, p_kinds text[], p_versions int8[], p_run text
            ) RETURNS TABLE (
                is_live bool, scene_id int8, run_id int8, lease int8, sample_count int4, attempt int4, run_name text,
                settings text, kind text, format_version int4, scene_name text, payload bytea, earlier_leases int8[]
            ) LANGUAGE plpgsql
            SET plan_cache_mode = force_generic_plan SET jit = off SET enable_seqscan = off SET enable_bitmapscan = off
            SET enable_hashjoin = off SET enable_mergejoin = off
            AS $f$
            #variable_conflict use_column
            DECLARE
                v_host text;
                v_picked int8[];
            BEGIN
                SELECT w.host INTO v_host FROM {s}.workers w WHERE w.id = p_worker AND w.state = 'live';
                IF NOT FOUND THEN
                    is_live := false;
                    RETURN NEXT;
                    RETURN;
                END IF;
                -- Runs that have something in the queue, one step of the index for each: finished runs cost nothing.
                WITH RECURSIVE waiting AS (
                    (SELECT s.run_id FROM {s}.scenes s WHERE s.state = 'queued' ORDER BY s.run_id LIMIT 1)
                    UNION ALL
                    SELECT n.run_id FROM waiting w CROSS JOIN LATERAL (
                        SELECT s.run_id FROM {s}.scenes s WHERE s.state = 'queued' AND s.run_id > w.run_id
                        ORDER BY s.run_id LIMIT 1
                    ) AS n
                )
                SELECT array_agg(t.id) INTO v_picked
                FROM (
                    SELECT q.id
                    FROM (
                        SELECT r.id, r.priority
                        FROM waiting w JOIN {s}.runs r ON r.id = w.run_id
                        JOIN unnest(p_kinds, p_versions) AS k (kind, version) ON r.kind = k.kind AND r.format_version <= k.version
                        WHERE r.state = 'active' AND (p_run IS NULL OR r.name = p_run)
                        ORDER BY r.priority DESC, r.id
                    ) AS r
                    CROSS JOIN LATERAL (
                        SELECT s.id FROM {s}.scenes s
                        WHERE s.run_id = r.id AND s.state = 'queued' AND s.available_at <= now()
                        ORDER BY s.priority DESC, s.id LIMIT p_limit
                        FOR UPDATE SKIP LOCKED
                    ) AS q
                    LIMIT p_limit
                ) AS t;
                IF v_picked IS NULL THEN
                    is_live := true;
                    RETURN NEXT;
                    RETURN;
                END IF;
                RETURN QUERY
                WITH claimed AS (
                    UPDATE {s}.scenes s
                    SET state = 'leased', lease = s.lease + 1, worker_id = p_worker, claim_token = p_token
                    WHERE s.id = ANY (v_picked)
                    RETURNING s.id, s.run_id, s.lease, s.priority, s.sample_count, s.errors, s.crashes
                ), started AS (
                    INSERT INTO {s}.attempts (scene_id, lease, worker_id, host)
                    SELECT c.id, c.lease, p_worker, v_host FROM claimed c
                )
                SELECT true, c.id, c.run_id, c.lease, c.sample_count, c.errors + c.crashes + 1, r.name, r.settings, r.kind,
                    r.format_version, i.name, i.payload,
                    ARRAY(
                        SELECT a.lease FROM {s}.attempts a WHERE a.scene_id = c.id AND a.lease < c.lease AND a.is_adoptable
                        ORDER BY a.lease DESC LIMIT 32
                    )
                FROM claimed c JOIN {s}.runs r ON r.id = c.run_id JOIN {s}.scene_inputs i ON i.id = c.id
                ORDER BY r.priority DESC, r.id, c.priority DESC, c.id;
            END
            $f$;

            CREATE FUNCTION {s}.complete_scene(
                p_scene int8, p_lease int8, p_file_name text, p_byte_count int8, p_digest text, p_samples int8, p_computed int8,
                p_inference_seconds float8, p_elapsed_seconds float8, p_metrics bytea
            ) RETURNS bool LANGUAGE plpgsql
            SET plan_cache_mode = force_generic_plan SET jit = off SET enable_seqscan = off SET enable_bitmapscan = off
            AS $f$
            DECLARE
                v_run int8;
                v_host text;
            BEGIN
                UPDATE {s}.scenes SET state = 'done', samples_done = p_samples, worker_id = NULL, claim_token = NULL
                WHERE id = p_scene AND lease = p_lease AND state = 'leased' RETURNING run_id INTO v_run;
                IF NOT FOUND THEN
                    -- Refused, unless this lease's result was accepted before and only the answer was lost.
                    RETURN EXISTS (SELECT FROM {s}.results WHERE scene_id = p_scene AND lease = p_lease);
                END IF;
                UPDATE {s}.attempts SET ended_at = now(), outcome = 'done', samples_done = p_samples
                WHERE scene_id = p_scene AND lease = p_lease RETURNING host INTO STRICT v_host;
                INSERT INTO {s}.results (
                    scene_id, run_id, lease, file_name, byte_count, sample_count, computed_sample_count, digest,
                    inference_seconds, elapsed_seconds, metrics, host)
                VALUES (p_scene, v_run, p_lease, p_file_name, p_byte_count, p_samples, p_computed, p_digest,
                    p_inference_seconds, p_elapsed_seconds, p_metrics, v_host);
                RETURN true;
            END
            $f$;

            -- What tells a run's rate: the newest results of a window, so many at most, read in the order of their index.
            CREATE FUNCTION {s}.recent_results(
                p_run int8, p_window_seconds float8, p_limit int8, OUT recent_scenes int8, OUT recent_samples int8,
                OUT recent_started_at timestamptz
            ) LANGUAGE plpgsql STABLE
            SET plan_cache_mode = force_generic_plan SET jit = off SET enable_seqscan = off SET enable_bitmapscan = off
            SET enable_sort = off
            AS $f$
            BEGIN
                SELECT count(*), coalesce(sum(n.computed_sample_count), 0)::int8,
                    CASE WHEN count(*) < p_limit
                        THEN min(n.completed_at - make_interval(secs => n.elapsed_seconds)) ELSE min(n.completed_at)
                    END
                INTO recent_scenes, recent_samples, recent_started_at
                FROM (
                    SELECT t.computed_sample_count, t.completed_at, t.elapsed_seconds FROM {s}.results t
                    WHERE t.run_id = p_run AND t.completed_at > now() - make_interval(secs => p_window_seconds)
                    ORDER BY t.completed_at DESC LIMIT p_limit
                ) AS n;
            END
            $f$;
            """#,
        down: #"""
            DROP FUNCTION {s}.claim_scenes(int8, int8, int8, text[], int8[], text),
                {s}.complete_scene(int8, int8, text, int8, text, int8, int8, float8, float8, bytea),
                {s}.recent_results(int8, float8, int8);
            CREATE OR REPLACE FUNCTION {s}.add_counts(
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
            """#
    )
}
