-- Other leaderboards: in another schema, with other names, as views, with
-- only the columns that are required, and empty.
CREATE SCHEMA "Other Place";
CREATE TABLE "Other Place"."the models" (model_id bigint, name varchar(30), domain name, public boolean, scores jsonb);
CREATE TABLE "Other Place"."the benchmarks" (identifier varchar, benchmark_type_id varchar, domain varchar, overall_order smallint);
INSERT INTO "Other Place"."the models"
SELECT m, 'model ' || m, 'chess', m <> 3, jsonb_build_array(
    jsonb_build_object('benchmark_type_id', 'overall', 'versioned_benchmark_identifier', 'overall_v1', 'score_ceiled', s),
    jsonb_build_object('benchmark_type_id', 'x', 'versioned_benchmark_identifier', 'x_v1', 'score_ceiled', '1'))
FROM (VALUES (1, '.5'), (2, '.7'), (3, '.9'), (4, '.7'), (5, 'X'), (6, '.1'), (7, 'X'), (8, '')) AS t (m, s);
INSERT INTO "Other Place"."the benchmarks" VALUES ('overall_v1', 'overall', 'chess', 1), ('x_v1', 'x', 'chess', 2);
INSERT INTO lbdiag_leaderboard (domain, models, benchmarks, rank_root)
VALUES ('chess', '"Other Place"."the models"', '"Other Place"."the benchmarks"', 'overall');
SELECT r ->> 'rank' AS rank, r -> 'model' ->> 'name' AS name, r ->> 'public' AS public FROM lbdiag_row_data('chess', 'all') AS r;
SELECT r FROM lbdiag_row_data('chess') AS r LIMIT 1;
SELECT component, content FROM lbdiag_context('chess') WHERE component NOT IN ('row_data', 'filter_options', 'column_defs');
SELECT count(*) FROM lbdiag_context('chess', 'user:1') AS u, lbdiag_context('chess', 'own:1') AS o;

-- Views, a partitioned table and a foreign table do as well.
CREATE VIEW "Other Place".v AS SELECT * FROM "Other Place"."the models";
CREATE MATERIALIZED VIEW "Other Place".mv AS SELECT * FROM "Other Place".v;
CREATE TABLE "Other Place".parts (LIKE "Other Place"."the models") PARTITION BY LIST (domain);
CREATE TABLE "Other Place".part PARTITION OF "Other Place".parts DEFAULT;
INSERT INTO "Other Place".parts SELECT * FROM "Other Place".v;
CREATE TEMP TABLE expected AS SELECT bytes FROM lbdiag_audit('chess', encoding => 'none') WHERE component = 'TOTAL';
CREATE FUNCTION same_bytes(models text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lbdiag_leaderboard SET models = $1 WHERE domain = 'chess';
    -- filter_options has the moment in it, whose microseconds may be none.
    RETURN (SELECT abs(a.bytes - e.bytes) < 8 FROM lbdiag_audit('chess', encoding => 'none') AS a, expected AS e WHERE a.component = 'TOTAL');
END $$;
SELECT same_bytes('"Other Place".v') AS view, same_bytes('"Other Place".mv') AS matview, same_bytes('"Other Place".parts') AS partitioned;
SELECT item FROM lbdiag_environment('chess') WHERE item ~ '^analyzed';
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE "Other Place".f (model_id int, name text, domain text, public boolean, scores jsonb)
SERVER files OPTIONS (program $$echo '7|far away|chess|t|[{"benchmark_type_id": "overall", "score_ceiled": "1"}]'$$, delimiter '|', quote '~', format 'csv');
UPDATE lbdiag_leaderboard SET models = '"Other Place".f';
SELECT r FROM lbdiag_row_data('chess') AS r;
DROP EXTENSION file_fdw CASCADE;
UPDATE lbdiag_leaderboard SET models = '"Other Place".v';
SELECT item FROM lbdiag_environment('chess') WHERE item ~ '^analyzed';

-- All columns that are optional, with other types of their kinds.
CREATE DOMAIN label AS text;
CREATE TABLE "Other Place".full_models AS
SELECT model_id::int2, name::label, domain::text, public, scores, NULL::jsonb AS model_meta, '{"id": 5, "email": "secret@example.com"}'::jsonb AS submitter,
    '{"id": 2}'::jsonb AS "user", '{"id": 3}'::jsonb AS owner, 4::int8 AS user_id, '{"V1": "l"}'::jsonb AS layers, 'infinity'::timestamptz AS "timestamp"
FROM "Other Place".mv;
UPDATE lbdiag_leaderboard SET models = '"Other Place".full_models', layout = 'brainscore_2026_07', groups = '"Other Place".g';
CREATE TABLE "Other Place".g AS SELECT 2::int8 AS id, 'b'::varchar AS "group" UNION ALL SELECT 2, 'a';
SELECT r FROM lbdiag_row_data('chess', 'user:2') AS r LIMIT 1;
SELECT count(*) AS own_of_3, count(*) FILTER (WHERE (r ->> 'is_owner')::boolean) AS owned FROM lbdiag_row_data('chess', 'own:3') AS r;
SELECT count(*) AS own_of_4 FROM lbdiag_row_data('chess', 'own:4') AS r;
SELECT count(*) AS seen_by_2, count(*) FILTER (WHERE (r ->> 'is_owner')::boolean) AS owned FROM lbdiag_row_data('chess', 'user:2') AS r;

-- What a view works out is worked out once a row; years before 1 are null.
CREATE SEQUENCE "Other Place".calls;
CREATE FUNCTION "Other Place".counted(jsonb) RETURNS jsonb LANGUAGE sql STABLE AS 'SELECT $1 WHERE nextval(''"Other Place".calls'') > 0';
CREATE VIEW "Other Place".computing AS
SELECT model_id, name, domain, public, "Other Place".counted(scores) AS scores, timestamptz '0044-03-15 12:00:00+00 BC' AS "timestamp" FROM "Other Place".mv;
UPDATE lbdiag_leaderboard SET models = '"Other Place".computing';
SELECT r ->> 'submission_timestamp' IS NULL AS is_null FROM lbdiag_row_data('chess') AS r LIMIT 1;
SELECT last_value = count(*) AS once FROM "Other Place".calls, "Other Place".mv WHERE public GROUP BY last_value;
-- The environment does not mind names that are none.
UPDATE lbdiag_leaderboard SET models = 'no name', groups = '';
SELECT count(*) > 5 AS told FROM lbdiag_environment('chess');
SELECT item FROM lbdiag_environment('chess') WHERE item ~ '^analyzed';

-- Through the search path, with the default names; the domain has no row.
DELETE FROM lbdiag_leaderboard;
CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE TABLE a.mv_final_model_context AS SELECT model_id, name, 'd'::text AS domain, public, scores FROM "Other Place".mv LIMIT 0;
CREATE TABLE a.mv_final_benchmark_context AS SELECT identifier, benchmark_type_id, 'd'::text AS domain, overall_order FROM "Other Place"."the benchmarks";
CREATE TABLE b.mv_final_model_context AS TABLE a.mv_final_model_context;
CREATE TABLE b.mv_final_benchmark_context AS TABLE a.mv_final_benchmark_context;
INSERT INTO b.mv_final_model_context VALUES (1, 'm', 'd', true, '[{"benchmark_type_id": "average_d", "score_ceiled": "1"}]');
SET search_path = a, b, public;
SELECT count(*) FROM lbdiag_row_data('d');
SET search_path = b, a, public;
SELECT count(*) FROM lbdiag_row_data('d');

-- An empty leaderboard: zero models, an empty array.
SET search_path = a, public;
SELECT component, content FROM lbdiag_context('d') WHERE component IN ('row_data', 'model_metadata_map');
SELECT path, types, occurrences, bytes FROM lbdiag_audit('d') WHERE component = 'row_data';
SELECT count(*) FROM lbdiag_row_data('d');
TRUNCATE a.mv_final_benchmark_context;
INSERT INTO lbdiag_leaderboard (domain) VALUES ('d');
SELECT string_agg(content::text, ' ' ORDER BY n) FROM lbdiag_context('d', layout => 'brainscore_2026_02') WITH ORDINALITY AS c (component, content, n)
WHERE component <> 'filter_options' AND component <> 'column_defs';
SELECT content ->> 'parameter_ranges' AS parameters, content ->> 'layer_ranges' AS layers, content ->> 'size_ranges' AS sizes,
    content ->> 'stimuli_ranges' AS stimuli, content ->> 'runnable_options' AS runnable
FROM lbdiag_context('d') WHERE component = 'filter_options';
SELECT count(*) AS report_works FROM lbdiag_audit_report('d') AS l (line) WHERE line ~ 'Models: 0$';
DELETE FROM lbdiag_leaderboard;
-- Models with a member named like another member of a row, and repeated ones.
INSERT INTO a.mv_final_model_context VALUES (1, 'm', 'd', true, '[{"benchmark_type_id": "average_d", "score_ceiled": "1", "versioned_benchmark_identifier": "rank"},
    {"score_ceiled": "2", "versioned_benchmark_identifier": "x"}, {"score_ceiled": "3", "versioned_benchmark_identifier": "y"},
    {"score_ceiled": "4", "versioned_benchmark_identifier": "x"}, {"score_ceiled": "5", "versioned_benchmark_identifier": "submission_timestamp"},
    {"score_ceiled": "6"}, {"score_ceiled": "7", "versioned_benchmark_identifier": ""}, {"score_ceiled": "8", "versioned_benchmark_identifier": 9.50},
    {"score_ceiled": "9", "versioned_benchmark_identifier": 0}, {"score_ceiled": "9", "versioned_benchmark_identifier": false},
    {"score_ceiled": "9", "versioned_benchmark_identifier": []}, {"score_ceiled": "9", "versioned_benchmark_identifier": null},
    {"score_ceiled": "10", "versioned_benchmark_identifier": 0.123456789}, {"score_ceiled": "11", "versioned_benchmark_identifier": 98765432109876543210}]');
SELECT r FROM lbdiag_row_data('d') AS r;
SELECT content FROM lbdiag_context('d', layout => 'brainscore_2026_02') WHERE component = 'comparison_data';
INSERT INTO lbdiag_layout (name, cell) VALUES ('named', '[{"key": "id", "source": "versioned_benchmark_identifier"}]');
SELECT r FROM lbdiag_row_data('d', layout => 'named') AS r;
SELECT path, occurrences FROM lbdiag_audit_detail('d') WHERE component = 'row_data' AND depth = 2;
DELETE FROM lbdiag_layout WHERE name = 'named';
SET client_min_messages = warning;
DROP SCHEMA a, b, "Other Place" CASCADE;
RESET search_path;
DROP FUNCTION same_bytes;
DROP DOMAIN label;
