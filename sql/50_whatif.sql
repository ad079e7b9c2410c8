/* What if. */

CREATE FUNCTION @extschema@.lbdiag_changes()
RETURNS TABLE (scope text, name text, value text, help text)
AS 'MODULE_PATHNAME', 'lbdiag_changes_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 19;

COMMENT ON FUNCTION @extschema@.lbdiag_changes() IS
'The changes that lbdiag_whatif (scope payload) and lbdiag_whatif_relation (scope relation) can '
'make: the name of each as a member of changes, the kind of value that it takes, and what it does.';

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

CREATE FUNCTION @extschema@.lbdiag_whatif_relation(relation regclass, changes jsonb DEFAULT '{}')
RETURNS TABLE (
    state text, table_bytes bigint, table_bytes_low bigint, table_bytes_high bigint,
    bytes_saved bigint, bytes_saved_low bigint, bytes_saved_high bigint,
    rows_changed bigint, values_unfit bigint, note text)
AS 'MODULE_PATHNAME', 'lbdiag_whatif_relation_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 200000 ROWS 3;

COMMENT ON FUNCTION @extschema@.lbdiag_whatif_relation(regclass, jsonb) IS
'What a table would take with a change of what its columns store, in three rows: now; rewrite, '
'after VACUUM FULL alone; and change, after the change and VACUUM FULL. It reads the table and '
'decides about each row as the server does; nothing is written. table_bytes is what '
'pg_table_size returns; of the change, it includes the tables of strings with their indexes. '
'bytes_saved is beyond the row above. Both have their 95 % interval; note says where that of '
'bytes_saved holds 0. rows_changed is how many rows the change writes, values_unfit how many '
'values do not fit it, and stay as they are. Tables above 64 MB are sampled. changes is an object '
'such as {"drop_paths": ["doc:$.note"], "compress": {"doc": "lz4"}}: any combination of what '
'lbdiag_changes() lists with the scope relation, where a path is column:path, as '
'lbdiag_audit_relation returns them.';
