-- The audit of a relation: what is stored.
\pset format unaligned
\pset null -
SET jit = off;
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
SELECT column_name, path, documents, objects, arrays, strings, numbers, booleans, nulls, min_bytes, median_bytes, max_bytes, min_elements, median_elements, max_elements, cardinality(histogram_bounds) AS buckets FROM lbdiag_audit_relation('stored')
WHERE column_name IN ('id', 'lz4', 'note', 'parts', 'raw', 'small', 'TOTAL');
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
WHERE path IS NOT NULL AND (to_jsonb(a) - '{bytes_low,bytes_high}'::text[], a.bytes, a.bytes) IS DISTINCT FROM (to_jsonb(b) - '{bytes_low,bytes_high}'::text[], b.bytes_low, b.bytes_high);
SELECT column_name, occurrences, bytes, bytes_low, bytes_high FROM lbdiag_audit_relation('stored', 1e-30) WHERE depth IS NULL;
-- The interval has the true size in 95 % of all samples: of the whole, and of a path, with blocks that differ.
CREATE TABLE blocks AS SELECT jsonb_build_object('a', repeat('x', (i / 40) % 37 * 3 + i % 11), 'b', CASE WHEN i % 3 = 0 THEN i END, 'k' || i % 300, i) AS j FROM generate_series(1, 20000) AS i;
DELETE FROM blocks WHERE (ctid::text::point)[0]::int % 10 = 0;
SELECT count(*) = 4 AS folded, sum(stored_own_bytes) = (SELECT sum(pg_column_size(j)) FROM blocks) AS stored, max(stored_bytes) = sum(stored_own_bytes) AS total FROM lbdiag_audit_relation('blocks') WHERE path IS NOT NULL;
CREATE TEMP TABLE truth AS SELECT column_name, path, bytes, occurrences FROM lbdiag_audit_relation('blocks');
CREATE TEMP TABLE try AS SELECT i, s.* FROM generate_series(1, 200) AS i, LATERAL (SELECT * FROM lbdiag_audit_relation('blocks', 15 + i % 2)) AS s;
SELECT bool_and(documents = occurrences AND objects = occurrences AND abs((SELECT sum(c) FROM unnest(histogram_counts) AS c) - occurrences) <= 30) AS estimates, bool_and(max_bytes < 200 AND min_bytes > 10) AS own FROM try WHERE path = '$' AND occurrences > 0;
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
SELECT count(*), bool_and(bytes_low <= bytes AND bytes <= bytes_high) IS NOT false AS within FROM lbdiag_audit_relation('parted', 60);
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
CREATE TEMP TABLE chance AS SELECT * FROM lbdiag_opportunities_relation('fat') WHERE path IS NOT NULL;
SELECT column_name, path, action, round(share_saved, 1) AS share, trade_off, apply IS NOT NULL AS offered, apply_note FROM chance ORDER BY column_name, path, action;
-- Each statement is run, and rolled back: it saves what is told. A copy of the table takes what a rewrite would, with the rows in their order; values out of line do not always fill pages alike.
CREATE FUNCTION pg_temp.pages(relation regclass) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    bytes bigint;
BEGIN
    EXECUTE format('CREATE TABLE copy WITH (fillfactor = %s) AS SELECT * FROM %s ORDER BY id', CASE relation WHEN 'fat'::regclass THEN 100 ELSE 90 END, relation);
    SELECT pg_relation_size(c.oid) + pg_relation_size(c.reltoastrelid) INTO bytes FROM pg_class AS c WHERE c.oid = 'copy'::regclass;
    DROP TABLE copy;
    RETURN bytes;
END $$;
CREATE FUNCTION pg_temp.size(relation regclass) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    bytes bigint;
BEGIN
    EXECUTE format('SELECT sum(%s) FROM %s', (SELECT string_agg(format('coalesce(pg_column_size(%I), 0)', attname), ' + ') FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped), relation) INTO bytes;
    RETURN bytes;
END $$;
CREATE FUNCTION pg_temp.saved(relation regclass, c chance) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    size bigint := pg_temp.size(relation);
    filled bigint := pg_temp.pages(relation);
    pages bigint;
BEGIN
    IF c.apply IS NULL THEN
        RETURN c.apply_note;
    END IF;
    EXECUTE c.apply;
    size := size - pg_temp.size(relation);
    pages := filled - pg_temp.pages(relation) - coalesce(pg_total_relation_size(substring(c.apply, 'CREATE TABLE (.*?) \(id int')::regclass), 0);
    RAISE EXCEPTION '%', CASE WHEN abs(size - c.bytes_saved) <= 0.02 * c.bytes_saved AND abs(pages - c.table_bytes_saved) <= 8192 + 0.05 * CASE relation WHEN 'fat'::regclass THEN filled ELSE c.table_bytes_saved END THEN 'as told'
        ELSE format('%s (%s told), pages %s (%s told) of %s', size, c.bytes_saved, pages, c.table_bytes_saved, filled) END;
EXCEPTION WHEN raise_exception THEN
    RETURN sqlerrm;
END $$;
SELECT column_name, path, action, pg_temp.saved('fat', c) FROM chance AS c ORDER BY column_name, path, action;
-- All rules, with paths through elements and dynamic keys, keys that are found elsewhere as well, in texts too, and names that are taken.
CREATE TABLE shop (id int PRIMARY KEY, gone int, doc_day date, value jsonb, doc jsonb) WITH (fillfactor = 90);
ALTER TABLE shop DROP COLUMN gone;
INSERT INTO shop SELECT i, NULL, CASE WHEN i % 2 = 0 THEN jsonb_build_object('status_of_order', (ARRAY['waiting for payment', 'on its way to you', 'delivered'])[1 + i % 3], 'n', i) END,
    jsonb_build_object('schema_version', 3, 'text', '"experiment": 1, "schema_version": 3', 'other', jsonb_build_object('experiment', i, 'schema_version', i), 'props', jsonb_build_object('experiment', NULL, 'price', CASE WHEN i % 3 > 0 THEN i END),
        'screen', jsonb_build_object('w', 1920, 'h', 1080, 'o', '{}'::jsonb), 'session', md5(i::text)::uuid, 'at', '2026-10-01T00:00:00+00:00'::timestamptz + i * interval '21 s', 'day', '2026-10-01'::date + i, 'active_account', i % 2 = 0, 'a', '5',
        'items', (SELECT jsonb_agg(jsonb_build_object('identifier_of_part', k, 'currency', 'EUR', 'label of 100 %', (ARRAY['a text that repeats', 'another text'])[1 + k % 2], 'nested', jsonb_build_array(jsonb_build_array(jsonb_build_object('measurement', k))))) FROM generate_series(1, 1 + i % 4) AS k),
        'map', jsonb_build_object('key' || i, jsonb_build_object('identifier_of_it', i % 7, 'unit', 'kilogram')))
FROM generate_series(1, 300) AS i;
INSERT INTO shop VALUES (0, NULL, NULL, NULL), (-1, NULL, 'null', 'null');
TRUNCATE chance;
INSERT INTO chance SELECT * FROM lbdiag_opportunities_relation('shop') WHERE path IS NOT NULL;
SELECT column_name, path, action, pg_temp.saved('shop', c) FROM chance AS c ORDER BY column_name, path, action;
SELECT path, action, regexp_replace(apply_note, '_[0-9a-f]+\.$', '_HASH.') AS note, regexp_replace(substring(apply, '(UPDATE .*?)\n *WHERE'), 'doc_day_[0-9a-f]+', 'doc_day_HASH') AS change FROM chance
WHERE path IN ('$.schema_version', '$.props.experiment', '$.items[*].identifier_of_part', '$.map.*.unit', '$.session', '$.day', '$.status_of_order', '$') ORDER BY column_name, path, action;
-- Nothing but the path is changed.
CREATE FUNCTION pg_temp.nodes(doc jsonb) RETURNS TABLE (place text[], path text, value jsonb) LANGUAGE sql AS $$
    WITH RECURSIVE n AS (
        SELECT '{}'::text[] AS place, '$' AS path, doc AS value
        UNION ALL
        SELECT n.place || c.place, n.path || c.step, c.value FROM n CROSS JOIN LATERAL (
            SELECT k AS place, '.' || CASE WHEN n.path = '$.map' THEN '*' WHEN k ~ '^[A-Za-z_][A-Za-z_0-9]*$' THEN k ELSE to_json(k)::text END AS step, v AS value FROM jsonb_each(CASE jsonb_typeof(n.value) WHEN 'object' THEN n.value ELSE '{}' END) AS e (k, v)
            UNION ALL SELECT i::text, '[*]', v FROM jsonb_array_elements(CASE jsonb_typeof(n.value) WHEN 'array' THEN n.value ELSE '[]' END) WITH ORDINALITY AS a (v, i)) AS c)
    SELECT n.place, n.path, CASE jsonb_typeof(n.value) WHEN 'object' THEN '{}' WHEN 'array' THEN '[]' ELSE n.value END FROM n WHERE doc IS NOT NULL $$;
-- Of the nodes that differ: those at the path that are gone, or replaced; others, which a new key may have, with the same values; what is left at the path; values that are in the new column, or in the table of strings.
CREATE FUNCTION pg_temp.changed(c chance) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    found bigint;
BEGIN
    IF c.apply IS NULL THEN
        RETURN 'none';
    END IF;
    CREATE TEMP TABLE was AS SELECT s.id, n.*, n.path = c.path OR starts_with(n.path, c.path || '.') OR starts_with(n.path, c.path || '[') AS here FROM shop AS s, pg_temp.nodes(CASE c.column_name WHEN 'doc' THEN s.doc ELSE s.value END) AS n;
    EXECUTE c.apply;
    CREATE TEMP TABLE now AS SELECT s.id, n.*, n.path = c.path OR starts_with(n.path, c.path || '.') OR starts_with(n.path, c.path || '[') AS here FROM shop AS s, pg_temp.nodes(CASE c.column_name WHEN 'doc' THEN s.doc ELSE s.value END) AS n;
    SELECT format('%s gone, %s replaced; %s elsewhere (key %s, %s with a value from here); left here: %s', count(*) FILTER (WHERE d.here AND d.after IS NULL), count(*) FILTER (WHERE d.here AND d.after IS NOT NULL),
        count(*) FILTER (WHERE NOT d.here), string_agg(DISTINCT d.place[cardinality(d.place)], ' ') FILTER (WHERE NOT d.here),
        count(*) FILTER (WHERE NOT d.here AND d.before IS NULL AND EXISTS (SELECT FROM was AS o WHERE o.id = d.id AND o.here AND trim_array(o.place, 1) = trim_array(d.place, 1) AND o.value = d.after)),
        (SELECT string_agg(DISTINCT n.value::text, ' ') FROM now AS n WHERE n.path = c.path))
    INTO result FROM (SELECT coalesce(w.id, n.id) AS id, coalesce(w.place, n.place) AS place, coalesce(w.here, n.here) AS here, w.value AS before, n.value AS after
        FROM was AS w FULL JOIN now AS n ON n.id = w.id AND n.place = w.place WHERE w.value IS DISTINCT FROM n.value) AS d;
    IF c.action ~ '^promote' THEN
        EXECUTE (SELECT format('SELECT count(*) FROM was AS w JOIN shop AS s ON s.id = w.id WHERE w.path = %L AND CASE WHEN NOT EXISTS (SELECT FROM now AS n WHERE n.id = w.id AND n.place = w.place) THEN s.%I = (w.value #>> ''{}'')::%s ELSE false END',
            c.path, a.attname, format_type(a.atttypid, a.atttypmod)) FROM pg_attribute AS a WHERE a.attrelid = 'shop'::regclass ORDER BY a.attnum DESC LIMIT 1) INTO found;
    ELSIF c.action ~ '^store' THEN
        EXECUTE format('SELECT count(*) FROM was AS w JOIN now AS n ON n.id = w.id AND n.place = w.place JOIN %s AS l ON to_jsonb(l.id) = n.value AND to_jsonb(l.value) = w.value WHERE w.here', substring(c.apply, 'CREATE TABLE (.*?) \(id int')) INTO found;
    END IF;
    RAISE EXCEPTION '%', result || CASE WHEN found IS NOT NULL THEN '; found there: ' || found ELSE '' END;
EXCEPTION WHEN raise_exception THEN
    RETURN sqlerrm;
END $$;
SELECT column_name, path, action, pg_temp.changed(c) FROM chance AS c ORDER BY column_name, path, action;
-- Each statement again, with rows that are not as those of the sample: other values, types and keys, another form of the document: it refuses where one of them could not be read back.
INSERT INTO shop VALUES (1001, NULL, '[{"status_of_order": "new", "n": 1}]', '{"schema_version": 4, "props": {"experiment": 7}, "screen": {"w": 1920}, "items": [{"currency": "USD", "i": 1, "identifier_of_part": 2, "label of 100 %": null}, 7, null, []], "map": {"k": 5, "l": null}}'),
    (1002, NULL, '5', '[{"schema_version": 3}, "session"]'), (1003, NULL, '"x"', '7'), (1004, NULL, '{"status_of_order": 7, "s": 1}', '{"items": {"currency": "EUR"}, "map": [{"unit": "kilogram"}], "props": null, "screen": {"w": 1920, "h": 1080, "o": {}}, "session": 5, "schema_version": 3, "s": 9}'),
    (1005, NULL, '{"status_of_order": "rare", "n": null}', '{"items": [], "map": {}, "day": null, "active_account": null, "at": 7}');
SELECT column_name, path, action, pg_temp.changed(c) FROM chance AS c ORDER BY column_name, path, action;
SELECT count(*) FROM lbdiag_opportunities_relation('none');
-- Of a partitioned table the statement works, too; a partition gets no column of its own, and a materialized view is not written.
CREATE FUNCTION pg_temp.runs(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF statement IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE statement;
    RAISE EXCEPTION 'works';
EXCEPTION WHEN raise_exception THEN
    RETURN true;
END $$;
SELECT path, action, pg_temp.runs(apply), apply_note FROM lbdiag_opportunities_relation('parted') WHERE path IS NOT NULL ORDER BY path, action;
SELECT path, action, pg_temp.runs(apply), apply_note FROM lbdiag_opportunities_relation('parted_1') WHERE path IS NOT NULL AND action <> 'compress with lz4' ORDER BY path, action;
SELECT path, action, apply, trade_off, apply_note FROM lbdiag_opportunities_relation('kept') WHERE path IS NOT NULL ORDER BY path, action;
-- error: relation has no values that are stored here
SELECT * FROM lbdiag_opportunities_relation('seen');
-- error: relation has no values that are stored here
SELECT * FROM lbdiag_opportunities_relation(NULL);
-- error: unrecognized compression method "zip"
SELECT _lbdiag_stored_sizes('SELECT 1', 1, 1, 'zip', 100);
-- error: query returns other columns than its sizes need
SELECT _lbdiag_stored_sizes('SELECT 1', 1, 1, NULL, 100);
-- error: number, columns or fillfactor is out of range
SELECT _lbdiag_stored_sizes('SELECT 1', 2, 1, NULL, 100);
-- error: number, columns or fillfactor is out of range
SELECT _lbdiag_stored_sizes('SELECT 1', 1, 1, NULL, 0);
-- error: number, columns and fillfactor must not be null
SELECT _lbdiag_stored_sizes('SELECT 1', NULL, 1, NULL, 100);
-- error: query is not a SELECT
SELECT _lbdiag_stored_sizes('DELETE FROM public.fat', 1, 1, NULL, 100);
SELECT _lbdiag_stored_sizes('SELECT NULL::text, NULL::bool, NULL, NULL, ''x''::text, 7', 1, 1, NULL, 50);
-- error: query returns other columns than its sizes need
SELECT _lbdiag_stored_sizes('SELECT NULL::text, NULL::bool, NULL, 1, ''x''::text, 7', 1, 1, NULL, 50);
-- An old value that is null, or a new one; digests that differ.
SELECT _lbdiag_stored_sizes('SELECT repeat(''x'',3000), true, NULL::text, NULL::text, NULL::text', 1, 1, m, 100) FROM unnest(ARRAY[NULL, 'pglz']) AS m;
SELECT digest FROM unnest(ARRAY[2, 3]) AS n, _lbdiag_stored_sizes(format('SELECT NULL::text, true, ''pglz''::text, CASE WHEN i > 1 THEN (i / %s)::text END, repeat(''x'', 3000) FROM generate_series(1, 5) AS i', n * 2), 1, 1, 'pglz', 100);
SELECT _lbdiag_path_keys('$.a[*]."b.\"c\\".*.d_1'), _lbdiag_path_keys('$');
-- What cannot be audited.
-- error: relation must not be null
SELECT * FROM lbdiag_audit_relation(NULL);
-- error: "pg_class_oid_index" is not a table or a view
SELECT * FROM lbdiag_audit_relation('pg_class_oid_index');
-- error: relation with OID 0 does not exist
SELECT * FROM lbdiag_audit_relation(0);
-- error: "seen" cannot be sampled
SELECT * FROM lbdiag_audit_relation('seen', 10);
-- error: sample must be a percentage above 0, up to 100
SELECT * FROM lbdiag_audit_relation('stored', 0);
-- error: sample must be a percentage above 0, up to 100
SELECT * FROM lbdiag_audit_relation('stored', 100.5);
-- error: sample must be a percentage above 0, up to 100
SELECT * FROM lbdiag_audit_relation('stored', 'NaN');
-- The caller's rights, and row-level security.
CREATE ROLE regress_lbdiag_nobody;
ALTER TABLE blocks ENABLE ROW LEVEL SECURITY;
CREATE POLICY even ON blocks USING (length(j ->> 'a') % 2 = 0);
GRANT SELECT ON blocks TO regress_lbdiag_nobody;
GRANT SELECT ON parted TO regress_lbdiag_nobody;
SET ROLE regress_lbdiag_nobody;
-- error: permission denied for table stored
SELECT * FROM lbdiag_audit_relation('stored');
\set SHOW_CONTEXT never
-- error: permission denied for table stored
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
DROP TABLE stored, blocks, fat, shop, parted, none, "odd ""name";
