/* Content encodings. */

CREATE FUNCTION @extschema@.lbdiag_encodings(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL, encodings text[] DEFAULT NULL)
RETURNS TABLE (
    encoding text, bytes bigint, ms float8, mb_per_second float8,
    ratio float8, note text)
AS 'MODULE_PATHNAME', 'lbdiag_encodings_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 1000000 ROWS 30;

COMMENT ON FUNCTION @extschema@.lbdiag_encodings(text, text, text, text[]) IS
'What each encoding makes of the payload: the bytes as lbdiag_audit counts them, the time of '
'the encoder alone, MB (1024 x 1024 bytes) of the payload in a second, and the payload''s bytes '
'by those. encodings names them; NULL: none, gzip:1 to gzip:9, br:0 to br:9 and zstd:1 to '
'zstd:12, those of which this build has. note tells who sends the encoding by default, with the '
'source. The payload is built once and kept in a temporary file.';

CREATE FUNCTION @extschema@.lbdiag_encodings_query(
    query text, encodings text[] DEFAULT NULL)
RETURNS TABLE (
    encoding text, bytes bigint, ms float8, mb_per_second float8,
    ratio float8, note text)
AS 'MODULE_PATHNAME', 'lbdiag_encodings_query_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 30;

COMMENT ON FUNCTION @extschema@.lbdiag_encodings_query(text, text[]) IS
'The same of the result of a single SELECT, which runs once, with the caller''s rights: the '
'messages DataRow of its rows, those whose bytes lbdiag_audit_query counts.';
