-- The largest rows: of a table by the values at a path, and of a query's result.
\pset format unaligned
\pset null -
SET jit = off;
CREATE SCHEMA largest;
SET search_path = largest, public;

-- Documents of many shapes: keys that need quotes, escapes, nulls, missing members, mixed types, empty containers, more keys than are told apart.
CREATE TABLE docs (id int PRIMARY KEY, doc jsonb COMPRESSION pglz, raw json, flat json);
ALTER TABLE docs ALTER flat SET STORAGE external;
INSERT INTO docs SELECT i, d, replace(replace(d::text, '": ', '" :  '), ', "', E'\t,"')::json, d::text::json FROM generate_series(1, 120) AS i, LATERAL (SELECT CASE i % 40
    WHEN 0 THEN NULL WHEN 1 THEN 'null'::jsonb WHEN 2 THEN '"a\"b\\c\u0001\n"' WHEN 3 THEN '[]' WHEN 4 THEN '{}' WHEN 5 THEN '-12.50' WHEN 6 THEN '[[], {}, [[1]], "x"]'
    ELSE jsonb_build_object('id', i, 'name', repeat(E'\u00e4"\\', i % 7), 'a', CASE i % 5 WHEN 0 THEN 'null' WHEN 1 THEN to_jsonb(i * 1.25) WHEN 2 THEN '{"b": {"c": [true, false, {"d": 1e20}]}}' ELSE to_jsonb(repeat('z', i)) END,
        'two words', i % 3 = 0, '', E'\b\u0002', '*', '[*]', '[*]', jsonb_build_array(i, NULL, '*'), 'q"\', jsonb_build_object(E'\n', md5(i::text), 'ok9', 0, '9', i), E'\u00fc', 1, repeat('long', 60) || i % 2, i)
        || CASE WHEN i % 2 = 0 THEN jsonb_build_object('items', (SELECT jsonb_agg(jsonb_build_object('n', k, 'note', repeat(md5((i * k)::text), (i + k) % 4), 'deep', jsonb_build_array(k, jsonb_build_array(repeat('-', k))))) FROM generate_series(1, i % 9) AS k)) ELSE '{}' END
        || jsonb_build_object('map', (SELECT jsonb_object_agg('k' || i || '_' || k, jsonb_build_object('v', repeat('m', (i * k) % 50))) FROM generate_series(1, 4) AS k)) END) AS x (d);
-- The same by the server's own functions, each value's text as it is printed.
CREATE FUNCTION step(key text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT '.' || CASE WHEN key ~ '^[A-Za-z_][A-Za-z0-9_]*$' THEN key ELSE to_json(key)::text END $$;
CREATE TABLE truth AS
WITH RECURSIVE b AS (
    SELECT id, '$' AS path, doc AS value FROM docs WHERE doc IS NOT NULL
    UNION ALL
    SELECT b.id, b.path || c.step, c.value FROM b CROSS JOIN LATERAL (
        SELECT '[*]', value FROM jsonb_array_elements(CASE WHEN jsonb_typeof(b.value) = 'array' THEN b.value END)
        UNION ALL SELECT step(key), value FROM jsonb_each(CASE WHEN jsonb_typeof(b.value) = 'object' THEN b.value END)) AS c (step, value)
), t AS (
    SELECT id, '$' AS path, raw AS value FROM docs WHERE raw IS NOT NULL
    UNION ALL
    SELECT t.id, t.path || c.step, c.value FROM t CROSS JOIN LATERAL (
        SELECT '[*]', value FROM json_array_elements(CASE WHEN json_typeof(t.value) = 'array' THEN t.value END)
        UNION ALL SELECT step(key), value FROM json_each(CASE WHEN json_typeof(t.value) = 'object' THEN t.value END)) AS c (step, value)
)
SELECT 'doc' AS column_name, path, id, octet_length(value::text) AS bytes FROM b UNION ALL SELECT 'raw', path, id, octet_length(value::text) FROM t;
CREATE VIEW expected AS SELECT column_name, path, id, max(bytes)::bigint AS bytes, count(*) AS occurrences, sum(bytes)::bigint AS total_bytes FROM truth GROUP BY column_name, path, id;
CREATE VIEW found AS SELECT p.column_name, p.path, (l.key ->> 'id')::int AS id, l.bytes, l.occurrences, l.total_bytes
FROM (SELECT DISTINCT column_name, path FROM truth WHERE path !~ 'map[.].') AS p, lbdiag_largest('docs', p.column_name, p.path, 1000) AS l;
SELECT count(*) > 2000 AS many, count(DISTINCT path) > 25 AS paths FROM found;
SELECT * FROM found EXCEPT ALL SELECT * FROM expected;
SELECT * FROM expected WHERE path !~ 'map[.].' EXCEPT ALL SELECT * FROM found;
-- Any member, by .*; single keys of such an object are members, too.
SELECT p.path, count(*) FILTER (WHERE l.bytes = e.bytes AND l.occurrences = e.occurrences AND l.total_bytes = e.total_bytes) AS same, count(*) AS all FROM (VALUES ('$.map.*', '^\$[.]map[.]\w+$'), ('$.map.*.v', '^\$[.]map[.]\w+[.]v$'), ('$.*', '^\$[.](\w+|"([^"\\]|\\.)*")$'), ('$.items[*].*', '^\$[.]items\[\*\][.]\w+$'), ('$.map.k7_1', '^\$[.]map[.]k7_1$')) AS p (path, pattern),
    LATERAL (SELECT id, max(bytes) AS bytes, count(*) AS occurrences, sum(bytes) AS total_bytes FROM truth WHERE column_name = 'doc' AND path ~ p.pattern GROUP BY id) AS e
    FULL JOIN LATERAL (SELECT (key ->> 'id')::int AS id, * FROM lbdiag_largest('docs', 'doc', p.path, 1000)) AS l USING (id) GROUP BY p.path ORDER BY p.path;
-- What an audit shows can be pasted, short keys and long ones.
SELECT a.column_name, count(*) > 25 AS paths, bool_and(a.occurrences = coalesce(l.n, 0) + CASE a.path WHEN '$' THEN 3 ELSE 0 END) AS same FROM lbdiag_audit_relation('docs') AS a,
    LATERAL (SELECT sum(occurrences) AS n FROM lbdiag_largest('docs', a.column_name, a.path, 1000)) AS l WHERE a.column_name <> 'TOTAL' AND a.column_name <> 'id' GROUP BY a.column_name ORDER BY 1;
SELECT substring(path FROM '[.]{3}[0-9a-f]{16}"$') IS NOT NULL AS shortened, l.* FROM lbdiag_audit_relation('docs') AS a, LATERAL (SELECT count(*), min(bytes), max(bytes) FROM lbdiag_largest('docs', 'raw', a.path, 1000)) AS l WHERE column_name = 'raw' AND path LIKE '%longlong%' ORDER BY a.path;
-- Equal rows in the order of their places, whatever the n; more than there are.
SELECT bool_and(same) FROM generate_series(1, 130, 7) AS n, LATERAL (SELECT array_agg(row_ctid ORDER BY i) = (SELECT array_agg(ctid ORDER BY b DESC, ctid) FROM (SELECT ctid, octet_length((doc -> 'two words')::text) AS b FROM docs WHERE jsonb_typeof(doc) = 'object' AND doc ? 'two words' ORDER BY 2 DESC, 1 LIMIT n) AS t) AS same
    FROM lbdiag_largest('docs', 'doc', '$."two words"', n) WITH ORDINALITY AS l (t, row_ctid, k, b, o, s, sb, c, ol, co, i)) AS x;
SELECT count(*) FROM lbdiag_largest('docs', 'id', n => 1000);
SELECT count(*) FROM lbdiag_largest('docs', 'id');

-- Any column as a whole; stored: inline, compressed, out of line.
CREATE TABLE kept (id bigint, part text, pglz jsonb COMPRESSION pglz, lz4 json COMPRESSION lz4, far json, note text, fixed numeric, at timestamptz, PRIMARY KEY (part, id));
ALTER TABLE kept ALTER far SET STORAGE external;
INSERT INTO kept SELECT i, 'p"' || i % 2, d, d, d, CASE WHEN i > 2 THEN repeat('n', i) END, i, '2026-01-01' FROM generate_series(1, 5) AS i, LATERAL (SELECT jsonb_build_object('t', (SELECT string_agg(md5((i * k)::text), '') FROM generate_series(1, 50 * i * i) AS k), 'u', repeat('u', i * 5000))) AS x (d);
SELECT c.name, l.key, l.bytes, l.occurrences, l.total_bytes, l.column_stored_bytes = (CASE c.name WHEN 'pglz' THEN pg_column_size(k.pglz) WHEN 'lz4' THEN pg_column_size(k.lz4) WHEN 'far' THEN pg_column_size(k.far) WHEN 'note' THEN pg_column_size(k.note) WHEN 'fixed' THEN pg_column_size(k.fixed) ELSE 8 END) AS stored,
    l.stored_bytes = l.column_stored_bytes AS whole, l.out_of_line, l.compression IS NOT DISTINCT FROM (CASE c.name WHEN 'pglz' THEN pg_column_compression(k.pglz) WHEN 'lz4' THEN pg_column_compression(k.lz4) END) AS method, l.compression
FROM (VALUES (1, 'pglz'), (2, 'lz4'), (3, 'far'), (4, 'note'), (5, 'fixed'), (6, 'at')) AS c (i, name), lbdiag_largest('kept', c.name, n => 2) WITH ORDINALITY AS l JOIN kept AS k ON k.ctid = l.row_ctid ORDER BY c.i, l.ordinality;
-- A part of what is stored: of what is not compressed, its bytes; else as an audit has it.
SELECT bool_and(stored_bytes = bytes) AS text, count(*) FROM lbdiag_largest('docs', 'flat', '$.items[*].note', 1000);
SELECT bool_and(stored_bytes = bytes) AS text, bool_and(out_of_line) AS far, count(*) FROM lbdiag_largest('kept', 'far', '$.u', 1000);
CREATE TABLE one (p json COMPRESSION pglz, l json COMPRESSION lz4, b jsonb, none jsonb);
ALTER TABLE one ALTER b SET STORAGE external;
INSERT INTO one SELECT d, d, d, NULL FROM (SELECT jsonb_build_array(string_agg(md5(k::text) || repeat('x', k), '')) FROM generate_series(1, 99) AS k) AS x (d);
SELECT a.column_name, l.stored_bytes BETWEEN a.stored_bytes - CASE a.column_name WHEN 'b' THEN 4 ELSE 1 END AND a.stored_bytes + 1 AS as_audit, l.stored_bytes < l.column_stored_bytes AS part, l.compression FROM lbdiag_audit_relation('one') AS a, lbdiag_largest('one', a.column_name, a.path) AS l WHERE a.path = '$[*]' ORDER BY 1;
SELECT l.stored_bytes = octet_length(b ->> 0) AS bytes FROM one, lbdiag_largest('one', 'b', '$[*]') AS l;
SELECT count(*) FROM lbdiag_largest('one', 'none');

-- Arrays, composite types and domains; a null in an array is no value.
CREATE DOMAIN doc AS jsonb CHECK (VALUE IS NOT NULL);
CREATE TYPE leaf AS (gone int, "a b" doc, n int, t text);
ALTER TYPE leaf DROP ATTRIBUTE gone;
CREATE TYPE tree AS (leaves leaf[], raw json);
CREATE TABLE typed (id int, a jsonb[], t tree, n int[]);
INSERT INTO typed SELECT i, ARRAY[[jsonb_build_object('x', repeat('"', i))], [NULL::jsonb], [to_jsonb(i)]], ROW(ARRAY[ROW('{"k": 1}', i, 'text')::leaf, ROW(to_jsonb(repeat('k', i)), NULL, repeat('"', i * 10))::leaf], (' [1,  "' || repeat('r', i) || '"] ')::json)::tree, ARRAY[i, NULL, 12345] FROM generate_series(1, 3) AS i;
SELECT p.path, l.row_ctid, l.key, l.bytes, l.occurrences, l.total_bytes, l.stored_bytes, l.column_stored_bytes = pg_column_size(d.a) AS stored
FROM (VALUES (1, '$'), (2, '$[*]'), (3, '$[*].x'), (4, '$[*].*')) AS p (i, path), lbdiag_largest('typed', 'a', p.path, 1) AS l JOIN typed AS d ON d.ctid = l.row_ctid ORDER BY p.i;
SELECT p.path, l.bytes, l.occurrences, l.total_bytes FROM unnest('{$,$.raw,$.raw[*],$.leaves,$.leaves[*],"$.leaves[*].\"a b\"","$.leaves[*].\"a b\".k",$.leaves[*].n,$.leaves[*].t,$.leaves[*].*,$.*}'::text[]) WITH ORDINALITY AS p (path, i), lbdiag_largest('typed', 't', p.path, 1) AS l ORDER BY p.i;
SELECT bytes, occurrences FROM lbdiag_largest('typed', 'n', '$[*]', 1);
SELECT octet_length(t::text) AS t, octet_length((t).raw::text) AS raw, octet_length(((t).leaves)::text) AS leaves, octet_length(((t).leaves[2])::text) AS leaf FROM typed WHERE id = 3;

-- Partitions, children, a materialized view, odd names, system catalogs.
CREATE TABLE parted (k int, at date, j jsonb, PRIMARY KEY (at, k)) PARTITION BY LIST (k);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1, 3);
CREATE TABLE parted_2 (j jsonb, k int NOT NULL, at date NOT NULL);
ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES IN (2);
INSERT INTO parted SELECT 1 + i % 3, date '2026-01-01' + i, to_jsonb(repeat('p', i / 2)) FROM generate_series(1, 9) AS i;
SELECT l.table_name, l.row_ctid, l.key, l.bytes, (SELECT p.k FROM parted AS p WHERE p.tableoid = l.table_name AND p.ctid = l.row_ctid) AS k FROM lbdiag_largest('parted', 'j', n => 5) AS l;
CREATE TABLE parent (id int PRIMARY KEY, j json);
CREATE TABLE child (more text) INHERITS (parent);
INSERT INTO parent VALUES (1, '[1]');
INSERT INTO child VALUES (1, '[1]', 'x'), (2, '[1,2]', 'y');
SELECT table_name, row_ctid, key, bytes FROM lbdiag_largest('parent', 'j');
CREATE MATERIALIZED VIEW made AS SELECT * FROM parent;
SELECT table_name, key, bytes FROM lbdiag_largest('made', 'j', n => 1);
CREATE TABLE "odd ""name" ("a ""b" json, "select" numeric PRIMARY KEY DEFERRABLE, gone int);
ALTER TABLE "odd ""name" DROP gone;
INSERT INTO "odd ""name" VALUES ('{"x":1}', 1.50), ('{"x":"\u0000", "x": 123456789, "x\u0000": 1}', 'NaN');
SELECT * FROM lbdiag_largest('"odd ""name"', 'a "b', '$.x');
SELECT key, bytes FROM lbdiag_largest('"odd ""name"', 'a "b', '$."x\\u0000"');
CREATE TABLE keys (b boolean, t text, j jsonb, f float8, d date, o oid, a int[], s timestamptz, PRIMARY KEY (b, t, j, f, d, o, a, s));
SET timezone = 'UTC';
INSERT INTO keys VALUES (true, E'q"\\', '{"a": [1]}', 2.5, '2026-02-03', 7, '{1,2}', '2026-02-03 04:05:06.7+01'), (false, '', 'null', '-Infinity', 'infinity', 0, '{}', '-infinity');
SELECT key, key - 'a' = to_jsonb(k) - 'a' AS as_json FROM lbdiag_largest('keys', 't') JOIN keys AS k ON k.ctid = row_ctid;
-- A cast to json is somebody's function, which must not run.
CREATE TYPE mood AS ENUM ('glad "1"');
CREATE FUNCTION mood_json(mood) RETURNS json LANGUAGE plpgsql AS $$ BEGIN RAISE 'the cast runs'; END $$;
CREATE CAST (mood AS json) WITH FUNCTION mood_json(mood);
CREATE TABLE cast_key (p mood PRIMARY KEY, j json);
INSERT INTO cast_key VALUES ('glad "1"', '1');
SELECT key, bytes FROM lbdiag_largest('cast_key', 'j');
-- error: the cast runs
SELECT to_jsonb(p) FROM cast_key;
SELECT count(*) FROM lbdiag_largest('pg_class', 'relname', n => 3);

-- Rights: a role that may read columns only, with a policy, and one that may read nothing.
CREATE ROLE regress_largest;
GRANT USAGE ON SCHEMA largest TO regress_largest;
CREATE TABLE guarded (id int PRIMARY KEY, j jsonb, secret text);
INSERT INTO guarded SELECT i, to_jsonb(repeat('g', i)), 's' FROM generate_series(1, 20) AS i;
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY even ON guarded TO regress_largest USING (id % 2 = 0 AND id < 15);
SET ROLE regress_largest;
-- error: permission denied for table guarded
SELECT * FROM lbdiag_largest('guarded', 'j');
RESET ROLE;
GRANT SELECT (j) ON guarded TO regress_largest;
SET ROLE regress_largest;
SELECT * FROM lbdiag_largest('guarded', 'j', n => 2);
-- error: permission denied for table guarded
SELECT * FROM lbdiag_largest('guarded', 'id');
-- error: permission denied for table guarded
SELECT * FROM lbdiag_largest('guarded', 'secret');
RESET ROLE;
GRANT SELECT (id) ON guarded TO regress_largest;
SET ROLE regress_largest;
SELECT table_name, row_ctid, key, bytes FROM lbdiag_largest('guarded', 'j', n => 2);
RESET ROLE;
REVOKE SELECT (id) ON guarded FROM regress_largest;
GRANT SELECT (ctid, tableoid) ON guarded TO regress_largest;
SET ROLE regress_largest;
SELECT table_name, row_ctid, key, bytes FROM lbdiag_largest('guarded', 'j', n => 2);
RESET ROLE;
GRANT SELECT ON guarded TO regress_largest;
SET ROLE regress_largest;
SELECT table_name, row_ctid, key, bytes FROM lbdiag_largest('guarded', 'j', n => 1000);
SELECT row_number, bytes FROM lbdiag_largest_query('TABLE guarded', 2);
-- error: permission denied for table docs
SELECT * FROM lbdiag_largest_query('TABLE docs');
RESET ROLE;

-- The result of a query: messages as in an audit, ties by number, names that are there twice.
SELECT count(*) AS rows, sum(l.bytes) = max(a.bytes) AS all_bytes, bool_and(l.bytes = 7 + (SELECT sum(v::int) FROM jsonb_each_text(l.columns) AS c (k, v))) AS columns, bool_and((l.columns ->> 'doc')::int = 4 + coalesce(octet_length(d.doc::text), 0) AND (l.columns ->> 'raw')::int = 4 + coalesce(octet_length(d.raw::text), 0)) AS doc
FROM lbdiag_largest_query('SELECT * FROM largest.docs ORDER BY id', 1000) AS l JOIN docs AS d ON d.id = l.row_number, (SELECT bytes FROM lbdiag_audit_query('TABLE largest.docs', 'none') WHERE column_name = 'TOTAL') AS a;
SELECT * FROM lbdiag_largest_query('SELECT repeat(''x'', i / 2) AS a, i AS b, NULL AS c FROM generate_series(1, 9) AS i ORDER BY i', 4);
SELECT * FROM lbdiag_largest_query('SELECT 1 AS a, 22 AS a, 333 AS "a #2", 4444 AS a, ''x'' AS "a #4", 5 AS "a #4 #4"');
SELECT count(*), (SELECT count(*) FROM jsonb_each(min(columns::text)::jsonb)) AS columns, min(bytes) FROM lbdiag_largest_query('SELECT ' || (SELECT string_agg(i::text, ',') FROM generate_series(1000, 2599) AS i));
SELECT count(*) FROM lbdiag_largest_query('SELECT 1 AS one WHERE false');
SELECT row_number, bytes FROM lbdiag_largest_query('SELECT ARRAY[doc] AS a, ROW(id, raw) AS r, id > 1 AS b, interval ''1 day'' AS i FROM largest.docs ORDER BY id', 1);
SELECT max(7 + 16 + octet_length(ARRAY[doc]::text) + octet_length(ROW(id, raw)::text) + octet_length('t') + octet_length((interval '1 day')::text)) FROM docs;

-- What there is no answer for.
SELECT count(*) FROM lbdiag_largest('docs', 'doc', '$.nowhere[*]');
CREATE TABLE empty (j json);
SELECT count(*) FROM lbdiag_largest('empty', 'j', '$.a');
-- error: relation must not be null
SELECT * FROM lbdiag_largest(NULL, 'doc');
-- error: column_name must not be null
SELECT * FROM lbdiag_largest('docs', NULL);
-- error: path must not be null
SELECT * FROM lbdiag_largest('docs', 'doc', NULL);
-- error: n must not be null
SELECT * FROM lbdiag_largest('docs', 'doc', n => NULL);
-- error: n must be from 1 to 1000, not 0
SELECT * FROM lbdiag_largest('docs', 'doc', n => 0);
-- error: n must be from 1 to 1000, not 1001
SELECT * FROM lbdiag_largest('docs', 'doc', n => 1001);
-- error: relation with OID 0 does not exist
SELECT * FROM lbdiag_largest(0, 'doc');
-- error: "docs_pkey" is not a table or a materialized view
SELECT * FROM lbdiag_largest('docs_pkey', 'id');
-- error: "found" is not a table or a materialized view
SELECT * FROM lbdiag_largest('found', 'path');
CREATE FOREIGN DATA WRAPPER regress_largest;
CREATE SERVER regress_largest FOREIGN DATA WRAPPER regress_largest;
ALTER TABLE parted DROP CONSTRAINT parted_pkey;
CREATE FOREIGN TABLE abroad PARTITION OF parted FOR VALUES IN (4) SERVER regress_largest;
-- error: "abroad" is not a table or a materialized view
SELECT * FROM lbdiag_largest('abroad', 'j');
-- error: "abroad" is not a table or a materialized view
SELECT * FROM lbdiag_largest('parted', 'j');
DROP FOREIGN DATA WRAPPER regress_largest CASCADE;
-- error: column "none" of relation "docs" does not exist
SELECT * FROM lbdiag_largest('docs', 'none');
-- error: column "ctid" of relation "docs" does not exist
SELECT * FROM lbdiag_largest('docs', 'ctid');
-- error: column "TOTAL" of relation "docs" does not exist
SELECT * FROM lbdiag_largest('docs', 'TOTAL');
-- error: column "id" has no path "$.a"
SELECT * FROM lbdiag_largest('docs', 'id', '$.a');
-- error: column "a" has no path "$.x"
SELECT * FROM lbdiag_largest('typed', 'a', '$.x');
-- error: column "t" has no path "$.leaves[*].none"
SELECT * FROM lbdiag_largest('typed', 't', '$.leaves[*].none');
-- error: column "n" has no path "$[*][*]"
SELECT * FROM lbdiag_largest('typed', 'n', '$[*][*]');
CREATE FUNCTION tried(path text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
    PERFORM FROM lbdiag_largest('docs', 'doc', path);
    RETURN 'read';
EXCEPTION WHEN invalid_parameter_value THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN sqlerrm || ': ' || detail;
END $$;
SET client_min_messages = warning;
SELECT tried(p.path) FROM unnest(ARRAY['', 'a', '$a', '$.', '$..a', '$.a ', '$.9', '$.a-b', '$[', '$[0]', '$[*', '$."a', '$."a" b', '$."\x"', '$."\u0000"', '$.""', '$."a""b"', '$.a.*.*[*]."*"', '$.a...(3 more paths)', '$[*]...(1 more path)', '$.aaa...0123456789abcdef', '$."aaa...0123456789abcdef']) WITH ORDINALITY AS p (path, i) ORDER BY i;
SELECT left(tried('$' || repeat('[*]', 100)), 4), right(tried('$' || repeat('[*]', 101)), 36);
RESET client_min_messages;
-- error: query must not be null
SELECT * FROM lbdiag_largest_query(NULL);
-- error: n must be from 1 to 1000, not -1
SELECT * FROM lbdiag_largest_query('SELECT 1', -1);
-- error: n must not be null
SELECT * FROM lbdiag_largest_query('SELECT 1', NULL);
-- error: query is not a SELECT
SELECT * FROM lbdiag_largest_query('DELETE FROM largest.docs RETURNING id');
-- error: query must be a single statement, not 2
SELECT * FROM lbdiag_largest_query('SELECT 1; SELECT 2');
-- error: division by zero
SELECT * FROM lbdiag_largest_query('SELECT 1 / (5 - i) FROM generate_series(1, 9) AS i');
SELECT count(*) FROM docs;

-- No value of the data is returned, but those of the key.
CREATE TABLE marked (id int PRIMARY KEY, j jsonb, t text);
INSERT INTO marked VALUES (1, '{"a": "marker"}', 'marker');
SELECT count(*) AS rows, count(*) FILTER (WHERE r LIKE '%marker%') AS marked FROM (SELECT l::text FROM lbdiag_largest('marked', 'j', '$.a') AS l UNION ALL SELECT l::text FROM lbdiag_largest('marked', 't') AS l UNION ALL SELECT l::text FROM lbdiag_largest_query('TABLE largest.marked') AS l) AS x (r);
SET client_min_messages = warning;
DROP SCHEMA largest CASCADE;
DROP ROLE regress_largest;
