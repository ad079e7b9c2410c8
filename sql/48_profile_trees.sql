/* Call trees as rows, for the reports that are made in SQL. */

CREATE TYPE @extschema@._lbdiag_scope AS (
    node int, parent int, function text, source text, ncalls bigint,
    self_ms float8, cum_ms float8, self_runs_ms float8[],
    cum_runs_ms float8[], overhead_ms float8, recursive boolean,
    row_count bigint, buffers_hit bigint, buffers_read bigint, phase text,
    reference_ms float8[]);

COMMENT ON TYPE @extschema@._lbdiag_scope IS
'A function and the place of the call tree that it was called from: a row of _lbdiag_call_tree.';

CREATE FUNCTION @extschema@._lbdiag_call_tree(
    domain text, viewer text, layout text, repetitions int, encoding text, top int)
RETURNS SETOF @extschema@._lbdiag_scope
AS 'MODULE_PATHNAME', 'lbdiag_call_tree_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@._lbdiag_call_tree(text, text, text, int, text, int) IS
'Builds the context repetitions times (after once to warm up where there are several) and '
'returns its call tree: what lbdiag_profile and its exports show, a row for each function and '
'the place it was called from. phase is query, fetch, detoast, build, encode or compress. '
'reference_ms, of the root, are the times of a fixed reference load, before each run and after '
'the last. self_ms is the median of the runs, cum_ms the sum of self_ms over the node and all '
'below it; counts, buffers and overhead are those of the last run. top is only checked.';

CREATE FUNCTION @extschema@._lbdiag_profile_rows(tree @extschema@._lbdiag_scope[])
RETURNS TABLE (
    ncalls bigint, tottime_ms float8, tottime_percall_ms float8,
    cumtime_ms float8, cumtime_percall_ms float8, function text, source text,
    phase text, tottime_min_ms float8, tottime_max_ms float8, cumtime_min_ms float8,
    cumtime_max_ms float8, overhead_ms float8, buffers_hit bigint,
    buffers_read bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 30
BEGIN ATOMIC
    WITH tree AS (
        SELECT t.* FROM unnest($1) AS t
    ), run AS (
        -- What a function took in each run; a call within a call of itself
        -- is part of that.
        SELECT t.function, r.run, sum(r.self) AS self,
            sum(r.cum) FILTER (WHERE NOT t.recursive) AS cum
        FROM tree AS t
        CROSS JOIN LATERAL unnest(t.self_runs_ms, t.cum_runs_ms)
            WITH ORDINALITY AS r (self, cum, run)
        GROUP BY t.function, r.run
    ), spread AS (
        SELECT r.function, min(r.self) AS self_min, max(r.self) AS self_max,
            min(r.cum) AS cum_min, max(r.cum) AS cum_max
        FROM run AS r GROUP BY r.function
    ), total AS (
        SELECT t.function, min(t.phase) AS phase,
            CASE WHEN count(DISTINCT coalesce(t.source, '')) = 1 THEN min(t.source) END AS source,
            sum(t.ncalls)::bigint AS ncalls, sum(t.self_ms) AS self,
            sum(t.cum_ms) FILTER (WHERE NOT t.recursive) AS cum, sum(t.overhead_ms) AS overhead,
            (sum(t.buffers_hit) FILTER (WHERE NOT t.recursive))::bigint AS hit,
            (sum(t.buffers_read) FILTER (WHERE NOT t.recursive))::bigint AS read
        FROM tree AS t GROUP BY t.function
    )
    SELECT t.ncalls, t.self, t.self / nullif(t.ncalls, 0), t.cum,
        t.cum / nullif(t.ncalls, 0), t.function, t.source, t.phase,
        -- Medians of parts can add up to less than any run, or to more.
        least(s.self_min, t.self), greatest(s.self_max, t.self),
        least(s.cum_min, t.cum), greatest(s.cum_max, t.cum),
        t.overhead, t.hit, t.read
    FROM total AS t JOIN spread AS s ON s.function = t.function
    ORDER BY t.cum DESC, t.function;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_profile_rows(@extschema@._lbdiag_scope[]) IS
'The rows of lbdiag_profile for a call tree.';

CREATE TYPE @extschema@._lbdiag_place AS (
    node int, parent int, kind text, function text, source text,
    ncalls bigint, self_ms float8, cum_ms float8, self_runs_ms float8[],
    cum_runs_ms float8[], overhead_ms float8, recursive boolean,
    row_count bigint, loops bigint, rows_removed bigint,
    shared_blks_hit bigint, shared_blks_read bigint, temp_blks bigint,
    workers_ms float8, merged_calls bigint, reference_ms float8[]);

COMMENT ON TYPE @extschema@._lbdiag_place IS
'A statement, function, line or node of a plan, and the place of the call tree that it was '
'called from.';

CREATE FUNCTION @extschema@._lbdiag_profile_places(
    statement text, top int, repetitions int, rollback boolean, functions boolean)
RETURNS SETOF @extschema@._lbdiag_place
AS 'MODULE_PATHNAME', 'lbdiag_profile_places_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@._lbdiag_profile_places(text, int, int, boolean, boolean) IS
'Runs statements and returns their call tree: what lbdiag_profile_sql and its exports show, a '
'row for each place. self_ms is the median of the repetitions, cum_ms and the blocks are sums '
'over the place and all below it; counts are those of the last repetition. top is only checked.';

CREATE FUNCTION @extschema@._lbdiag_place_scopes(tree @extschema@._lbdiag_place[])
RETURNS @extschema@._lbdiag_scope[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg(ROW(t.node, t.parent, t.function, t.source, t.ncalls, t.self_ms, t.cum_ms,
        t.self_runs_ms, t.cum_runs_ms, t.overhead_ms, t.recursive, t.row_count, t.shared_blks_hit,
        t.shared_blks_read, t.kind, NULL::float8[])::@extschema@._lbdiag_scope ORDER BY t.node)
    FROM unnest($1) AS t;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_place_scopes(@extschema@._lbdiag_place[]) IS
'A call tree of statements as one of functions, for what is made of either.';

CREATE FUNCTION @extschema@._lbdiag_shorten(value text, length int)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN length(v.line) <= $2 THEN v.line
                ELSE left(v.line, $2 - $2 / 2 - 3) || '...' || right(v.line, $2 / 2) END
    FROM regexp_replace($1, '[[:cntrl:]]', '?', 'g') AS v (line);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_shorten(text, int) IS
'A text in one line of at most so many characters: what is too long loses its middle.';

CREATE FUNCTION @extschema@._lbdiag_place_context(tree @extschema@._lbdiag_place[])
RETURNS TABLE (
    node int, parent int, depth int, kind text, label text, ncalls bigint, self_ms float8,
    cum_ms float8, row_count bigint, rows_removed bigint, own_temp_blks bigint,
    in_function text, in_line text, parent_kind text, parent_label text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 60
BEGIN ATOMIC
    WITH RECURSIVE place AS MATERIALIZED (
        SELECT t.*, @extschema@._lbdiag_shorten(t.function, 70) AS label,
            t.kind IN ('function', 'trigger') AS is_function
        FROM unnest($1) AS t
    ), below AS (
        SELECT p.node, 0 AS depth, NULL::text AS in_function, NULL::text AS in_line,
            NULL::text AS parent_kind, NULL::text AS parent_label
        FROM place AS p WHERE p.parent IS NULL
        UNION ALL
        SELECT p.node, b.depth + 1,
            CASE WHEN p.is_function THEN p.label ELSE b.in_function END,
            CASE WHEN p.is_function THEN NULL WHEN p.kind = 'line' THEN p.label
                 ELSE b.in_line END,
            above.kind, above.label
        FROM below AS b JOIN place AS above ON above.node = b.node
        JOIN place AS p ON p.parent = b.node
    ), temp AS (
        SELECT p.parent, sum(p.temp_blks) AS blks FROM place AS p GROUP BY p.parent
    )
    SELECT p.node, p.parent, b.depth, p.kind, p.label, p.ncalls, p.self_ms, p.cum_ms,
        p.row_count, p.rows_removed, (p.temp_blks - coalesce(t.blks, 0))::bigint,
        b.in_function, b.in_line, b.parent_kind, b.parent_label
    FROM place AS p JOIN below AS b ON b.node = p.node
    LEFT JOIN temp AS t ON t.parent = p.node
    ORDER BY p.node;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_place_context(@extschema@._lbdiag_place[]) IS
'A call tree with the function and the line that each place is in, and labels cut for text.';

CREATE FUNCTION @extschema@._lbdiag_place_hottest(tree @extschema@._lbdiag_place[])
RETURNS TABLE (
    level int, kind text, label text, ms float8, share float8, ncalls bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
    -- The function that takes most without the functions that it calls, or
    -- what is in no function; its line that takes most; what takes most below
    -- that line.
    WITH place AS MATERIALIZED (
        SELECT c.* FROM @extschema@._lbdiag_place_context($1) AS c
    ), total AS (
        SELECT greatest(p.cum_ms, 0.000001) AS ms FROM place AS p WHERE p.parent IS NULL
    ), function AS (
        SELECT p.in_function AS label, sum(p.self_ms) AS ms
        FROM place AS p WHERE p.kind NOT IN ('outside', 'profile')
        GROUP BY p.in_function ORDER BY 2 DESC, 1 LIMIT 1
    ), line AS (
        SELECT p.in_line AS label, sum(p.self_ms) AS ms
        FROM place AS p JOIN function AS f ON f.label = p.in_function
        WHERE p.in_line IS NOT NULL
        GROUP BY p.in_line ORDER BY 2 DESC, 1 LIMIT 1
    ), below AS (
        SELECT p.kind, p.label, sum(p.self_ms) AS ms, row_number() OVER (
                PARTITION BY p.kind = 'statement' ORDER BY sum(p.self_ms) DESC, p.label) AS number
        FROM place AS p
        WHERE p.in_function IS NOT DISTINCT FROM (SELECT f.label FROM function AS f)
            AND p.in_line IS NOT DISTINCT FROM (SELECT l.label FROM line AS l)
            AND p.kind IN ('node', 'output', 'statement')
        GROUP BY p.kind, p.label
    ), named (level, kind, label, ms) AS (
        SELECT 1, 'function'::text, f.label, f.ms FROM function AS f WHERE f.label IS NOT NULL
        UNION ALL SELECT 2, 'line', l.label, l.ms FROM line AS l
        UNION ALL SELECT 3, b.kind, b.label, b.ms FROM below AS b
        WHERE b.kind <> 'statement' AND b.number = 1
        -- What a statement takes without its nodes is starting and ending it.
        UNION ALL SELECT 4, b.kind, b.label, b.ms FROM below AS b
        WHERE b.kind = 'statement' AND b.number = 1
            AND b.ms > (SELECT coalesce(max(n.ms), 0) FROM below AS n
                        WHERE n.kind <> 'statement') / 2
    )
    SELECT n.level, n.kind, n.label, n.ms, n.ms / t.ms,
        (SELECT sum(p.ncalls)::bigint FROM place AS p
         WHERE p.label = n.label AND (p.kind = n.kind OR n.level = 1))
    FROM named AS n CROSS JOIN total AS t ORDER BY n.level;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_place_hottest(@extschema@._lbdiag_place[]) IS
'The function of a call tree that takes most without the functions that it calls, unless what is '
'in no function takes more; the line of it that takes most; the node of a plan, or the output of '
'a statement, that takes most there; and a statement there that takes long to start and end: a '
'row each, where there is one.';

CREATE FUNCTION @extschema@._lbdiag_place_findings(tree @extschema@._lbdiag_place[])
RETURNS TABLE (ms float8, share float8, finding text, advice text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    WITH place AS MATERIALIZED (
        SELECT c.* FROM @extschema@._lbdiag_place_context($1) AS c
    ), total AS (
        SELECT greatest(p.cum_ms, 0.000001) AS ms FROM place AS p WHERE p.parent IS NULL
    ), found (ms, finding, advice, least_share) AS (
        SELECT sum(p.cum_ms), format('%s was called %s times, for each row of %s',
                @extschema@._lbdiag_shorten(p.label, 36), sum(p.ncalls),
                @extschema@._lbdiag_shorten(min(p.parent_label), 28)),
            'A join, or a query that computes all rows at once, would call it once or never.', 0.05
        FROM place AS p
        WHERE p.kind = 'function' AND p.parent_kind IN ('node', 'statement')
        GROUP BY p.label HAVING sum(p.ncalls) >= 1000
        UNION ALL
        SELECT sum(p.cum_ms), format('%s ran %s times in %s',
                @extschema@._lbdiag_shorten(p.label, 33), sum(p.ncalls),
                @extschema@._lbdiag_shorten(coalesce(p.in_line, p.in_function, 'a plan'), 33)),
            'A single statement for all rows would be started and ended once, not each time.', 0.05
        FROM place AS p WHERE p.kind = 'statement' AND p.depth > 1
        GROUP BY p.label, p.in_line, p.in_function HAVING sum(p.ncalls) >= 1000
        UNION ALL
        SELECT sum(p.cum_ms), format('trigger %s was called %s, by %s',
                @extschema@._lbdiag_shorten(p.label, 30),
                CASE sum(p.ncalls) WHEN 1 THEN 'once' ELSE sum(p.ncalls) || ' times' END,
                @extschema@._lbdiag_shorten(min(p.parent_label), 25)),
            'A trigger for each statement, with transition tables, sees all rows at once.', 0.05
        FROM place AS p WHERE p.kind = 'trigger' GROUP BY p.label
        UNION ALL
        SELECT sum(p.self_ms), format('%s used temporary files: %s blocks read and written',
                @extschema@._lbdiag_shorten(p.label, 36), sum(p.own_temp_blks)),
            'With more work_mem it would stay in memory.', 0
        FROM place AS p WHERE p.kind = 'node' AND p.own_temp_blks > 0 GROUP BY p.label
        UNION ALL
        SELECT sum(p.self_ms), format('%s read %s rows to return %s',
                @extschema@._lbdiag_shorten(p.label, 45),
                sum(p.row_count + p.rows_removed), sum(p.row_count)),
            'An index on what the filter compares would find them.', 0.1
        FROM place AS p
        WHERE p.kind = 'node'
            AND p.label ~ '^(Parallel )?(Seq|Index|Index Only|Bitmap Heap) Scan '
        GROUP BY p.label
        HAVING sum(p.rows_removed) >= 10000 AND sum(p.rows_removed) >= 10 * sum(p.row_count)
        UNION ALL
        SELECT sum(p.cum_ms), format('%s: %s rows were turned into text',
                @extschema@._lbdiag_shorten(p.label, 45), sum(p.row_count)),
            'lbdiag_audit_query says which columns take the bytes: select only what is used.', 0.2
        FROM place AS p WHERE p.kind = 'output' GROUP BY p.label
        UNION ALL
        SELECT sum(p.cum_ms), format('planning, %s',
                CASE sum(p.ncalls) WHEN 1 THEN 'once' ELSE sum(p.ncalls) || ' times' END),
            'Prepared statements, and static SQL in PL/pgSQL, are planned once.', 0.1
        FROM place AS p WHERE p.kind = 'planning'
    )
    SELECT f.ms, f.ms / t.ms, f.finding, f.advice
    FROM found AS f CROSS JOIN total AS t
    WHERE f.ms >= f.least_share * t.ms ORDER BY f.ms DESC, f.finding LIMIT 20;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_place_findings(@extschema@._lbdiag_place[]) IS
'What is found in a call tree, the largest first: functions called for each row, statements run '
'very often, triggers, temporary files, filters that remove most rows, output, planning. ms is '
'with what is below, but for nodes.';

CREATE FUNCTION @extschema@._lbdiag_place_answer(tree @extschema@._lbdiag_place[])
RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    WITH hot AS MATERIALIZED (
        SELECT h.* FROM @extschema@._lbdiag_place_hottest($1) AS h
    )
    SELECT l.line
    FROM (
        SELECT 0 AS level, format('The statements took %s ms. Most of that:',
            round(t.cum_ms::numeric, 1)) AS line
        FROM unnest($1) AS t WHERE t.parent IS NULL
        UNION ALL
        SELECT h.level, format('%s%s: %s ms, %s %%%s',
            repeat('  ', least(h.level, 3) - min(h.level) OVER ()),
            CASE WHEN h.kind = 'output' THEN '' WHEN h.level = 1 THEN 'Function '
                 WHEN h.level = 2 THEN 'Line ' WHEN h.level = 3 THEN 'Node '
                 ELSE 'Starting and ending ' END
                || replace(@extschema@._lbdiag_shorten(h.label, 45), 'output: ',
                           'Turning rows into text: '),
            round(h.ms::numeric, 1), round((h.share * 100)::numeric, 1),
            CASE WHEN h.level = 1 AND h.ncalls = 1 THEN ', in 1 call'
                 WHEN h.level = 1 THEN format(', in %s calls', h.ncalls) ELSE '' END)
        FROM hot AS h
    ) AS l
    ORDER BY l.level;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_place_answer(@extschema@._lbdiag_place[]) IS
'The first lines of lbdiag_profile_sql_report: how long it took, and the function, the line and '
'the node that took most of that.';
