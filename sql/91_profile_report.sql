/* The profile as text. */

CREATE FUNCTION @extschema@.lbdiag_profile_report(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL, top int DEFAULT 30, repetitions int DEFAULT 1)
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'lbdiag_profile_report_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 80;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_report(text, text, text, int, int) IS
'The profile of lbdiag''s own builder as text, a line a row: total time, the functions as '
'cProfile prints them (seconds), the size of the components, the bottleneck with what to do '
'about it, and what of the environment can distort it.';
