/* Recorded profiles of statements. */

CREATE FUNCTION @extschema@.lbdiag_record_sql(
    label text, statement text, repetitions int DEFAULT 3, rollback boolean DEFAULT true,
    functions boolean DEFAULT true)
RETURNS bigint
AS 'MODULE_PATHNAME', 'lbdiag_record_sql_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000;

COMMENT ON FUNCTION @extschema@.lbdiag_record_sql(text, text, int, boolean, boolean) IS
'Records a profile of statements, as lbdiag_profile_sql takes it, and returns its number in '
'lbdiag_runs. Texts show no values; what is stored is names, counts and times. With 3 '
'repetitions or more lbdiag_compare can tell a change from noise. Runs older than '
'lbdiag.retention are removed first.';
