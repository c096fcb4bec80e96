/// What a submission does with the staged scenes; $1 is the run's id.
extension JobQueue {
    /// The inputs of a new run.
    ///
    /// Fewer rows than were staged mean that a name was staged twice.
    var insertInputsStatement: String {
        """
        INSERT INTO \(s).scene_inputs (run_id, name, payload)
        SELECT $1, name, payload FROM pg_temp.occ_staging ORDER BY position
        ON CONFLICT (run_id, name) DO NOTHING
        """
    }

    /// The scenes of a new run, after its inputs.
    var insertScenesStatement: String {
        """
        INSERT INTO \(s).scenes (id, run_id, priority, sample_count)
        SELECT i.id, $1, g.priority, g.sample_count
        FROM \(s).scene_inputs i JOIN pg_temp.occ_staging g ON g.name = i.name WHERE i.run_id = $1
        """
    }

    /// Puts back what had come to an end without a result.
    var requeueStagedStatement: String {
        """
        UPDATE \(s).scenes s
        SET state = 'queued', errors = 0, crashes = 0, available_at = now()
        FROM pg_temp.occ_staging g JOIN \(s).scene_inputs i ON i.run_id = $1 AND i.name = g.name
        WHERE s.id = i.id AND s.state IN ('failed', 'quarantined', 'cancelled')
        """
    }

    /// How many scenes were staged, and how many of them are done.
    var countStagedStatement: String {
        """
        SELECT (SELECT count(*) FROM pg_temp.occ_staging) AS total, count(*) FILTER (WHERE s.state = 'done') AS done
        FROM pg_temp.occ_staging g JOIN \(s).scene_inputs i ON i.run_id = $1 AND i.name = g.name
        JOIN \(s).scenes s ON s.id = i.id
        """
    }

    /// Adds what the run does not have yet.
    var mergeStagedStatement: String {
        """
        WITH fresh AS (
            INSERT INTO \(s).scene_inputs (run_id, name, payload)
            SELECT $1, name, payload FROM pg_temp.occ_staging ORDER BY position
            ON CONFLICT (run_id, name) DO NOTHING
            RETURNING id, name
        )
        INSERT INTO \(s).scenes (id, run_id, priority, sample_count)
        SELECT f.id, $1, g.priority, g.sample_count FROM fresh f JOIN pg_temp.occ_staging g USING (name)
        """
    }
}
