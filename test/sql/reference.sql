-- The exact bytes that the page's real view made of the reference data.
\getenv srcdir PG_ABS_SRCDIR
\set data :srcdir/data

-- Compares all components of all domains and viewers of a data set.  The end
-- of datetime_range is the moment of the run, here and in the files.
CREATE FUNCTION compare(dir text, layout_name text)
RETURNS TABLE (domain text, viewer text, components bigint, bytes_differ bigint, sums_differ bigint)
LANGUAGE plpgsql AS $$
DECLARE
    d text;
    v text;
BEGIN
    FOR d IN SELECT f FROM pg_ls_dir(dir) AS f WHERE f !~ '\.' ORDER BY f COLLATE "C" LOOP
        FOR v IN SELECT f FROM pg_ls_dir(dir || '/' || d) AS f ORDER BY f COLLATE "C" LOOP
            domain := d;
            viewer := CASE WHEN v = 'superuser' THEN 'all'
                           WHEN v LIKE '%\_own' THEN 'own:' || substring(v, '\d+')
                           WHEN v LIKE '%\_with\_public' THEN 'user:' || substring(v, '\d+')
                           ELSE v END;
            SELECT count(*),
                count(*) FILTER (WHERE without_now(c.component, c.content::text) IS DISTINCT FROM
                    without_now(c.component, convert_from(pg_read_binary_file(
                        format('%s/%s/%s/%s.json', dir, d, v, c.component)), 'UTF8')))
                + (SELECT count(*) FROM pg_ls_dir(dir || '/' || d || '/' || v)) - count(*)
            INTO components, bytes_differ
            FROM lbdiag_context(d, viewer, layout_name) AS c;
            SELECT count(*) FILTER (WHERE NOT (
                a.total = a.roots AND a.total = a.parts AND a.total = c.bytes AND a.gzip_total = a.gzip_roots))
            INTO sums_differ
            FROM (SELECT max(x.bytes) FILTER (WHERE x.component = 'TOTAL') AS total,
                    sum(x.bytes) FILTER (WHERE x.path = '$' AND x.sent) AS roots,
                    sum(x.key_bytes + x.value_bytes + x.syntax_bytes) FILTER (WHERE x.sent) AS parts,
                    max(x.compressed_bytes) FILTER (WHERE x.component = 'TOTAL') AS gzip_total,
                    sum(x.compressed_bytes) FILTER (WHERE x.path = '$') AS gzip_roots
                  FROM lbdiag_audit_detail(d, viewer, layout_name) AS x) AS a
            CROSS JOIN (SELECT sum(octet_length(y.content::text) + CASE WHEN y.component = ANY (l.js_string)
                             THEN 5 * regexp_count_of(y.content::text, '[-\\''"<>&=;`]') ELSE 0 END) AS bytes
                        FROM lbdiag_layout AS l, lbdiag_context(d, viewer, layout_name) AS y
                        WHERE l.name = layout_name AND NOT y.component = ANY (l.unsent)) AS c;
            RETURN NEXT;
        END LOOP;
    END LOOP;
END $$;

-- How often a single character of a class occurs; in a JavaScript string each
-- of them is six.
CREATE FUNCTION regexp_count_of(text text, class text) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$ SELECT length(text) - length(regexp_replace(text, class, '', 'g')) $$;

CREATE FUNCTION without_now(component text, payload text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN component = 'filter_options' THEN
        regexp_replace(payload, '("2020-08-27T00:00:00\+00:00", "max": )"[^"]+"(, "min_unix": 1598486400, "max_unix": )\d+',
                       '\1\2')
        -- The files were made without the profile page's flag.
        WHEN component = 'column_defs' THEN regexp_replace(payload, '\{"field": "public_toggle", [^{}]*\}, ', '')
        ELSE payload END
$$;

CREATE SCHEMA reference;
SET search_path = reference, public;
SET client_encoding = 'UTF8';

\set ECHO none
\i :data/small/brainscore_2026_02.sql
\set ECHO all
\set dir :data/small/brainscore_2026_02
SELECT * FROM compare(:'dir', 'brainscore_2026_02');
DROP TABLE mv_final_model_context, mv_final_benchmark_context, brainscore_model;
\set ECHO none
\i :data/small/brainscore_2026_07.sql
\set ECHO all
\set dir :data/small/brainscore_2026_07
SELECT * FROM compare(:'dir', 'brainscore_2026_07');
DROP TABLE mv_final_model_context, mv_final_benchmark_context, brainscore_model;
\set ECHO none
\i :data/edge/brainscore_2026_02.sql
\set ECHO all
\set dir :data/edge/brainscore_2026_02
SELECT * FROM compare(:'dir', 'brainscore_2026_02');
DROP TABLE mv_final_model_context, mv_final_benchmark_context, brainscore_model;
\set ECHO none
\i :data/edge/brainscore_2026_07.sql
\set ECHO all
\set dir :data/edge/brainscore_2026_07
SELECT * FROM compare(:'dir', 'brainscore_2026_07');
DROP TABLE mv_final_model_context, mv_final_benchmark_context, brainscore_model;
\set ECHO none
\i :data/odd/brainscore_2026_02.sql
\set ECHO all
\set dir :data/odd/brainscore_2026_02
SELECT * FROM compare(:'dir', 'brainscore_2026_02');
DROP TABLE mv_final_model_context, mv_final_benchmark_context, brainscore_model;
\set ECHO none
\i :data/odd/brainscore_2026_07.sql
\set ECHO all
\set dir :data/odd/brainscore_2026_07
SELECT * FROM compare(:'dir', 'brainscore_2026_07');

-- The session's time zone does not show.
SET timezone = 'Asia/Kolkata';
SELECT sum(bytes_differ) FROM compare(:'dir', 'brainscore_2026_07');
RESET timezone;

-- lbdiag_row_data returns the elements of row_data, in the same order.
SELECT v AS viewer, count(*) AS models,
    '[' || string_agg(r.row::text, ', ' ORDER BY r.number) || ']' =
        (SELECT c.content::text FROM lbdiag_context('language', v, 'brainscore_2026_07') AS c WHERE c.component = 'row_data') AS same
FROM unnest('{public,all,user:2,own:2}'::text[]) AS v,
    LATERAL lbdiag_row_data('language', v, 'brainscore_2026_07') WITH ORDINALITY AS r (row, number)
GROUP BY v ORDER BY v;

SET client_min_messages = warning;
DROP SCHEMA reference CASCADE;
DROP FUNCTION compare, without_now;
