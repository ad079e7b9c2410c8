/* The audit as text. */

CREATE FUNCTION @extschema@.lbdiag_audit_report(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL)
RETURNS SETOF text
SET lbdiag.progress_function = 'lbdiag_audit_report'
AS 'MODULE_PATHNAME', 'lbdiag_audit_report_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 100;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_report(text, text, text) IS
'The audit as text, a line a row: how large the payload is, the three actions that are worth '
'most together, with a call of lbdiag_whatif for each, what is missed of the targets; then '
'sizes, what could be saved, how far each phase''s target is, and what of the environment can '
'distort it. MB is 1024 x 1024 bytes; a size below 0.1 MB is in kB or bytes.';
