/* What if. */

CREATE FUNCTION @extschema@.lbdiag_changes()
RETURNS TABLE (name text, value text, help text)
AS 'MODULE_PATHNAME', 'lbdiag_changes_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 11;

COMMENT ON FUNCTION @extschema@.lbdiag_changes() IS
'The changes that lbdiag_whatif can make: the name of each as a member of changes, the kind of '
'value that it takes, and what it does.';

CREATE FUNCTION @extschema@._lbdiag_measure_changes(
    domain text, viewer text, layout text, changes jsonb,
    partial boolean DEFAULT false, compress boolean DEFAULT true,
    every int DEFAULT 1)
RETURNS TABLE (change int, component text, bytes bigint, compressed_bytes bigint)
AS 'MODULE_PATHNAME', 'lbdiag_measure_changes_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000 ROWS 100;

COMMENT ON FUNCTION @extschema@._lbdiag_measure_changes(
    text, text, text, jsonb, boolean, boolean, int) IS
'Produces the payload with each of an array of changes, as in lbdiag_whatif, and counts its '
'bytes, raw and compressed; {} changes nothing. partial: only the components that a change can '
'touch; what comes after the last of them is not produced. Without compress, compressed_bytes '
'is NULL. Of the models, only each every-th one is built.';

CREATE FUNCTION @extschema@.lbdiag_whatif(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, changes jsonb DEFAULT '{}')
RETURNS TABLE (
    component text, bytes_before bigint, bytes_after bigint,
    compressed_before bigint, compressed_after bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 200000 ROWS 14
BEGIN ATOMIC
    WITH measured AS MATERIALIZED (
        SELECT m.component,
            sum(m.bytes) FILTER (WHERE m.change = 1) AS bytes_before,
            sum(m.bytes) FILTER (WHERE m.change = 2) AS bytes_after,
            sum(m.compressed_bytes) FILTER (WHERE m.change = 1) AS compressed_before,
            sum(m.compressed_bytes) FILTER (WHERE m.change = 2) AS compressed_after
        FROM @extschema@._lbdiag_measure_changes($1, $2, $3,
            jsonb_build_array('{}'::jsonb) || jsonb_build_array(coalesce($4, '{}'::jsonb)),
            false, true, 1) AS m
        GROUP BY m.component
    )
    SELECT x.component, x.bytes_before::bigint, x.bytes_after::bigint,
        x.compressed_before::bigint, x.compressed_after::bigint
    FROM (SELECT m.*, 1 AS place FROM measured AS m
          UNION ALL
          SELECT 'TOTAL', coalesce(sum(m.bytes_before), 0), coalesce(sum(m.bytes_after), 0),
              coalesce(sum(m.compressed_before), CASE WHEN count(*) = 0 THEN 0 END),
              coalesce(sum(m.compressed_after), CASE WHEN count(*) = 0 THEN 0 END), 2
          FROM measured AS m) AS x
    ORDER BY x.place, x.bytes_before DESC, x.component COLLATE pg_catalog."C";
END;

COMMENT ON FUNCTION @extschema@.lbdiag_whatif(text, text, text, jsonb) IS
'What the payload would take with a change, by producing it: bytes of each component before '
'and after, raw and compressed, as they are sent, and a row TOTAL. changes is an object such as '
'{"drop_paths": ["row_data:$[*].*.error"], "compact": true}: any combination of what '
'lbdiag_changes() lists; null and false change nothing. A path is written as lbdiag_audit shows '
'it.';
