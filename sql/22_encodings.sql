/* Content encodings. */

CREATE FUNCTION @extschema@._lbdiag_encoding(encoding text) RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_encoding_1_0'
LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_encoding(text) IS
'The name of an encoding with its level, NULL being that of the setting lbdiag.encoding.';
