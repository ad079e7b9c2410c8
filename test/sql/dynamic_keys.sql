-- Which keys of objects are data, and become .*, and which are names.
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.paths(s lbdiag_json_stats) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(path || ' ' || occurrences, ', ' ORDER BY path COLLATE "C") || CASE WHEN bool_and(complete) THEN '' ELSE ' (incomplete)' END
    FROM lbdiag_json_paths(s) $$;
-- An object of so many members: the key is a format of the number, and so is the value.
CREATE FUNCTION pg_temp.map(key text, n int, value text, first int DEFAULT 1) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_object_agg(format(key, i), format(value, i)::jsonb) FROM generate_series(first, first + n - 1) AS i $$;
-- Keys that look like data, whatever their values are: 8 of them in one document.
SELECT name, pg_temp.paths(lbdiag_json_stats(jsonb_object(keys, keys)))
FROM (VALUES ('locales', '{en,en-GB,en_US,de,de-AT,fr,sr_Latn,pt-BR}'::text[]), ('currencies', '{EUR,USD,GBP,JPY,CHF,SEK,NOK,DKK}'),
    ('countries', '{DE,AT,CH,FR,IT,ES,PT,NL}'), ('dates', '{2031-01-01,2031-01-02,2031-01-03,2031-01-04,2031-01-05,2031-01-06,2031-01-07,2031-01-08}'),
    ('versions', '{v1.0,v1.1,v2.0,3.0.1,3.0.2,3.1,4,5-beta}'), ('numbers', '{-1,+1,0,1,2,1e9,0x1f,17}'),
    ('code points', '{U+0041,U+0042,U+0043,U+0044,U+0045,U+0046,U+0047,U+0048}'), ('hex', '{a1b2c3,deadbeef1,c0ffee0,1F600,AB12,beef5,0abcd,fade1}'),
    ('paths', ARRAY['/', '/users', '/users/{id}', 'a/b', './c', 'text/html', 'std::string', 'mail@example.com']), ('emoji', ARRAY[chr(128512), chr(128513), chr(128514), chr(128515), chr(128516), chr(128517), chr(128518), chr(128519)]),
    ('JSON-LD', '{@context,@id,@type,@graph,@base,@vocab,@language,@value}'), ('statistics', '{min,max,sum,avg,cnt,med,dev,var,p,q}'),
    ('words', '{added,ebbed,faded,decade,facade,accede,deface,efface}'), ('too few', '{2031,2032,2033,2034,2035,2036,2037}')) AS keys(name, keys) GROUP BY name, keys ORDER BY name;
SELECT 'ids', pg_temp.paths(lbdiag_json_stats(jsonb_build_object(md5(i::text)::uuid::text, i, md5('n' || i), jsonb_build_object('seen', true)))) FROM generate_series(1, 6) AS i;
-- Codes of three letters are some only where there are many.
SELECT 'three letters', n, count(*), max(occurrences) FILTER (WHERE path = '$.*') FROM (VALUES (29), (30)) AS v(n), LATERAL (SELECT lbdiag_json_stats(o) AS s FROM (
    SELECT jsonb_object_agg('q' || chr(97 + i / 26) || chr(97 + i % 26), i) AS o FROM generate_series(0, n - 1) AS i) AS e) AS f, LATERAL lbdiag_json_paths(f.s) GROUP BY n ORDER BY n;
-- Names and data in one object: the data alone becomes .*.
SELECT 'both', pg_temp.paths(lbdiag_json_stats(pg_temp.map('2031-02-%02s', 12, '{"open": %s}') || '{"currency": "EUR", "total": 12, "closed": true}'));
-- Rows with a column for each year keep the names beside them, from eight rows on; id is no language there.
SELECT 'years', rows, pg_temp.paths(lbdiag_json_stats(pg_temp.map('%s', 20, '%s', 2001) || jsonb_build_object('id', i, 'name', 'n'))) FROM (VALUES (7), (8)) AS v(rows), generate_series(1, rows) AS i GROUP BY rows ORDER BY rows;
SELECT 'years and id', pg_temp.paths(lbdiag_json_stats(pg_temp.map('%s', 9, '%s', 2001) || '{"id": 1, "name": "n"}')) FROM generate_series(1, 3) AS i;
SELECT 'more codes', count(*), max(occurrences) FILTER (WHERE path = '$.*') FROM (SELECT lbdiag_json_stats(pg_temp.map('%s', 30, '%s', 2001) || '{"ABC": 1, "ABD": 2, "ABE": 3}') AS s FROM generate_series(1, 9) AS i) AS e, lbdiag_json_paths(e.s);
-- Names of two letters: some of them are codes of languages by chance.
SELECT 'two letters', pg_temp.paths(lbdiag_json_stats('{"te": 21, "hu": 40, "st": 1, "la": 5, "lo": 6, "pr": 1013, "ws": 3, "wd": 270}'::jsonb));
SELECT 'two letters', pg_temp.paths(lbdiag_json_stats('{"en": "a", "de": "b", "fr": "c", "es": "d", "pt-BR": "e", "es-419": "f", "it": "g", "nl": "h", "sv": "i", "xx": "j"}'::jsonb));
-- What looks like data is no name, however many objects have it.
SELECT 'answers', pg_temp.paths(lbdiag_json_stats(jsonb_build_object('responses', '{"200": {"text": "ok"}, "default": {"text": "any"}}'::jsonb || pg_temp.map('other%s', 2, '{"text": "t"}', i * 2)))) FROM generate_series(1, 9) AS i;
-- Where more than half of the keys look like names, all are.
SELECT 'not most', pg_temp.paths(lbdiag_json_stats('{"2031": 1, "2032": 2, "2033": 3, "name": "a", "city": "b", "street": "c", "phone": "d", "size": 1}'::jsonb));
-- Browsers are names, their versions data; the values of the browsers have nothing but versions in common.
SELECT 'versions', pg_temp.paths(lbdiag_json_stats(jsonb_build_object('title', 'feature ' || i, 'description', repeat('d', i % 9), 'status', 'rec',
    'stats', jsonb_build_object('chrome', pg_temp.map('%s', 20, '"y #%s"'), 'firefox', pg_temp.map('%s.5', 12, '"n"'), 'safari', pg_temp.map('%s.1-%1$s.2', 9, '"y"'))))) FROM generate_series(1, 5) AS i;
SELECT 'versions in one document', pg_temp.paths(lbdiag_json_stats(jsonb_build_object('updated', 1, 'data', (
    SELECT jsonb_object_agg('feature-' || chr(96 + i), jsonb_build_object('title', 'feature ' || i, 'description', 'd', 'links', '[{"url": "u", "title": "t"}]'::jsonb,
        'stats', jsonb_build_object('chrome', pg_temp.map('%s', 20, '"y"'), 'firefox', pg_temp.map('%s.5', 12, '"n"')))) FROM generate_series(1, 20) AS i))));
-- Versions whose values are alike: one type, common members.  Names of browsers too, where there are ten.
SELECT 'alike', n, pg_temp.paths(lbdiag_json_stats(pg_temp.map('browser%s', n, '{"added": "%1$s", "flags": [{"name": "f", "type": "t"}]}'))) FROM (VALUES (9), (10)) AS v(n) GROUP BY n ORDER BY n;
SELECT 'not alike', count(*), count(*) FILTER (WHERE path LIKE '%*%')
FROM lbdiag_json_paths((SELECT lbdiag_json_stats((SELECT jsonb_object_agg('part' || i, jsonb_build_object('of' || i, 1, 'a' || i % 5, 'x')) FROM generate_series(1, 12) AS i))));
-- Members that look like data are something in common, too.
SELECT 'series', pg_temp.paths(lbdiag_json_stats((SELECT jsonb_object_agg('station ' || chr(64 + i), pg_temp.map('2031-03-%s', 2, '%s', 10 + i * 2)) FROM generate_series(1, 10) AS i)));
-- So many objects are data in one document, whatever they have in them; and more of them where each of some has few.
SELECT 'many', n, count(*), max(occurrences) FILTER (WHERE path = '$.*') FROM (VALUES (31), (32)) AS v(n), LATERAL (SELECT lbdiag_json_stats(j) AS s FROM (SELECT pg_temp.map('part%s', n, '{"of%s": 1}') AS j) AS d) AS e, LATERAL lbdiag_json_paths(e.s) GROUP BY n ORDER BY n;
SELECT 'many in eight', n, count(*), max(occurrences) FILTER (WHERE path = '$.*') FROM (VALUES (12), (13)) AS v(n), LATERAL (SELECT lbdiag_json_stats(pg_temp.map('part%s', n, '{"of%s": 1}', i * n)) AS s FROM generate_series(1, 8) AS i) AS e,
    LATERAL lbdiag_json_paths(e.s) GROUP BY n ORDER BY n;
-- Users by their names, which look like nothing.  What nearly all objects have is a name, from four objects on.
SELECT 'users', pg_temp.paths(lbdiag_json_stats(j)) FROM (SELECT jsonb_build_object('users', (SELECT jsonb_object_agg(chr(96 + i) || 'user', jsonb_build_object('age', i, 'mail', 'm', 'admin', i = 3)) FROM generate_series(1, 12) AS i)) AS j) AS e;
SELECT 'translations', rows, p.path, p.occurrences FROM (VALUES (1), (3), (4)) AS v(rows),
    LATERAL (SELECT lbdiag_json_stats(pg_temp.map('language %s', 12, '{"official": "a", "common": "b"}')) AS s FROM generate_series(1, rows)) AS e, LATERAL (SELECT * FROM lbdiag_json_paths(e.s)) AS p
    WHERE p.path IN ('$.*', '$."language 1"') ORDER BY rows;
-- OpenAPI: paths, responses and schemas are data; methods and what they have are names.
SELECT 'OpenAPI', pg_temp.paths(lbdiag_json_stats(jsonb_build_object('openapi', '3.1.0', 'info', '{"title": "t"}'::jsonb,
    'paths', (SELECT jsonb_object_agg('/thing' || i || CASE WHEN i % 2 = 0 THEN '/{id}' ELSE '' END, jsonb_build_object('get', jsonb_build_object('summary', 's', 'responses',
            jsonb_build_object('200', jsonb_build_object('description', 'ok'), (400 + i)::text, jsonb_build_object('description', 'not ok'))))
        || CASE WHEN i % 3 = 0 THEN jsonb_build_object('post', jsonb_build_object('summary', 's', 'operationId', 'o')) ELSE '{}' END) FROM generate_series(1, 9) AS i),
    'components', jsonb_build_object('schemas', (SELECT jsonb_object_agg('Schema' || chr(64 + i), jsonb_build_object('type', 'object', 'required', '["id"]'::jsonb)) FROM generate_series(1, 11) AS i)))));
-- Links as of HAL: a few are names.  Ten that are alike are taken for data.
SELECT 'links', n, pg_temp.paths(lbdiag_json_stats(jsonb_build_object('_links', (SELECT jsonb_object_agg(rel, jsonb_build_object('href', '/' || rel))
    FROM unnest(ARRAY['self', 'next', 'prev', 'first', 'last', 'item', 'author', 'search', 'help', 'up']) WITH ORDINALITY AS r(rel, i) WHERE i <= n)))) FROM (VALUES (5), (9), (10)) AS v(n) GROUP BY n ORDER BY n;
-- Settings that every row has are names, however many there are and however alike.
SELECT 'settings', count(*), count(*) FILTER (WHERE path LIKE '%*%'), min(occurrences), max(occurrences)
FROM (SELECT lbdiag_json_stats(pg_temp.map('setting_%s', 300, '"on"')) AS s FROM generate_series(1, 8)) AS e, lbdiag_json_paths(e.s);
-- Strings by 120 keys: data in one document, names where five rows have them.
SELECT 'texts', rows, count(*), max(occurrences) FILTER (WHERE path = '$.*') FROM (VALUES (1), (5)) AS v(rows),
    LATERAL (SELECT lbdiag_json_stats(pg_temp.map('text_%s', 120, '"t%s"')) AS s FROM generate_series(1, rows)) AS e, LATERAL lbdiag_json_paths(e.s) GROUP BY rows ORDER BY rows;
SELECT 'texts', 99, count(*) FROM lbdiag_json_paths((SELECT lbdiag_json_stats(pg_temp.map('text_%s', 99, '"t%s"'))));
-- Also where some rows have half of them each.
SELECT 'texts in halves', rows, count(*), max(occurrences) FILTER (WHERE path = '$.*') FROM (VALUES (7), (8)) AS v(rows),
    LATERAL (SELECT lbdiag_json_stats(pg_temp.map('text_%s', 60, '"t%s"', i % 2 * 60)) AS s FROM generate_series(1, rows) AS i) AS e, LATERAL lbdiag_json_paths(e.s) GROUP BY rows ORDER BY rows;
-- A map in an array in a map.
SELECT 'in an array', pg_temp.paths(lbdiag_json_stats(jsonb_build_object('regions', jsonb_build_array(pg_temp.map('zone%s', 6, '[{"from": 1, "to": %s}]'), pg_temp.map('zone%s', 6, '[{"from": 1, "to": %s}]', 7)))));
-- Each object has few of the keys: of objects, and of values, where there are enough of each.
SELECT 'few objects', pg_temp.paths(lbdiag_json_stats(jsonb_build_object('id', i, 'native', pg_temp.map('tongue%s', 2, '{"official": "o", "common": "c"}', i * 2)))) FROM generate_series(1, 6) AS i;
SELECT 'few values', rows, pg_temp.paths(lbdiag_json_stats(jsonb_build_object('id', i, 'attributes', pg_temp.map('attribute%s', 1, '"v"', i)))) FROM (VALUES (8), (20)) AS v(rows), generate_series(1, rows) AS i GROUP BY rows ORDER BY rows;
SELECT 'few often', rows, pg_temp.paths(lbdiag_json_stats(pg_temp.map('attribute%s', 1, '1', i % 16))) FROM (VALUES (319), (320)) AS v(rows), generate_series(1, rows) AS i GROUP BY rows ORDER BY rows;
-- What half of many objects have is a name all the same.
SELECT 'half', pg_temp.paths(lbdiag_json_stats('{"base": {"state": 1}, "extra": {"state": 2}}'::jsonb || pg_temp.map('feature%s', 2, '{"state": 0}', i * 2))) FROM generate_series(1, 20) AS i;
-- Records that have nothing to do with each other keep the names of their members, though each has few of all.
SELECT 'union', count(*), count(*) FILTER (WHERE path LIKE '%*%') FROM (SELECT lbdiag_json_stats(jsonb_build_object('kind', kind, 'id', i, kind || '_name', 'n', kind || '_size', i, kind || '_tags', '[]'::jsonb,
    kind || '_owner', '{"login": "l"}'::jsonb, kind || '_open', true)) AS s FROM unnest(ARRAY['issue', 'pull', 'commit', 'release', 'team', 'fork']) AS kind, generate_series(1, 10) AS i) AS e, lbdiag_json_paths(e.s);
-- Mixed types are names: a document of settings.
SELECT 'mixed', count(*), count(*) FILTER (WHERE path LIKE '%*%') FROM lbdiag_json_paths((SELECT lbdiag_json_stats(pg_temp.map('number%s', 60, '%s') || pg_temp.map('flag%s', 50, 'true') || pg_temp.map('text%s', 50, '"t"'))));
-- Null tells nothing of a type.
SELECT 'null', pg_temp.paths(lbdiag_json_stats(pg_temp.map('null%s', 6, 'null') || pg_temp.map('part%s', 12, '{"a": 1, "b": %s}')));
-- More than 1,000 keys are data, but for those that every object has; none is a name where one object alone has so many.
SELECT 'over 1000', pg_temp.paths(lbdiag_json_stats(pg_temp.map('name%s', 150, '1', i * 150) || '{"always": {"x": 1}, "id": 2}')) FROM generate_series(1, 8) AS i;
SELECT 'over 1000 in one', pg_temp.paths(lbdiag_json_stats(CASE WHEN i = 3 THEN pg_temp.map('name%s', 1001, '1') ELSE '{}' END || '{"always": 1}')) FROM generate_series(1, 4) AS i;
-- What becomes one path is evidence together for what is below it.
SELECT 'pooled', pg_temp.paths(lbdiag_json_stats(pg_temp.map('shop%s', 12, '{"name": "n", "stock": {"apple%1$s": {"n": 1}, "pear%1$s": {"n": 2}}}')));
-- The order of rows, and how they are merged, make no difference to the paths.
CREATE TEMP TABLE doc AS SELECT i, jsonb_build_object('m', pg_temp.map('%s', 3, '{"x": %s, "y": null}', i % 40) || pg_temp.map('key%s', 2, '{"x": "s"}', i % 31), 'rare', CASE WHEN i = 50 THEN pg_temp.map('r%s', 40, '[%s]') ELSE '{}' END) AS j FROM generate_series(1, 100) AS i;
SELECT 'orders', count(DISTINCT p), min(p) FROM (SELECT pg_temp.paths(lbdiag_json_stats(j ORDER BY i)) AS p FROM doc UNION ALL SELECT pg_temp.paths(lbdiag_json_stats(j ORDER BY i DESC)) FROM doc
    UNION ALL SELECT pg_temp.paths(lbdiag_json_stats(j::text::json ORDER BY md5(i::text))) FROM doc
    UNION ALL SELECT pg_temp.paths(lbdiag_json_merge(s ORDER BY k DESC)) FROM (SELECT i % 7 AS k, lbdiag_json_stats(j) AS s FROM doc GROUP BY 1) AS e) AS f;

-- 256 keys that look like data come together at once: one more than a byte holds.
SELECT path, dynamic_keys FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM (
    SELECT jsonb_object_agg('user_' || chr(97 + a / 26) || chr(97 + a % 26), (SELECT jsonb_object_agg(a * 8 + b, 1) FROM generate_series(0, 7) AS b)) AS j FROM generate_series(0, 31) AS a) AS x));
