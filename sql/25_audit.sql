/* The audit: where the bytes of the payload go. */

CREATE FUNCTION @extschema@.lbdiag_audit(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, compress boolean DEFAULT true)
RETURNS TABLE (
    component text, path text, depth int, types text, occurrences bigint,
    nulls bigint, bytes bigint, share numeric, key_bytes bigint,
    value_bytes bigint, syntax_bytes bigint, distinct_values bigint,
    compressed_bytes bigint, most_common bigint)
AS 'MODULE_PATHNAME', 'lbdiag_audit_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000 ROWS 200;

COMMENT ON FUNCTION @extschema@.lbdiag_audit(text, text, text, boolean) IS
'Where the bytes of the payload go: a row for each path of each component, the largest first within the tree, and a row TOTAL. bytes is the path with all below it, key_bytes + value_bytes + syntax_bytes the path alone; share is 0 to 1; distinct_values (scalars but null) is exact up to 4,096 (up to 256 behind a component''s first 256 paths), then an estimate with a standard error of 1.6 %; compressed_bytes (level 6) is on the $ rows and TOTAL; most_common is how often the most common scalar but null occurs, at least, where it is more than half of the occurrences.';

