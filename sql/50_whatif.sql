/* What if. */

CREATE FUNCTION @extschema@.lbdiag_changes()
RETURNS TABLE (name text, value text, help text)
AS 'MODULE_PATHNAME', 'lbdiag_changes_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 11;

COMMENT ON FUNCTION @extschema@.lbdiag_changes() IS
'The changes that lbdiag_whatif can make: the name of each as a member of changes, the kind of '
'value that it takes, and what it does.';

CREATE FUNCTION @extschema@.lbdiag_whatif(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL, changes jsonb DEFAULT '{}')
RETURNS TABLE (
    component text, bytes_before bigint, bytes_after bigint,
    compressed_before bigint, compressed_after bigint)
AS 'MODULE_PATHNAME', 'lbdiag_whatif_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 200000 ROWS 14;

COMMENT ON FUNCTION @extschema@.lbdiag_whatif(text, text, text, jsonb) IS
'What the payload would take with a change, by producing it: bytes of each component before '
'and after, raw and compressed, as they are sent, and a row TOTAL. changes is an object such as '
'{"drop_paths": ["row_data:$[*].*.error"], "compact": true}: any combination of what '
'lbdiag_changes() lists; null and false change nothing. A path is written as lbdiag_audit shows '
'it.';
