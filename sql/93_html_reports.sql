/* Reports as HTML, each a file of its own. */

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
