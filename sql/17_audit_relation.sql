/* The audit of a relation: what its columns and paths take where they are stored. */

CREATE FUNCTION @extschema@.lbdiag_audit_relation(
    relation regclass, sample float8 DEFAULT NULL)
RETURNS TABLE (
    column_name text, path text, depth int, types text, occurrences bigint,
    documents bigint, presence numeric,
    objects bigint, arrays bigint, strings bigint, numbers bigint, booleans bigint,
    nulls bigint, distinct_values bigint, most_common bigint,
    bytes bigint, share numeric, bytes_low bigint, bytes_high bigint,
    key_bytes bigint, value_bytes bigint, syntax_bytes bigint,
    jsonb_bytes bigint, jsonb_own_bytes bigint, stored_bytes bigint, stored_own_bytes bigint,
    stored_share numeric, raw_bytes bigint, out_of_line_bytes bigint, chunks bigint,
    pglz_values bigint, lz4_values bigint,
    min_bytes bigint, median_bytes bigint, max_bytes bigint, histogram_bounds bigint[],
    histogram_counts bigint[], min_elements bigint, median_elements bigint, max_elements bigint,
    dynamic_keys bigint, folded text, complete boolean)
AS 'MODULE_PATHNAME', 'lbdiag_audit_relation_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 200;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_relation(regclass, float8) IS
'Reads a table, view, foreign table or partitioned table with the caller''s rights, and returns a '
'row for each column and each path of its JSON, the largest first, and TOTAL. Of the path with '
'all below it, bytes is the text, jsonb_bytes what jsonb takes without the 4 header bytes of each '
'value, and stored_bytes what is stored, compressed and out of line: of a column, and of TOTAL, '
'it is the sum of pg_column_size. share is that of bytes, the text, which views have, too. Of the '
'path alone are key_bytes + value_bytes + syntax_bytes, jsonb_own_bytes and stored_own_bytes: '
'they add up to what the column has. stored_share is that of stored_bytes. Of a column (path $) '
'and of TOTAL, raw_bytes is what the values take uncompressed, without their headers, '
'out_of_line_bytes what of stored_bytes is in the TOAST table, in so many chunks, and pglz_values '
'and lz4_values how many values are compressed so. presence is the share of the rows that have '
'the path, NULL for elements and dynamic keys. distinct_values is an estimate beyond 50. '
'documents (rows), objects to nulls, min_bytes to max_elements, dynamic_keys, folded and complete '
'are as in lbdiag_json_paths: SQL nulls have no size, and a column that is not JSON has no objects '
'to booleans. sample is the percentage of the blocks that are read, as of TABLESAMPLE SYSTEM: all '
'sizes and counts are then estimates for the whole relation, bytes_low and bytes_high the 95 % '
'interval of bytes, distinct_values, most_common, and the smallest, median and largest values are '
'of the sample. stored_bytes is NULL for views and foreign tables, which cannot be sampled. '
'Partitions and children are read with their parent. Shards of a table of Citus are counted '
'where they are, by lbdiag on each node; raw_bytes to lz4_values are then NULL.';

CREATE FUNCTION @extschema@.lbdiag_audit_relation_report(
    relation regclass, sample float8 DEFAULT NULL)
RETURNS SETOF text
SET lbdiag.progress_function = 'lbdiag_audit_relation_report'
AS 'MODULE_PATHNAME', 'lbdiag_audit_relation_report_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_relation_report(regclass, float8) IS
'What lbdiag_audit_relation finds, as text, a line a row: the size of the relation and the path '
'that most of it is, calls that go on from there, what it takes on disk, its columns and how their '
'values are stored (in rows or in the TOAST table, compressed or not), the paths that take most, '
'jsonb against its text, and columns that the JSON repeats. No value is in it. Errors: those of '
'lbdiag_audit_relation.';

CREATE FUNCTION @extschema@.lbdiag_audit_relation_html(
    relation regclass, sample float8 DEFAULT NULL)
RETURNS text
SET lbdiag.progress_function = 'lbdiag_audit_relation_html'
SET lbdiag.max_paths = 1000
AS 'MODULE_PATHNAME', 'lbdiag_audit_relation_html_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_relation_html(regclass, float8) IS
'What lbdiag_audit_relation_report tells, as one HTML file that loads nothing and can be read '
'without scripts, with treemaps of the columns and paths, of text and of stored bytes.';
