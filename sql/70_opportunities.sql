/* Opportunities. */

CREATE FUNCTION @extschema@._lbdiag_whatif_call(
    domain text, change jsonb, viewer text, layout text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('SELECT * FROM lbdiag_whatif(%s)', string_agg(a.argument, ', ' ORDER BY a.number))
    FROM (
        SELECT 0 AS number, quote_literal($1) AS argument
        UNION ALL
        SELECT 1 + row_number() OVER (ORDER BY c.key), c.key || ' => ' || CASE jsonb_typeof(c.value)
            WHEN 'array' THEN 'ARRAY[' || (SELECT string_agg(quote_literal(e.text), ', ' ORDER BY e.number)
                FROM jsonb_array_elements_text(c.value) WITH ORDINALITY AS e (text, number)) || ']'
            ELSE c.value::text END
        FROM jsonb_each($2) AS c
        UNION ALL
        SELECT 100, 'viewer => ' || quote_literal($3) WHERE $3 <> 'public'
        UNION ALL
        SELECT 101, 'layout => ' || quote_literal($4) WHERE $4 IS NOT NULL
    ) AS a;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_whatif_call(text, jsonb, text, text) IS
'The call of lbdiag_whatif that shows a change, as text.';

CREATE FUNCTION @extschema@.lbdiag_opportunities(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS TABLE (
    priority int, impact text, action text, component text, path text,
    bytes_saved bigint, share_saved numeric, compressed_saved bigint,
    trade_off text, apply text, compressed_share_saved numeric)
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 15
BEGIN ATOMIC
    WITH audit AS MATERIALIZED (
        SELECT a.component, a.path, a.depth, a.types, a.occurrences, a.nulls, a.bytes,
            a.value_bytes, a.distinct_values, a.compressed_bytes, a.most_common,
            -- The key at the end of a path, without quotes.
            trim('"' FROM substring(a.path FROM '\.("(?:\\.|[^"\\])*"|[^."\[\]]+)$')) AS key,
            a.component = 'row_data' AND a.path LIKE '$[*].*._%' AND a.depth = 3 AS in_cell
        FROM @extschema@.lbdiag_audit_detail($1, $2, $3, NULL::text) AS a
        WHERE a.sent
    ), total AS (
        SELECT a.bytes, a.compressed_bytes FROM audit AS a WHERE a.component = 'TOTAL'
    ), root AS (
        SELECT a.component, a.bytes, a.compressed_bytes FROM audit AS a WHERE a.path = '$'
    ), member AS (
        -- Fields with a score in them stay: the page is about them.
        SELECT a.component, a.path, a.key, a.bytes, a.occurrences, a.nulls, a.most_common, a.types, a.in_cell,
            lower(a.key) ~ '(^|_|[a-z])(password|passwd|secret|credential|e_?mail|api_?key|private_?key|session_?key|(access|auth|refresh|session|csrf|bearer)_?token)s?($|_)|^(pwd|token|e-mail)$' AS is_secret,
            a.in_cell AND lower(a.key) ~ '^(raw|.*_raw|raw_.*|error|.*_error|timestamp|.*_timestamp|version_.*|.*_version|historical_.*)$' AS is_optional,
            lower(a.key) ~ 'colou?r' AS is_color,
            a.in_cell AND lower(a.key) IN ('complete', 'is_complete', 'benchmark_type_id') AS is_derivable,
            a.types !~ 'object|array' AND a.occurrences >= 20 AND NOT lower(a.key) IN ('value', 'score', 'score_ceiled')
                AND greatest(a.most_common, a.nulls) >= 0.95 * a.occurrences AS is_constant
        FROM audit AS a WHERE a.key IS NOT NULL AND a.key <> '*'
    ), grouped AS (
        -- One candidate for all members of a kind: their savings overlap
        -- little, and each candidate is a build.
        SELECT k.kind, array_agg(m.component || ':' || m.path ORDER BY m.bytes DESC, m.component, m.path) AS drops,
            string_agg(DISTINCT m.component, ', ') AS components,
            string_agg(m.path, ', ' ORDER BY m.bytes DESC, m.component, m.path) AS paths,
            array_agg(m.key ORDER BY m.bytes DESC, m.component, m.path) AS keys, sum(m.bytes) AS bytes
        FROM member AS m CROSS JOIN LATERAL (VALUES
            ('secret'::text, m.is_secret), ('color', m.is_color AND NOT m.is_secret),
            ('optional', m.is_optional AND NOT m.is_secret AND NOT m.is_color),
            ('derivable', m.is_derivable),
            ('constant', m.is_constant AND NOT (m.is_secret OR m.is_color OR m.is_optional OR m.is_derivable))
        ) AS k (kind, fits)
        CROSS JOIN total AS t
        WHERE k.fits AND (k.kind = 'secret' OR m.bytes >= 0.0005 * t.bytes)
        GROUP BY k.kind
    ), named AS (
        -- The largest keys by name, each once.
        SELECT g.*, (SELECT string_agg(k.key, ', ' ORDER BY k.number) FILTER (WHERE k.number <= 5)
                        || CASE WHEN count(*) > 5 THEN format(' and %s more', count(*) - 5) ELSE '' END
                     FROM (SELECT u.key, row_number() OVER (ORDER BY min(u.number)) AS number
                           FROM unnest(g.keys) WITH ORDINALITY AS u (key, number) GROUP BY u.key) AS k) AS list
        FROM grouped AS g
    ), used AS (
        SELECT l.compact, l.ascii FROM @extschema@.lbdiag_layout AS l
        WHERE l.name = (SELECT u.layout_used FROM @extschema@._lbdiag_layout_used($1, $3) AS u)
    ), maps AS (
        SELECT array_agg(r.component ORDER BY r.bytes DESC) AS components, sum(r.bytes) AS bytes
        FROM root AS r WHERE r.component IN ('benchmark_bibtex_map', 'benchmarkStimuliMetaMap',
            'benchmarkDataMetaMap', 'benchmarkMetricMetaMap', 'model_metadata_map')
    ), candidate (kind, action, component, path, change, expected, trade_off) AS (
        -- expected is what a look at the audit promises: what promises less
        -- than half a percent is not tried.
        SELECT g.kind, v.action, g.components, g.paths, jsonb_build_object('drop_paths', g.drops), g.bytes, v.trade_off
        FROM named AS g JOIN LATERAL (VALUES
            ('secret'::text, format('Keep %s in the database', g.list),
             'None: a browser must not have them, whatever they weigh.'),
            ('color', format('Compute %s in the browser', g.list),
             'The page''s script needs the rule; a change of colors is a change of the script.'),
            ('optional', format('Send %s of the cells on request', g.list),
             'What the page shows of them comes a moment after it is asked for.'),
            ('derivable', format('Drop %s from the cells: the page can derive them', g.list),
             'The page''s script derives them: complete from the value, the benchmark from the cell''s key.'),
            ('constant', format('Send the usual value of %s once', g.list),
             'At least 95 % have one value: it becomes the default. The exceptions must still be sent, and are counted as saved here.')
        ) AS v (kind, action, trade_off) ON v.kind = g.kind
        UNION ALL
        SELECT 'maps', format('Load the metadata maps (%s) when they are first needed', array_length(m.components, 1)),
            array_to_string(m.components, ', '), NULL, jsonb_build_object('drop_components', m.components), m.bytes,
            'The details of a model or benchmark come a moment after they are asked for.'
        FROM maps AS m WHERE m.components IS NOT NULL
        UNION ALL
        SELECT 'comparison', 'Derive comparison_data from row_data in the browser', r.component, NULL,
            '{"drop_components": ["comparison_data"]}', r.bytes,
            'The comparison view must read the cells of row_data, which lack the scores'' errors unless they are sent there.'
        FROM root AS r WHERE r.component = 'comparison_data' AND EXISTS (SELECT 1 FROM root AS o WHERE o.component = 'row_data')
        UNION ALL
        SELECT 'columns', 'Build column_defs in the browser', r.component, NULL,
            '{"drop_components": ["column_defs"]}', r.bytes,
            'The page''s script builds the columns from benchmark_tree and benchmark_metadata.'
        FROM root AS r WHERE r.component = 'column_defs'
        UNION ALL
        SELECT 'metadata', 'Drop the metadata of rows that model_metadata_map repeats', a.component, a.path,
            jsonb_build_object('drop_paths', jsonb_build_array(a.component || ':' || a.path)), a.bytes,
            'The page looks a model''s metadata up in model_metadata_map, which must then be loaded at once.'
        FROM audit AS a WHERE a.component = 'row_data' AND a.path = '$[*].metadata'
            AND EXISTS (SELECT 1 FROM root AS r WHERE r.component = 'model_metadata_map')
        UNION ALL
        SELECT 'compact', 'Use separators without blanks', NULL, NULL, '{"compact": true}', t.bytes,
            'None: a payload is not read by people.'
        FROM used AS u CROSS JOIN total AS t WHERE NOT u.compact
        UNION ALL
        SELECT 'utf8', 'Send UTF-8 in place of \u escapes', NULL, NULL, '{"utf8": true}', sum(t.bytes - m.bytes),
            'None, where the page declares its encoding.'
        FROM used AS u
        CROSS JOIN @extschema@._lbdiag_measure_changes($1, $2, $3, '[{"utf8": true}]'::jsonb, true, false) AS m
        JOIN root AS t ON t.component = m.component
        WHERE u.ascii
        UNION ALL
        SELECT 'nulls', 'Leave out members that are null', NULL, NULL, '{"omit_nulls": true}', sum(a.bytes * a.nulls / a.occurrences),
            'The page''s script must take a missing member as null.'
        FROM audit AS a WHERE a.nulls > 0
        UNION ALL
        SELECT 'digits', 'Round numbers to 2 decimals, what the page shows', NULL, NULL, '{"round_digits": 2}',
            sum(a.value_bytes) FILTER (WHERE a.value_bytes > 6 * a.occurrences),
            'The page cannot show, or sort by, more decimals.'
        FROM audit AS a WHERE a.types ~ 'number'
        UNION ALL
        SELECT 'dictionary', format('Send each string of %s once, and its number in the cells', string_agg(a.key, ', ' ORDER BY a.bytes DESC)),
            'row_data', string_agg(a.path, ', ' ORDER BY a.bytes DESC),
            jsonb_build_object('dictionary', jsonb_agg('row_data:' || a.path ORDER BY a.bytes DESC)), sum(a.value_bytes),
            'The page''s script looks the strings up.'
        FROM audit AS a CROSS JOIN total AS t
        WHERE a.in_cell AND a.types LIKE 'string%' AND a.distinct_values <= 0.05 * a.occurrences
            AND a.value_bytes >= 8 * a.occurrences AND a.value_bytes >= 0.005 * t.bytes
        HAVING count(*) > 0
        UNION ALL
        SELECT 'columnar', 'Send row_data as an object of arrays', r.component, NULL, '{"columnar": true}', r.bytes,
            'The page''s script puts the rows together again.'
        FROM root AS r WHERE r.component = 'row_data'
    ), tried AS MATERIALIZED (
        SELECT c.kind, c.action, c.component, c.path, c.change, c.trade_off, row_number() OVER (ORDER BY c.kind) AS number
        FROM candidate AS c CROSS JOIN total AS t
        WHERE c.kind = 'secret' OR c.expected >= 0.005 * t.bytes
    ), trial AS MATERIALIZED (
        SELECT m.change AS number, sum(r.bytes - m.bytes)::bigint AS bytes, sum(r.compressed_bytes - m.compressed_bytes)::bigint AS compressed_bytes
        FROM (SELECT jsonb_agg(t.change ORDER BY t.number) AS changes FROM tried AS t) AS c
        CROSS JOIN LATERAL @extschema@._lbdiag_measure_changes($1, $2, $3, c.changes, true, true) AS m
        JOIN root AS r ON r.component = m.component
        WHERE c.changes IS NOT NULL
        GROUP BY m.change
    ), judged AS MATERIALIZED (
        SELECT t.*, r.bytes, r.compressed_bytes,
            CASE WHEN t.kind = 'secret' THEN 'SECURITY'
                 WHEN greatest(r.bytes / b.bytes::numeric, r.compressed_bytes / b.compressed_bytes::numeric) >= 0.10 THEN 'HIGH'
                 WHEN greatest(r.bytes / b.bytes::numeric, r.compressed_bytes / b.compressed_bytes::numeric) >= 0.02 THEN 'MEDIUM'
                 ELSE 'LOW' END AS impact
        FROM tried AS t JOIN trial AS r ON r.number = t.number CROSS JOIN total AS b
        WHERE t.kind = 'secret' OR r.bytes >= 0.005 * b.bytes
    ), high AS MATERIALIZED (
        -- All changes of high impact as one change: what they drop together,
        -- and what they switch on.
        SELECT jsonb_object_agg(m.key, m.value) AS change, (SELECT count(*) FROM judged AS j WHERE j.impact = 'HIGH') AS n
        FROM (SELECT e.key, CASE WHEN e.key LIKE 'drop%' OR e.key = 'dictionary'
                  THEN (SELECT jsonb_agg(DISTINCT d.element) FROM judged AS i
                        CROSS JOIN LATERAL jsonb_array_elements(i.change -> e.key) AS d (element)
                        WHERE i.impact = 'HIGH' AND i.change ? e.key)
                  ELSE (array_agg(e.value))[1] END AS value
              FROM judged AS j CROSS JOIN LATERAL jsonb_each(j.change) AS e (key, value)
              WHERE j.impact = 'HIGH' GROUP BY e.key) AS m
    ), together AS MATERIALIZED (
        SELECT h.change, h.n, sum(m.bytes)::bigint AS bytes, sum(m.compressed_bytes)::bigint AS compressed_bytes
        FROM high AS h
        CROSS JOIN LATERAL @extschema@._lbdiag_measure_changes($1, $2, $3, jsonb_build_array(h.change), false, true) AS m
        WHERE h.n > 0
        GROUP BY h.change, h.n
    )
    SELECT row_number() OVER (ORDER BY x.place, x.compressed_bytes DESC, x.bytes DESC, x.action)::int,
        x.impact, x.action, x.component, x.path, x.bytes, round(x.bytes / greatest(t.bytes, 1)::numeric, 4),
        x.compressed_bytes, x.trade_off, @extschema@._lbdiag_whatif_call($1, x.change, $2, $3),
        round(x.compressed_bytes / greatest(t.compressed_bytes, 1)::numeric, 4)
    FROM (
        SELECT CASE j.impact WHEN 'SECURITY' THEN 0 ELSE 1 END AS place, j.impact, j.action, j.component, j.path,
            j.bytes, j.compressed_bytes, j.trade_off, j.change
        FROM judged AS j
        UNION ALL
        SELECT 2, 'ALL HIGH', format('All %s of high impact together', g.n), NULL, NULL,
            b.bytes - g.bytes, b.compressed_bytes - g.compressed_bytes,
            (SELECT coalesce('Meets the size targets of phase ' || string_agg(p.phase, ', ' ORDER BY p.phase) || '.',
                             'Meets the size targets of no phase.')
             FROM (SELECT r.phase FROM @extschema@._lbdiag_target_rows($1, jsonb_build_object(
                       'bytes', g.bytes, 'compressed_bytes', g.compressed_bytes)) AS r
                   WHERE r.metric IN ('bytes', 'compressed_bytes')
                   GROUP BY r.phase HAVING bool_and(r.met)) AS p), g.change
        FROM together AS g CROSS JOIN total AS b
    ) AS x CROSS JOIN total AS t
    ORDER BY 1;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_opportunities(text, text, text) IS
'What could be done about the payload''s size: found from the audit, each tried by producing the payload with it, ranked by the compressed bytes that it saves (the order by raw bytes is another one: see bytes_saved). Keys that must not leave the database come first (impact SECURITY). impact: HIGH from 10 % of the raw or of the compressed payload on, MEDIUM from 2 %, else LOW; what saves less than 0.5 % of the raw payload is left out. compressed_saved counts the components that the change touches; lbdiag_whatif shows the rest, with the call in apply. The last row is all HIGH ones together, measured, with the phases whose size target that meets.';

