/* The context: the components' JSON. */

CREATE FUNCTION @extschema@._lbdiag_deciding_score(
    scores jsonb, benchmark_type_id @extschema@._lbdiag_text, round_binary boolean, model_id bigint)
RETURNS numeric
AS 'MODULE_PATHNAME', 'lbdiag_deciding_score_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

COMMENT ON FUNCTION @extschema@._lbdiag_deciding_score(
    jsonb, @extschema@._lbdiag_text, boolean, bigint) IS
'The number that a model is ranked by: score_ceiled of its first score with that '
'benchmark_type_id, rounded to 2 decimals; -Infinity for "X", NULL for none. model_id is for '
'error messages.';

CREATE FUNCTION @extschema@.lbdiag_context(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL)
RETURNS TABLE (component text, content json)
AS 'MODULE_PATHNAME', 'lbdiag_context_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000 ROWS 13;

COMMENT ON FUNCTION @extschema@.lbdiag_context(text, text, text) IS
'The components of a leaderboard''s payload, one a row: the exact bytes of their JSON, before a '
'page embeds them in a string, and also those that are built and not sent. Viewers: public '
'(also for NULL), all, user:ID, own:ID. layout NULL: the leaderboard''s own. A component has less '
'than 1 GB. What the application keeps outside the database is not in it: announcements of new '
'benchmarks are taken as none.';

CREATE FUNCTION @extschema@.lbdiag_row_data(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL)
RETURNS SETOF json
AS 'MODULE_PATHNAME', 'lbdiag_row_data_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000 ROWS 500;

COMMENT ON FUNCTION @extschema@.lbdiag_row_data(text, text, text) IS
'The elements of row_data, one model a row, in rank order. In a SELECT list, SELECT '
'lbdiag_row_data(...), each row is built when it is fetched.';
