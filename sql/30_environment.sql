/* Environment. */

CREATE FUNCTION @extschema@.lbdiag_environment(payload text DEFAULT 'vision')
RETURNS TABLE (item text, value text, status text, detail text)
AS 'MODULE_PATHNAME', 'lbdiag_environment_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000 ROWS 15;

COMMENT ON FUNCTION @extschema@.lbdiag_environment(text) IS
'In which environment the server runs, and what can distort a measurement: status ok, notice, '
'warning, or refuse where payloads are not built.';
