/* What the HTML reports are made of: pictures, tables, the page. */

CREATE FUNCTION @extschema@._lbdiag_html_escape(value text, columns int) RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_html_escape_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_html_escape(text, int) IS
'A text as it is written in HTML, between tags or quotation marks, in ASCII. Characters that '
'cannot be seen or that change the direction of text are shown as U+XXXX. What has more columns '
'than given is cut there, and its length is said; 0: no limit.';

CREATE FUNCTION @extschema@._lbdiag_tree_parents(depths int[]) RETURNS int[]
AS 'MODULE_PATHNAME', 'lbdiag_tree_parents_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_tree_parents(int[]) IS
'The parents of the nodes of a tree, from 1 on, given the depth of each: the first one''s is 0, '
'and what is below a node comes after it.';

CREATE FUNCTION @extschema@._lbdiag_treemap(
    labels text[], parents int[], weights float8[], width int, height int, title text)
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_treemap_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION @extschema@._lbdiag_treemap(text[], int[], float8[], int, int, text) IS
'SVG of a treemap of bytes. A node''s weight is its own, without those below; the first node is '
'the root, parents come before their children. Small children are one box together.';

CREATE FUNCTION @extschema@._lbdiag_icicle(
    labels text[], parents int[], weights float8[], width int, height int, title text)
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_icicle_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION @extschema@._lbdiag_icicle(text[], int[], float8[], int, int, text) IS
'SVG of a flame graph of ms, with the root above; the arguments are those of _lbdiag_treemap.';

CREATE FUNCTION @extschema@._lbdiag_svg_trend(
    at timestamptz[], amounts float8[], targets float8[], title text)
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_svg_trend_1_0'
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION @extschema@._lbdiag_svg_trend(timestamptz[], float8[], float8[], text) IS
'SVG of a series of bytes in the order of time, with targets as lines.';

CREATE FUNCTION @extschema@._lbdiag_html_page(title text, body text) RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_html_page_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_html_page(text, text) IS
'A page of HTML that loads nothing: its policy allows its own script and its own style alone, by '
'their hashes. The body is HTML.';

CREATE FUNCTION @extschema@._lbdiag_html_cell(head text, value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN $2 IS NULL THEN '<td></td>'
        WHEN $1 LIKE '#%' THEN format('<td class="n">%s</td>',
            @extschema@._lbdiag_html_escape($2, 120))
        WHEN $1 LIKE '|%' THEN format('<td>%s<svg class="bar" viewBox="0 0 100 7" '
            'preserveAspectRatio="none" aria-hidden="true"><rect%s width="%s" height="7"/></svg>'
            '</td>',
            CASE WHEN $1 NOT LIKE '|+%' THEN round(100 * $2::numeric, 1) || ' %' ELSE '' END,
            CASE WHEN $1 LIKE '|+%' THEN
                CASE WHEN $2::numeric > 0 THEN ' class="grew"' ELSE ' class="shrank"' END END,
            round(least(100 * abs($2::numeric), 100), 2))
        WHEN $1 LIKE '$%' THEN format('<td><code>%s</code></td>',
            @extschema@._lbdiag_html_escape($2, 2000))
        ELSE format('<td>%s</td>', @extschema@._lbdiag_html_escape($2, 400)) END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_cell(text, text) IS
'A cell of _lbdiag_html_table.';

CREATE FUNCTION @extschema@._lbdiag_html_table(caption text, heads text[], cells jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN coalesce(jsonb_array_length($3), 0) = 0 THEN '<p>None.</p>' ELSE
        format(E'<div class="scroll"><table>\n<caption>%s</caption>\n<thead><tr>%s</tr></thead>\n'
               '<tbody>\n%s\n</tbody>\n</table></div>', @extschema@._lbdiag_html_escape($1, 400),
        (SELECT string_agg(format('<th scope="col"%s>%s</th>',
             CASE WHEN h.head LIKE '#%' THEN ' class="n"' END,
             @extschema@._lbdiag_html_escape(regexp_replace(h.head, E'^([#$]|\\|\\+?)',
                 ''), 120)), ''
             ORDER BY h.number)
         FROM unnest($2) WITH ORDINALITY AS h (head, number)),
        (SELECT string_agg(format('<tr>%s</tr>', r.cells), E'\n' ORDER BY r.number)
         FROM (SELECT l.number, string_agg(@extschema@._lbdiag_html_cell($2[c.number], c.cell), ''
                                           ORDER BY c.number) AS cells
               FROM jsonb_array_elements($3) WITH ORDINALITY AS l (cells, number)
               CROSS JOIN LATERAL jsonb_array_elements_text(l.cells)
                   WITH ORDINALITY AS c (cell, number)
               GROUP BY l.number) AS r)) END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_table(text, text[], jsonb) IS
'A table of HTML. cells is an array of rows, arrays of texts. What a head begins with says what '
'its column has: # numbers, $ code, | shares as bars, |+ shares that grew or shrank.';

CREATE FUNCTION @extschema@._lbdiag_html_lines(lines text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- Calls that can be pasted are indented by five.
    SELECT string_agg(format(CASE WHEN l.number = 1 THEN '<h1>%s</h1>'
        WHEN l.line LIKE '     %' THEN '<pre>%s</pre>' ELSE '<p>%s</p>' END,
        @extschema@._lbdiag_html_escape(btrim(l.line), 4000)), E'\n' ORDER BY l.number)
    FROM unnest($1) WITH ORDINALITY AS l (line, number);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_lines(text[]) IS
'Lines of a report as HTML, the first one as the headline.';
