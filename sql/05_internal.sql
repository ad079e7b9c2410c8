/* What the extension's own functions are made with. */

CREATE FUNCTION @extschema@._lbdiag_raise(sqlstate text, message text, detail text, hint text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'lbdiag_raise_1_0'
LANGUAGE C VOLATILE PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_raise(text, text, text, text) IS
'Raises an error, for bodies in SQL. detail and hint may be NULL.';

CREATE FUNCTION @extschema@._lbdiag_must_write(action text) RETURNS void
LANGUAGE sql VOLATILE PARALLEL SAFE
BEGIN ATOMIC
    SELECT @extschema@._lbdiag_raise('25006'::text, format('cannot %s %s', $1, w.place),
        NULL::text, w.hint || ' Functions that only measure work here.'::text)
    FROM (SELECT CASE WHEN pg_is_in_recovery() THEN 'on a standby'
                 ELSE 'in a read-only transaction' END AS place,
              CASE WHEN pg_is_in_recovery() THEN 'Connect to the primary.'
                 ELSE 'Use BEGIN READ WRITE, or turn default_transaction_read_only off.'
              END AS hint) AS w
    WHERE current_setting('transaction_read_only')::boolean;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_must_write(text) IS
'An error that says what cannot be done where the transaction is read-only.';

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
