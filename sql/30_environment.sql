/* Environment. */

CREATE FUNCTION @extschema@._lbdiag_server(
    OUT environment text, OUT reason text, OUT allowed boolean, OUT host text,
    OUT machine text)
AS 'MODULE_PATHNAME', 'lbdiag_server_1_0'
LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_server() IS
'What the setting lbdiag.environment comes to here, why, and whether payloads may be built. '
'host is NULL for who is not in pg_read_all_settings. machine is a fingerprint of host and '
'cluster.';

CREATE FUNCTION @extschema@.lbdiag_environment(domain text DEFAULT 'vision')
RETURNS TABLE (item text, value text, status text, detail text)
AS 'MODULE_PATHNAME', 'lbdiag_environment_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000 ROWS 15;

COMMENT ON FUNCTION @extschema@.lbdiag_environment(text) IS
'In which environment the server runs, and what can distort a measurement: status ok, notice, '
'warning, or refuse where payloads are not built.';
