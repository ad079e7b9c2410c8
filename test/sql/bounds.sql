-- Data, types and stored statistics that are made to be large or wrong: what
-- is bounded, how it shows, and what is refused.
CREATE SCHEMA bounds;
SET search_path = bounds, public;

-- A path's text is cut at 1,000 bytes, and has a hash of all of it: two paths
-- that begin alike are different, and no character is cut.
CREATE TABLE long AS
SELECT (repeat('{"' || key || '":', 96) || '{"a": [1], "b": 2}' || repeat('}', 96))::jsonb AS j, number
FROM (VALUES (1, repeat('\u0001', 128)), (2, repeat('k', 128)), (3, repeat(U&'\4E00', 42))) AS v (number, key);
SELECT number, count(*) AS paths, count(DISTINCT path) AS different, max(octet_length(path)) AS longest, count(*) FILTER (WHERE path ~ '\.\.\.[0-9a-f]{16}$') AS cut,
    sum(key_bytes + value_bytes + syntax_bytes) = (SELECT octet_length(j::text) FROM long AS l WHERE l.number = s.number) AS whole, bool_and(complete) AS complete
FROM (SELECT number, lbdiag_json_stats(j) AS stats FROM long GROUP BY number) AS s, lbdiag_json_paths(s.stats) AS p
GROUP BY number ORDER BY number;
SELECT right(path, 19) AS cut, depth, bytes FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM long WHERE number = 2)) WHERE depth > 96 ORDER BY depth, bytes;
SELECT right(path, 19) AS cut, depth, bytes FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM long WHERE number = 3)) WHERE depth > 96 ORDER BY depth, bytes;

-- A path that ends like one that is cut is in quotation marks.
SELECT path FROM lbdiag_json_paths((SELECT lbdiag_json_stats('{"...0123456789abcdef": {"...(2 more paths)": 1}}'::jsonb)));

-- Where there are more paths than lbdiag.max_paths, the small ones are added
-- up, below the path that they are in; nothing is lost.
CREATE TABLE many AS
SELECT jsonb_object_agg('o' || o, (SELECT jsonb_object_agg('m' || o || 'x' || m, repeat('x', m)) FROM generate_series(1, 20) AS m)) AS j
FROM generate_series(1, 20) AS o;
SET lbdiag.max_paths = 100;
CREATE VIEW found AS
SELECT 'json_paths' AS function, path, depth, types, occurrences, distinct_values, bytes, key_bytes + value_bytes + syntax_bytes AS own, jsonb_own_bytes AS other FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM many))
UNION ALL
SELECT 'query', path, depth, types, occurrences, distinct_values, bytes, key_bytes + value_bytes + syntax_bytes, compressed_own_bytes FROM lbdiag_audit_query_detail('SELECT j FROM bounds.many') WHERE path IS NOT NULL
UNION ALL
SELECT 'relation', path, depth, types, occurrences, distinct_values, bytes, key_bytes + value_bytes + syntax_bytes, stored_own_bytes FROM lbdiag_audit_relation('many') WHERE path IS NOT NULL;
SELECT * INTO TEMP limited FROM found;
SELECT function, path, depth, types, occurrences, distinct_values, bytes = own AS own FROM limited WHERE path LIKE '$.o7...%' OR path LIKE '$.o7.%' ORDER BY function, depth, bytes DESC, path;
SELECT function, count(*) FILTER (WHERE path !~ '\.\.\.[^"]*$') AS paths, count(*) FILTER (WHERE path ~ '\.\.\.\(\d+ more paths?\)$') AS rests,
    sum(substring(path FROM '\((\d+) more paths?\)$')::int) AS in_rests, sum(own) = max(bytes) AS all_bytes
FROM limited GROUP BY function ORDER BY function;
RESET lbdiag.max_paths;
SELECT l.function, sum(l.own) = sum(w.own) AS own, sum(l.other) = sum(w.other) AS other
FROM (SELECT function, sum(own) AS own, sum(other) AS other FROM limited GROUP BY function) AS l
JOIN (SELECT function, sum(own) AS own, sum(other) AS other FROM found GROUP BY function) AS w USING (function) GROUP BY l.function ORDER BY l.function;
-- error: 99 is outside the valid range for parameter "lbdiag.max_paths" (100 .. 20000)
SET lbdiag.max_paths = 99;

-- More paths than there can be, which is told.
SELECT count(*) AS rows FROM lbdiag_audit_query('SELECT jsonb_object_agg(''a'' || i, (SELECT jsonb_object_agg(''b'' || i || ''x'' || k, 1) FROM generate_series(1, 300) AS k)) AS a, 1 AS b FROM generate_series(1, 300) AS i', 'none') WHERE path = '$';

-- Types: each is read once, through domains and arrays as well.
CREATE DOMAIN document AS jsonb;
CREATE TYPE leaf AS (a document, b int);
CREATE DOMAIN leaves AS leaf[];
CREATE TYPE node AS (one leaf, many leaves, other leaf);
SELECT column_name, path, types, occurrences FROM lbdiag_audit_query('SELECT row(row(''{"x": 1}'', 1), array[row(''{"y": 1}'', 2)::bounds.leaf], NULL)::bounds.node AS n, row(''[2]'', 3)::bounds.leaf AS l', 'none');
DO $$ BEGIN
    EXECUTE 'CREATE TYPE wide1 AS (' || (SELECT string_agg('f' || g || ' json', ',') FROM generate_series(1, 20) AS g) || ')';
    FOR k IN 2..4 LOOP
        EXECUTE 'CREATE TYPE wide' || k || ' AS (' || (SELECT string_agg('f' || g || ' wide' || k - 1, ',') FROM generate_series(1, 20) AS g) || ')';
    END LOOP;
    EXECUTE 'CREATE TYPE deep0 AS (a json)';
    FOR k IN 1..500 LOOP
        EXECUTE 'CREATE TYPE deep' || k || ' AS (a deep' || k - 1 || ', b json)';
    END LOOP;
    FOR k IN 1..14 LOOP
        EXECUTE 'CREATE TYPE broad' || k || ' AS (' || (SELECT string_agg('f' || g || ' json', ',') FROM generate_series(1, 1500) AS g) || ')';
    END LOOP;
END $$;
SELECT column_name, path, occurrences FROM lbdiag_audit_query('SELECT NULL::bounds.wide4 AS a', 'none') WHERE path IS NOT NULL;
SELECT path, types, occurrences, bytes FROM lbdiag_audit_query('SELECT row(row(row(''[1]'')::bounds.deep0, ''2'')::bounds.deep1, ''3'')::bounds.deep2 AS a', 'none');
-- Of those beyond a bound the text is counted as a whole, which is told.
SELECT path, types, occurrences, bytes FROM lbdiag_audit_query('SELECT row(NULL, ''3'')::bounds.deep500 AS a', 'none');
SELECT format('SELECT %s', string_agg(format('NULL::bounds.broad%s AS b%s', k, k), ', ' ORDER BY k)) AS broad
FROM generate_series(1, 14) AS k \gset
SELECT count(*) FROM lbdiag_audit_query(:'broad', 'none') WHERE path = '$';
CREATE VIEW deep_view AS SELECT j, NULL::deep500 AS d FROM many;
SELECT column_name, types FROM lbdiag_audit_relation('deep_view') WHERE depth = 0 ORDER BY column_name;

-- Statistics that no document has, and what is wrong with them.
CREATE FUNCTION number(n bigint) RETURNS text LANGUAGE sql AS $$
    WITH RECURSIVE digits (rest, text) AS (
        SELECT n, '' UNION ALL SELECT CASE WHEN rest < 128 AND rest >= 0 THEN NULL ELSE (rest >> 7) & 144115188075855871 END,
            text || lpad(to_hex((rest & 127) | CASE WHEN rest < 128 AND rest >= 0 THEN 0 ELSE 128 END), 2, '0') FROM digits WHERE rest IS NOT NULL)
    SELECT text FROM digits WHERE rest IS NULL $$;
-- counts: of the types but strings, where there are several. docs: -1 below .*.
-- sizes, lengths: the smallest number, how much larger the largest is, buckets.
CREATE FUNCTION path(types int, occurrences bigint, nulls bigint, keys bigint, vals bigint, syntax bigint, hashes text DEFAULT '', children text DEFAULT '', known int DEFAULT 0, seen bigint DEFAULT NULL,
    counts bigint[] DEFAULT NULL, docs bigint DEFAULT NULL, sizes text DEFAULT NULL, lengths text DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$
    SELECT lpad(to_hex(types), 2, '0') || lpad(to_hex(known), 2, '0') || number(occurrences)
        || CASE WHEN types & (types - 1) = 0 THEN '' ELSE (SELECT string_agg(number(c), '' ORDER BY n)
            FROM unnest(coalesce(counts, CASE types WHEN 40 THEN ARRAY[occurrences - nulls, nulls] WHEN 9 THEN ARRAY[1, occurrences - 1] END)) WITH ORDINALITY AS u (c, n)) END
        || (SELECT string_agg(number(c), '' ORDER BY n) FROM unnest(ARRAY[keys, vals, syntax, 0, coalesce(seen, least(occurrences, 1))]) WITH ORDINALITY AS u (c, n))
        || CASE docs WHEN -1 THEN '' ELSE format('(%s,%s)', number(coalesce(docs, occurrences)), number(coalesce(docs, least(occurrences, 1)))) END
        || CASE WHEN types = 0 THEN '' ELSE coalesce(sizes, number(CASE WHEN types & 60 = 0 THEN 2 ELSE greatest(vals / greatest(occurrences, 1), 1) END) || '00') END
        || CASE WHEN types & 2 = 0 THEN '' ELSE coalesce(lengths, '0000') END
        || CASE WHEN hashes LIKE 'f%' THEN hashes ELSE lpad(to_hex(length(hashes) / 32), 8, '0') || hashes END
        || number((length(children) - length(replace(children, '/', '')))) || replace(children, '/', '')
$$;
CREATE FUNCTION member(key text, path text) RETURNS text LANGUAGE sql AS $$
    SELECT '/02' || number(octet_length(key)) || encode(convert_to(key, getdatabaseencoding()), 'hex') || path $$;
CREATE FUNCTION stats(complete boolean, path text) RETURNS lbdiag_json_stats LANGUAGE sql AS $$
    SELECT ('lbdiag_json_stats:02' || CASE WHEN complete THEN '01' ELSE '00' END || '00'
        -- The root has documents as it has values.
        || regexp_replace(regexp_replace(path, '\((\w*),\w*\)', '\1'), '\(\w*,(\w*)\)', '\1', 'g'))::lbdiag_json_stats $$;
CREATE FUNCTION refused(complete boolean, path text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    PERFORM stats(complete, path);
    RETURN 'taken';
EXCEPTION WHEN invalid_text_representation THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN detail;
END $$;
CREATE TABLE crafted AS
SELECT number, path FROM (VALUES
    (1, path(8, 3, 0, 0, 3, 0)),
    (2, path(40, 3, 4, 0, 16, 0, counts => '{3,4}')),
    (3, path(40, 3, 1, 0, 6, 0, counts => '{1,1}')),
    (4, path(40, 3, 1, 0, 3, 0)),
    (5, path(1, 3, 0, 0, 1, 6)),
    (6, path(8, 3, 0, 0, 2, 0)),
    (7, path(0, 3, 0, 0, 0, 6)),
    (8, path(8, 0, 0, 0, 0, 0)),
    (9, path(32, 3, 3, 0, 11, 0)),
    (10, path(8, 3, 0, 1, 3, 0)),
    (11, path(8, 281474976710657, 0, 0, 0, 0)),
    (12, path(8, 3, 0, 0, -1, 0)),
    (13, path(8, 3, 0, 0, 3, 0, repeat('0', 15) || '1' || repeat('0', 15) || '4')),
    (14, path(8, 3, 0, 0, 3, 0, repeat('0', 31) || '2')),
    (15, path(8, 3, 0, 0, 3, 0, repeat('0', 15) || '1' || repeat('0', 16))),
    (16, path(8, 3, 0, 0, 3, 0, 'ffffffff' || repeat('00', 1024))),
    (17, path(8, 51, 0, 0, 51, 0, 'ffffffff' || repeat('01', 1024))),
    (18, path(8, 3000, 0, 0, 3000, 0, 'ffffffff' || repeat('18', 1024))),
    (19, path(8, 3000, 0, 0, 3000, 0, 'ffffffff' || repeat('17', 1023))),
    (20, path(8, 1, 0, 0, 1, 2, '', member('a', path(8, 1, 0, 3, 1, 2)))),
    (21, path(1, 1, 0, 0, 0, 2, '', member('a', path(8, 3, 0, 9, 3, 6)))),
    (22, path(1, 1, 0, 0, 0, 2, '', member('a', path(8, 1, 0, 1, 1, 2)))),
    (23, path(1, 1, 0, 0, 0, 2, '', '/01' || path(8, 1, 0, 0, 1, 0))),
    (24, path(1, 1, 0, 0, 0, 4, '', member('b', path(8, 1, 0, 3, 1, 2)) || member('a', path(8, 1, 0, 3, 1, 2)))),
    (25, path(1, 1, 0, 0, 0, 4, '', '', 32)),
    (26, path(1, 1, 0, 0, 0, 2, '', member(repeat('k', 129), path(8, 1, 0, 131, 1, 2)))),
    (27, path(1, 1, 0, 0, 0, 2, '', '/0201ff' || path(8, 1, 0, 3, 1, 2))),
    (28, path(1, 1, 0, 0, 0, 2, '', member('a', path(1, 1, 0, 3, 0, 4, '', member('b.c', path(8, 1, 0, 1, 1, 2)))))),
    (29, path(1, 1, 0, 0, 0, 2, '', '/04' || path(8, 1, 0, 3, 1, 2))),
    (30, path(1, 1, 0, 0, 0, 4, '', member('a', path(8, 2, 0, 6, 2, 4, '', '', 0, 2)))),
    (31, path(1, 2, 0, 0, 0, 4, '', member('a', path(8, 1, 0, 3, 1, 2)), 2)),
    (32, path(1, 1, 0, 0, 0, 4, '', member('1', path(8, 1, 0, 3, 1, 2)), 1)),
    (33, path(1, 1, 0, 0, 0, 4, '', member('a', path(8, 1, 0, 3, 1, 2)) || member('a', path(8, 1, 0, 3, 1, 2)))),
    (34, path(9, 2, 0, 0, 1, 2, '', '', 0, 3)),
    (35, path(1, 1, 0, 0, 0, 4, '', '', 8)),
    (36, path(1, 1, 0, 0, 0, 4, '', member('a', path(8, 1, 0, 3, 1, 2)), 16)),
    (37, path(12, 3, 0, 0, 9, 0, counts => '{3}')),
    (38, path(9, 2, 0, 0, 1, 2, counts => '{0,2}')),
    (39, path(1, 3, 0, 0, 0, 5)),
    (40, path(8, 3, 0, 0, 3, 0, docs => 2)),
    (41, path(1, 1, 0, 0, 0, 2, '', member('a', path(8, 1, 0, 3, 1, 2, docs => 2)))),
    (42, path(2, 1, 0, 0, 0, 3, '', '/01' || path(1, 2, 0, 0, 0, 8, '', member('b', path(8, 2, 0, 6, 2, 4, seen => 2, docs => 2)), seen => 0, docs => 1), lengths => '0200')),
    (43, path(1, 1, 0, 0, 0, 2, '', member('a', path(8, 1, 0, 3, 1, 2, docs => 0)))),
    (44, path(8, 3, 0, 0, 3, 0, sizes => number(4294967296) || '00')),
    (45, path(8, 3, 0, 0, 3, 0, sizes => number(1) || number(4294967295))),
    (46, path(8, 3, 0, 0, 6, 0, sizes => '0102' || '0101' || '0202')),
    (47, path(8, 3, 0, 0, 6, 0, sizes => '0102' || '0001' || '0101' || '0100')),
    (48, path(8, 3, 0, 0, 6, 0, sizes => '0102' || '0001' || '0302')),
    (49, path(8, 3, 0, 0, 6, 0, sizes => '0102' || '0001' || '0201')),
    (50, path(8, 3, 0, 0, 9, 0, sizes => '0101' || '0002' || '0101')),
    (51, path(4, 3, 0, 0, 6, 0, sizes => '0102' || '0002' || '0201')),
    (52, path(2, 2, 0, 0, 0, 5, '', '/01' || path(8, 3, 0, 0, 3, 0, seen => 0), lengths => '0200')),
    (53, path(2, 2, 0, 0, 0, 5, '', '/01' || path(8, 3, 0, 0, 3, 0, seen => 0), lengths => '0101' || '0002' || '0101')),
    (54, path(2, 2, 0, 0, 0, 5, '', '/01' || path(8, 3, 0, 0, 3, 0, seen => 0), lengths => '0101' || '0001' || '0101')),
    (55, path(2, 1, 0, 0, 0, 3, '', '/01' || path(44, 4, 1, 0, 13, 0, seen => 0, counts => '{1,1}', sizes => '0104' || '0001' || '0203' || '0200'), lengths => '0400')),
    (56, path(2, 1, 0, 0, 0, 5, '', '/01' || path(44, 4, 1, 0, 13, 0, seen => 0, counts => '{1,1}', sizes => '0103' || '0001' || '0101' || '0202'), lengths => '0400'))) AS v (number, path);
SELECT number, refused(true, path) FROM crafted ORDER BY number;
-- Where a bound has changed what was counted, counts need not fit each other.
SELECT number, refused(false, path) FROM crafted WHERE refused(false, path) <> refused(true, path) ORDER BY number;
-- Deeper than any that is counted.
-- error: invalid JSON statistics
SELECT ('lbdiag_json_stats:020100010001000064000101020000000000' || repeat('01020161010001640064000101020000000000', 101) || '00')::lbdiag_json_stats;
-- One that made negative shares.
SELECT refused(true, path(1, 1, 0, 281474976710656, 281474976710656, 281474976710656));

-- Counts that are as large as they can be: sums end there, and say so.
CREATE TABLE large AS
SELECT stats(true, path(8, 281474976710656, 0, 0, 281474976710656, 0)) AS s FROM generate_series(1, 3)
UNION ALL SELECT lbdiag_json_stats('1'::jsonb);
SELECT path, occurrences, bytes, share, value_bytes, complete FROM lbdiag_json_paths((SELECT lbdiag_json_merge(s) FROM large));
SELECT occurrences, bytes, complete FROM lbdiag_json_paths((SELECT lbdiag_json_merge(x.s) FROM (TABLE large LIMIT 2) AS x));
SELECT m::text::lbdiag_json_stats::text = m::text AS round_trip FROM (SELECT lbdiag_json_merge(s) AS m FROM large) AS x;
SELECT count(*), min(share), max(share), max(bytes), bool_or(complete) FROM lbdiag_json_paths(stats(false, path(1, 281474976710656, 0, 0, 0, 281474976710656, '',
    (SELECT string_agg(member('k' || lpad(k::text, 3, '0'), path(8, 281474976710656, 0, 281474976710656, 281474976710656, 281474976710656)), '' ORDER BY k) FROM generate_series(1, 200) AS k))));
-- A tally that grows beyond what can be stored.
SELECT count(*) FROM (SELECT lbdiag_json_merge(s)::text::lbdiag_json_stats FROM (
    SELECT stats(false, path(8, 281474976710656, 0, 0, 281474976710656, 0, encode(substring(decode(substr(lbdiag_json_stats('7'::jsonb)::text, 19), 'hex') FROM 19 FOR 8), 'hex') || '0001000000000000')) AS s
    UNION ALL SELECT lbdiag_json_stats('7'::jsonb)) AS x) AS y;

-- What honest documents have is taken, however they are split.
SELECT bool_and(s::text::lbdiag_json_stats::text = s::text) AS round_trip FROM (
    SELECT lbdiag_json_stats(j) AS s FROM long
    UNION ALL SELECT lbdiag_json_stats(j) FROM many
    UNION ALL SELECT lbdiag_json_stats(d::json) FROM unnest(ARRAY['{"a":1,"a":null,"a":[]}', ' [ ] ', '{"":{"":[null,null]}}', '[[[1,"x"],{}],true,null]', '""', 'null']) AS d
    UNION ALL SELECT lbdiag_json_stats((repeat('[', 150) || '1, 2, {"a": null}' || repeat(']', 150))::jsonb)
    UNION ALL SELECT lbdiag_json_stats(jsonb_build_object('k' || i, i, 'x', jsonb_build_array(i))) FROM generate_series(1, 500) AS i) AS x;

-- The hashes of values are the same on every machine, whatever its byte order:
-- those of texts of each length, by the algorithm written down by itself.
CREATE FUNCTION hash_of(value bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    two64 CONSTANT numeric := 18446744073709551616;
    hash numeric := 0;
    word numeric;
    pos int := 0;
    len int := length(value);
BEGIN
    WHILE len - pos >= 8 LOOP
        word := (SELECT sum(get_byte(value, pos + i) * 256::numeric ^ i) FROM generate_series(0, 7) AS i);
        hash := (xor64(hash, word) * 11400714819323198485) % two64;
        hash := xor64(hash, div(hash, 4294967296));
        pos := pos + 8;
    END LOOP;
    -- Up to three bytes the first one is the highest.
    word := coalesce((SELECT sum(get_byte(value, pos + i) * 256::numeric ^ (CASE WHEN len - pos < 4 THEN len - pos - 1 - i ELSE i END))
        FROM generate_series(0, len - pos - 1) AS i), 0) + (len - pos) * 72057594037927936;
    hash := xor64(hash, word);
    hash := xor64(hash, div(hash, 8589934592));
    hash := (hash * 18397679294719823053) % two64;
    hash := xor64(hash, div(hash, 8589934592));
    hash := (hash * 14181476777654086739) % two64;
    hash := (xor64(hash, div(hash, 8589934592)) + 4) % two64;
    RETURN lpad(to_hex((CASE WHEN hash >= two64 / 2 THEN hash - two64 ELSE hash END)::bigint), 16, '0');
END $$;
CREATE FUNCTION xor64(a numeric, b numeric) RETURNS numeric LANGUAGE sql AS $$
    SELECT (div(a, 4294967296)::bigint # div(b, 4294967296)::bigint) * 4294967296::numeric + (mod(a, 4294967296)::bigint # mod(b, 4294967296)::bigint) $$;
SELECT n, substr(s.stats::text, 19 + 36, 16) AS hash, substr(s.stats::text, 19 + 36, 16) = hash_of(convert_to(left('abcdefghijklmnopqrstuvwxyz', n), 'UTF8')) AS same
FROM (SELECT n, lbdiag_json_stats(to_jsonb(left('abcdefghijklmnopqrstuvwxyz', n))) AS stats FROM generate_series(0, 17) AS n GROUP BY n) AS s ORDER BY n;
SELECT count(DISTINCT substr(s::text, 19 + 36, 16)) AS one FROM (
    SELECT lbdiag_json_stats(to_jsonb('abcdefghijkl'::text)) AS s UNION ALL SELECT lbdiag_json_stats('"abcdefghijkl"'::json)) AS x;

-- Where no keys are left that could become one path, the smallest paths lose
-- what is below them: bounded, whole, and as fast as others.
CREATE TABLE chains AS
SELECT n, (SELECT string_agg(CASE WHEN array_kind THEN '[' ELSE '{"1": ' END, '' ORDER BY i) || '1' || string_agg(CASE WHEN array_kind THEN ']' ELSE '}' END, '' ORDER BY i DESC)
    FROM (SELECT i, get_bit(decode(md5(n::text), 'hex'), i) = 1 AS array_kind FROM generate_series(0, 39) AS i) AS level)::jsonb AS j
FROM generate_series(1, 2500) AS n;
SET statement_timeout = '60s';
SELECT kind, octet_length(stats::text) < 4000000 AS bounded, (SELECT bool_or(complete) FROM lbdiag_json_paths(stats)) AS complete,
    (SELECT sum(key_bytes + value_bytes + syntax_bytes) FROM lbdiag_json_paths(stats)) = (SELECT sum(octet_length(j::text)) FROM chains) AS whole,
    stats::text::lbdiag_json_stats::text = stats::text AS round_trip
FROM (SELECT 'jsonb' AS kind, lbdiag_json_stats(j) AS stats FROM chains
    UNION ALL SELECT 'json', lbdiag_json_stats(j::text::json) FROM chains
    UNION ALL SELECT 'merged', lbdiag_json_merge(s) FROM (SELECT lbdiag_json_stats(j) AS s FROM chains GROUP BY n / 500) AS parts) AS v ORDER BY kind DESC;
SELECT sum(compressed_own_bytes) = max(compressed_bytes) AS own_adds_up FROM lbdiag_audit_query_detail('SELECT j FROM bounds.chains', 'gzip:6');
DROP TABLE chains;
-- Saving memory is as fast where objects are nested.
WITH RECURSIVE tree (n, j) AS (
    SELECT 0, '1' UNION ALL SELECT n + 1, format('{"ka": %1$s, "kb": %1$s, "kc": %1$s, "kd": %1$s, "ke": %1$s, "kf": %1$s}', j) FROM tree WHERE n < 6),
nested AS (SELECT (repeat('{"a":', 60) || '1' || repeat('}', 60))::json AS j UNION ALL SELECT j::json FROM tree WHERE n = 6)
SELECT bool_or(complete) AS complete, sum(key_bytes + value_bytes + syntax_bytes) = (SELECT sum(octet_length(j::text)) FROM nested) AS whole
FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM nested));
RESET statement_timeout;
-- Keys that come twice: what is kept does not depend on the order.
CREATE TABLE twice AS
SELECT 1 AS n, ('{"id": 1, ' || string_agg(format('"%s_%s": 1', key, i), ', ') || '}')::json AS j FROM unnest(ARRAY['p', 'q']) AS key, generate_series(1, 900) AS i GROUP BY key
UNION ALL SELECT 2, ('{"id": 1, ' || string_agg(format('"x_%s": 1, "x_%s": 1', i, i), ', ') || '}')::json FROM generate_series(1, 600) AS i
UNION ALL SELECT 2 + i, '{"id": 1}' FROM generate_series(1, 8) AS i;
SELECT a::text = b::text AS same, (SELECT string_agg(path, ' ' ORDER BY path) FROM lbdiag_json_paths(a)) AS paths, (SELECT bool_and(complete) FROM lbdiag_json_paths(a)) AS complete
FROM (SELECT lbdiag_json_stats(j ORDER BY n) AS a, lbdiag_json_stats(j ORDER BY n DESC) AS b FROM twice) AS s;
DROP TABLE twice;
-- Counters that are all full, which no values make: no number that wraps.
SELECT path, distinct_values, dynamic_keys > 1e9 AS many
FROM lbdiag_json_paths(stats(true, path(1, 5000, 0, 0, 0, 100000, '', '/03' || path(8, 5000, 0, 100000, 10000, 0, 'ffffffff' || repeat('17', 1024)
    || '01ffffffff' || repeat('17', 1024) || 'ffffffff' || repeat('17', 1024), docs => -1), 1)));

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA bounds CASCADE;
