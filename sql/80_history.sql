/* Recorded runs and views over them. */

CREATE SEQUENCE @extschema@._lbdiag_run_id;

COMMENT ON SEQUENCE @extschema@._lbdiag_run_id IS
'Numbers of recorded runs.';

-- What names a series is sorted by each look at the trend: bytes are sorted
-- several times as fast as a language's letters.
CREATE TABLE @extschema@._lbdiag_run (
    id bigint PRIMARY KEY DEFAULT nextval('@extschema@._lbdiag_run_id'),
    kind text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    payload text COLLATE "C",
    viewer text COLLATE "C",
    layout text COLLATE "C",
    layout_reason text,
    label text,
    statement text,
    repetitions int NOT NULL,
    machine text NOT NULL,
    reference_ms double precision,
    reference_min_ms double precision,
    reference_max_ms double precision,
    application_ms double precision CHECK (application_ms > 0 AND application_ms < 'Infinity'),
    changing_bytes bigint,
    login_role text NOT NULL DEFAULT session_user,
    recorded_by text NOT NULL DEFAULT current_user,
    environment text NOT NULL,
    server_version text NOT NULL DEFAULT current_setting('server_version'),
    extension_version text NOT NULL,
    encoding text,
    buffers_hit bigint,
    buffers_read bigint,
    models bigint,
    bytes bigint,
    compressed_bytes bigint,
    query_ms double precision,
    builder_ms double precision,
    builder_min_ms double precision,
    builder_max_ms double precision,
    paths_left_out bigint,
    statement_ms double precision,
    statement_min_ms double precision,
    statement_max_ms double precision,
    -- A run has all that its kind has, and nothing of the other kind.
    CHECK (CASE kind
        WHEN 'payload' THEN
            num_nulls(payload, viewer, layout, layout_reason, reference_ms, reference_min_ms,
                reference_max_ms, changing_bytes, encoding, buffers_hit, buffers_read, models,
                bytes, query_ms, builder_ms, builder_min_ms, builder_max_ms, paths_left_out) = 0
            AND num_nonnulls(statement, statement_ms, statement_min_ms, statement_max_ms) = 0
        WHEN 'statement' THEN
            num_nulls(label, statement, statement_ms, statement_min_ms, statement_max_ms) = 0
            AND num_nonnulls(payload, viewer, layout, layout_reason, application_ms,
                changing_bytes, encoding, buffers_hit, buffers_read, models, bytes,
                compressed_bytes, query_ms, builder_ms, builder_min_ms, builder_max_ms,
                paths_left_out) = 0
        ELSE false END)
);

ALTER SEQUENCE @extschema@._lbdiag_run_id OWNED BY @extschema@._lbdiag_run.id;

CREATE INDEX _lbdiag_run_series ON @extschema@._lbdiag_run (payload, viewer, layout, at, id)
    WHERE kind = 'payload';
CREATE INDEX _lbdiag_run_at ON @extschema@._lbdiag_run (at);

CREATE TABLE @extschema@._lbdiag_run_component (
    run bigint NOT NULL REFERENCES @extschema@._lbdiag_run ON DELETE CASCADE,
    component text NOT NULL,
    bytes bigint NOT NULL,
    compressed_bytes bigint,
    PRIMARY KEY (run, component)
);

-- Paths may be too long for an index.
CREATE TABLE @extschema@._lbdiag_run_path (
    run bigint NOT NULL REFERENCES @extschema@._lbdiag_run ON DELETE CASCADE,
    component text NOT NULL,
    path text NOT NULL,
    occurrences bigint NOT NULL,
    nulls bigint NOT NULL,
    bytes bigint NOT NULL,
    distinct_values bigint
);

CREATE INDEX _lbdiag_run_path_run ON @extschema@._lbdiag_run_path (run);

-- So that runs can also be removed where a publication has all tables.
ALTER TABLE @extschema@._lbdiag_run_path REPLICA IDENTITY FULL;

CREATE TABLE @extschema@._lbdiag_run_function (
    run bigint NOT NULL REFERENCES @extschema@._lbdiag_run ON DELETE CASCADE,
    function text NOT NULL,
    source text,
    phase text,
    kind text,
    ncalls bigint NOT NULL,
    rows bigint,
    shared_blks bigint,
    temp_blks bigint,
    tottime_ms double precision NOT NULL,
    tottime_min_ms double precision NOT NULL,
    tottime_max_ms double precision NOT NULL,
    cumtime_ms double precision NOT NULL,
    cumtime_min_ms double precision NOT NULL,
    cumtime_max_ms double precision NOT NULL,
    PRIMARY KEY (run, function),
    CHECK (num_nonnulls(phase, kind) = 1),
    CHECK (kind IS NULL AND num_nonnulls(rows, shared_blks, temp_blks) = 0
        OR kind IS NOT NULL AND num_nulls(shared_blks, temp_blks) = 0)
);

COMMENT ON TABLE @extschema@._lbdiag_run IS
'Recorded runs, of payloads and of statements, read through the view lbdiag_runs.';
COMMENT ON TABLE @extschema@._lbdiag_run_component IS
'Components of recorded runs, read through the view lbdiag_run_components.';
COMMENT ON TABLE @extschema@._lbdiag_run_path IS
'Largest paths of recorded runs, read through the view lbdiag_run_paths.';
COMMENT ON TABLE @extschema@._lbdiag_run_function IS
'Functions of recorded runs, and places in statements, read through the view '
'lbdiag_run_functions.';

SELECT pg_catalog.pg_extension_config_dump('@extschema@._lbdiag_run_id', '');
SELECT pg_catalog.pg_extension_config_dump('@extschema@._lbdiag_run', '');
SELECT pg_catalog.pg_extension_config_dump('@extschema@._lbdiag_run_component', '');
SELECT pg_catalog.pg_extension_config_dump('@extschema@._lbdiag_run_path', '');
SELECT pg_catalog.pg_extension_config_dump('@extschema@._lbdiag_run_function', '');

CREATE FUNCTION @extschema@.lbdiag_prune(keep interval) RETURNS bigint
AS 'MODULE_PATHNAME', 'lbdiag_prune_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;

COMMENT ON FUNCTION @extschema@.lbdiag_prune(interval) IS
'Removes the recorded runs that are older, and returns how many these were.';

CREATE FUNCTION @extschema@.lbdiag_record(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL, label text DEFAULT NULL, repetitions int DEFAULT 1,
    application_ms float8 DEFAULT NULL)
RETURNS bigint
AS 'MODULE_PATHNAME', 'lbdiag_record_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000
SET lbdiag.progress_function = 'lbdiag_record';

COMMENT ON FUNCTION @extschema@.lbdiag_record(text, text, text, text, int, float8) IS
'Records an audit and a profile of the same state of the sources, and returns the number of the '
'run. application_ms is what the application took to build the page, in ms, where you have '
'measured it: targets of time are judged on it. builder_ms is the time of lbdiag''s own '
'builder, a lower bound; query_ms what the application''s own SELECTs take in the server. Stored '
'are paths and numbers, no values of the data: the 500 largest paths, each text cut at 1,000 '
'bytes. Runs older than lbdiag.retention are removed first.';

CREATE VIEW @extschema@.lbdiag_runs WITH (security_invoker = true) AS
SELECT r.id AS run, r.at, r.kind, r.payload, r.viewer, r.layout, r.layout_reason, r.label,
    r.statement, r.statement_ms, r.statement_min_ms, r.statement_max_ms,
    r.models, r.bytes, r.compressed_bytes, r.encoding, r.application_ms, r.query_ms,
    r.builder_ms, r.builder_min_ms, r.builder_max_ms, r.repetitions,
    r.reference_ms, r.machine, r.buffers_hit, r.buffers_read,
    CASE WHEN r.buffers_read > 0.1 * (r.buffers_hit + r.buffers_read)
         THEN 'cold' WHEN r.buffers_read IS NOT NULL THEN 'warm' END AS cache,
    r.paths_left_out, r.environment, r.server_version, r.extension_version,
    r.recorded_by, r.login_role
FROM @extschema@._lbdiag_run AS r;

COMMENT ON VIEW @extschema@.lbdiag_runs IS 'Recorded runs, one a row.';

-- From series to series by the index, whatever the length of the history.
CREATE VIEW @extschema@.lbdiag_latest WITH (security_invoker = true) AS
WITH RECURSIVE series AS (
    (SELECT r.payload, r.viewer, r.layout
     FROM @extschema@._lbdiag_run AS r
     WHERE r.kind = 'payload'
     ORDER BY r.payload, r.viewer, r.layout LIMIT 1)
    UNION ALL
    SELECT n.payload, n.viewer, n.layout
    FROM series AS s
    CROSS JOIN LATERAL (
        SELECT r.payload, r.viewer, r.layout
        FROM @extschema@._lbdiag_run AS r
        WHERE r.kind = 'payload'
            AND (r.payload, r.viewer, r.layout) > (s.payload, s.viewer, s.layout)
        ORDER BY r.payload, r.viewer, r.layout LIMIT 1) AS n
)
SELECT l.id AS run, l.at, l.payload, l.viewer, l.layout, l.models, l.bytes,
    l.compressed_bytes, l.application_ms, l.query_ms, l.builder_ms
FROM series AS s
CROSS JOIN LATERAL (
    SELECT r.*
    FROM @extschema@._lbdiag_run AS r
    WHERE r.kind = 'payload' AND r.payload = s.payload AND r.viewer = s.viewer
        AND r.layout = s.layout
    ORDER BY r.at DESC, r.id DESC LIMIT 1) AS l;

COMMENT ON VIEW @extschema@.lbdiag_latest IS
'The latest recorded run of each series; a series is a payload, a viewer and a layout.';

CREATE VIEW @extschema@.lbdiag_trend WITH (security_invoker = true) AS
SELECT r.id AS run, r.at, r.payload, r.viewer, r.layout, r.bytes, r.compressed_bytes,
    r.application_ms, r.query_ms, r.builder_ms, r.builder_min_ms, r.builder_max_ms,
    r.bytes - lag(r.bytes) OVER series AS bytes_change,
    CASE WHEN r.encoding = lag(r.encoding) OVER series
         THEN r.compressed_bytes - lag(r.compressed_bytes) OVER series END
        AS compressed_bytes_change,
    r.builder_ms - lag(r.builder_ms) OVER series AS builder_ms_change
FROM @extschema@._lbdiag_run AS r
WHERE r.kind = 'payload'
WINDOW series AS (PARTITION BY r.payload, r.viewer, r.layout ORDER BY r.at, r.id);

COMMENT ON VIEW @extschema@.lbdiag_trend IS
'Recorded runs of payloads, each with its change since the run before in its series.';

CREATE VIEW @extschema@.lbdiag_run_components WITH (security_invoker = true) AS
SELECT r.id AS run, r.at, r.payload, r.viewer, r.layout, c.component, c.bytes,
    c.compressed_bytes, round(c.bytes / greatest(r.bytes, 1)::numeric, 4) AS share
FROM @extschema@._lbdiag_run AS r
JOIN @extschema@._lbdiag_run_component AS c ON c.run = r.id;

COMMENT ON VIEW @extschema@.lbdiag_run_components IS 'Components of recorded runs.';

CREATE VIEW @extschema@.lbdiag_run_paths WITH (security_invoker = true) AS
SELECT r.id AS run, r.at, r.payload, r.viewer, r.layout, p.component, p.path,
    p.occurrences, p.nulls, p.bytes,
    round(p.bytes / greatest(r.bytes, 1)::numeric, 4) AS share, p.distinct_values
FROM @extschema@._lbdiag_run AS r
JOIN @extschema@._lbdiag_run_path AS p ON p.run = r.id;

COMMENT ON VIEW @extschema@.lbdiag_run_paths IS
'The largest paths of recorded runs, up to 500 of a run.';

CREATE VIEW @extschema@.lbdiag_run_functions WITH (security_invoker = true) AS
SELECT r.id AS run, r.at, r.payload, r.viewer, r.layout, f.function, f.source, f.phase,
    f.kind, f.ncalls, f.rows, f.shared_blks, f.temp_blks, f.tottime_ms, f.tottime_min_ms,
    f.tottime_max_ms, f.cumtime_ms, f.cumtime_min_ms, f.cumtime_max_ms
FROM @extschema@._lbdiag_run AS r
JOIN @extschema@._lbdiag_run_function AS f ON f.run = r.id;

COMMENT ON VIEW @extschema@.lbdiag_run_functions IS
'Functions of recorded runs, and places in statements.';

-- As lbdiag_targets judges what is measured now.
CREATE VIEW @extschema@.lbdiag_latest_targets WITH (security_invoker = true) AS
SELECT l.run, l.at, l.payload, l.viewer, l.layout, t.phase, t.metric, f.current, t.target,
    CASE WHEN t.is_time THEN 's' ELSE 'bytes' END AS unit, f.current < t.target AS met,
    CASE WHEN f.current IS NOT NULL THEN greatest(f.current - t.target, 0) END
        AS reduction_needed,
    round(100 * greatest(f.current - t.target, 0) / nullif(f.current, 0), 1) AS reduction_pct,
    f.basis
FROM @extschema@.lbdiag_latest AS l
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (t.phase, t.metric) t.phase, t.metric, t.target,
        t.metric IN ('query_time', 'total_time') AS is_time
    FROM @extschema@.lbdiag_target AS t
    WHERE t.payload = l.payload OR t.payload IS NULL
    ORDER BY t.phase, t.metric, t.payload IS NULL, t.built_in) AS t
LEFT JOIN LATERAL (
    VALUES ('bytes', l.bytes::numeric, 'as sent'),
        ('compressed_bytes', l.compressed_bytes, NULL),
        ('query_time', round(l.query_ms::numeric / 1000, 6),
         'the application''s SELECTs, run by lbdiag_record'),
        ('total_time', round(l.application_ms::numeric / 1000, 6),
         CASE WHEN l.application_ms IS NULL
              THEN format('not measured: lbdiag''s builder alone took %s s, a lower bound',
                          round(l.builder_ms::numeric / 1000, 3))
              ELSE 'the application, as recorded' END)
    UNION ALL
    SELECT v.metric || ':' || c.component, v.value, NULL
    FROM @extschema@._lbdiag_run_component AS c
    CROSS JOIN LATERAL (VALUES
        ('bytes', c.bytes), ('compressed_bytes', c.compressed_bytes)) AS v (metric, value)
    WHERE c.run = l.run) AS m (metric, value, basis) ON m.metric = t.metric
CROSS JOIN LATERAL (
    -- A component that the payload does not have has no bytes.
    SELECT CASE WHEN m.metric IS NULL THEN 0 ELSE m.value END AS current,
        coalesce(m.basis, CASE WHEN m.metric IS NOT NULL AND m.value IS NULL
            THEN 'not measured: lbdiag.encoding is none' ELSE 'as sent' END) AS basis) AS f
WHERE t.target IS NOT NULL
ORDER BY l.payload, l.viewer, l.layout, t.phase, t.metric;

COMMENT ON VIEW @extschema@.lbdiag_latest_targets IS
'The targets against the latest recorded runs: what lbdiag_targets tells, without building a '
'payload.';

