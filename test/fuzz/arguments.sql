-- Calls each function of the extension :calls times with arguments at random,
-- every other time as an ordinary role; all is rolled back.
\set ON_ERROR_STOP on
SELECT setseed(:seed / 1e6) \g /dev/null

-- Queries that work, whose columns have any types and number, and nulls among
-- their rows: as those that a function expects, and otherwise.
CREATE FUNCTION smith.queries() RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(q.query ORDER BY random()) FROM (
        SELECT format('SELECT %s FROM generate_series(0, %s) AS i', string_agg(CASE floor(random() * 4)::int
            WHEN 0 THEN format('NULL::%s', v.type) WHEN 1 THEN format('CASE WHEN i %% 2 = 0 THEN %s END', v.value) ELSE v.value END, ', ' ORDER BY v.n), floor(random() * 3)) AS query
        FROM generate_series(1, 200) AS i CROSS JOIN LATERAL (
            SELECT n, (ARRAY['text', 'boolean', 'text', 'text', 'text', 'jsonb', 'int'])[CASE WHEN n <= 5 AND i % 4 > 0 THEN n ELSE t.t END] AS type,
                (ARRAY['repeat(''x'', 3000)', 'i = 0', '''pglz''::text', '''d''::text', 'repeat(''y'', i)', 'jsonb_build_array(i, repeat(''z'', 100 * i))', 'i'])[CASE WHEN n <= 5 AND i % 4 > 0 THEN n ELSE t.t END] AS value
            FROM generate_series(1, 1 + i % 9) AS n CROSS JOIN LATERAL (SELECT 1 + (i * 7 + n * 31) % 7 AS t) AS t) AS v
        GROUP BY i
        UNION ALL SELECT unnest(ARRAY['', ';', 'SELECT', 'SELECT 1; SELECT 2', 'SELECT', 'DELETE FROM smith.value', 'VALUES (NULL)', 'SELECT $1', 'SELECT FROM smith.value', 'SELECT v FROM smith.value AS v',
            'SELECT NULL', 'SELECT ''1''::"char", ARRAY[NULL], ROW(1, NULL), point(1, 2), ''x''::name', 'TABLE pg_type', 'DO ''BEGIN END''', 'SELECT 1/0'])
    ) AS q $$;

-- Where a parameter has the name, its values are the likely ones.
CREATE TABLE smith.value (type regtype, name text, value text);
INSERT INTO smith.value
SELECT t, NULL, v FROM (VALUES
    ('text'::regtype, ARRAY['', ' ', '"', '''', '\', '%s%n', '$', '$[*].*.error', 'row_data', 'TOTAL', 'x.y.z', '*', '0', '-1',
                            E'\001\177', 'é', repeat('x', 100000), '* * * * *', 'pg_class', NULL]),
    ('name', ARRAY['', 'a', 'A b"c', 'pg_catalog', 'lbdiag_demo', repeat('n', 63), NULL]),
    ('boolean', ARRAY['t', 'f', NULL]),
    ('smallint', ARRAY['0', '1', '-1', '32767', '-32768', NULL]),
    ('integer', ARRAY['0', '1', '2', '-1', '100', '2147483647', '-2147483648', NULL]),
    ('bigint', ARRAY['0', '1', '2', '-1', '2147483648', '9223372036854775807', '-9223372036854775808', NULL]),
    ('numeric', ARRAY['0', '0.5', '-1', '1e400', '-1e-400', 'NaN', 'Infinity', NULL]),
    ('double precision', ARRAY['0', '0.5', '-1', '1e308', 'NaN', '-Infinity', NULL]),
    ('interval', ARRAY['0', '1 day', '-1 day', '178000000 years', '-178000000 years', '1 month -30 days', NULL]),
    ('timestamptz', ARRAY['now', 'infinity', '-infinity', '4713-01-01 BC', NULL]),
    ('regclass', ARRAY['pg_class', 'lbdiag_demo.models', 'lbdiag_layout_pkey', 'smith.value', '0', '4294967295', NULL]),
    ('json', ARRAY['[]', '{}', 'null', '"x"', '[[]]', NULL]),
    ('jsonb', ARRAY['[]', '{}', 'null', '1', '"x"', '[null]', '[1, {}]', '[{"benchmark_type_id": "average_vision"}]',
                    '[{"benchmark_type_id": "average_vision", "score_ceiled": "1e400"}]', '{"a": {"b": [1, 2.5, "x", null]}}',
                    repeat('[', 1000) || repeat(']', 1000), NULL]),
    ('text[]', ARRAY['{}', '{NULL}', '{""}', '{row_data}', '{row_data,row_data}', '{$[*].*.error,$}', '{{a,b},{c,d}}', '[5:6]={a,b}', NULL])
) AS x (t, vs), unnest(vs) AS v;
INSERT INTO smith.value
SELECT t, n, v FROM (VALUES
    ('text'::regtype, 'payload', ARRAY['vision', 'vision', 'language', 'none']),
    ('text', 'domain', ARRAY['vision', 'new']),
    ('text', 'viewer', ARRAY['public', 'all', 'user:1', 'own:2', 'user:', 'user:x', 'own:99999999999999999999']),
    ('text', 'layout', ARRAY['documented', 'brainscore_2026_02', 'brainscore_2026_07', 'none']),
    ('text', 'phase', ARRAY['1', '2', '3', '4']),
    ('name', 'schema', ARRAY['new', 'New schema']),
    ('text', 'query', smith.queries()), ('text', 'statement', smith.queries()),
    ('text', 'method', ARRAY['pglz', 'lz4', 'zip']),
    ('integer', 'number', ARRAY['1']), ('integer', 'columns', ARRAY['1', '2']), ('integer', 'fillfactor', ARRAY['100', '10']),
    ('text', 'encoding', ARRAY['none', 'gzip:1', 'br:0', 'zstd:1']),
    ('integer', 'models', ARRAY['0', '1', '7']),
    ('integer', 'benchmarks', ARRAY['1', '9'])
) AS x (t, n, vs), unnest(vs) AS v;

-- A parameter's argument: a literal, or a NULL of its type.
CREATE FUNCTION smith.argument(wanted regtype, parameter text) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT format('%L::%s', v.value, wanted)
    FROM (SELECT NULL) AS one
    LEFT JOIN smith.value AS v ON v.type = wanted AND (v.name IS NULL OR v.name = parameter)
    ORDER BY random() * CASE WHEN v.name IS NULL THEN 1 ELSE 0.2 END
    LIMIT 1
$$;

SET client_min_messages = error;
CREATE TABLE smith.command AS
SELECT row_number() OVER () AS n, format('ROLLBACK; BEGIN; SET LOCAL ROLE %s; SELECT count(*) FROM (SELECT r::text FROM %s(%s) AS r OFFSET 0) AS x',
    CASE n % 2 WHEN 0 THEN 'postgres' ELSE 'smith' END, f.name,
    (SELECT string_agg(smith.argument(a.type, f.proargnames[a.i]), ', ' ORDER BY a.i)
     FROM unnest(f.proargtypes) WITH ORDINALITY AS a (type, i)
     WHERE a.i <= f.given)) AS command
FROM (SELECT *, required + floor(random() * (pronargs - required + 1)) AS given
      FROM generate_series(1, :calls) AS n CROSS JOIN smith.function
      ORDER BY n OFFSET 0) AS f;
-- None of these ends the script.
\set ON_ERROR_STOP off
SET statement_timeout = '2s';
\o /dev/null
SELECT command FROM smith.command ORDER BY n \gexec
ROLLBACK;
