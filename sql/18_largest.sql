/* The largest rows: of a table by the values at a path, and of a query's result. */

CREATE FUNCTION @extschema@.lbdiag_largest(
    relation regclass, column_name text, path text DEFAULT '$', n int DEFAULT 10)
RETURNS TABLE (
    table_name regclass, row_ctid tid, key jsonb, bytes bigint, occurrences bigint,
    total_bytes bigint, stored_bytes bigint, column_stored_bytes bigint, out_of_line boolean,
    compression text, shard text)
AS 'MODULE_PATHNAME', 'lbdiag_largest_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 10;

COMMENT ON FUNCTION @extschema@.lbdiag_largest(regclass, text, text, int) IS
'Reads a table, partitioned table or materialized view with the caller''s rights, and returns the '
'n rows (1 to 1000) with the largest values at a path of a column, the largest first, equal ones '
'in the order of table_name and row_ctid. column_name and path are as lbdiag_audit_relation '
'returns them; the path $ is the whole value, of any type. Rows without a value there are left '
'out; SQL''s null is no value. row_ctid is the row''s ctid in the table or partition table_name, '
'NULL where the caller may not read ctid and tableoid; key has the columns of the primary key, '
'NULL where there is none or the caller may not read all of it. No value of the column is '
'returned. bytes is the text of the largest value in the row, without its key, as the server '
'prints it; occurrences is how many values the row has at the path, and total_bytes the text of '
'all. column_stored_bytes is pg_column_size of the column, out_of_line whether it is in the TOAST '
'table, and compression how it is compressed; stored_bytes is the part of it that belongs to the '
'largest value, by the attribution of lbdiag_audit_relation: NULL for parts of arrays and '
'composite values. Of a table of Citus, shard names the shard that row_ctid is in, as the server '
'that has it does, and table_name is the distributed table or partition; else it is NULL. Views '
'and foreign tables, whose rows have no ctid, are an error.';

CREATE FUNCTION @extschema@._lbdiag_largest_of(anyelement, text, boolean)
RETURNS bigint[]
AS 'MODULE_PATHNAME', 'lbdiag_largest_of_1_0'
LANGUAGE C STABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION @extschema@._lbdiag_largest_of(anyelement, text, boolean) IS
'What a value has at a path, for lbdiag_largest, which has shards of Citus look for their '
'largest rows: bytes, and with whole occurrences, total_bytes, and what is stored. NULL where it '
'has none.';

CREATE FUNCTION @extschema@.lbdiag_largest_query(query text, n int DEFAULT 10)
RETURNS TABLE (row_number bigint, bytes bigint, columns jsonb)
AS 'MODULE_PATHNAME', 'lbdiag_largest_query_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 10;

COMMENT ON FUNCTION @extschema@.lbdiag_largest_query(text, int) IS
'Runs a single SELECT with the caller''s rights, and returns the n largest rows (1 to 1000) of its '
'result, the largest first, equal ones in the order of the result. row_number counts the rows of '
'the result from 1; bytes is the message DataRow of the text protocol, as in lbdiag_audit_query: '
'7 bytes, and for each column the 4 bytes of its length and its text. columns has the bytes of '
'each column by its name: a name that an earlier column has, too, gets the number of the column, '
'as in "a #2". No value of the result is returned. Errors as of lbdiag_audit_query, but for equal '
'names.';
