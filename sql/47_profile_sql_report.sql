/* The profile of any statement in words. */

CREATE FUNCTION @extschema@.lbdiag_profile_sql_report(
    statement text, top int DEFAULT 25, repetitions int DEFAULT 1,
    rollback boolean DEFAULT true, functions boolean DEFAULT true)
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'lbdiag_profile_sql_report_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_sql_report(text, int, int, boolean, boolean) IS
'Runs statements as lbdiag_profile_sql does, and says in text, a line a row: how long they took, '
'the function, the line and the node that took most; what is found; the top of the profile; the '
'call tree down to 1 %; whether the effects were rolled back.';

CREATE FUNCTION @extschema@.lbdiag_trace_report(top int DEFAULT 25)
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'lbdiag_trace_report_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@.lbdiag_trace_report(int) IS
'Ends the trace of the session as lbdiag_trace_stop does, and says in text what '
'lbdiag_profile_sql_report says of statements. The client''s time is the row of kind outside.';

CREATE FUNCTION @extschema@.lbdiag_trace_export(format text DEFAULT 'folded')
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_trace_export_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000;

COMMENT ON FUNCTION @extschema@.lbdiag_trace_export(text) IS
'Ends the trace of the session as lbdiag_trace_stop does, and returns its call tree as a file for '
'a viewer, in the formats of lbdiag_profile_export: folded, speedscope, callgrind, pstats.';
