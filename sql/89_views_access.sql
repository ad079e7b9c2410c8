/* Rights on recorded runs, and the meaning of the views' columns. */

-- Who may record is who may write the tables: the extension's owner and those
-- to whom they are granted.  What is recorded holds names and sizes, no data.
REVOKE ALL ON SEQUENCE @extschema@._lbdiag_run_id FROM PUBLIC;
DO $do$
DECLARE
    relation regclass;
BEGIN
    FOREACH relation IN ARRAY ARRAY[
        '@extschema@._lbdiag_run', '@extschema@._lbdiag_run_component',
        '@extschema@._lbdiag_run_path', '@extschema@._lbdiag_run_function',
        '@extschema@._lbdiag_scheduled', '@extschema@.lbdiag_runs', '@extschema@.lbdiag_latest',
        '@extschema@.lbdiag_trend', '@extschema@.lbdiag_run_components',
        '@extschema@.lbdiag_run_paths', '@extschema@.lbdiag_run_functions',
        '@extschema@.lbdiag_latest_targets', '@extschema@.lbdiag_schedule_status']::regclass[]
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', relation);
        EXECUTE format('GRANT SELECT ON %s TO pg_monitor', relation);
    END LOOP;
END
$do$;

COMMENT ON COLUMN @extschema@.lbdiag_runs.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.kind IS
'payload of lbdiag_record, statement of lbdiag_record_sql; columns of the other are NULL.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.payload IS 'Payload: the name of a leaderboard.';

COMMENT ON COLUMN @extschema@.lbdiag_runs.viewer IS 'Viewer of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.layout_reason IS 'Why it was this layout.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.label IS 'What was given as label.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.statement IS
'Statements that were profiled, without values.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.statement_ms IS 'Their time, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.statement_min_ms IS 'The shortest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.statement_max_ms IS 'The longest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.models IS 'Models in row_data.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.bytes IS 'Bytes of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.compressed_bytes IS
'Compressed bytes of the payload; NULL with the encoding none.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.encoding IS 'Encoding that compressed_bytes is of.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.application_ms IS
'Time that the application took, in milliseconds, where it was given.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.query_ms IS
'Time of the application''s own SELECTs in the server, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.builder_ms IS
'Time of lbdiag''s own builder, with compression, in milliseconds: a lower bound for an '
'application.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.builder_min_ms IS 'The shortest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.builder_max_ms IS 'The longest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.repetitions IS
'Repetitions that the times are medians of.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.reference_ms IS
'Time of a fixed reference load, measured between the repetitions, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.machine IS 'Fingerprint of the machine.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.buffers_hit IS
'Pages found in shared buffers during the build.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.buffers_read IS 'Pages read during the build.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.cache IS
'cold where more than a tenth of the pages were read, else warm.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.paths_left_out IS
'Paths that were not recorded, as they are not among the largest 500.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.environment IS 'development or production.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.server_version IS 'Version of PostgreSQL.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.extension_version IS 'Version of lbdiag.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.recorded_by IS 'Role that recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.login_role IS 'Role that had logged in.';

COMMENT ON COLUMN @extschema@.lbdiag_latest.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.payload IS 'Payload: the name of a leaderboard.';

COMMENT ON COLUMN @extschema@.lbdiag_latest.viewer IS 'Viewer of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.models IS 'Models in row_data.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.bytes IS 'Bytes of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.compressed_bytes IS 'Compressed bytes of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.application_ms IS
'Time that the application took, in milliseconds, where it was given.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.query_ms IS
'Time of the application''s own SELECTs in the server, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.builder_ms IS
'Time of lbdiag''s own builder, with compression, in milliseconds: a lower bound for an '
'application.';

COMMENT ON COLUMN @extschema@.lbdiag_trend.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.payload IS 'Payload: the name of a leaderboard.';

COMMENT ON COLUMN @extschema@.lbdiag_trend.viewer IS 'Viewer of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.bytes IS 'Bytes of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.compressed_bytes IS 'Compressed bytes of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.application_ms IS
'Time that the application took, in milliseconds, where it was given.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.query_ms IS
'Time of the application''s own SELECTs in the server, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.builder_ms IS
'Time of lbdiag''s own builder, with compression, in milliseconds: a lower bound for an '
'application.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.builder_min_ms IS 'The shortest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.builder_max_ms IS 'The longest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.bytes_change IS 'Bytes more than the run before.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.compressed_bytes_change IS
'Compressed bytes more than the run before; NULL where its encoding was another one.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.builder_ms_change IS
'Milliseconds of the builder more than the run before.';

COMMENT ON COLUMN @extschema@.lbdiag_run_components.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.payload IS
'Payload: the name of a leaderboard.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.viewer IS 'Viewer of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.component IS 'JSON document of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.bytes IS 'Bytes of the component.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.compressed_bytes IS
'Compressed bytes of the component.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.share IS
'bytes as a part of the payload, 0 to 1.';

COMMENT ON COLUMN @extschema@.lbdiag_run_paths.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.payload IS 'Payload: the name of a leaderboard.';

COMMENT ON COLUMN @extschema@.lbdiag_run_paths.viewer IS 'Viewer of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.component IS 'JSON document of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.path IS
'Path in the component; * stands for dynamic keys.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.occurrences IS 'How often the path occurs.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.nulls IS 'How often its value is null.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.bytes IS 'Bytes of the path and of all below it.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.share IS 'bytes as a part of the payload, 0 to 1.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.distinct_values IS 'Different scalars but null.';

COMMENT ON COLUMN @extschema@.lbdiag_run_functions.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.payload IS 'Payload: the name of a leaderboard.';

COMMENT ON COLUMN @extschema@.lbdiag_run_functions.viewer IS 'Viewer of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.function IS
'Function; of statements also the statement, line or node.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.source IS
'Where it is: in lbdiag''s source, or as lbdiag_profile_sql has it.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.phase IS
'Part of the work: query, fetch, detoast, build, encode or compress; NULL of statements.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.kind IS
'What it is in statements, as lbdiag_profile_sql has it; NULL of payloads.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.ncalls IS 'Calls.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.rows IS 'Rows, of statements and nodes.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.shared_blks IS
'Pages found in shared buffers or read, of statements and what is in them.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.temp_blks IS
'Pages of temporary files, likewise.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.tottime_ms IS
'Time in the function itself, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.tottime_min_ms IS
'The shortest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.tottime_max_ms IS
'The longest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.cumtime_ms IS
'Time in the function and all that it calls, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.cumtime_min_ms IS
'The shortest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.cumtime_max_ms IS
'The longest of the repetitions.';

COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.payload IS
'Payload: the name of a leaderboard.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.viewer IS 'Viewer of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.phase IS 'Phase of the target.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.metric IS
'What is measured, as in lbdiag_target.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.current IS 'What it was in the run.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.target IS 'What it must stay below.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.unit IS 's or bytes.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.met IS
'Whether it is below; NULL where it was not measured.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.reduction_needed IS 'How much it is above.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.reduction_pct IS
'How much that is of current, in percent.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.basis IS 'What was measured.';

COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.payload IS
'Payload: the name of a leaderboard.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.schedule IS 'Schedule of the job.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.phase IS
'Phase whose targets it checks; NULL: none.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.scheduled_at IS 'When it was first scheduled.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.last_run IS
'When the job last recorded, or failed to.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.last_success IS 'When it last recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.age IS
'Time since it last recorded, or, as long as it never did, since it was scheduled.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.age_seconds IS 'The same in seconds.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.failures IS
'Failures in a row; 0: the last run succeeded.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.last_failure IS 'When it last failed.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.last_sqlstate IS
'SQLSTATE of the last failure.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.last_error IS
'What that means; the server''s log has the message.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.last_recorded IS
'Number of the run that it last recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.job IS 'Number of the job in cron.job.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.scheduled_by IS 'Role that the job runs as.';

