/* Comparison of recorded runs. */

CREATE TYPE @extschema@.lbdiag_difference AS (
    kind text, name text, before numeric, after numeric, delta numeric,
    delta_pct numeric, unit text, verdict text);

COMMENT ON TYPE @extschema@.lbdiag_difference IS
'A metric of two recorded runs: a row of lbdiag_compare.';

CREATE FUNCTION @extschema@.lbdiag_compare(before bigint, after bigint)
RETURNS SETOF @extschema@.lbdiag_difference
AS 'MODULE_PATHNAME', 'lbdiag_compare_1_0'
LANGUAGE C STABLE PARALLEL SAFE COST 10000 ROWS 500;

COMMENT ON FUNCTION @extschema@.lbdiag_compare(bigint, bigint) IS
'What differs between two recorded runs of the same kind, each kind of metric from the largest '
'change on: notes, totals, then components, paths and functions of payloads, or times, calls and '
'blocks of each statement, function, line and node. A time is faster or slower only where the '
'ranges of the two runs'' repetitions, in the unit of the reference load that was measured with '
'each, do not overlap. '
'What differs only because the payload holds the time of its build, compressed bytes included, '
'counts as the same.';

