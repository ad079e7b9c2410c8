/* The audit of a query: where the bytes of its result go. */

CREATE FUNCTION @extschema@.lbdiag_audit_query_detail(query text, encoding text DEFAULT NULL)
RETURNS TABLE (
    column_name text, path text, depth int, types text, occurrences bigint, documents bigint,
    objects bigint, arrays bigint, strings bigint, numbers bigint, booleans bigint,
    nulls bigint,
    distinct_values bigint, most_common bigint, bytes bigint, share numeric,
    key_bytes bigint, value_bytes bigint, syntax_bytes bigint, compressed_bytes bigint,
    compressed_own_bytes bigint, min_bytes bigint, median_bytes bigint, max_bytes bigint,
    histogram_bounds bigint[], histogram_counts bigint[], min_elements bigint,
    median_elements bigint, max_elements bigint, dynamic_keys bigint, folded text, complete boolean)
AS 'MODULE_PATHNAME', 'lbdiag_audit_query_detail_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 200;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_query_detail(text, text) IS
'Runs a single SELECT with the caller''s rights, and returns a row for each column and each path '
'of its json or jsonb, the largest first: the bytes of the messages DataRow of the text protocol, '
'in the server''s encoding. Of each value, the 4 bytes of its length are syntax_bytes of its '
'column; the 7 bytes of each row are in a row without a name; TOTAL is last. types of a column '
'that is not JSON is its type. The same messages, as one stream, are compressed: compressed_bytes '
'is the path with all below it, compressed_own_bytes the path alone (they add up to TOTAL''s); '
'they say where compressed bytes are, not what dropping a path would save. They are on all rows '
'with gzip, with other encodings on TOTAL. documents (rows), objects to nulls, min_bytes to '
'max_elements, dynamic_keys, folded and complete are as in lbdiag_json_paths: SQL nulls have no '
'size, and a column that is not JSON has no objects to booleans. encoding: as in lbdiag.encoding, '
'which NULL stands for; none leaves them out and is faster. Errors: a query that is not a SELECT '
'or does not only read, several statements, no columns, two columns of one name, an encoding that '
'there is not, and the query''s own.';

CREATE FUNCTION @extschema@.lbdiag_audit_query(query text, encoding text DEFAULT NULL)
RETURNS TABLE (
    column_name text, path text, types text, occurrences bigint,
    distinct_values bigint, bytes bigint, share numeric, compressed_bytes bigint)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE COST 100000 ROWS 200
BEGIN ATOMIC
    SELECT d.column_name, d.path, d.types, d.occurrences, d.distinct_values, d.bytes, d.share,
        d.compressed_bytes
    FROM @extschema@.lbdiag_audit_query_detail($1, $2) AS d;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_query(text, text) IS
'What lbdiag_audit_query_detail returns, in the columns that a person reads.';
