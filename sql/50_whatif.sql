/* What if. */

CREATE FUNCTION @extschema@._lbdiag_measure_changes(
    domain text, viewer text, layout text, changes jsonb,
    partial boolean DEFAULT false, compress boolean DEFAULT true)
RETURNS TABLE (change int, component text, bytes bigint, compressed_bytes bigint)
AS 'MODULE_PATHNAME', 'lbdiag_measure_changes_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000 ROWS 100;

COMMENT ON FUNCTION @extschema@._lbdiag_measure_changes(text, text, text, jsonb, boolean, boolean) IS
'Produces the payload with each of an array of changes, and counts its bytes, raw and compressed. A change is an object with any of drop_components, drop_paths, dictionary, compact, utf8, omit_nulls, round_digits, columnar, as in lbdiag_whatif; {} changes nothing. partial: only the components that a change can touch; what comes behind the last of them is not produced. Without compress, compressed_bytes is NULL.';

CREATE FUNCTION @extschema@.lbdiag_whatif(
    domain text DEFAULT 'vision', drop_components text[] DEFAULT NULL,
    drop_paths text[] DEFAULT NULL, compact boolean DEFAULT NULL,
    utf8 boolean DEFAULT NULL, omit_nulls boolean DEFAULT NULL,
    round_digits int DEFAULT NULL, columnar boolean DEFAULT NULL,
    viewer text DEFAULT 'public', layout text DEFAULT NULL,
    dictionary text[] DEFAULT NULL)
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
        FROM @extschema@._lbdiag_measure_changes($1, $9, $10, jsonb_build_array('{}'::jsonb, jsonb_build_object(
            'drop_components', $2, 'drop_paths', $3, 'compact', $4, 'utf8', $5,
            'omit_nulls', $6, 'round_digits', $7, 'columnar', $8, 'dictionary', $11)), false, true) AS m
        GROUP BY m.component
    )
    SELECT x.component, x.bytes_before::bigint, x.bytes_after::bigint,
        x.compressed_before::bigint, x.compressed_after::bigint
    FROM (SELECT m.*, 1 AS place FROM measured AS m
          UNION ALL
          SELECT 'TOTAL', coalesce(sum(m.bytes_before), 0), coalesce(sum(m.bytes_after), 0),
              coalesce(sum(m.compressed_before), e.nothing), coalesce(sum(m.compressed_after), e.nothing), 2
          FROM (SELECT CASE @extschema@._lbdiag_encoding(NULL::text) WHEN 'none' THEN NULL ELSE 0 END) AS e (nothing)
          LEFT JOIN measured AS m ON true GROUP BY e.nothing) AS x
    ORDER BY x.place, x.bytes_before DESC, x.component COLLATE pg_catalog."C";
END;

COMMENT ON FUNCTION @extschema@.lbdiag_whatif(text, text[], text[], boolean, boolean, boolean, int, boolean, text, text, text[]) IS
'What the payload would weigh with a change, by producing it: bytes of each component before and after, raw and compressed (in the encoding lbdiag.encoding; NULL with none), and a row TOTAL. drop_components: names; drop_paths: component:path of members, as row_data:$[*].*.error; compact: separators without blanks; utf8: no escapes of characters from U+007F on; omit_nulls: without members that are null; round_digits: numbers that have more decimals are rounded to so many, halves away from zero, without trailing zeros; columnar: row_data as an object of arrays, null where a row lacks a member; dictionary: component:path of strings that become numbers, in order of first appearance, the component then being {"data": ..., "dictionary": {path: [strings]}}. Any combination; NULL and false change nothing.';

