-- What users can name: the extension's objects, doc/reference.md, doc/views.md
-- and the COMMENTs agree, and what is neither documented nor listed here does
-- not exist.
\getenv srcdir PG_ABS_SRCDIR
\set reference `LC_ALL=C tr -cd '\11\12\40-\176' <:srcdir/../doc/reference.md`
\set views `LC_ALL=C tr -cd '\11\12\40-\176' <:srcdir/../doc/views.md`
\pset format unaligned
\t on
CREATE TEMP VIEW member AS
SELECT d.classid::regclass AS class, d.objid AS oid FROM pg_depend AS d
JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND e.extname = 'lbdiag'
WHERE d.deptype = 'e';
-- Functions with the names of their arguments, or the types where they have
-- no names, and the columns that they return.
CREATE TEMP VIEW func AS
SELECT p.oid, p.proname::text AS name, coalesce(array_to_string(p.proargnames[1:p.pronargs], ', '), pg_get_function_identity_arguments(p.oid)) AS arguments,
    (SELECT string_agg(c.name, ', ' ORDER BY c.number)
     FROM (SELECT u.name, u.number FROM unnest(p.proargnames, p.proargmodes) WITH ORDINALITY AS u (name, mode, number) WHERE u.mode IN ('o', 't')
           UNION ALL
           SELECT a.attname::text, a.attnum FROM pg_type AS t JOIN pg_attribute AS a ON a.attrelid = t.typrelid AND a.attnum > 0 WHERE t.oid = p.prorettype) AS c) AS columns
FROM member AS m JOIN pg_proc AS p ON p.oid = m.oid AND m.class = 'pg_proc'::regclass;
CREATE TEMP VIEW other AS
SELECT c.relname::text AS name FROM member AS m JOIN pg_class AS c ON c.oid = m.oid AND m.class = 'pg_class'::regclass
UNION
SELECT t.typname FROM member AS m JOIN pg_type AS t ON t.oid = m.oid AND m.class = 'pg_type'::regclass WHERE t.typelem = 0;
-- The first cells of the page's tables have all names, the second cells what
-- functions return.
CREATE TEMP TABLE entry AS
SELECT e.number, split_part(e.line, '|', 2) AS names, split_part(e.line, '|', 3) AS result
FROM regexp_split_to_table(:'reference', '\n') WITH ORDINALITY AS e (line, number) WHERE e.line LIKE '| `%';
CREATE TEMP TABLE documented AS
SELECT e.number, n.name[1] AS name, n.name[2] AS arguments
FROM entry AS e CROSS JOIN LATERAL regexp_matches(e.names, '`(\w+)(?:\(([^`]*)\))?`', 'g') AS n (name);
SELECT count(*) > 50 AS functions, count(*) FILTER (WHERE arguments IS NULL) > 15 AS others FROM documented;

-- Functions of the extension's own, and why SQL must be able to name them.
-- One that is new belongs in C, or here with its reason.
CREATE TEMP TABLE internal (name text, reason text);
COPY internal FROM stdin (DELIMITER '|');
_lbdiag_json_stats_in|type
_lbdiag_json_stats_out|type
_lbdiag_json_stats_recv|type
_lbdiag_json_stats_send|type
_lbdiag_json_stats_add|aggregate
_lbdiag_json_stats_combine|aggregate
_lbdiag_column_stats|shards of Citus
_lbdiag_column_stats_add|shards of Citus
_lbdiag_value_stats|shards of Citus
_lbdiag_largest_of|shards of Citus
_lbdiag_is_distributed|tables
_lbdiag_layout_check|trigger
_lbdiag_scheduled_keep|trigger
_lbdiag_target_keep|trigger
_lbdiag_deciding_score|scan of models
_lbdiag_demo_benchmarks|demo
_lbdiag_demo_check|demo
_lbdiag_demo_models|demo
_lbdiag_demo_tree|demo
_lbdiag_raise|tables
_lbdiag_change_body|tables
_lbdiag_changed|tables
_lbdiag_compress_body|tables
_lbdiag_do|tables
_lbdiag_form|tables
_lbdiag_new_name|tables
_lbdiag_path_keys|tables
_lbdiag_prepare_body|tables
_lbdiag_relation_body|tables
_lbdiag_relation_candidates|tables
_lbdiag_relation_change|tables
_lbdiag_relation_changes|tables
_lbdiag_relation_dependents|tables
_lbdiag_relation_depends|tables
_lbdiag_relation_extra|tables
_lbdiag_relation_findings|tables
_lbdiag_relation_named|tables
_lbdiag_relation_note|tables
_lbdiag_relation_obstacle|tables
_lbdiag_relation_paths|tables
_lbdiag_relation_sample|tables
_lbdiag_relation_savings|tables
_lbdiag_relation_tree|tables
_lbdiag_relation_tried|tables
_lbdiag_stored_sizes|tables
\.
SELECT format('%s is neither documented nor internal', name) FROM func
WHERE name NOT IN (SELECT name FROM documented UNION ALL SELECT name FROM internal) ORDER BY 1;
SELECT format('internal %s does not exist', name) FROM internal WHERE name NOT IN (SELECT name FROM func) ORDER BY 1;
SELECT format('internal %s is documented, or its name says that it is not internal', i.name) FROM internal AS i
WHERE i.name !~ '^_lbdiag_' OR i.name <> '_lbdiag_deciding_score' AND i.name IN (SELECT name FROM documented) ORDER BY 1;

-- Each function has an entry with the names of its arguments, tables, views,
-- sequences and types one with their names; and nothing else has.
SELECT format('%s(%s) is not documented', f.name, f.arguments) FROM func AS f
WHERE f.name ~ '^lbdiag_' AND NOT EXISTS (SELECT FROM documented AS d WHERE d.name = f.name AND d.arguments = f.arguments) ORDER BY 1;
SELECT format('%s is not documented', name) FROM other
WHERE name ~ '^lbdiag_' AND name NOT IN (SELECT name FROM documented WHERE arguments IS NULL) ORDER BY 1;
SELECT format('documented %s(%s) does not exist', d.name, d.arguments) FROM documented AS d
WHERE d.arguments IS NOT NULL AND NOT EXISTS (SELECT FROM func AS f WHERE d.name = f.name AND d.arguments = f.arguments) ORDER BY 1;
SELECT format('documented %s is no table, view, sequence or type', name) FROM documented
WHERE arguments IS NULL AND name NOT IN (SELECT name FROM other) ORDER BY 1;
SELECT format('%s is documented twice', name) FROM documented GROUP BY name, arguments HAVING count(*) > 1 ORDER BY 1;
-- Functions of a payload take the same arguments first; those of a schedule and
-- the environment have no viewer.
SELECT format('%s(%s)', f.name, pg_get_function_arguments(f.oid)) FROM func AS f JOIN pg_proc AS p ON p.oid = f.oid
WHERE p.proargnames[1:p.pronargs] && '{payload,viewer,layout}'
    AND NOT starts_with(pg_get_function_arguments(f.oid), 'payload text DEFAULT ''vision''::text, viewer text DEFAULT NULL::text, layout text DEFAULT NULL::text') ORDER BY 1;
-- Columns that are listed are those that there are; a list that goes on ends
-- with a comma here.
SELECT format('%s returns (%s)', f.name, f.columns) FROM entry AS e
CROSS JOIN LATERAL regexp_match(e.result, '`\(([^`]*)\)`') AS c (list)
JOIN documented AS d ON d.number = e.number JOIN func AS f ON f.name = d.name AND f.arguments = d.arguments
WHERE c.list IS NOT NULL AND regexp_replace(c.list[1], ' (json|jsonb)\M', '', 'g') IS DISTINCT FROM f.columns
    AND NOT (c.list[1] ~ ', $' AND starts_with(f.columns, c.list[1])) ORDER BY 1;

-- Views column by column, with the texts of the COMMENTs.
CREATE TEMP TABLE view_column AS
SELECT substring(s.section, '^`(\w+)`') AS view, c.cell[1] AS name, c.cell[2] AS meaning
FROM regexp_split_to_table(:'views', '\n## ') AS s (section)
CROSS JOIN LATERAL regexp_matches(s.section, '\n\| `(\w+)` \| ([^\n]*) \|', 'g') AS c (cell);
SELECT count(*) > 80 FROM view_column;
SELECT format('%s.%s: %s; doc/views.md: %s', coalesce(v.view, r.name), coalesce(v.name, r.attname), coalesce(r.comment, 'none'), coalesce(v.meaning, 'none'))
FROM view_column AS v FULL JOIN (
    SELECT c.relname::text AS name, a.attname, rtrim(col_description(c.oid, a.attnum), '.') AS comment
    FROM member AS m JOIN pg_class AS c ON c.oid = m.oid AND m.class = 'pg_class'::regclass AND c.relkind = 'v'
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0) AS r ON r.name = v.view AND r.attname = v.name
WHERE lower(v.meaning) IS DISTINCT FROM lower(r.comment) ORDER BY 1;

-- Whatever the pages and the COMMENTs name exists: an object, or the schema of
-- the demo.
SELECT DISTINCT format('%s names %s', t.source, w.word[1])
FROM (SELECT 'doc/reference.md' AS source, :'reference' AS body
      UNION ALL SELECT 'doc/views.md', :'views'
      UNION ALL SELECT pg_describe_object(m.class, m.oid, 0), obj_description(m.oid, m.class::regclass::text) FROM member AS m) AS t
CROSS JOIN LATERAL regexp_matches(t.body, '\m(_?lbdiag_\w+)', 'g') AS w (word)
WHERE w.word[1] NOT IN (SELECT name FROM func UNION ALL SELECT name FROM other UNION ALL SELECT '_lbdiag_' UNION ALL SELECT 'lbdiag_demo')
ORDER BY 1;
-- Functions that are documented and not everybody's.
SELECT format('%s(%s)', name, arguments) FROM func WHERE name ~ '^lbdiag_' AND NOT has_function_privilege('public', oid, 'EXECUTE') ORDER BY 1;
