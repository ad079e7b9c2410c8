-- The audit of a relation: what is stored.
\pset format unaligned
\pset null -
CREATE DOMAIN pg_temp.doc AS jsonb;
CREATE TABLE stored (id int, flat jsonb, gone int, pglz jsonb COMPRESSION pglz, lz4 pg_temp.doc COMPRESSION lz4, inline jsonb, small jsonb, raw json COMPRESSION pglz, raw_lz4 json COMPRESSION lz4,
    note text, parts jsonb[], made text GENERATED ALWAYS AS (note || id) STORED);
ALTER TABLE stored ALTER flat SET STORAGE external, ALTER inline SET STORAGE main, DROP COLUMN gone;
INSERT INTO stored SELECT i, d, d, d, d -> 0, jsonb_build_object('i', i, 's', i * 1.5, 'n', NULL), format('{"a" :  %s}', d)::json, d::json, CASE WHEN i % 4 > 0 THEN repeat('abc', i % 1500) END, ARRAY[to_jsonb(i)]
FROM generate_series(1, 200) AS i, LATERAL (SELECT jsonb_agg(jsonb_build_object('name', 'n' || k % 7, 'value', k * 1.5, 'hash', md5(k::text), 'text', repeat('x', k % 700), 'deep', jsonb_build_array(k, jsonb_build_object('u', E'\u00e4"\n')))) AS d
    FROM generate_series(1, 1 + i % 80) AS k) AS x;
INSERT INTO stored (id, pglz, lz4, raw) VALUES (0, NULL, 'null', ' 1 '), (-1, '"x"', '[]', '"\u0000"');
SELECT c, method, count(*) > 100 AS many FROM stored, LATERAL (VALUES ('pglz', pg_column_compression(pglz)), ('lz4', pg_column_compression(lz4)), ('raw_lz4', pg_column_compression(raw_lz4))) AS v (c, method) GROUP BY 1, 2 ORDER BY 1, 2;
SELECT column_name, path, depth, types, occurrences, presence, nulls, distinct_values, most_common, bytes, bytes_low FROM lbdiag_audit_relation('stored');
-- To the byte: text, jsonb and what is stored; a domain, headers of one byte, out of line, compressed or not.
SELECT a.column_name, sum(a.key_bytes + a.value_bytes + a.syntax_bytes) = max(e.text) AS text, sum(a.stored_own_bytes) = max(e.stored) AND max(a.stored_bytes) = max(e.stored) AS stored, sum(a.jsonb_own_bytes) = max(e.flat) AND max(a.jsonb_bytes) = max(e.flat) AS flat
FROM lbdiag_audit_relation('stored') AS a, LATERAL (SELECT sum(octet_length(v.text)) AS text, sum(v.size) AS stored, sum(pg_column_size(v.flat) - 4) AS flat FROM stored,
    LATERAL (SELECT CASE a.column_name WHEN 'id' THEN id::text WHEN 'flat' THEN flat::text WHEN 'pglz' THEN pglz::text WHEN 'lz4' THEN lz4::text WHEN 'inline' THEN inline::text WHEN 'small' THEN small::text
            WHEN 'raw' THEN raw::text WHEN 'raw_lz4' THEN raw_lz4::text WHEN 'note' THEN note WHEN 'parts' THEN parts::text WHEN 'made' THEN made END,
        CASE a.column_name WHEN 'id' THEN pg_column_size(id) WHEN 'flat' THEN pg_column_size(flat) WHEN 'pglz' THEN pg_column_size(pglz) WHEN 'lz4' THEN pg_column_size(lz4) WHEN 'inline' THEN pg_column_size(inline) WHEN 'small' THEN pg_column_size(small)
            WHEN 'raw' THEN pg_column_size(raw) WHEN 'raw_lz4' THEN pg_column_size(raw_lz4) WHEN 'note' THEN pg_column_size(note) WHEN 'parts' THEN pg_column_size(parts) WHEN 'made' THEN pg_column_size(made) END,
        CASE a.column_name WHEN 'flat' THEN flat::text WHEN 'pglz' THEN pglz::text WHEN 'lz4' THEN lz4::text WHEN 'inline' THEN inline::text WHEN 'small' THEN small::text END::jsonb) AS v (text, size, flat)) AS e
WHERE a.path IS NOT NULL GROUP BY a.column_name ORDER BY 1;
-- The rows of a path and of all below it add up to it, those of columns to TOTAL; with a sample, too.
CREATE FUNCTION pg_temp.sums(sample float8) RETURNS TABLE (paths bigint, wrong bigint, total boolean) LANGUAGE sql AS $$
    WITH a AS MATERIALIZED (SELECT * FROM lbdiag_audit_relation('stored', sample)), own AS (
        SELECT p.stored_bytes = sum(b.stored_own_bytes) AS stored, sample IS NOT NULL OR p.jsonb_bytes IS NOT DISTINCT FROM sum(b.jsonb_own_bytes) AS flat
        FROM a AS p JOIN a AS b ON b.column_name = p.column_name AND (b.path = p.path OR starts_with(b.path, p.path || '.') OR starts_with(b.path, p.path || '[')) GROUP BY p.column_name, p.path, p.stored_bytes, p.jsonb_bytes)
    SELECT (SELECT count(*) FROM own), (SELECT count(*) FROM own WHERE NOT (stored AND flat)), t.stored_bytes = sum(r.stored_bytes) AND (sample IS NOT NULL OR t.jsonb_bytes = sum(r.jsonb_bytes))
    FROM a AS t JOIN a AS r ON r.depth = 0 WHERE t.column_name = 'TOTAL' GROUP BY t.stored_bytes, t.jsonb_bytes $$;
SELECT * FROM pg_temp.sums(NULL);
SELECT wrong, total FROM pg_temp.sums(50);
SELECT a.stored_bytes = (SELECT sum(pg_column_size(id) + pg_column_size(flat) + coalesce(pg_column_size(pglz), 0) + coalesce(pg_column_size(lz4), 0) + coalesce(pg_column_size(inline), 0) + coalesce(pg_column_size(small), 0)
    + pg_column_size(raw) + coalesce(pg_column_size(raw_lz4), 0) + coalesce(pg_column_size(note), 0) + coalesce(pg_column_size(parts), 0) + coalesce(pg_column_size(made), 0)) FROM (SELECT * FROM stored WHERE flat IS NOT NULL) AS s)
    + (SELECT sum(pg_column_size(id) + coalesce(pg_column_size(pglz), 0) + coalesce(pg_column_size(lz4), 0) + coalesce(pg_column_size(raw), 0)) FROM stored WHERE flat IS NULL) AS as_stored
FROM lbdiag_audit_relation('stored') AS a WHERE a.column_name = 'TOTAL';
-- Compressed bytes are where the data differs: digests do not compress, repeated text does.
SELECT s.column_name, max(s.stored_own_bytes) FILTER (WHERE s.path = '$[*].hash') > 4 * max(s.stored_own_bytes) FILTER (WHERE s.path = '$[*].text') AS hash, bool_and(s.stored_own_bytes >= 0) AS positive
FROM lbdiag_audit_relation('stored') AS s WHERE s.column_name IN ('pglz', 'lz4', 'raw_lz4') GROUP BY 1 ORDER BY 1;
-- A sample of all blocks is the relation; of none, nothing.
SELECT count(*) AS differ FROM lbdiag_audit_relation('stored') AS a FULL JOIN lbdiag_audit_relation('stored', 100) AS b USING (column_name, path)
WHERE path IS NOT NULL AND (a.occurrences, a.bytes, a.key_bytes, a.jsonb_own_bytes, a.stored_own_bytes, a.stored_bytes, a.bytes, a.bytes) IS DISTINCT FROM (b.occurrences, b.bytes, b.key_bytes, b.jsonb_own_bytes, b.stored_own_bytes, b.stored_bytes, b.bytes_low, b.bytes_high);
SELECT column_name, occurrences, bytes, bytes_low, bytes_high FROM lbdiag_audit_relation('stored', 1e-30) WHERE depth IS NULL;
-- The interval has the true size in 95 % of all samples: of the whole, and of a path, with blocks that differ.
CREATE TABLE blocks AS SELECT jsonb_build_object('a', repeat('x', (i / 40) % 37 * 3 + i % 11), 'b', CASE WHEN i % 3 = 0 THEN i END, 'k' || i % 300, i) AS j FROM generate_series(1, 20000) AS i;
DELETE FROM blocks WHERE (ctid::text::point)[0]::int % 10 = 0;
CREATE TEMP TABLE truth AS SELECT column_name, path, bytes, occurrences FROM lbdiag_audit_relation('blocks');
CREATE TEMP TABLE try AS SELECT i, s.* FROM generate_series(1, 200) AS i, LATERAL (SELECT * FROM lbdiag_audit_relation('blocks', 15 + i % 2)) AS s;
SELECT t.column_name, t.path, count(*) AS samples, avg((t.bytes BETWEEN s.bytes_low AND s.bytes_high)::int) BETWEEN 0.88 AND 1 AS covered,
    abs(avg(s.bytes) / t.bytes - 1) < 0.02 AS unbiased, avg(s.bytes_high - s.bytes_low) / t.bytes < 0.5 AS narrow
FROM truth AS t JOIN try AS s ON (s.column_name, s.path) IS NOT DISTINCT FROM (t.column_name, t.path) GROUP BY t.column_name, t.path, t.bytes ORDER BY t.bytes DESC, t.path;
-- Partitions, children, a view, relations without JSON or without columns.
CREATE TABLE parted (k int, j jsonb) PARTITION BY LIST (k);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 (j jsonb, k int);
ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES IN (2);
INSERT INTO parted SELECT 1 + i % 2, jsonb_build_object('i', i, 'v', repeat('z', i % 3000)) FROM generate_series(1, 400) AS i;
SELECT p.column_name, p.path, p.bytes = a.bytes + b.bytes AS bytes, p.stored_own_bytes BETWEEN a.stored_own_bytes + b.stored_own_bytes - 1 AND a.stored_own_bytes + b.stored_own_bytes + 1 AS stored, p.occurrences
FROM lbdiag_audit_relation('parted') AS p JOIN lbdiag_audit_relation('parted_1') AS a USING (column_name, path) JOIN lbdiag_audit_relation('parted_2') AS b USING (column_name, path);
SELECT count(*), bool_and(bytes_low <= bytes AND bytes <= bytes_high) AS within FROM lbdiag_audit_relation('parted', 60);
CREATE VIEW seen AS SELECT id, small FROM stored WHERE id > 0;
SELECT column_name, path, occurrences, bytes, jsonb_bytes, stored_bytes FROM lbdiag_audit_relation('seen');
CREATE MATERIALIZED VIEW kept AS SELECT small FROM stored;
SELECT sum(stored_own_bytes) = (SELECT sum(pg_column_size(small)) FROM kept) AS stored, max(stored_bytes) FILTER (WHERE column_name = 'TOTAL') = sum(stored_own_bytes) AS total FROM lbdiag_audit_relation('kept');
CREATE TABLE none ();
INSERT INTO none DEFAULT VALUES;
SELECT column_name, path, occurrences, bytes FROM lbdiag_audit_relation('none');
SELECT column_name, path, types, occurrences, nulls, bytes, stored_bytes FROM lbdiag_audit_relation('pg_am') WHERE depth = 0 AND column_name = 'amname';
CREATE TABLE "odd ""name" ("a b" jsonb);
SELECT column_name, path, occurrences, bytes FROM lbdiag_audit_relation('"odd ""name"');
-- What would make it smaller: as measured, and as it comes out where the statement is run.
CREATE TABLE fat (id int, doc pg_temp.doc COMPRESSION pglz, raw json COMPRESSION lz4, few jsonb);
INSERT INTO fat SELECT i, d, d::json, jsonb_build_object('status', i % 5, 'a "key" (long)', true) FROM generate_series(1, 300) AS i,
    LATERAL (SELECT jsonb_build_object('kind', 'k' || i, 'n', i, 'list', jsonb_agg(jsonb_build_object('identifier_of_part', md5(k::text || i), 'o', k))) AS d FROM generate_series(1, 5 + i % 40) AS k) AS x;
CREATE TEMP TABLE chance AS SELECT * FROM lbdiag_relation_opportunities('fat');
SELECT column_name, path, action, round(share_saved, 1) AS share, trade_off, apply FROM chance ORDER BY column_name, path, action;
CREATE FUNCTION pg_temp.apply(c chance) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    before bigint;
    after bigint;
BEGIN
    EXECUTE format('SELECT sum(pg_column_size(%I)) FROM fat', c.column_name) INTO before;
    EXECUTE c.apply;
    EXECUTE format('SELECT sum(pg_column_size(%I)%s) FROM fat', c.column_name,
        (SELECT string_agg(format(' + coalesce(pg_column_size(%I), 0)', attname), '') FROM pg_attribute WHERE attrelid = 'fat'::regclass AND attnum > 4)) INTO after;
    RAISE EXCEPTION '%', (before - after) / c.bytes_saved::numeric;
EXCEPTION WHEN raise_exception THEN
    RETURN sqlerrm::numeric;
END $$;
SELECT column_name, path, action, pg_temp.apply(c) BETWEEN 0.95 AND 1.05 AS as_measured FROM chance AS c ORDER BY column_name, path, action;
SELECT count(*) FROM lbdiag_relation_opportunities('none');
SELECT count(*) > 0 AS works FROM lbdiag_relation_opportunities('parted');
SELECT * FROM lbdiag_relation_opportunities('seen');
SELECT * FROM lbdiag_relation_opportunities(NULL);
SELECT _lbdiag_stored_sizes('SELECT 1', 'zip');
SELECT _lbdiag_stored_sizes('SELECT 1', NULL);
SELECT _lbdiag_stored_sizes('DELETE FROM fat', NULL);
SELECT _lbdiag_stored_sizes('SELECT ''x'', NULL::text, NULL::int, NULL', NULL);
SELECT _lbdiag_path_keys('$.a[*]."b.\"c\\".*.d_1'), _lbdiag_path_keys('$');
-- What cannot be audited.
SELECT * FROM lbdiag_audit_relation(NULL);
SELECT * FROM lbdiag_audit_relation('pg_class_oid_index');
SELECT * FROM lbdiag_audit_relation(0);
SELECT * FROM lbdiag_audit_relation('seen', 10);
SELECT * FROM lbdiag_audit_relation('stored', 0);
SELECT * FROM lbdiag_audit_relation('stored', 100.5);
SELECT * FROM lbdiag_audit_relation('stored', 'NaN');
-- The caller's rights, and row-level security.
CREATE ROLE regress_lbdiag_nobody;
ALTER TABLE blocks ENABLE ROW LEVEL SECURITY;
CREATE POLICY even ON blocks USING (length(j ->> 'a') % 2 = 0);
GRANT SELECT ON blocks TO regress_lbdiag_nobody;
GRANT SELECT ON parted TO regress_lbdiag_nobody;
SET ROLE regress_lbdiag_nobody;
SELECT * FROM lbdiag_audit_relation('stored');
\set SHOW_CONTEXT never
SELECT * FROM lbdiag_audit_relation('stored', 5);
SELECT occurrences = (SELECT count(*) FROM blocks) AS seen FROM lbdiag_audit_relation('blocks') WHERE path = '$';
SELECT bytes_low <= bytes AS works FROM lbdiag_audit_relation('blocks', 50) WHERE path = '$';
SELECT occurrences FROM lbdiag_audit_relation('parted') WHERE path = '$';
RESET ROLE;
SELECT occurrences > (SELECT count(*) FROM blocks WHERE length(j ->> 'a') % 2 = 0) AS all_rows FROM lbdiag_audit_relation('blocks') WHERE path = '$';
DROP OWNED BY regress_lbdiag_nobody;
DROP ROLE regress_lbdiag_nobody;
DROP VIEW seen;
DROP MATERIALIZED VIEW kept;
DROP TABLE stored, blocks, fat, parted, none, "odd ""name";
