/* Targets against what is measured now. */

-- Types of rows, where a column has the name of an argument.
CREATE TYPE @extschema@.lbdiag_target_row AS (
    phase text, metric text, current numeric, target numeric, unit text,
    met boolean, reduction_needed numeric, reduction_pct numeric, basis text);

COMMENT ON TYPE @extschema@.lbdiag_target_row IS
'A target and how far it is: a row of lbdiag_targets and of lbdiag_check.';

CREATE FUNCTION @extschema@.lbdiag_targets(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL, application_ms float8 DEFAULT NULL)
RETURNS SETOF @extschema@.lbdiag_target_row
AS 'MODULE_PATHNAME', 'lbdiag_targets_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 9
SET lbdiag.progress_function = 'lbdiag_targets';

COMMENT ON FUNCTION @extschema@.lbdiag_targets(text, text, text, float8) IS
'The targets of each phase against what is measured now; met is NULL where it was not. basis '
'says what was measured. Sizes are those that are sent. query_time is what the application''s '
'own queries of the sources take in the server. total_time is what the application took, as '
'given in application_ms or recorded last by lbdiag_record: where neither is there, it is not '
'measured, since lbdiag''s builder is only a lower bound for it.';

CREATE FUNCTION @extschema@.lbdiag_check(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL, phase text DEFAULT '1',
    application_ms float8 DEFAULT NULL)
RETURNS SETOF @extschema@.lbdiag_target_row
AS 'MODULE_PATHNAME', 'lbdiag_check_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 3
SET lbdiag.progress_function = 'lbdiag_check';

COMMENT ON FUNCTION @extschema@.lbdiag_check(text, text, text, text, float8) IS
'The targets of a phase, as in lbdiag_targets; raises SQLSTATE LB001, naming them, where some '
'are missed. A time that was not measured does not count as missed; compressed bytes that were not '
'measured, because lbdiag.encoding is none, do. For scripts: psql -v ON_ERROR_STOP=1 -c exits '
'with 1.';

