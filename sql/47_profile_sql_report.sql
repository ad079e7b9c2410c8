/* The profile of any statement in words. */

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

CREATE FUNCTION @extschema@._lbdiag_place_report(
    tree @extschema@._lbdiag_place[], top int, remark text)
RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 60
BEGIN ATOMIC
    WITH root AS (
        SELECT t.cum_ms AS ms FROM unnest($1) AS t WHERE t.parent IS NULL
    ), lines (section, number, line) AS (
        SELECT 1, a.number, a.line
        FROM @extschema@._lbdiag_place_answer($1) WITH ORDINALITY AS a (line, number)
        UNION ALL SELECT 2, 0, '' UNION ALL SELECT 2, 1, '=== FINDINGS ==='
        UNION ALL
        SELECT 2, 2 * f.number + v.number, v.line
        FROM @extschema@._lbdiag_place_findings($1)
            WITH ORDINALITY AS f (ms, share, finding, advice, number)
        CROSS JOIN LATERAL (VALUES
            (0, format('%s %% %s', lpad(round((f.share * 100)::numeric, 1)::text, 6), f.finding)),
            (1, '         ' || f.advice)) AS v (number, line)
        UNION ALL SELECT 3, 0, ''
        UNION ALL SELECT 3, 1, format('=== TOP %s BY CUMULATIVE TIME, IN MS ===', $2)
        UNION ALL SELECT 3, 2, '    ncalls   tottime   percall   cumtime   percall  function'
        UNION ALL
        SELECT 3, 2 + p.number, format('%s %s %s %s %s  %s', lpad(p.ncalls::text, 10),
            lpad(round(p.tottime_ms::numeric, 3)::text, 9),
            lpad(coalesce(round(p.tottime_percall_ms::numeric, 3)::text, ''), 9),
            lpad(round(p.cumtime_ms::numeric, 3)::text, 9),
            lpad(coalesce(round(p.cumtime_percall_ms::numeric, 3)::text, ''), 9),
            @extschema@._lbdiag_shorten(p.function, 46))
        FROM (SELECT r.*, row_number() OVER (ORDER BY r.cumtime_ms DESC, r.function) AS number
              FROM @extschema@._lbdiag_place_rows($1) AS r) AS p
        WHERE p.number <= $2
        UNION ALL SELECT 4, 0, '' UNION ALL SELECT 4, 1, '=== CALL TREE ==='
        UNION ALL
        SELECT 4, 1 + c.node, format('%s %% %s%s%s', lpad(round((100 * c.cum_ms
            / greatest(r.ms, 0.000001))::numeric, 1)::text, 6), repeat('  ', least(c.depth, 12)),
            @extschema@._lbdiag_shorten(c.label, 72 - 2 * least(c.depth, 12)),
            ' x ' || nullif(c.ncalls, 1))
        FROM @extschema@._lbdiag_place_context($1) AS c CROSS JOIN root AS r
        WHERE c.cum_ms >= 0.01 * r.ms
        UNION ALL SELECT 5, 0, '' UNION ALL SELECT 5, 1, '=== ABOUT THIS PROFILE ==='
        UNION ALL SELECT 5, 2, $3
        UNION ALL
        SELECT 5, 3, format('Reading the clock took about %s ms of it.',
            round(sum(t.overhead_ms)::numeric, 1)) FROM unnest($1) AS t
        UNION ALL
        SELECT 5, 4, format('%s calls had no place of their own: they are counted above.',
            sum(t.merged_calls)) FROM unnest($1) AS t HAVING sum(t.merged_calls) > 0
        UNION ALL
        SELECT 5, 5, format('Parallel workers took %s ms, which are not in the times above.',
            round(max(t.workers_ms)::numeric, 1)) FROM unnest($1) AS t HAVING max(t.workers_ms) > 0
    )
    SELECT l.line FROM lines AS l ORDER BY l.section, l.number;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_place_report(@extschema@._lbdiag_place[], int, text) IS
'The lines of lbdiag_profile_sql_report for a call tree.';

CREATE FUNCTION @extschema@.lbdiag_profile_sql_report(
    statement text, top int DEFAULT 25, repetitions int DEFAULT 1,
    rollback boolean DEFAULT true, functions boolean DEFAULT true)
RETURNS SETOF text
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 60
BEGIN ATOMIC
    SELECT r.line
    FROM (SELECT array_agg(p) AS tree
          FROM @extschema@._lbdiag_profile_places($1, $2, $3, $4, $5) AS p) AS p
    CROSS JOIN LATERAL @extschema@._lbdiag_place_report(p.tree, $2,
        CASE WHEN $3 > 1 THEN format('Times are medians of %s repetitions.', $3)
             ELSE 'The statements ran once.' END
        || CASE WHEN $4 THEN ' Their effects were rolled back.' ELSE ' Their effects were kept.' END
        || CASE WHEN $5 THEN '' ELSE ' Calls of functions were not watched.' END)
        WITH ORDINALITY AS r (line, number)
    ORDER BY r.number;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_sql_report(text, int, int, boolean, boolean) IS
'Runs statements as lbdiag_profile_sql does, and says in text, a line a row: how long they took, '
'the function, the line and the node that took most; what is found; the top of the profile; the '
'call tree down to 1 %; whether the effects were rolled back.';

CREATE FUNCTION @extschema@.lbdiag_trace_report(top int DEFAULT 25)
RETURNS SETOF text
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 60
BEGIN ATOMIC
    SELECT r.line
    FROM (SELECT array_agg(p) AS tree FROM @extschema@._lbdiag_trace_places() AS p) AS p
    CROSS JOIN LATERAL @extschema@._lbdiag_place_report(p.tree, greatest($1, 1),
        'What the session did between lbdiag_trace_start and now, with the time of the client.')
        WITH ORDINALITY AS r (line, number)
    ORDER BY r.number;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_trace_report(int) IS
'Ends the trace of the session as lbdiag_trace_stop does, and says in text what '
'lbdiag_profile_sql_report says of statements. The client''s time is the row of kind outside.';

CREATE FUNCTION @extschema@.lbdiag_trace_export(format text DEFAULT 'folded')
RETURNS text
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000
BEGIN ATOMIC
    WITH wanted AS MATERIALIZED (
        SELECT @extschema@._lbdiag_profile_format($1) AS format
    ), tree AS MATERIALIZED (
        SELECT (SELECT array_agg(p) FROM @extschema@._lbdiag_trace_places() AS p) AS places
        FROM wanted AS w WHERE w.format IS NOT NULL
    )
    SELECT @extschema@._lbdiag_tree_export(@extschema@._lbdiag_place_scopes(t.places),
                                           'trace'::text, w.format)
    FROM wanted AS w CROSS JOIN tree AS t;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_trace_export(text) IS
'Ends the trace of the session as lbdiag_trace_stop does, and returns its call tree as a file for '
'a viewer, in the formats of lbdiag_profile_export: folded, speedscope, callgrind, pstats.';
