-- Numbers and text on the wire.
CREATE SCHEMA source;
SET search_path = source, public;
CREATE TABLE mv_final_benchmark_context (identifier text, benchmark_type_id text, domain text, overall_order int, parent jsonb,
    benchmark_data_meta jsonb, visible boolean, number_of_all_children int);
CREATE TABLE mv_final_model_context (model_id int, name text, domain text, public boolean, scores jsonb, model_meta jsonb);
INSERT INTO mv_final_benchmark_context VALUES ('b_v0', 'b', 'vision', 0, NULL, NULL, true, 0);

-- Any jsonb value, as it is written.
CREATE FUNCTION wire(value jsonb, layout_name text DEFAULT 'documented') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE mv_final_benchmark_context SET benchmark_data_meta = value;
    RETURN (SELECT substring(content::text, '^\{"b_v0":\s?(.*)\}$')
            FROM lbdiag_context('vision', layout => layout_name) WHERE component = 'benchmarkDataMetaMap');
END $$;

SELECT n AS number, left(wire(n::jsonb), 30) AS text FROM unnest(ARRAY[
    '0', '-0', '0.0', '1', '-1', '9', '10', '9999', '10000', '12345678', '100000000', '1.0', '-1.50', '0.1', '0.0001', '0.00001',
    '0.000012345', '1e5', '1e-5', '1e22', '1e23', '1e-7', '123456789012345.6', '1234567890123456.7', '12345678901234567.8',
    '9007199254740993', '9007199254740993.0', '1000000000000000.5', '9999999999999999.5', '0.1234567890123456789',
    '0.30000000000000004', '5e-324', '2e-324', '1e-400', '1.7976931348623157e308', '1.5e308', '179769313486231580793e289',
    '99999999999999999999999999.5', '4.35', '2.675', '100.00', '1200.50', '0.00010', '65535.0', '12345678901234567890',
    '49679559411791824.0', '100000000000000000000000.5', '9007199254740992.5', '4503599627370497.5']) AS n;
SELECT left(wire('1e400'), 20) AS start, length(wire('1e400')) AS length;
SELECT length(wire(('1' || repeat('0', 400) || '.5')::jsonb)) AS as_jsonb_prints_it;

-- Against float8: every number of 17 digits reads back to the same double.
SELECT count(*) AS numbers, count(*) FILTER (WHERE w.text::float8 <> n.value::text::float8) AS wrong,
    count(*) FILTER (WHERE length(w.text) > length(n.value::text) + 4) AS longer
FROM (SELECT to_jsonb((hashint8extended(i, 7) / 3.7e17 * power(10::float8, i % 25 - 12))::numeric
                      + (hashint8extended(i, 9) % 1000)::numeric / 1e13) AS value FROM generate_series(1, 500) AS i) AS n,
    LATERAL (SELECT wire(n.value) AS text) AS w;

-- Text: escapes, ASCII or UTF-8, safe in HTML or not.
INSERT INTO lbdiag_layout (name, cell, ascii) VALUES ('utf8', '[]', false);
INSERT INTO lbdiag_layout (name, cell, compact) VALUES ('compact', '[]', true);
INSERT INTO lbdiag_layout (name, cell, ascii, html_safe) VALUES ('utf8_html', '[]', false, true), ('ascii_html', '[]', true, true);
SELECT l AS layout, wire(to_jsonb(E'\x01\b\t\n\f\r\x1f "\\/<>&\x7f\u00e9\u20ac\U0001d11e'::text), l)
FROM unnest('{documented,utf8,ascii_html,utf8_html}'::text[]) AS l;
SELECT wire('{"a": [1, 2, {"b": {}, "c": []}], "key \" with quote": null}', 'compact');
SELECT wire('{"a": [1, 2, {"b": {}, "c": []}], "key \" with quote": null}');
-- Each position in a word of eight bytes, and each special byte.
SELECT count(*) AS texts, count(*) FILTER (WHERE w.text::jsonb #>> '{}' <> t.text OR w.text ~ '[^ -~]') AS wrong
FROM (SELECT repeat('x', p) || chr(c) || repeat('y', 9) AS text
      FROM generate_series(0, 9) AS p, unnest('{1,31,32,34,92,126,127,128,255,8232,119070}'::int[]) AS c) AS t,
    LATERAL (SELECT wire(to_jsonb(t.text)) AS text) AS w;

-- Rounded cells.
CREATE FUNCTION rounded(value jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM mv_final_model_context;
    INSERT INTO mv_final_model_context VALUES (1, 'm', 'vision', true, jsonb_build_array(
        '{"benchmark_type_id": "average_vision", "score_ceiled": "1"}'::jsonb,
        jsonb_build_object('versioned_benchmark_identifier', 'b', 'score_ceiled', value)));
    RETURN (SELECT r -> 'b' ->> 'value' FROM lbdiag_row_data('vision', layout => 'rounded') AS r);
END $$;
INSERT INTO lbdiag_layout (name, cell) VALUES ('rounded', '[{"key": "value", "source": "score_ceiled", "round": 2}]');
SELECT v AS value, rounded(v::jsonb) FROM unnest(ARRAY[
    '".385"', '".384"', '"-0.025"', '"-0.001"', '"0"', '0', '0.0', '0.005', '12', '1e-7', '"9.995"', '"99.999"', '"+1.5"',
    '" 1.5 "', '"1e2"', '"1.5e-3"', '"X"', '""', '"."', '"1_0"', '"NaN"', '"Infinity"', '"1e999"', '"0x1"', '"1e"', 'true',
    'null', '{"a": 1}', '"00012.345"']) AS v;
SELECT length(rounded('"1e300"')) AS digits;

-- What models are ranked by.
SELECT v AS score, _lbdiag_deciding_score(jsonb_build_array(jsonb_build_object('benchmark_type_id', 'a', 'score_ceiled', v::jsonb)), 'a', true, 1) AS binary,
    _lbdiag_deciding_score(jsonb_build_array(jsonb_build_object('benchmark_type_id', 'a', 'score_ceiled', v::jsonb)), 'a', false, 1) AS decimal
FROM unnest(ARRAY['".125"', '".135"', '"2.675"', '"-.125"', '1.005', '"X"', '""', 'null', '"abc"', '"1e999"', '"1e-999"',
    'true', '[]', '"  7 "', '"NaN"']) AS v;
SELECT _lbdiag_deciding_score(NULL, 'a', true, 1) AS no_scores, _lbdiag_deciding_score('[]', 'a', true, 1) AS empty,
    _lbdiag_deciding_score('[{"benchmark_type_id": "b", "score_ceiled": "1"}, {"benchmark_type_id": "a"}]', 'a', true, 1) AS no_score_ceiled,
    _lbdiag_deciding_score('[{"benchmark_type_id": "a", "score_ceiled": ".1"}, {"benchmark_type_id": "a", "score_ceiled": ".2"}]', 'a', true, 1) AS first_one;
-- Scores that are stored compressed: the deciding one at the start, in the
-- middle, at the end, and behind a table of many elements.
CREATE TABLE toasted AS
SELECT n, p, (SELECT jsonb_agg(jsonb_build_object('benchmark_type_id', CASE WHEN i = p THEN 'a' ELSE 'b' || i END,
                                                 'score_ceiled', i::text, 'filler', repeat('x', 30))) FROM generate_series(0, n) AS i) AS scores
FROM (VALUES (100, 0), (100, 50), (100, 100), (5000, 0), (5000, 3), (5000, 2500), (5000, 5000), (5000, -1)) AS t (n, p);
SELECT n, p, _lbdiag_deciding_score(scores, 'a', true, 1) FROM toasted ORDER BY n, p;

DELETE FROM lbdiag_layout WHERE NOT built_in;
SET client_min_messages = warning;
DROP SCHEMA source CASCADE;
