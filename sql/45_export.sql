/* Exports of audits and profiles to other tools' formats. */

CREATE FUNCTION @extschema@._lbdiag_frame(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT replace(replace(replace(replace(replace($1, '\', '\\'), ';', '\x3b'),
                                   chr(10), '\n'), chr(13), '\r'), chr(9), '\t');
END;

COMMENT ON FUNCTION @extschema@._lbdiag_frame(text) IS
'A name as it is written in folded stacks and in callgrind''s files: \x3b for a semicolon, and '
'the like for all else that would end a frame or a line.';

CREATE FUNCTION @extschema@._lbdiag_stacks_export(
    format text, title text, unit text, stacks jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH stack AS (
        -- A stack is its frames, each an object, and its own weight.
        SELECT s.number, s.stack -> 'frames' AS frames, (s.stack ->> 'weight')::numeric AS weight
        FROM jsonb_array_elements($4) WITH ORDINALITY AS s (stack, number)
    ), frame AS (
        SELECT s.number, f.depth, f.frame FROM stack AS s
        CROSS JOIN LATERAL jsonb_array_elements(s.frames) WITH ORDINALITY AS f (frame, depth)
    ), shared AS (
        SELECT f.frame, row_number() OVER (ORDER BY min(f.number), min(f.depth)) - 1 AS index
        FROM frame AS f GROUP BY f.frame
    ), line AS (
        SELECT f.number,
            string_agg(@extschema@._lbdiag_frame(f.frame ->> 'name'), ';' ORDER BY f.depth)
                AS names,
            jsonb_agg(s.index ORDER BY f.depth) AS indexes
        FROM frame AS f JOIN shared AS s ON s.frame = f.frame GROUP BY f.number
    )
    SELECT CASE @extschema@._lbdiag_choice('format'::text, $1, ARRAY['folded', 'speedscope'])
        WHEN 'folded' THEN coalesce(
            (SELECT string_agg(format(E'%s %s\n', l.names, round(s.weight)), '' ORDER BY l.number)
             FROM line AS l JOIN stack AS s ON s.number = l.number
             WHERE round(s.weight) > 0), '')
        ELSE (
            SELECT jsonb_build_object(
                '$schema', 'https://www.speedscope.app/file-format-schema.json',
                'exporter', 'lbdiag', 'name', $2, 'activeProfileIndex', 0,
                'shared', jsonb_build_object('frames', coalesce(
                    (SELECT jsonb_agg(f.frame ORDER BY f.index) FROM shared AS f), '[]')),
                'profiles', jsonb_build_array(jsonb_build_object(
                    'type', 'sampled', 'name', $2, 'unit', $3, 'startValue', 0,
                    'endValue', coalesce(sum(s.weight), 0),
                    'samples', coalesce(jsonb_agg(l.indexes ORDER BY l.number), '[]'),
                    'weights', coalesce(jsonb_agg(s.weight ORDER BY l.number), '[]'))))::text
            FROM line AS l JOIN stack AS s ON s.number = l.number)
        END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_stacks_export(text, text, text, jsonb) IS
'Stacks in a viewer''s format: folded (a line a stack: frames with semicolons between them, a '
'blank, the weight as an integer; for flamegraph.pl and inferno) or speedscope '
'(https://www.speedscope.app/file-format-schema.json). stacks is an array of {"frames": '
'[{"name": ...}], "weight": ...}; unit is that of the weights, as in speedscope.';

CREATE FUNCTION @extschema@._lbdiag_marshal_int(number bigint) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT substr(i.b, 4, 1) || substr(i.b, 3, 1) || substr(i.b, 2, 1) || substr(i.b, 1, 1)
    FROM int4send(least(coalesce($1, 0), 2147483647)::int) AS i (b);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_marshal_int(bigint) IS
'A count as Python''s marshal has it, 4 bytes, the lowest first.';

CREATE FUNCTION @extschema@._lbdiag_marshal_text(value text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT '\x75'::bytea || @extschema@._lbdiag_marshal_int(length(t.b)) || t.b
    FROM convert_to(coalesce($1, ''), 'UTF8') AS t (b);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_marshal_text(text) IS
'A text as Python''s marshal has it.';

CREATE FUNCTION @extschema@._lbdiag_tree_pstats(tree @extschema@._lbdiag_scope[])
RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- pstats reads a dict in the format of marshal: a function's key is
    -- (file, line, name), its value (primitive calls, calls, self seconds,
    -- cumulative seconds, callers), callers being a dict from a key to
    -- (calls, primitive calls, self, cumulative). As marshal has them: 'u' is
    -- a text, 'i' an integer, 'f' a float as text, ')' a tuple, '{' a dict
    -- that '0' ends.
    WITH tree AS MATERIALIZED (
        SELECT t.* FROM unnest($1) AS t
    ), function AS (
        SELECT t.function, min(t.source) AS source,
            ARRAY[sum(t.ncalls) FILTER (WHERE NOT t.recursive), sum(t.ncalls)] AS counts,
            ARRAY[sum(t.self_ms), sum(t.cum_ms) FILTER (WHERE NOT t.recursive)] AS times
        FROM tree AS t GROUP BY t.function
    ), key AS MATERIALIZED (
        SELECT f.function, f.counts, f.times, '\x2903'::bytea
            || @extschema@._lbdiag_marshal_text(regexp_replace(f.source, ':\d+$', ''))
            || '\x69'::bytea
            || @extschema@._lbdiag_marshal_int(substring(f.source, ':(\d+)$')::bigint)
            || @extschema@._lbdiag_marshal_text(f.function) AS bytes
        FROM function AS f
    ), edge AS (
        SELECT t.function, p.function AS caller,
            ARRAY[sum(t.ncalls), sum(t.ncalls) FILTER (WHERE w.counts)] AS counts,
            ARRAY[sum(t.self_ms), sum(t.cum_ms) FILTER (WHERE w.counts)] AS times
        FROM tree AS t JOIN tree AS p ON p.node = t.parent
        CROSS JOIN LATERAL (SELECT NOT (t.function = p.function AND p.recursive)) AS w (counts)
        GROUP BY t.function, p.function
    ), entry AS (
        SELECT e.function, e.caller, e.counts, e.times FROM edge AS e
        UNION ALL
        SELECT k.function, NULL, k.counts, k.times FROM key AS k
    ), value AS MATERIALIZED (
        SELECT e.function, e.caller, c.bytes || t.bytes AS bytes
        FROM entry AS e
        CROSS JOIN LATERAL (
            SELECT string_agg('\x69'::bytea || @extschema@._lbdiag_marshal_int(u.n::bigint),
                              ''::bytea ORDER BY u.number) AS bytes
            FROM unnest(e.counts) WITH ORDINALITY AS u (n, number)) AS c
        CROSS JOIN LATERAL (
            SELECT string_agg('\x66'::bytea || substr(int4send(length(f.text)), 4, 1)
                              || convert_to(f.text, 'UTF8'), ''::bytea ORDER BY u.number) AS bytes
            FROM unnest(e.times) WITH ORDINALITY AS u (ms, number)
            CROSS JOIN LATERAL (SELECT (coalesce(u.ms, 0) / 1000)::numeric::text) AS f (text)) AS t
    ), callers AS (
        SELECT v.function, string_agg(k.bytes || '\x2904'::bytea || v.bytes, ''::bytea
                                      ORDER BY v.caller) AS bytes
        FROM value AS v JOIN key AS k ON k.function = v.caller
        GROUP BY v.function
    )
    SELECT '\x7b'::bytea || string_agg(k.bytes || '\x2905'::bytea || v.bytes || '\x7b'::bytea
            || coalesce(c.bytes, ''::bytea) || '\x30'::bytea, ''::bytea ORDER BY k.function)
        || '\x30'::bytea
    FROM key AS k
    JOIN value AS v ON v.function = k.function AND v.caller IS NULL
    LEFT JOIN callers AS c ON c.function = k.function;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_tree_pstats(@extschema@._lbdiag_scope[]) IS
'A call tree as a file for Python''s pstats: the format of marshal, times in seconds.';

CREATE FUNCTION @extschema@._lbdiag_tree_callgrind(tree @extschema@._lbdiag_scope[], title text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH tree AS MATERIALIZED (
        SELECT t.* FROM unnest($1) AS t
    ), function AS MATERIALIZED (
        SELECT t.function, @extschema@._lbdiag_frame(t.function) AS name,
            @extschema@._lbdiag_frame(coalesce(min(regexp_replace(t.source, ':\d+$', '')), '-'))
                AS file,
            coalesce(min(substring(t.source, ':(\d+)$')::int), 0) AS line,
            round(sum(t.self_ms) * 1000000)::bigint AS self,
            row_number() OVER (ORDER BY min(t.node)) AS number
        FROM tree AS t GROUP BY t.function
    ), edge AS (
        SELECT p.function AS caller, t.function, sum(t.ncalls) AS ncalls,
            coalesce(round(1000000 * sum(t.cum_ms)
                FILTER (WHERE NOT (t.function = p.function AND p.recursive))), 0)::bigint AS cum
        FROM tree AS t JOIN tree AS p ON p.node = t.parent
        GROUP BY p.function, t.function
    ), call AS (
        SELECT e.caller, string_agg(format(
                E'cfi=%s\ncfn=(%s) %s\ncalls=%s %s\n%s %s\n', f.file, f.number, f.name, e.ncalls,
                f.line, c.line, e.cum), '' ORDER BY f.number) AS lines
        FROM edge AS e JOIN function AS f ON f.function = e.function
        JOIN function AS c ON c.function = e.caller
        GROUP BY e.caller
    )
    SELECT format(E'# callgrind format\nversion: 1\ncreator: lbdiag\ncmd: %s\n'
                  'positions: line\nevents: ns\nsummary: %s\n',
                  @extschema@._lbdiag_frame($2), sum(f.self))
        || string_agg(format(E'\nfl=%s\nfn=(%s) %s\n%s %s\n', f.file, f.number, f.name, f.line,
                             f.self) || coalesce(c.lines, ''), '' ORDER BY f.number)
    FROM function AS f LEFT JOIN call AS c ON c.caller = f.function;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_tree_callgrind(@extschema@._lbdiag_scope[], text) IS
'A call tree as a file for kcachegrind and callgrind_annotate, in ns.';

CREATE FUNCTION @extschema@._lbdiag_tree_export(
    tree @extschema@._lbdiag_scope[], title text, format text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE tree AS MATERIALIZED (
        SELECT t.node, t.parent, t.self_ms, jsonb_build_array(jsonb_build_object(
            'name', t.function,
            'file', coalesce(regexp_replace(t.source, ':\d+$', ''), '-'),
            'line', coalesce(substring(t.source, ':(\d+)$')::int, 0))) AS frame
        FROM unnest($1) AS t WHERE $3 IN ('folded', 'speedscope')
    ), stack AS (
        SELECT t.node, t.self_ms, t.frame AS frames FROM tree AS t WHERE t.parent IS NULL
        UNION ALL
        SELECT t.node, t.self_ms, s.frames || t.frame
        FROM stack AS s JOIN tree AS t ON t.parent = s.node
    )
    SELECT CASE $3
        WHEN 'pstats' THEN encode(@extschema@._lbdiag_tree_pstats($1), 'base64')
        WHEN 'callgrind' THEN @extschema@._lbdiag_tree_callgrind($1, $2)
        ELSE @extschema@._lbdiag_stacks_export($3, $2,
            CASE $3 WHEN 'folded' THEN 'microseconds' ELSE 'milliseconds' END,
            (SELECT jsonb_agg(jsonb_build_object('frames', s.frames, 'weight',
                 s.self_ms::numeric * CASE $3 WHEN 'folded' THEN 1000 ELSE 1 END) ORDER BY s.node)
             FROM stack AS s))
        END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_tree_export(@extschema@._lbdiag_scope[], text, text) IS
'A call tree as a file for a tool: folded, speedscope, callgrind, or pstats in base64.';

CREATE FUNCTION @extschema@._lbdiag_profile_format(format text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT @extschema@._lbdiag_choice('format'::text, $1,
                                      ARRAY['folded', 'speedscope', 'callgrind', 'pstats']);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_profile_format(text) IS
'The format, where a call tree can be exported to it; an error where not.';

CREATE FUNCTION @extschema@.lbdiag_profile_export(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, format text DEFAULT 'folded',
    repetitions int DEFAULT 1, encoding text DEFAULT NULL)
RETURNS text
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000
BEGIN ATOMIC
    WITH wanted AS MATERIALIZED (
        SELECT @extschema@._lbdiag_profile_format($4) AS format
    )
    -- A format that does not exist is an error before anything is built.
    SELECT @extschema@._lbdiag_tree_export(array_agg(t), 'get_ag_grid_context ' || $1, w.format)
    FROM wanted AS w
    CROSS JOIN LATERAL @extschema@._lbdiag_call_tree($1, $2, $3,
        CASE WHEN w.format IS NOT NULL THEN coalesce($5, 1) END, $6, 1) AS t
    GROUP BY w.format;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_export(text, text, text, text, int, text) IS
'The profile as a file for a tool. format: folded, stacks in microseconds for flamegraph.pl and '
'inferno; speedscope, for speedscope.app; callgrind, for kcachegrind and callgrind_annotate, in '
'ns; pstats, for Python''s pstats, snakeviz and gprof2dot, in seconds: binary, and so in base64.';

CREATE FUNCTION @extschema@.lbdiag_audit_export(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, format text DEFAULT 'folded', weight text DEFAULT 'bytes')
RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 100000
BEGIN ATOMIC
    WITH RECURSIVE wanted AS MATERIALIZED (
        SELECT @extschema@._lbdiag_choice('format'::text, $4,
                                          ARRAY['folded', 'speedscope']) AS format,
            @extschema@._lbdiag_choice('weight'::text, $5,
                                       ARRAY['bytes', 'compressed']) AS weight
    ), audit AS MATERIALIZED (
        SELECT a.component, a.path, a.number, coalesce(CASE w.weight WHEN 'compressed'
                THEN a.compressed_bytes ELSE a.bytes END, 0) AS bytes,
            -- A path without its last step.
            regexp_replace(a.path, '(\[\*\]|\.\*|\."(\\.|[^"\\])*"|\.[^."\[\]]+'
                || '|\.\.\.\(\d+ more paths?\))$', '') AS parent
        FROM wanted AS w
        CROSS JOIN LATERAL @extschema@.lbdiag_audit_detail($1, $2, $3,
            CASE WHEN w.format IS NULL OR w.weight <> 'compressed' THEN 'none'::text END)
            WITH ORDINALITY AS a (
                component, path, depth, types, occurrences, nulls, distinct_values, most_common,
                bytes, share, key_bytes, value_bytes, syntax_bytes, compressed_bytes,
                compressed_own_bytes, sent, number)
        WHERE a.sent AND a.path IS NOT NULL
    ), stack AS (
        SELECT a.component, a.path, a.parent, a.number, a.bytes,
            jsonb_build_array(jsonb_build_object('name', a.component)) AS frames
        FROM audit AS a WHERE a.path = '$'
        UNION ALL
        SELECT a.component, a.path, a.parent, a.number, a.bytes,
            s.frames || jsonb_build_object('name', substr(a.path, length(a.parent) + 1))
        FROM stack AS s
        JOIN audit AS a ON a.component = s.component AND a.parent = s.path AND a.path <> '$'
    ), below AS (
        -- Of paths that are cut the bytes are those of the path above them.
        SELECT s.component, s.parent, sum(s.bytes) AS bytes
        FROM stack AS s WHERE s.path <> '$' GROUP BY s.component, s.parent
    )
    SELECT @extschema@._lbdiag_stacks_export(w.format, 'payload of ' || $1, 'bytes'::text,
        (SELECT jsonb_agg(jsonb_build_object('frames', s.frames,
            'weight', s.bytes - coalesce(b.bytes, 0)) ORDER BY s.number)
         FROM stack AS s LEFT JOIN below AS b ON b.component = s.component AND b.parent = s.path))
    FROM wanted AS w;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_export(text, text, text, text, text) IS
'The audit as a file for a tool that shows profiles, the tree of paths in bytes of the '
'payload: folded or speedscope. weight compressed: in its compressed bytes, in the encoding '
'lbdiag.encoding; by path with gzip, else by component.';

