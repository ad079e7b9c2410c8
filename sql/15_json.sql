/* Any JSON: statistics by path, as an aggregate and as values. */

CREATE TYPE @extschema@.lbdiag_json_stats;

CREATE FUNCTION @extschema@._lbdiag_json_stats_in(cstring, oid, int)
RETURNS @extschema@.lbdiag_json_stats
AS 'MODULE_PATHNAME', 'lbdiag_json_stats_in_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_json_stats_in(cstring, oid, int) IS
'Input of lbdiag_json_stats: lbdiag_json_stats: and the bytes as hexadecimal digits. What no '
'such value can be is an error.';

CREATE FUNCTION @extschema@._lbdiag_json_stats_out(@extschema@.lbdiag_json_stats)
RETURNS cstring
AS 'MODULE_PATHNAME', 'lbdiag_json_stats_out_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_json_stats_out(@extschema@.lbdiag_json_stats) IS
'Output of lbdiag_json_stats.';

CREATE FUNCTION @extschema@._lbdiag_json_stats_recv(internal, oid, int)
RETURNS @extschema@.lbdiag_json_stats
AS 'MODULE_PATHNAME', 'lbdiag_json_stats_recv_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_json_stats_recv(internal, oid, int) IS
'Binary input of lbdiag_json_stats.';

CREATE FUNCTION @extschema@._lbdiag_json_stats_send(@extschema@.lbdiag_json_stats)
RETURNS bytea
AS 'MODULE_PATHNAME', 'lbdiag_json_stats_send_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_json_stats_send(@extschema@.lbdiag_json_stats) IS
'Binary output of lbdiag_json_stats.';

CREATE TYPE @extschema@.lbdiag_json_stats (
    INPUT = @extschema@._lbdiag_json_stats_in, OUTPUT = @extschema@._lbdiag_json_stats_out,
    RECEIVE = @extschema@._lbdiag_json_stats_recv, SEND = @extschema@._lbdiag_json_stats_send,
    STORAGE = extended);

COMMENT ON TYPE @extschema@.lbdiag_json_stats IS
'What each path of JSON documents takes, to be merged and stored. Holds paths, counts, sizes '
'and hashes, no values. Its first byte is the version: 2, or 3 of a column with what is stored.';

CREATE FUNCTION @extschema@._lbdiag_json_stats_add(@extschema@.lbdiag_json_stats, json)
RETURNS @extschema@.lbdiag_json_stats
AS 'MODULE_PATHNAME', 'lbdiag_json_stats_add_json_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;

COMMENT ON FUNCTION @extschema@._lbdiag_json_stats_add(@extschema@.lbdiag_json_stats, json) IS
'Counts a document: for lbdiag_json_stats(json).';

CREATE FUNCTION @extschema@._lbdiag_json_stats_add(@extschema@.lbdiag_json_stats, jsonb)
RETURNS @extschema@.lbdiag_json_stats
AS 'MODULE_PATHNAME', 'lbdiag_json_stats_add_jsonb_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;

COMMENT ON FUNCTION @extschema@._lbdiag_json_stats_add(@extschema@.lbdiag_json_stats, jsonb) IS
'Counts a document: for lbdiag_json_stats(jsonb).';

CREATE FUNCTION @extschema@._lbdiag_json_stats_combine(
    @extschema@.lbdiag_json_stats, @extschema@.lbdiag_json_stats)
RETURNS @extschema@.lbdiag_json_stats
AS 'MODULE_PATHNAME', 'lbdiag_json_stats_combine_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_json_stats_combine(
    @extschema@.lbdiag_json_stats, @extschema@.lbdiag_json_stats) IS
'Merges two states of an aggregate.';

CREATE AGGREGATE @extschema@.lbdiag_json_stats(json) (
    SFUNC = @extschema@._lbdiag_json_stats_add, STYPE = @extschema@.lbdiag_json_stats,
    SSPACE = 100000, COMBINEFUNC = @extschema@._lbdiag_json_stats_combine, PARALLEL = SAFE);

COMMENT ON AGGREGATE @extschema@.lbdiag_json_stats(json) IS
'What each path of the documents takes, for lbdiag_json_paths, lbdiag_json_merge or a table. '
'Sizes are bytes of the text as it is, whitespace and duplicate keys included. NULLs are '
'skipped; NULL without rows. Dynamic keys become .* when rows are made of the value.';

CREATE AGGREGATE @extschema@.lbdiag_json_stats(jsonb) (
    SFUNC = @extschema@._lbdiag_json_stats_add, STYPE = @extschema@.lbdiag_json_stats,
    SSPACE = 100000, COMBINEFUNC = @extschema@._lbdiag_json_stats_combine, PARALLEL = SAFE);

COMMENT ON AGGREGATE @extschema@.lbdiag_json_stats(jsonb) IS
'What each path of the documents takes, for lbdiag_json_paths, lbdiag_json_merge or a table. '
'Sizes are bytes of the text that the server prints, with its space after each colon and comma. '
'NULLs are skipped; NULL without rows. Dynamic keys become .* when rows are made of the value.';

CREATE AGGREGATE @extschema@.lbdiag_json_merge(@extschema@.lbdiag_json_stats) (
    SFUNC = @extschema@._lbdiag_json_stats_combine, STYPE = @extschema@.lbdiag_json_stats,
    SSPACE = 100000, COMBINEFUNC = @extschema@._lbdiag_json_stats_combine, PARALLEL = SAFE);

COMMENT ON AGGREGATE @extschema@.lbdiag_json_merge(@extschema@.lbdiag_json_stats) IS
'Merges values of lbdiag_json_stats. The result is that of the aggregate over all documents at '
'once. NULLs are skipped; NULL without rows.';

CREATE FUNCTION @extschema@._lbdiag_column_stats_add(@extschema@.lbdiag_json_stats, json)
RETURNS @extschema@.lbdiag_json_stats
AS 'MODULE_PATHNAME', 'lbdiag_column_stats_add_json_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;

COMMENT ON FUNCTION @extschema@._lbdiag_column_stats_add(@extschema@.lbdiag_json_stats, json) IS
'Counts a value of a column: for _lbdiag_column_stats(json).';

CREATE FUNCTION @extschema@._lbdiag_column_stats_add(@extschema@.lbdiag_json_stats, jsonb)
RETURNS @extschema@.lbdiag_json_stats
AS 'MODULE_PATHNAME', 'lbdiag_column_stats_add_jsonb_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;

COMMENT ON FUNCTION @extschema@._lbdiag_column_stats_add(@extschema@.lbdiag_json_stats, jsonb) IS
'Counts a value of a column: for _lbdiag_column_stats(jsonb).';

CREATE AGGREGATE @extschema@._lbdiag_column_stats(json) (
    SFUNC = @extschema@._lbdiag_column_stats_add, STYPE = @extschema@.lbdiag_json_stats,
    SSPACE = 100000, COMBINEFUNC = @extschema@._lbdiag_json_stats_combine, PARALLEL = SAFE);

COMMENT ON AGGREGATE @extschema@._lbdiag_column_stats(json) IS
'What a column takes, and what it takes where it is stored, with its nulls: lbdiag_audit_relation '
'has shards of Citus count themselves by it.';

CREATE AGGREGATE @extschema@._lbdiag_column_stats(jsonb) (
    SFUNC = @extschema@._lbdiag_column_stats_add, STYPE = @extschema@.lbdiag_json_stats,
    SSPACE = 100000, COMBINEFUNC = @extschema@._lbdiag_json_stats_combine, PARALLEL = SAFE);

COMMENT ON AGGREGATE @extschema@._lbdiag_column_stats(jsonb) IS
'The same for jsonb.';

CREATE FUNCTION @extschema@._lbdiag_value_stats(anyelement)
RETURNS @extschema@.lbdiag_json_stats
AS 'MODULE_PATHNAME', 'lbdiag_value_stats_1_0'
LANGUAGE C STABLE PARALLEL SAFE COST 100;

COMMENT ON FUNCTION @extschema@._lbdiag_value_stats(anyelement) IS
'What a value of any type takes, as _lbdiag_column_stats has it of a column, for '
'lbdiag_json_merge.';

CREATE FUNCTION @extschema@.lbdiag_json_paths(stats @extschema@.lbdiag_json_stats)
RETURNS TABLE (
    path text, depth int, types text, occurrences bigint, documents bigint,
    objects bigint, arrays bigint, strings bigint, numbers bigint, booleans bigint,
    nulls bigint,
    distinct_values bigint, most_common bigint, bytes bigint, share numeric,
    key_bytes bigint, value_bytes bigint, syntax_bytes bigint, jsonb_bytes bigint,
    jsonb_own_bytes bigint, min_bytes bigint, median_bytes bigint, max_bytes bigint,
    histogram_bounds bigint[], histogram_counts bigint[], min_elements bigint,
    median_elements bigint, max_elements bigint, dynamic_keys bigint, folded text, complete boolean)
AS 'MODULE_PATHNAME', 'lbdiag_json_paths_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 100;

COMMENT ON FUNCTION @extschema@.lbdiag_json_paths(@extschema@.lbdiag_json_stats) IS
'A row for each path, the largest first within the tree. bytes is the path with all below it, '
'key_bytes + value_bytes + syntax_bytes the path alone; share is 0 to 1; documents is how many '
'documents have the path, however often, NULL at and below .*; objects to nulls are values by '
'type; distinct_values (scalars but null) is exact up to 50, then an estimate with a standard '
'error of 3.3 %, never more than there are values; most_common is how often the most common of '
'them occurs, NULL where there are more than 50. jsonb_bytes is what the path with all below it, '
'jsonb_own_bytes what the path alone takes in the stored form of jsonb, without the 4 header '
'bytes of each document; NULL for json. min_bytes, median_bytes and max_bytes are of the text of '
'one value, key not included; min_elements, median_elements and max_elements of the length of one '
'array. A median is exact below 16, above it at most 6.25 % off. histogram_counts is how many '
'values have fewer bytes than the histogram_bounds at the same place, and no fewer than the one '
'before: of the path $, the sizes of the documents. There are up to 30. dynamic_keys is how many '
'keys .* stands for, an estimate beyond 50, and folded says why they are one path: look (they '
'look like data), alike (their values are), sparse (each object has few of them), many, or '
'memory. complete is false where the paths took more than 14 MB: some are then counted under .*, '
'and which ones depends on the order of the documents; and where a count has reached 2^48. A path '
'of more than 1,000 bytes is cut, and ends in ... and a hash. Paths beyond the largest '
'lbdiag.max_paths are added up, in a row for those below the same path.';
