/* Reports as HTML, each a file of its own. */

CREATE FUNCTION @extschema@.lbdiag_report_html(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL, layout text DEFAULT NULL,
    before bigint DEFAULT NULL, after bigint DEFAULT NULL)
RETURNS text
SET lbdiag.progress_function = 'lbdiag_report_html'
SET lbdiag.max_paths = 800
AS 'MODULE_PATHNAME', 'lbdiag_report_html_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 1000000;

COMMENT ON FUNCTION @extschema@.lbdiag_report_html(text, text, text, bigint, bigint) IS
'The audit, the profile and the opportunities of a leaderboard as one HTML file that loads nothing '
'and can be read without scripts: treemaps, a flame graph, tables; with the numbers of two '
'recorded runs, what grew and shrank between them; where runs are recorded, their trend with '
'the targets. Errors: those of lbdiag_audit, and of lbdiag_compare.';

CREATE FUNCTION @extschema@.lbdiag_audit_query_html(query text) RETURNS text
SET lbdiag.max_paths = 1000
AS 'MODULE_PATHNAME', 'lbdiag_audit_query_html_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_query_html(text) IS
'What lbdiag_audit_query_detail tells of a query, as one HTML file: a treemap of its result by '
'columns and paths, of bytes and, where lbdiag.encoding is gzip, of compressed bytes, and a table '
'of the largest. The query is not in it.';

CREATE FUNCTION @extschema@.lbdiag_profile_sql_html(
    statement text, repetitions int DEFAULT 1, rollback boolean DEFAULT true,
    functions boolean DEFAULT true)
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_profile_sql_html_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_sql_html(text, int, boolean, boolean) IS
'Runs statements as lbdiag_profile_sql does, and returns their profile as one HTML file: the '
'answer in words, what is found, a flame graph of the call tree, the functions. Texts of '
'statements are shortened and have no literals.';
