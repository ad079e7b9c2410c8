/* Reports as HTML, each a file of its own. */

CREATE FUNCTION @extschema@._lbdiag_html_treemap(title text, nodes jsonb, compressed boolean)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH node AS MATERIALIZED (
        SELECT 0::bigint AS number, $1 AS label, 0 AS depth, 0::float8 AS weight
        UNION ALL
        SELECT n.number, coalesce(n.component, 'rows') || coalesce(substr(n.path, 2), ''),
            coalesce(n.depth, 0) + 1, greatest(CASE WHEN $3 THEN n.compressed_own_bytes
                ELSE n.key_bytes + n.value_bytes + n.syntax_bytes END, 0)
        FROM jsonb_to_recordset($2) AS n (number bigint, component text, path text, depth int,
            key_bytes bigint, value_bytes bigint, syntax_bytes bigint, compressed_own_bytes bigint)
        WHERE NOT $3 OR n.compressed_own_bytes IS NOT NULL
    )
    SELECT @extschema@._lbdiag_treemap(array_agg(n.label ORDER BY n.number),
        @extschema@._lbdiag_tree_parents(array_agg(n.depth ORDER BY n.number)),
        array_agg(n.weight ORDER BY n.number), 960, 560,
        CASE WHEN $3 THEN 'Compressed bytes of ' ELSE 'Bytes of ' END || $1)
    FROM node AS n;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_treemap(text, jsonb, boolean) IS
'The treemap of an audit''s rows that are sent: of bytes, or of compressed bytes where rows have '
'them. Those that have none of their own are part of the component.';

CREATE FUNCTION @extschema@._lbdiag_html_paths(nodes jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH n AS MATERIALIZED (
        SELECT n.*, row_number() OVER (ORDER BY n.bytes DESC, n.number) AS place
        FROM jsonb_to_recordset($1) AS n (number bigint, component text, path text, types text,
            occurrences bigint, bytes bigint, share numeric, compressed_bytes bigint)
    )
    SELECT format(E'<details>\n<summary>The %s largest of %s paths</summary>\n%s\n</details>',
        count(*) FILTER (WHERE n.place <= 200),
        count(*) + coalesce(sum(substring(n.path FROM '\.\.\.\((\d+) more paths?\)$')::int - 1), 0),
        @extschema@._lbdiag_html_table('Bytes of a path are with all below it. Compressed bytes '
            'say where they are, not what dropping the path would save.'::text,
            ARRAY['of', 'path', 'types', '#occurrences', '#bytes', '|share', '#compressed bytes'],
            jsonb_agg(jsonb_build_array(n.component, n.path, n.types,
                to_char(n.occurrences, 'FM999,999,999,999,999'),
                to_char(n.bytes, 'FM999,999,999,999,999'), n.share,
                to_char(n.compressed_bytes, 'FM999,999,999,999,999')) ORDER BY n.place)
            FILTER (WHERE n.place <= 200)))
    FROM n;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_paths(jsonb) IS
'A table of the largest rows of an audit.';

CREATE FUNCTION @extschema@._lbdiag_html_sizes(title text, nodes jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format(E'<section>\n<h2>Where the bytes go</h2>\n%s\n%s</section>',
        CASE WHEN c.compressed THEN
            E'<div>\n<input type="radio" name="size" id="raw" checked>'
            '<label for="raw">Bytes</label>\n'
            '<input type="radio" name="size" id="compressed">'
            '<label for="compressed">Compressed bytes</label>' ELSE '<div>' END
        || format(E'\n<figure class="raw">\n%s\n<figcaption>The area of a box is its bytes, as '
            'they are sent: a part or a path, with those below it in it. &quot;itself&quot; is '
            'what belongs to no path below: keys, brackets, separators.</figcaption>\n</figure>\n',
            @extschema@._lbdiag_html_treemap($1, $2, false))
        || CASE WHEN c.compressed THEN format(
            E'<figure class="compressed">\n%s\n<figcaption>The same of compressed bytes. They say '
            'where compressed bytes are, not what a change would save.</figcaption>\n</figure>\n',
            @extschema@._lbdiag_html_treemap($1, $2, true)) ELSE '' END
        || '</div>', @extschema@._lbdiag_html_paths($2))
    FROM (VALUES (jsonb_path_exists($2, '$[*].compressed_own_bytes ? (@ != null)')))
        AS c (compressed);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_sizes(text, jsonb) IS
'The section of an HTML report on bytes.';

CREATE FUNCTION @extschema@._lbdiag_html_times(
    title text, tree @extschema@._lbdiag_scope[], note text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH node AS MATERIALIZED (
        SELECT t.*, row_number() OVER (ORDER BY t.node) AS number FROM unnest($2) AS t
    ), linked AS (
        SELECT n.number, n.function, n.self_ms, p.number AS parent
        FROM node AS n LEFT JOIN node AS p ON p.node = n.parent
    ), picture AS (
        SELECT @extschema@._lbdiag_icicle(coalesce(array_agg(l.function ORDER BY l.number), '{}'),
            coalesce(array_agg(l.parent::int ORDER BY l.number), '{}'),
            coalesce(array_agg(greatest(l.self_ms, 0) ORDER BY l.number), '{}'),
            960, 900, $1) AS svg
        FROM linked AS l
    ), top AS (
        SELECT jsonb_agg(jsonb_build_array(p.function, p.source, p.ncalls,
            round(p.tottime_ms::numeric, 3), round(p.cumtime_ms::numeric, 3),
            coalesce(round((p.cumtime_ms / nullif(p.largest, 0))::numeric, 4), 0))
            ORDER BY p.cumtime_ms DESC, p.function) AS cells
        FROM (SELECT r.*, max(r.cumtime_ms) OVER () AS largest
              FROM @extschema@._lbdiag_profile_rows($2) AS r
              ORDER BY r.cumtime_ms DESC, r.function LIMIT 25) AS p
    )
    SELECT format(E'<section>\n<h2>Where the time goes</h2>\n<figure>\n%s\n'
        '<figcaption>%s</figcaption>\n</figure>\n<details>\n'
        '<summary>Functions by cumulative time</summary>\n%s\n</details>\n</section>',
        p.svg, @extschema@._lbdiag_html_escape($3, 0),
        @extschema@._lbdiag_html_table('Times are in ms; tottime is without what is called.'::text,
            ARRAY['function', 'source', '#ncalls', '#tottime', '#cumtime', '|share'], t.cells))
    FROM picture AS p CROSS JOIN top AS t;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_times(text, @extschema@._lbdiag_scope[], text) IS
'The section of an HTML report on time: a flame graph and the functions of a call tree.';

CREATE FUNCTION @extschema@._lbdiag_html_opportunities(opportunities jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format(E'<section>\n<h2>What could be done</h2>\n%s\n</section>',
        @extschema@._lbdiag_html_table(
            'Each was tried, and the text that is sent then was counted.'::text,
            ARRAY['impact', 'action', '#saves', '|of the payload', '#compressed', '|of that',
                  'trade-off', '$call'],
            jsonb_agg(jsonb_build_array(o.impact,
                o.action || CASE WHEN o.sampled THEN ' (from a sample)' ELSE '' END,
                @extschema@._lbdiag_size(o.bytes_saved::numeric), o.share_saved,
                @extschema@._lbdiag_size(o.compressed_saved::numeric), o.compressed_share_saved,
                o.trade_off, o.apply) ORDER BY o.priority)))
    FROM jsonb_to_recordset($1) AS o (priority int, impact text, action text, trade_off text,
        bytes_saved bigint, share_saved numeric, compressed_saved bigint,
        compressed_share_saved numeric, sampled boolean, apply text);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_opportunities(jsonb) IS
'The section of an HTML report on opportunities.';

CREATE FUNCTION @extschema@._lbdiag_html_difference(before bigint, after bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH c AS MATERIALIZED (
        SELECT c.*, max(abs(c.delta)) FILTER (WHERE c.unit = 'bytes') OVER () AS largest
        FROM @extschema@.lbdiag_compare($1, $2) WITH ORDINALITY AS c (
            kind, name, before, after, delta, delta_pct, unit, verdict, number)
    ), changed AS (
        SELECT c.*, row_number() OVER (ORDER BY c.number) AS place FROM c
        WHERE c.unit = 'bytes' AND c.verdict NOT IN ('same', 'not recorded') AND c.delta <> 0
    )
    SELECT format(E'<section>\n<h2>What grew and what shrank</h2>\n'
        '<p>Run %s against run %s.</p>\n%s\n%s\n</section>',
        $2, $1,
        (SELECT coalesce(string_agg(format('<p class="note">%s</p>',
            @extschema@._lbdiag_html_escape(c.name, 400)), E'\n' ORDER BY c.number), '')
         FROM c WHERE c.kind = 'note'),
        (SELECT @extschema@._lbdiag_html_table(format(
            'The bar is a part of the largest change. %s of %s that changed.',
            count(*) FILTER (WHERE d.place <= 100), count(*)),
            ARRAY['of', 'name', '#before', '#after', '#change', '#% of before', '|+bar', 'verdict'],
            jsonb_agg(jsonb_build_array(replace(d.kind, '_', ' '), d.name,
                @extschema@._lbdiag_size(d.before), @extschema@._lbdiag_size(d.after),
                CASE WHEN d.delta > 0 THEN '+' ELSE '' END || @extschema@._lbdiag_size(d.delta),
                CASE WHEN d.delta_pct > 0 THEN '+' ELSE '' END || d.delta_pct,
                round(d.delta / d.largest, 4), d.verdict) ORDER BY d.number)
            FILTER (WHERE d.place <= 100))
         FROM changed AS d));
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_difference(bigint, bigint) IS
'The section of an HTML report on what differs between two recorded runs.';

CREATE FUNCTION @extschema@._lbdiag_html_history(domain text, viewer text, layout text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH run AS MATERIALIZED (
        SELECT r.at, r.run, r.bytes, r.compressed_bytes FROM @extschema@.lbdiag_runs AS r
        WHERE r.domain = $1 AND r.viewer = $2 AND r.layout = $3
    ), metric (number, metric, title) AS (
        VALUES (1, 'bytes', 'Bytes of recorded runs'),
            (2, 'compressed_bytes', 'Compressed bytes of recorded runs')
    ), picture AS (
        SELECT m.number, @extschema@._lbdiag_svg_trend(array_agg(r.at ORDER BY r.at, r.run),
            array_agg(r.amount ORDER BY r.at, r.run),
            (SELECT coalesce(array_agg(DISTINCT t.target::float8), '{}')
             FROM @extschema@._lbdiag_target_rows($1, '{}'::jsonb) AS t WHERE t.metric = m.metric),
            m.title) AS svg, m.title
        FROM metric AS m CROSS JOIN LATERAL (
            SELECT r.at, r.run,
                (CASE m.number WHEN 1 THEN r.bytes ELSE r.compressed_bytes END)::float8
            FROM run AS r) AS r (at, run, amount)
        WHERE r.amount IS NOT NULL
        GROUP BY m.number, m.metric, m.title
        HAVING count(*) > 1
    )
    SELECT format(E'<section>\n<h2>History</h2>\n%s\n</section>', string_agg(format(
        E'<figure>\n%s\n<figcaption>%s, with the targets.</figcaption>\n</figure>', p.svg, p.title),
        E'\n' ORDER BY p.number))
    FROM picture AS p HAVING count(*) > 0;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_history(text, text, text) IS
'The section of an HTML report on a leaderboard''s recorded runs; NULL where there are not two.';

CREATE FUNCTION @extschema@._lbdiag_html_payload(
    domain text, viewer text, layout text, audit jsonb, tree @extschema@._lbdiag_scope[])
RETURNS text
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000
BEGIN ATOMIC
    WITH sizes AS (
        SELECT jsonb_object_agg(v.metric, v.value) AS sizes
        FROM jsonb_to_recordset($4) AS r (component text, path text, bytes bigint,
            compressed_bytes bigint, sent boolean)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN r.path = '$' THEN ':' || r.component ELSE '' END) AS n (name)
        CROSS JOIN LATERAL (VALUES ('bytes' || n.name, r.bytes),
            ('compressed_bytes' || n.name, r.compressed_bytes)) AS v (metric, value)
        WHERE r.sent AND coalesce(r.path, '$') = '$'
    ), root AS (
        SELECT max(t.cum_ms) AS ms FROM unnest($5) AS t
    ), targets AS MATERIALIZED (
        SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') AS rows
        FROM sizes AS s CROSS JOIN root AS r CROSS JOIN LATERAL @extschema@._lbdiag_target_rows($1,
            s.sizes || @extschema@._lbdiag_time_figures($1, $2, NULL::float8, r.ms)
            || jsonb_build_object('query_time basis', 'not measured: see lbdiag_targets')) AS t
    ), opportunities AS MATERIALIZED (
        SELECT coalesce(jsonb_agg(to_jsonb(o)), '[]') AS rows
        FROM @extschema@.lbdiag_opportunities($1, $2, $3) AS o
    )
    SELECT concat_ws(E'\n',
        (SELECT @extschema@._lbdiag_html_lines(array_agg(l.line ORDER BY l.number))
         FROM @extschema@._lbdiag_report_answer($1, $2, $3, $4, o.rows, t.rows)
             WITH ORDINALITY AS l (line, number)),
        @extschema@._lbdiag_html_sizes($1, jsonb_path_query_array($4,
            '$[*] ? (@.path != null && @.sent == true)')),
        @extschema@._lbdiag_html_opportunities(o.rows),
        @extschema@._lbdiag_html_times('Time of lbdiag''s own builder'::text, $5,
            'The time of lbdiag''s own builder, with compression: a floor for an application that '
            'builds the same payload. The width of a box is its time with what it calls below it.'))
    FROM opportunities AS o CROSS JOIN targets AS t;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_payload(
    text, text, text, jsonb, @extschema@._lbdiag_scope[]) IS
'The sections of lbdiag_report_html on the payload as it is.';

CREATE FUNCTION @extschema@.lbdiag_report_html(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public', layout text DEFAULT NULL,
    before bigint DEFAULT NULL, after bigint DEFAULT NULL)
RETURNS text
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 1000000
SET lbdiag.progress_function = 'lbdiag_report_html'
SET lbdiag.max_paths = 800
BEGIN ATOMIC
    WITH difference AS MATERIALIZED (
        -- First, as a run that does not exist is an error before anything is built.
        SELECT CASE WHEN $4 IS NOT NULL OR $5 IS NOT NULL
                    THEN @extschema@._lbdiag_html_difference($4, $5) ELSE '' END AS html
    ), audit AS MATERIALIZED (
        SELECT coalesce(jsonb_agg(to_jsonb(a)), '[]') AS rows
        FROM difference AS d CROSS JOIN LATERAL @extschema@.lbdiag_audit_detail($1, $2,
            CASE WHEN d.html IS NOT NULL THEN $3 END, NULL::text) WITH ORDINALITY AS a (
            component, path, depth, types, occurrences, nulls, distinct_values, most_common,
            bytes, share, key_bytes, value_bytes, syntax_bytes, compressed_bytes,
            compressed_own_bytes, sent, number)
    ), tree AS MATERIALIZED (
        SELECT array_agg(t) AS scopes
        FROM audit AS a CROSS JOIN LATERAL @extschema@._lbdiag_call_tree(
            $1, $2, CASE WHEN a.rows IS NOT NULL THEN $3 END, 1, NULL::text, 1) AS t
    )
    SELECT @extschema@._lbdiag_html_page(format('lbdiag: %s', $1), concat_ws(E'\n',
        @extschema@._lbdiag_html_payload($1, $2, $3, a.rows, t.scopes), d.html,
        CASE WHEN has_table_privilege('@extschema@.lbdiag_runs'::regclass, 'SELECT')
                AND has_table_privilege('@extschema@.lbdiag_run'::regclass, 'SELECT')
             THEN @extschema@._lbdiag_html_history($1, $2, u.layout_used) END,
        '<p class="note">Made by lbdiag. There are names and sizes here, and no values of the data.'
        ' MB is 1024 x 1024 bytes.</p>'))
    FROM difference AS d CROSS JOIN audit AS a CROSS JOIN tree AS t
    CROSS JOIN @extschema@._lbdiag_layout_used($1, $3) AS u;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_report_html(text, text, text, bigint, bigint) IS
'The audit, the profile and the opportunities of a leaderboard as one HTML file that loads nothing '
'and can be read without scripts: treemaps, a flame graph, tables; with the numbers of two '
'recorded runs, what grew and shrank between them; where runs are recorded, their trend with '
'the targets. Errors: those of lbdiag_audit, and of lbdiag_compare.';

CREATE FUNCTION @extschema@.lbdiag_audit_query_html(query text) RETURNS text
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000000
SET lbdiag.max_paths = 1000
BEGIN ATOMIC
    WITH audit AS MATERIALIZED (
        SELECT a.column_name AS component, a.*
        FROM @extschema@.lbdiag_audit_query_detail($1, NULL) WITH ORDINALITY AS a (
            column_name, path, depth, types, occurrences, nulls, distinct_values, most_common,
            bytes, share, key_bytes, value_bytes, syntax_bytes, compressed_bytes,
            compressed_own_bytes, number)
    ), total AS (
        SELECT a.number, a.bytes, a.compressed_bytes
        FROM audit AS a ORDER BY a.number DESC LIMIT 1
    ), part AS (
        SELECT jsonb_agg(to_jsonb(a) ORDER BY a.number) AS rows,
            (array_agg(a.component ORDER BY a.bytes DESC, a.number)
                FILTER (WHERE a.depth = 0 AND a.component IS NOT NULL))[1] AS largest,
            (array_agg(a.share ORDER BY a.bytes DESC, a.number)
                FILTER (WHERE a.depth = 0 AND a.component IS NOT NULL))[1] AS share
        FROM audit AS a JOIN total AS t ON a.number < t.number
    )
    SELECT @extschema@._lbdiag_html_page('lbdiag: result of a query'::text, concat_ws(E'\n',
        @extschema@._lbdiag_html_lines(ARRAY[
            format('The result of the query is %s%s%s.', @extschema@._lbdiag_size(t.bytes::numeric),
                format(', %s with ', @extschema@._lbdiag_size(t.compressed_bytes::numeric))
                || CASE WHEN t.compressed_bytes IS NOT NULL
                        THEN @extschema@._lbdiag_encoding(NULL) END,
                '; most of it is the column ' || @extschema@._lbdiag_shorten(p.largest, 60)
                || format(' (%s %%)', round(100 * p.share))),
            'It is counted as the server sends it, in the text protocol.'
            || CASE WHEN t.compressed_bytes IS NOT NULL
                    THEN ' The same messages are compressed.' ELSE '' END]),
        @extschema@._lbdiag_html_sizes('the result'::text, coalesce(p.rows, '[]'))))
    FROM total AS t CROSS JOIN part AS p;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_query_html(text) IS
'What lbdiag_audit_query_detail tells of a query, as one HTML file: a treemap of its result by '
'columns and paths, of bytes and, where lbdiag.encoding is gzip, of compressed bytes, and a table '
'of the largest. The query is not in it.';

CREATE FUNCTION @extschema@.lbdiag_profile_sql_html(
    statement text, repetitions int DEFAULT 1, rollback boolean DEFAULT true,
    functions boolean DEFAULT true)
RETURNS text
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000000
BEGIN ATOMIC
    WITH p AS MATERIALIZED (
        SELECT array_agg(p) AS tree
        FROM @extschema@._lbdiag_profile_places($1, 1, $2, $3, $4) AS p
    ), finding AS (
        SELECT jsonb_agg(jsonb_build_array(f.share, f.finding, f.advice) ORDER BY f.number) AS cells
        FROM p CROSS JOIN LATERAL @extschema@._lbdiag_place_findings(p.tree)
            WITH ORDINALITY AS f (ms, share, finding, advice, number)
    )
    SELECT @extschema@._lbdiag_html_page('lbdiag: profile of statements'::text, concat_ws(E'\n',
        (SELECT @extschema@._lbdiag_html_lines(array_agg(a.line ORDER BY a.number))
         FROM @extschema@._lbdiag_place_answer(p.tree) WITH ORDINALITY AS a (line, number)),
        E'<section>\n<h2>Findings</h2>',
        @extschema@._lbdiag_html_table('Shares of the whole time.'::text,
            ARRAY['|share', 'finding', 'advice'], f.cells), '</section>',
        @extschema@._lbdiag_html_times('Time of the statements'::text,
            @extschema@._lbdiag_place_scopes(p.tree),
            CASE WHEN $2 > 1 THEN format('Times are medians of %s repetitions.', $2)
                 ELSE 'The statements ran once.' END
            || CASE WHEN $3 THEN ' Their effects were rolled back.'
                    ELSE ' Their effects were kept.' END
            || ' The width of a box is its time with what it calls below it.')))
    FROM p CROSS JOIN finding AS f;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_sql_html(text, int, boolean, boolean) IS
'Runs statements as lbdiag_profile_sql does, and returns their profile as one HTML file: the '
'answer in words, what is found, a flame graph of the call tree, the functions. Texts of '
'statements are shortened and have no literals.';
