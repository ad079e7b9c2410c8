/* What the extension's own functions are made with. */

CREATE FUNCTION @extschema@._lbdiag_raise(sqlstate text, message text, detail text, hint text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'lbdiag_raise_1_0'
LANGUAGE C VOLATILE PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_raise(text, text, text, text) IS
'Raises an error, for bodies in SQL. detail and hint may be NULL.';

/*
 * The schema of an extension can be renamed, and whoever creates one of the old
 * name then would own what its text still names.  So bodies are in SQL, which
 * is parsed here, and text that is run later finds the schema by the
 * extension.  What such text calls has an argument of this type: only who may
 * use the type can define an overload that makes the call ambiguous.
 */
CREATE DOMAIN @extschema@._lbdiag_text AS text;

COMMENT ON DOMAIN @extschema@._lbdiag_text IS
'Argument of functions that are called by name when they run: nobody else can define an '
'overload of them.';

REVOKE ALL ON TYPE @extschema@._lbdiag_text FROM PUBLIC;
