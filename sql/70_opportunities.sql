/* Opportunities. */

CREATE FUNCTION @extschema@._lbdiag_whatif_call(
    domain text, change jsonb, viewer text, layout text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('SELECT * FROM lbdiag_whatif(%s%s%s, changes => %s)', quote_literal($1),
        CASE WHEN $3 <> 'public' THEN ', viewer => ' || quote_literal($3) ELSE '' END,
        CASE WHEN $4 IS NOT NULL THEN ', layout => ' || quote_literal($4) ELSE '' END,
        quote_literal($2::text));
END;

COMMENT ON FUNCTION @extschema@._lbdiag_whatif_call(text, jsonb, text, text) IS
'The call of lbdiag_whatif that shows a change, as text.';

CREATE FUNCTION @extschema@._lbdiag_candidates(audit jsonb, layout_used text)
RETURNS TABLE (rule text, scope text, components text[], paths text[], keys text[], change jsonb)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH a AS MATERIALIZED (
        SELECT x.*, substring(x.path FROM '\.("(?:\\.|[^"\\])*"|[^."\[\]]+)$') AS step,
            sum(x.bytes) FILTER (WHERE x.path = '$' AND x.sent) OVER () AS total
        FROM jsonb_to_recordset($1) AS x (component text, path text, types text, occurrences bigint,
            nulls bigint, distinct_values bigint, most_common bigint, bytes bigint,
            key_bytes bigint, value_bytes bigint, sent boolean)
    ), fits AS (
        SELECT r.rule, r.scope, r.alone, r.number, r.change, r.value, a.component, a.path, a.bytes,
            trim('"' FROM a.step) AS key,
            row_number() OVER (PARTITION BY a.component, a.path, r.alone ORDER BY r.number) AS place
        FROM @extschema@._lbdiag_rule AS r
        JOIN a ON a.sent = (r.scope <> 'unsent')
            AND (a.path = '$') = (r.scope IN ('component', 'payload', 'unsent'))
            AND (r.scope = 'payload' OR coalesce(a.component ~ r.component, true))
        WHERE r.scope NOT IN ('query', 'relation')
            -- What is cut, or is for several paths, is no path that can be changed.
            AND coalesce(a.path !~ '\.\.\.[^"]*$', true)
            AND coalesce(a.path ~ r.path, true) AND coalesce(a.types ~ r.types, true)
            AND CASE r.scope WHEN 'member' THEN a.step <> '*'
                AND coalesce(lower(trim('"' FROM a.step)) ~ r.key, true) ELSE true END
            AND (r.scope <> 'keys' OR a.key_bytes >= r.min_share * a.total)
            AND (r.needs IS NULL OR EXISTS (SELECT FROM a AS n
                WHERE n.component = r.needs AND n.path = '$' AND n.sent))
            AND (r.repeated_in IS NULL OR EXISTS (SELECT FROM a AS n WHERE n.sent
                AND n.component || ':' || n.path = r.repeated_in || '.' || a.step
                AND n.occurrences = a.occurrences))
            AND (r.in_layout IS NULL OR EXISTS (SELECT FROM @extschema@.lbdiag_layout AS l
                WHERE l.name = $2 AND CASE r.in_layout WHEN 'blanks' THEN NOT l.compact
                    WHEN 'ascii' THEN l.ascii ELSE cardinality(l.js_string) > 0 END))
            AND a.occurrences >= r.min_occurrences AND a.bytes >= r.min_share * a.total
            AND coalesce(greatest(a.most_common, a.nulls) >= r.min_usual * a.occurrences, true)
            AND coalesce(a.distinct_values <= r.max_distinct * a.occurrences, true)
            AND coalesce(a.value_bytes >= r.min_text * a.occurrences, true)
            -- A usual value is for members that each of their objects has.
            AND (r.min_usual IS NULL OR a.occurrences = (SELECT n.occurrences FROM a AS n
                WHERE n.component = a.component AND n.types = 'object'
                    AND n.path = left(a.path, length(a.path) - length(a.step) - 1)))
    )
    SELECT f.rule, f.scope, array_agg(DISTINCT f.component),
        array_agg(f.path ORDER BY f.bytes DESC, f.component, f.path) FILTER (WHERE f.path <> '$'),
        array_agg(f.key ORDER BY f.bytes DESC, f.component, f.path),
        CASE WHEN f.scope IN ('member', 'keys') THEN jsonb_build_object(f.change,
                jsonb_agg(f.component || ':' || f.path ORDER BY f.bytes DESC, f.component, f.path))
            WHEN f.scope = 'payload' THEN f.value
            ELSE jsonb_build_object('drop_components', jsonb_agg(DISTINCT f.component)) END
    FROM fits AS f WHERE f.place = 1 OR NOT f.alone
    GROUP BY f.rule, f.scope, f.change, f.value;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_candidates(jsonb, text) IS
'The rules that fit an audit, given as an array of its rows, with the change that each would '
'try.';

CREATE FUNCTION @extschema@._lbdiag_saved(
    domain text, viewer text, layout text, changes jsonb, every int, whole jsonb)
RETURNS TABLE (number int, bytes bigint, compressed_bytes bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    -- The first change touches everything and changes nothing: the sample.
    WITH m AS MATERIALIZED (
        SELECT m.* FROM @extschema@._lbdiag_measure_changes($1, $2, $3,
            '[{"round_digits": 1000}]'::jsonb || $4, true, true, $5) AS m
    )
    SELECT m.change - 1,
        sum((b.bytes - m.bytes) * (w.value ->> 0)::numeric / greatest(b.bytes, 1))::bigint,
        sum((b.compressed_bytes - m.compressed_bytes) * (w.value ->> 1)::numeric
            / greatest(b.compressed_bytes, 1))::bigint
    FROM m JOIN m AS b ON b.component = m.component AND b.change = 1
    JOIN jsonb_each($6) AS w ON w.key = m.component
    WHERE m.change > 1
    GROUP BY m.change;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_saved(text, text, text, jsonb, int, jsonb) IS
'What each of an array of changes saves, produced for every every-th model, and scaled by '
'component to the whole: an object of component: [bytes, compressed bytes].';

CREATE FUNCTION @extschema@._lbdiag_overlap(a jsonb, b jsonb)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM jsonb_each($2) AS c
        CROSS JOIN LATERAL jsonb_array_elements_text(CASE jsonb_typeof(c.value)
            WHEN 'array' THEN c.value ELSE '[]' END) AS p (path)
        WHERE c.key <> 'drop_components'
            AND (($1 -> 'drop_components') ? split_part(p.path, ':', 1)
                 OR EXISTS (
                    SELECT FROM jsonb_array_elements_text(coalesce($1 -> 'drop_paths', '[]'))
                        AS d (path)
                    WHERE p.path = d.path OR starts_with(p.path, d.path || '.')
                        OR starts_with(p.path, d.path || '['))));
END;

COMMENT ON FUNCTION @extschema@._lbdiag_overlap(jsonb, jsonb) IS
'Whether change a drops something that change b changes or drops too.';

CREATE FUNCTION @extschema@._lbdiag_merged(a jsonb, b jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT $1 || coalesce(jsonb_object_agg(c.key,
        CASE WHEN $1 ? c.key AND jsonb_typeof(c.value) = 'array'
             THEN ($1 -> c.key) || c.value ELSE c.value END), '{}')
    FROM jsonb_each($2) AS c;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_merged(jsonb, jsonb) IS
'Two changes as one.';

CREATE FUNCTION @extschema@._lbdiag_together(rules text[], changes jsonb)
RETURNS TABLE (number int, chosen text[], change jsonb)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    -- One after the other; what does not go with those before it is left out.
    WITH RECURSIVE pick (n, chosen, change) AS (
        SELECT 0, '{}'::text[], '{}'::jsonb
        UNION ALL
        SELECT p.n + 1, CASE WHEN f.fits THEN p.chosen || $1[p.n + 1] ELSE p.chosen END,
            CASE WHEN f.fits THEN @extschema@._lbdiag_merged(p.change, $2 -> p.n) ELSE p.change END
        FROM pick AS p CROSS JOIN LATERAL (
            SELECT NOT (@extschema@._lbdiag_overlap(p.change, $2 -> p.n)
                    OR @extschema@._lbdiag_overlap($2 -> p.n, p.change))
                AND NOT EXISTS (SELECT FROM @extschema@._lbdiag_rule AS r
                    WHERE (r.rule = $1[p.n + 1] AND r.not_with && p.chosen)
                        OR (r.rule = ANY (p.chosen) AND $1[p.n + 1] = ANY (r.not_with)))
                AS fits) AS f
        WHERE p.n < cardinality($1)
    )
    SELECT (row_number() OVER (ORDER BY p.n))::int, p.chosen, p.change
    FROM (SELECT min(n) AS n, x.chosen, x.change FROM pick AS x WHERE x.n > 0 AND x.chosen <> '{}'
          GROUP BY x.chosen, x.change) AS p;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_together(text[], jsonb) IS
'The changes of rules that go together, in the order in which they are given: a row for the '
'first, the first two, and so on.';

CREATE FUNCTION @extschema@._lbdiag_tried(
    domain text, viewer text, layout text, audit jsonb)
RETURNS TABLE (
    rule text, scope text, components text[], paths text[], keys text[], change jsonb,
    bytes bigint, compressed_bytes bigint, unsent_bytes bigint,
    total_bytes bigint, total_compressed bigint, every int, whole jsonb)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH audit AS MATERIALIZED (
        SELECT a.* FROM jsonb_to_recordset($4) AS a (
            component text, path text, occurrences bigint, bytes bigint, compressed_bytes bigint,
            sent boolean)
    ), whole AS MATERIALIZED (
        -- A payload that is large is tried on a part of its models.
        SELECT jsonb_object_agg(a.component, jsonb_build_array(a.bytes, a.compressed_bytes))
                AS sizes,
            sum(a.bytes)::bigint AS bytes, sum(a.compressed_bytes)::bigint AS compressed_bytes,
            greatest(1, least(16, sum(a.bytes) / 800000,
                (SELECT x.occurrences / 25 FROM audit AS x
                 WHERE x.component = 'row_data' AND x.path = '$[*]')))::int AS every
        FROM audit AS a WHERE a.path = '$' AND a.sent
    ), candidate AS MATERIALIZED (
        SELECT c.*,
            row_number() OVER (PARTITION BY c.scope = 'unsent' ORDER BY c.rule)::int AS number
        FROM @extschema@._lbdiag_candidates($4,
            (SELECT u.layout_used FROM @extschema@._lbdiag_layout_used($1, $3) AS u)) AS c
    ), saved AS MATERIALIZED (
        SELECT s.* FROM whole AS w
        CROSS JOIN (SELECT jsonb_agg(c.change ORDER BY c.number) AS changes
                    FROM candidate AS c WHERE c.scope <> 'unsent') AS c
        CROSS JOIN LATERAL @extschema@._lbdiag_saved($1, $2, $3, c.changes, w.every, w.sizes) AS s
        WHERE c.changes IS NOT NULL
    )
    SELECT c.rule, c.scope, CASE WHEN c.scope <> 'payload' THEN c.components END, c.paths, c.keys,
        c.change, coalesce(s.bytes, 0),
        CASE WHEN w.compressed_bytes IS NOT NULL THEN coalesce(s.compressed_bytes, 0) END,
        (SELECT sum(a.bytes)::bigint FROM audit AS a WHERE a.path = '$' AND NOT a.sent
            AND a.component = ANY (c.components)),
        w.bytes, w.compressed_bytes, w.every, w.sizes
    FROM whole AS w CROSS JOIN candidate AS c
    LEFT JOIN saved AS s ON s.number = c.number AND c.scope <> 'unsent';
END;

COMMENT ON FUNCTION @extschema@._lbdiag_tried(text, text, text, jsonb) IS
'The rules that fit a leaderboard''s payload, given its audit, and what the change of each '
'saves.';

CREATE FUNCTION @extschema@._lbdiag_few(names text[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT string_agg(k.name, ', ' ORDER BY k.number) FILTER (WHERE k.number <= 5)
        || CASE WHEN count(*) > 5 THEN format(' and %s more', count(*) - 5) ELSE '' END
    FROM (SELECT u.name, row_number() OVER (ORDER BY min(u.number)) AS number
          FROM unnest($1) WITH ORDINALITY AS u (name, number) GROUP BY u.name) AS k;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_few(text[]) IS
'The first five names of a list, each once, and how many more there are.';

CREATE FUNCTION @extschema@._lbdiag_phases_met(domain text, bytes bigint, compressed_bytes bigint)
RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT coalesce(
        'Meets the size targets of phase ' || string_agg(p.phase, ', ' ORDER BY p.phase) || '.',
        'Meets the size targets of no phase.')
    FROM (SELECT r.phase FROM @extschema@._lbdiag_target_rows($1, jsonb_build_object(
              'bytes', $2, 'compressed_bytes', $3)) AS r
          WHERE r.metric IN ('bytes', 'compressed_bytes')
          GROUP BY r.phase HAVING bool_and(r.met IS TRUE)) AS p;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_phases_met(text, bigint, bigint) IS
'The phases whose targets of size a payload of these sizes meets, in words.';

CREATE FUNCTION @extschema@._lbdiag_all_high(
    domain text, viewer text, layout text, rules text[], changes jsonb, every int, whole jsonb)
RETURNS TABLE (rules text[], change jsonb, bytes bigint, compressed_bytes bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH step AS MATERIALIZED (
        SELECT t.* FROM @extschema@._lbdiag_together($4, $5) AS t
    ), saved AS MATERIALIZED (
        SELECT s.number, s.bytes, s.compressed_bytes FROM @extschema@._lbdiag_saved($1, $2, $3,
            (SELECT jsonb_agg(t.change ORDER BY t.number) FROM step AS t), $6, $7) AS s
    ), total AS (
        SELECT sum((w.value ->> 0)::bigint) AS bytes,
            sum((w.value ->> 1)::bigint) AS compressed_bytes
        FROM jsonb_each($7) AS w
    ), adds AS (
        -- What each of them adds to those before it.
        SELECT t.number, t.chosen[cardinality(t.chosen)] AS rule,
            s.bytes - lag(s.bytes, 1, 0::bigint) OVER w AS bytes,
            s.compressed_bytes - lag(s.compressed_bytes, 1, 0::bigint) OVER w AS compressed_bytes
        FROM step AS t LEFT JOIN saved AS s ON s.number = t.number
        WINDOW w AS (ORDER BY t.number)
    ), kept AS MATERIALIZED (
        SELECT array_agg(a.rule ORDER BY a.number) AS rules,
            jsonb_agg($5 -> (array_position($4, a.rule) - 1) ORDER BY a.number) AS changes
        FROM adds AS a CROSS JOIN total AS t
        WHERE a.bytes >= 0.005 * t.bytes
            OR coalesce(a.compressed_bytes >= 0.005 * t.compressed_bytes, false)
    ), final AS MATERIALIZED (
        SELECT k.rules, t.change, s.bytes, s.compressed_bytes
        FROM kept AS k CROSS JOIN LATERAL @extschema@._lbdiag_together(k.rules, k.changes) AS t
        LEFT JOIN step AS p ON p.chosen = k.rules
        LEFT JOIN saved AS s ON s.number = p.number
        ORDER BY t.number DESC LIMIT 1
    ), measured AS (
        SELECT f.bytes, f.compressed_bytes FROM final AS f WHERE f.bytes IS NOT NULL
        UNION ALL
        -- Some were left out: what the others save was not tried yet.
        SELECT s.bytes, s.compressed_bytes
        FROM (SELECT jsonb_agg(f.change) AS changes FROM final AS f WHERE f.bytes IS NULL) AS f
        CROSS JOIN LATERAL @extschema@._lbdiag_saved($1, $2, $3, f.changes, $6, $7) AS s
        WHERE f.changes IS NOT NULL
    )
    SELECT f.rules, f.change, t.bytes - m.bytes, t.compressed_bytes - m.compressed_bytes
    FROM final AS f CROSS JOIN measured AS m CROSS JOIN total AS t;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_all_high(text, text, text, text[], jsonb, int, jsonb) IS
'Of the changes of rules, those that go together and each add something, as one change, with '
'the size of the payload with it, from the same sample of the models.';

CREATE TYPE @extschema@._lbdiag_opportunity AS (
    priority int, impact text, rules text[], action text, components text[], paths text[],
    bytes_saved bigint, share_saved numeric, compressed_saved bigint,
    compressed_share_saved numeric, sampled boolean, trade_off text, apply text);

COMMENT ON TYPE @extschema@._lbdiag_opportunity IS
'What could be done: a row of lbdiag_opportunities.';

CREATE FUNCTION @extschema@._lbdiag_opportunity_rows(
    domain text, viewer text, layout text, audit jsonb)
RETURNS SETOF @extschema@._lbdiag_opportunity
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 15
BEGIN ATOMIC
    WITH tried AS MATERIALIZED (
        SELECT t.* FROM @extschema@._lbdiag_tried($1, $2, $3, $4) AS t
    ), judged AS MATERIALIZED (
        SELECT t.*, i.impact, r.trade_off, format(r.action, CASE WHEN t.scope = 'unsent'
                THEN format('%s (%s bytes of JSON)', array_to_string(t.components, ', '),
                            t.unsent_bytes)
            WHEN t.scope = 'component' THEN array_to_string(t.components, ', ')
            ELSE @extschema@._lbdiag_few(t.keys) END) AS action
        FROM tried AS t JOIN @extschema@._lbdiag_rule AS r ON r.rule = t.rule
        CROSS JOIN LATERAL (SELECT greatest(t.bytes / greatest(t.total_bytes, 1)::numeric,
            t.compressed_bytes / greatest(t.total_compressed, 1)::numeric) AS share) AS s
        CROSS JOIN LATERAL (SELECT CASE WHEN t.rule = 'secret' THEN 'SECURITY'
            WHEN t.scope = 'unsent' THEN 'UNSENT' WHEN s.share >= 0.10 THEN 'HIGH'
            WHEN s.share >= 0.02 THEN 'MEDIUM' WHEN s.share >= 0.005 THEN 'LOW' END AS impact) AS i
        WHERE i.impact IS NOT NULL
    ), high AS (
        SELECT array_agg(j.rule ORDER BY j.compressed_bytes DESC, j.bytes DESC, j.rule) AS rules,
            jsonb_agg(j.change ORDER BY j.compressed_bytes DESC, j.bytes DESC, j.rule) AS changes,
            max(j.every) AS every, (array_agg(j.whole))[1] AS whole
        FROM judged AS j WHERE j.impact = 'HIGH'
    ), together AS MATERIALIZED (
        SELECT t.* FROM high AS h
        CROSS JOIN LATERAL @extschema@._lbdiag_all_high(
            $1, $2, $3, h.rules, h.changes, h.every, h.whole) AS t
        WHERE h.rules IS NOT NULL
    )
    SELECT row_number() OVER (
            ORDER BY x.place, x.compressed_bytes DESC, x.bytes DESC, x.action)::int,
        x.impact, x.rules, x.action, x.components, x.paths, x.bytes,
        round(x.bytes / greatest(x.total_bytes, 1)::numeric, 4), x.compressed_bytes,
        round(x.compressed_bytes / greatest(x.total_compressed, 1)::numeric, 4), x.sampled,
        x.trade_off, CASE WHEN x.impact <> 'UNSENT'
            THEN @extschema@._lbdiag_whatif_call($1, x.change, $2, $3) END
    FROM (
        SELECT CASE j.impact WHEN 'SECURITY' THEN 0 WHEN 'UNSENT' THEN 2 ELSE 1 END AS place,
            j.impact, ARRAY[j.rule] AS rules, j.action, j.components, j.paths, j.bytes,
            j.compressed_bytes, j.every > 1 AND j.scope NOT IN ('unsent', 'component') AS sampled,
            j.trade_off, j.change, j.total_bytes, j.total_compressed
        FROM judged AS j
        UNION ALL
        SELECT 3, 'ALL HIGH', t.rules,
            'All of high impact that go together: ' || array_to_string(t.rules, ', '),
            NULL, NULL, j.total_bytes - t.bytes, j.total_compressed - t.compressed_bytes,
            j.every > 1, @extschema@._lbdiag_phases_met($1, t.bytes, t.compressed_bytes),
            t.change, j.total_bytes, j.total_compressed
        FROM together AS t
        CROSS JOIN (SELECT y.total_bytes, y.total_compressed, y.every FROM tried AS y LIMIT 1) AS j
    ) AS x
    ORDER BY 1;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_opportunity_rows(text, text, text, jsonb) IS
'The rows of lbdiag_opportunities, given the audit, as an array of the rows of '
'lbdiag_audit_detail.';

CREATE FUNCTION @extschema@.lbdiag_opportunities(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS SETOF @extschema@._lbdiag_opportunity
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 15
SET lbdiag.progress_function = 'lbdiag_opportunities'
SET lbdiag.max_paths = 1000
BEGIN ATOMIC
    SELECT o.*
    FROM (SELECT jsonb_agg(to_jsonb(a)) FILTER (WHERE a.path IS NOT NULL) AS audit
          FROM @extschema@.lbdiag_audit_detail($1, $2, $3, NULL::text) AS a) AS a
    CROSS JOIN LATERAL @extschema@._lbdiag_opportunity_rows(
        $1, $2, $3, coalesce(a.audit, '[]')) AS o
    ORDER BY o.priority;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_opportunities(text, text, text) IS
'What could be done about the payload''s size: found from the audit by rules, each tried by '
'producing the payload with it, ranked by the compressed bytes that it saves (the order by raw '
'bytes is another one: see bytes_saved). Keys that must not leave the database come first '
'(impact SECURITY). impact: HIGH from 10 % of the raw or of the compressed payload on, MEDIUM '
'from 2 %, LOW from 0.5 %; UNSENT is what is built and not sent, which saves time on the server '
'and no bytes. sampled: a payload larger than 1.2 MB is tried on every second to 16th model, '
'and scaled, which is rough for the compressed bytes that dictionaries and columnar save; '
'lbdiag_whatif, with the call in apply, measures all of it. compressed_saved counts '
'the components that the change touches. The last row, ALL HIGH, are those of high impact that '
'go together and each add something, as one change, with the phases whose size target that '
'would meet.';
