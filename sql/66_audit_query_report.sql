/* The report of the audit of a query. */

CREATE FUNCTION @extschema@.lbdiag_audit_query_report(query text)
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'lbdiag_audit_query_report_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 30;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_query_report(text) IS
'What lbdiag_audit_query_detail finds, as text, a line a row: how large values are, columns and '
'the ten paths that take most, with their shares of the bytes and, where lbdiag.encoding is gzip, '
'of the compressed bytes; and the savings of at least 1 % that rules for any result find: values '
'that never differ, strings that repeat, nulls, keys that every element has, digits beyond a '
'double''s, base64, blanks. Savings are bytes before compression, each for its change alone. The '
'query runs once.';
