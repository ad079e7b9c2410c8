/* The audit: where the bytes of the payload go. */

CREATE FUNCTION @extschema@.lbdiag_audit(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL, encoding text DEFAULT NULL)
RETURNS TABLE (
    component text, path text, types text, occurrences bigint,
    distinct_values bigint, bytes bigint, share numeric,
    compressed_bytes bigint)
AS 'MODULE_PATHNAME', 'lbdiag_audit_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000 ROWS 200;

COMMENT ON FUNCTION @extschema@.lbdiag_audit(text, text, text, text) IS
'Where the bytes of the payload go, as it is sent: a row for each path of each component that '
'is sent, the largest first within the tree, and a row TOTAL. bytes is the path with all below '
'it; share is 0 to 1; distinct_values (scalars but null) is exact up to 4,096 (up to 256 after '
'a component''s first 256 paths), then an estimate with a standard error of 1.6 %; '
'compressed_bytes is the path with all below it: where compressed bytes are, not what a change '
'would save (lbdiag_whatif measures that). It is on all rows with gzip, and on the $ rows and '
'TOTAL with other encodings. encoding: as in lbdiag.encoding, which NULL stands for; none '
'leaves compressed_bytes out and is faster. lbdiag_audit_detail has more columns.';

CREATE FUNCTION @extschema@.lbdiag_audit_detail(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL, encoding text DEFAULT NULL)
RETURNS TABLE (
    component text, path text, depth int, types text, occurrences bigint,
    nulls bigint, distinct_values bigint, most_common bigint, bytes bigint,
    share numeric, key_bytes bigint, value_bytes bigint, syntax_bytes bigint,
    compressed_bytes bigint, compressed_own_bytes bigint, dynamic_keys bigint,
    folded text, complete boolean, sent boolean)
AS 'MODULE_PATHNAME', 'lbdiag_audit_detail_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000 ROWS 200;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_detail(text, text, text, text) IS
'The rows of lbdiag_audit with all that is known of a path. depth counts steps from $; bytes is '
'the path with all below it, key_bytes + value_bytes + syntax_bytes the path alone; '
'compressed_own_bytes is the path''s own part of compressed_bytes (with gzip; they add up to '
'TOTAL''s); most_common is how often the most common non-null scalar occurs, NULL where there '
'are more distinct ones than are counted exactly; dynamic_keys, folded and complete are as in '
'lbdiag_json_paths, for objects that are copied from the relations. After TOTAL come the '
'components that are built but not sent (sent is false); they are not in the total and have no '
'share.';
