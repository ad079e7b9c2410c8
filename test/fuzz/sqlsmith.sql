-- What SQLsmith takes arguments from, and ways to call the extension's
-- functions that it would not find alone: it calls no functions that return
-- sets, draws from some 2,000 functions of the server too, and has few
-- constants but NULL.
CREATE TABLE smith.argument (
    payload text, viewer text, layout text, any_text text, number int,
    large bigint, fraction numeric, flag boolean, document jsonb,
    name name, span interval, texts text[], relation regclass);
INSERT INTO smith.argument VALUES
    ('vision', 'public', 'documented', '', 0, 0, 0.5, true, '[]', 'a', '1 day', '{}', 'lbdiag_demo.models'),
    ('vision', 'all', 'brainscore_2026_02', 'average_vision', 1, 1, 'NaN', false,
     '[{"benchmark_type_id": "average_vision", "score_ceiled": "X"}]', 'lbdiag_demo', '-1 day', '{row_data}', 'pg_class'),
    ('vision', 'user:1', 'brainscore_2026_07', '$[*].*', -1, 4294967296, -1, NULL,
     '{"a": 1}', '', '0', '{NULL,"","$.*"}', 'smith.argument'),
    ('vision', 'own:2', NULL, U&'\0001"\\', 2147483647, 9223372036854775807, 1e300, true,
     '[null, 1]', '"', '1000 years', NULL, NULL),
    ('', 'user:x', 'none', '1', 3, 2, 2, false, 'null', NULL, NULL, '{comparison_data}', NULL);

-- SQLsmith does not quote names; this column is an optional one.
ALTER TABLE lbdiag_demo.models DROP COLUMN "user";

-- For each 40 functions of one value, half of them with the defaults for NULL;
-- where it needs no argument, a view, whose columns cannot be of type void.
DO $$
DECLARE
    f record;
BEGIN
    FOR f IN SELECT *, n FROM smith.function, generate_series(1, 40) AS n LOOP
        EXECUTE format('CREATE FUNCTION smith.call_%s_%s(%s) RETURNS text LANGUAGE sql AS %L',
            f.proname, f.n, f.types,
            format('SELECT string_agg(r::text, '','') FROM %s(%s) AS r', f.name,
                CASE WHEN f.n % 2 = 0 THEN f.arguments ELSE f.arguments_or_defaults END));
    END LOOP;
    FOR f IN SELECT * FROM smith.function WHERE required = 0 LOOP
        EXECUTE format('CREATE VIEW smith.view_%s AS SELECT %s FROM %s() AS r', f.proname,
            CASE WHEN f.prorettype = 'void'::regtype THEN 'r::text AS result' ELSE '*' END, f.name);
    END LOOP;
END $$;
GRANT SELECT ON ALL TABLES IN SCHEMA smith TO smith;
