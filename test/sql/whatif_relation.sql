-- lbdiag_whatif_relation: its rows, what fits a change, rights, and errors.
-- That its promises are kept is shown by test/t/019_whatif_relation.pl.
\set SHOW_CONTEXT never
SET default_toast_compression = pglz;
SET client_min_messages = warning;
CREATE SCHEMA kept;
SET search_path = kept, public;

CREATE TABLE notes (id int, doc jsonb, plain json, more text) WITH (autovacuum_enabled = off);
INSERT INTO notes SELECT i, jsonb_build_object('a', 'text ' || i, 'b', jsonb_build_object('c', i, 'd', NULL), 'list', jsonb_build_array(jsonb_build_object('x', 'same'), 1, 'two')), '{}', 'more'
FROM generate_series(1, 2000) AS i;
-- From PostgreSQL 19 on, who reads a table can make its visibility map.
VACUUM notes;
CREATE FUNCTION tried(relation regclass, changes jsonb) RETURNS TABLE (state text, less boolean, rows_changed bigint, values_unfit bigint, note text) LANGUAGE sql AS $$
    SELECT w.state, w.table_bytes < (SELECT x.table_bytes FROM lbdiag_whatif_relation(relation, changes) AS x WHERE x.state = 'rewrite'), w.rows_changed, w.values_unfit, w.note
    FROM lbdiag_whatif_relation(relation, changes) AS w WHERE w.state = 'change' $$;

-- The rows, which agree with each other.
SELECT state, table_bytes = pg_table_size('notes') AS size, table_bytes_low <= table_bytes AND table_bytes <= table_bytes_high AS in_interval, bytes_saved IS NULL AS first, rows_changed, values_unfit, note IS NULL AS certain
FROM lbdiag_whatif_relation('notes', '{"drop_paths": ["doc:$.a"]}');
-- Without a change, it saves nothing.
SELECT state, bytes_saved, rows_changed, values_unfit, note FROM lbdiag_whatif_relation('notes') WHERE state = 'change';
SELECT state, bytes_saved, rows_changed FROM lbdiag_whatif_relation('notes', NULL) WHERE state = 'change';
SELECT state, bytes_saved, rows_changed FROM lbdiag_whatif_relation('notes', '{"drop_paths": null, "omit_nulls": false, "promote": {}}') WHERE state = 'change';

-- Changes through arrays and objects, and several at once.
SELECT * FROM tried('notes', '{"drop_paths": ["doc:$.b.c", "doc:$.list[*].x"]}');
SELECT * FROM tried('notes', '{"omit_nulls": true}');
SELECT * FROM tried('notes', '{"omit_nulls": ["doc"]}');
SELECT * FROM tried('notes', '{"omit_nulls": []}');
SELECT * FROM tried('notes', '{"drop_paths": ["doc:$.*.d"]}');
SELECT * FROM tried('notes', '{"rename": {"doc:$.list": "l"}, "promote": {"doc:$.b.c": "numeric"}, "drop_paths": ["doc:$.a"]}');
-- A key that there is already; values of another type, or form; elements that
-- are no strings.
SELECT * FROM tried('notes', '{"rename": {"doc:$.a": "b"}}');
SELECT * FROM tried('notes', '{"promote": {"doc:$.a": "numeric"}}');
SELECT * FROM tried('notes', '{"side_table": ["doc:$.list[*]"]}');

-- Which texts fit a type.
CREATE TABLE forms (type text, doc jsonb);
INSERT INTO forms SELECT t.type, jsonb_build_object('v', v.value) FROM (VALUES
    ('uuid', '{0123abcd-0123-0123-0123-0123456789ab,0123ABCD-0123-0123-0123-0123456789ab,0123abcd-0123-0123-0123-0123456789a,0123abcd+0123-0123-0123-0123456789ab,"{0123abcd-0123-0123-0123-0123456789ab}"}'::text[]),
    ('date', '{2024-02-29,2023-02-29,1900-02-29,2000-02-29,0000-01-01,2024-13-01,2024-04-31,2024-1-1,24-01-01,2024-12-31}'),
    ('timestamp', '{2024-02-29T23:59:59,2024-02-29T24:00:00,2024-02-29 10:00:00,2024-02-29T10:00:00.5,2024-02-29T10:00:00.50,2024-02-29T10:00:00.1234567,2024-02-29T10:00:00.,2024-02-29T10:00:60,2024-02-29T10:00:00.123456}'),
    ('timestamptz', '{2024-02-29T23:59:59Z,2024-02-29T23:59:59+00,2024-02-29T23:59:59,2024-02-29T10:00:00.25Z,Z,""}'),
    ('bigint', '{0,-0,00,1,-1,123456789012345678,1234567890123456789,1.0,"",-," 1",1e3}'),
    ('bytea', '{AAAA,AAA=,AAB=,AAE=,AA==,AB==,AQ==,A===,AAA,"AAAA ",AA-A,====,"",AAAAAAAA}')) AS t (type, texts), unnest(t.texts) AS v (value);
CREATE TABLE form (doc jsonb);
CREATE FUNCTION unfit(type text, doc jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE form;
    INSERT INTO form VALUES (doc);
    RETURN (SELECT w.values_unfit FROM lbdiag_whatif_relation('form', jsonb_build_object('promote', jsonb_build_object('doc:$.v', type))) AS w WHERE w.state = 'change');
END $$;
SELECT type, string_agg(doc ->> 'v', ' | ' ORDER BY doc ->> 'v' COLLATE "C") AS fit FROM forms WHERE unfit(type, doc) = 0 GROUP BY type ORDER BY type;
-- Each of them is given back as it was.
SET timezone = 'America/New_York';
SET datestyle = 'SQL, DMY';
CREATE FUNCTION back(type text, value text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE type WHEN 'uuid' THEN to_jsonb(value::uuid) WHEN 'date' THEN to_jsonb(value::date) WHEN 'timestamp' THEN to_jsonb(value::timestamp)
        WHEN 'timestamptz' THEN to_jsonb((to_jsonb(value::timestamptz AT TIME ZONE 'UTC') #>> '{}') || 'Z') WHEN 'bigint' THEN to_jsonb(value::bigint) WHEN 'bytea' THEN to_jsonb(encode(decode(value, 'base64'), 'base64')) END #>> '{}' $$;
SELECT count(*) > 15 AS some, count(*) FILTER (WHERE back(type, doc ->> 'v') <> doc ->> 'v') AS differ FROM forms WHERE unfit(type, doc) = 0;

-- Other relations.
CREATE TABLE none (id int, doc jsonb);
CREATE MATERIALIZED VIEW made AS SELECT * FROM notes;
CREATE MATERIALIZED VIEW later AS SELECT * FROM notes WITH NO DATA;
CREATE VIEW seen AS SELECT * FROM notes;
CREATE TABLE texts AS SELECT i AS id, repeat(md5(i::text), 200) AS more FROM generate_series(1, 20) AS i;
CREATE TABLE parent (id int, doc jsonb);
CREATE TABLE child (extra text) INHERITS (parent);
INSERT INTO child SELECT id, doc FROM notes;
SELECT state, table_bytes, bytes_saved FROM lbdiag_whatif_relation('none', '{"drop_paths": ["doc:$.a"]}') WHERE state <> 'now';
SELECT * FROM tried('made', '{"drop_paths": ["doc:$.a"]}');
SELECT * FROM tried('parent', '{"drop_paths": ["doc:$.a"]}');
SELECT state, rows_changed, values_unfit FROM lbdiag_whatif_relation('texts', '{"compress": {"more": "pglz"}, "storage": {"more": "external"}}') WHERE state = 'change';
CREATE ACCESS METHOD regress_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE other USING regress_heap AS SELECT * FROM notes;
-- error: "other" is not stored by the access method heap
SELECT * FROM lbdiag_whatif_relation('other');
DROP ACCESS METHOD regress_heap CASCADE;
CREATE FOREIGN DATA WRAPPER regress_far;
CREATE SERVER regress_far FOREIGN DATA WRAPPER regress_far;
CREATE TABLE near (id int, doc jsonb) PARTITION BY LIST (id);
CREATE FOREIGN TABLE far PARTITION OF near DEFAULT SERVER regress_far;
-- error: "far" is not a table or a materialized view
SELECT * FROM lbdiag_whatif_relation('near');
DROP FOREIGN DATA WRAPPER regress_far CASCADE;
-- error: materialized view "later" has not been populated
SELECT * FROM lbdiag_whatif_relation('later');
-- error: "seen" has no values that are stored here
SELECT * FROM lbdiag_whatif_relation('seen');
-- error: relation must not be null
SELECT * FROM lbdiag_whatif_relation(NULL);
-- error: relation with OID 0 does not exist
SELECT * FROM lbdiag_whatif_relation(0);
-- error: "texts" has no column of type jsonb
SELECT * FROM lbdiag_whatif_relation('texts', '{"omit_nulls": true}');
-- error: "texts" has no column of type jsonb
SELECT * FROM lbdiag_whatif_relation('texts', '{"drop_paths": ["more:$.a"]}');

-- Changes that are none, and that fit no path.
-- error: this is not a change of a table
SELECT * FROM lbdiag_whatif_relation('notes', '[]');
-- error: this is not a change of a table
SELECT * FROM lbdiag_whatif_relation('notes', '{"drop": ["doc:$.a"]}');
-- error: this is not a change of a table
SELECT * FROM lbdiag_whatif_relation('notes', '{"drop_paths": "doc:$.a"}');
-- error: this is not a change of a table
SELECT * FROM lbdiag_whatif_relation('notes', '{"drop_paths": [1]}');
-- error: this is not a change of a table
SELECT * FROM lbdiag_whatif_relation('notes', '{"promote": ["doc:$.a"]}');
-- error: this is not a change of a table
SELECT * FROM lbdiag_whatif_relation('notes', '{"promote": {"doc:$.a": 1}}');
-- error: this is not a change of a table
SELECT * FROM lbdiag_whatif_relation('notes', '{"omit_nulls": 1}');
-- error: this is not a change of a table
SELECT * FROM lbdiag_whatif_relation('notes', '{"omit_nulls": [1]}');
-- error: paths of column "plain" cannot be changed
SELECT * FROM lbdiag_whatif_relation('notes', '{"omit_nulls": ["plain"]}');
-- error: "$.a" names no path of a column
SELECT * FROM lbdiag_whatif_relation('notes', '{"drop_paths": ["$.a"]}');
-- error: path "$.a[" cannot be read
SELECT * FROM lbdiag_whatif_relation('notes', '{"drop_paths": ["doc:$.a["]}');
-- error: path "doc:$.z" does not exist in "notes"
SELECT * FROM lbdiag_whatif_relation('notes', '{"drop_paths": ["doc:$.z"]}');
-- error: column "docs" of relation "notes" does not exist
SELECT * FROM lbdiag_whatif_relation('notes', '{"drop_paths": ["docs:$.a"]}');
-- error: paths of column "plain" cannot be changed
SELECT * FROM lbdiag_whatif_relation('notes', '{"drop_paths": ["plain:$.a"]}');
-- error: path "doc:$" names no member
SELECT * FROM lbdiag_whatif_relation('notes', '{"drop_paths": ["doc:$"]}');
-- error: path "doc:$.list[*]" names no member
SELECT * FROM lbdiag_whatif_relation('notes', '{"drop_paths": ["doc:$.list[*]"]}');
-- error: path "doc:$.b.*" names no member
SELECT * FROM lbdiag_whatif_relation('notes', '{"rename": {"doc:$.b.*": "x"}}');
-- error: path "doc:$.list[*].x" cannot be a column
SELECT * FROM lbdiag_whatif_relation('notes', '{"promote": {"doc:$.list[*].x": "text"}}');
-- error: a member cannot be promoted to type "point"
SELECT * FROM lbdiag_whatif_relation('notes', '{"promote": {"doc:$.a": "point"}}');
-- error: compression method "zip" is not recognized
SELECT * FROM lbdiag_whatif_relation('notes', '{"compress": {"doc": "zip"}}');
-- error: column "id" is of a type that is not compressed
SELECT * FROM lbdiag_whatif_relation('notes', '{"compress": {"id": "pglz"}}');
-- error: column "docs" of relation "notes" does not exist
SELECT * FROM lbdiag_whatif_relation('notes', '{"compress": {"docs": "pglz"}}');
-- error: storage "large" is not recognized
SELECT * FROM lbdiag_whatif_relation('notes', '{"storage": {"doc": "large"}}');
-- error: changes of "doc:$.b.c" and "doc:$.b" exclude each other
SELECT * FROM lbdiag_whatif_relation('notes', '{"drop_paths": ["doc:$.b"], "promote": {"doc:$.b.c": "numeric"}}');
-- error: changes of "doc:$.*.c" and "doc:$.b.c" exclude each other
SELECT * FROM lbdiag_whatif_relation('notes', '{"drop_paths": ["doc:$.*.c"], "side_table": ["doc:$.b.c"]}');
-- error: changes of "doc:$.a" and "doc:$.a" exclude each other
SELECT * FROM lbdiag_whatif_relation('notes', '{"drop_paths": ["doc:$.a"], "bytea": ["doc:$.a"]}');

-- Rights: those of a query of all columns; policies that may hide rows.
CREATE ROLE regress_whatif;
GRANT USAGE ON SCHEMA kept TO regress_whatif;
GRANT SELECT (id, doc) ON notes TO regress_whatif;
CREATE TABLE guarded AS SELECT * FROM notes;
GRANT SELECT ON guarded TO regress_whatif;
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
SELECT 'notes'::regclass::oid AS notes \gset
SET ROLE regress_whatif;
-- error: permission denied for table notes
SELECT * FROM lbdiag_whatif_relation('notes');
-- error: row-level security may hide rows of "guarded"
SELECT * FROM lbdiag_whatif_relation('guarded');
RESET ROLE;
GRANT SELECT (plain, more) ON notes TO regress_whatif;
SET ROLE regress_whatif;
SELECT count(*) FROM lbdiag_whatif_relation('notes');
RESET ROLE;
REVOKE USAGE ON SCHEMA kept FROM regress_whatif;
SET ROLE regress_whatif;
-- error: permission denied for schema kept
SELECT * FROM lbdiag_whatif_relation(:notes);
RESET ROLE;

-- What lbdiag_opportunities_relation promises of the table: the same, as far
-- as it reads all of it.  A rewrite is a row of its own where it saves much.
CREATE TABLE wasted WITH (autovacuum_enabled = off) AS SELECT * FROM notes, generate_series(1, 5) AS g;
DELETE FROM wasted WHERE g > 1;
SELECT path, action, table_bytes_low <= table_bytes_saved AND table_bytes_saved <= table_bytes_high AS in_interval,
    table_bytes_saved = (SELECT w.bytes_saved FROM lbdiag_whatif_relation('wasted', CASE WHEN path = '$.a' THEN '{"promote": {"doc:$.a": "text"}}' ELSE '{}' END::jsonb) AS w WHERE w.state = CASE WHEN path IS NULL THEN 'rewrite' ELSE 'change' END) AS same
FROM lbdiag_opportunities_relation('wasted') WHERE path IS NULL OR path = '$.a';
GRANT USAGE ON SCHEMA kept TO regress_whatif;
CREATE POLICY half ON guarded USING (id % 2 = 0);
SET ROLE regress_whatif;
SELECT count(*) > 0 AS found, count(table_bytes_saved) AS told FROM lbdiag_opportunities_relation('guarded');
RESET ROLE;

\set VERBOSITY terse
SET client_min_messages = error;
DROP SCHEMA kept CASCADE;
DROP ROLE regress_whatif;

-- A child's own columns are not the parent's: they stay as they are.
CREATE TABLE family (a jsonb);
CREATE TABLE family_child (b jsonb) INHERITS (family);
INSERT INTO family_child SELECT '{"x": 1, "n": null}', jsonb_build_object('y', NULL, 'pad', repeat('p', 100)) FROM generate_series(1, 1000);
SELECT state, rows_changed FROM lbdiag_whatif_relation('family', '{"omit_nulls": true}');
-- A row that would be larger than a page is an error, as it is in an update.
CREATE TABLE unpacked AS SELECT jsonb_build_object('b', 1, 't', (SELECT string_agg(md5(i::text || k), '') FROM generate_series(1, 320) AS k)) AS doc FROM generate_series(1, 5) AS i;
-- error: row is too big with the change
SELECT count(*) FROM lbdiag_whatif_relation('unpacked', '{"storage": {"doc": "plain"}, "drop_paths": ["doc:$.b"]}');
-- Two members cannot both get one key; two of different objects can.
-- error: changes of "doc:$.b" and "doc:$.t" exclude each other
SELECT count(*) FROM lbdiag_whatif_relation('unpacked', '{"rename": {"doc:$.b": "x", "doc:$.t": "x"}}');
CREATE TABLE "two:$columns" AS SELECT jsonb_build_object('o', jsonb_build_object('long', i), 'p', jsonb_build_object('long', i)) AS "a:$b" FROM generate_series(1, 10) AS i;
SELECT state, rows_changed FROM lbdiag_whatif_relation('"two:$columns"', '{"rename": {"a:$b:$.o.long": "x", "a:$b:$.p.long": "x"}}');
-- Keys that have no letters left are not shortened.
CREATE TABLE lettered AS SELECT (SELECT jsonb_object_agg('field_' || lpad(k::text, 2, '0'), (i + k) % 10) FROM generate_series(1, 27) AS k) AS doc FROM generate_series(1, 2000) AS i;
SELECT count(*) > 20 AS many FROM lbdiag_opportunities_relation('lettered');
-- A column that is named very often, and a name that is like very many paths, take no more time or memory.
SET statement_timeout = '20s';
SELECT state, rows_changed FROM lbdiag_whatif_relation('lettered', jsonb_build_object('omit_nulls', (SELECT jsonb_agg('doc'::text) FROM generate_series(1, 300000)))) WHERE state = 'change';
\set VERBOSITY sqlstate
-- error: 22023
SELECT count(*) FROM lbdiag_whatif_relation('lettered', jsonb_build_object('drop_paths', jsonb_build_array(repeat(':$', 300000))));
\set VERBOSITY default
RESET statement_timeout;
-- Other access methods have no model: the values are tried all the same.
CREATE ACCESS METHOD lbdiag_other TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE elsewhere (id int, doc jsonb) USING lbdiag_other;
INSERT INTO elsewhere SELECT i, jsonb_build_object('always', NULL, 'pad', repeat('p', 100)) FROM generate_series(1, 2000) AS i;
SELECT count(*) > 0 AS found, count(table_bytes_saved) AS modelled FROM lbdiag_opportunities_relation('elsewhere');
DROP TABLE elsewhere;
DROP ACCESS METHOD lbdiag_other;
