-- A database that does not use UTF-8: text is converted before it is written.
\set main :DBNAME
CREATE DATABASE regress_lbdiag_latin1 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
CREATE DATABASE regress_lbdiag_euc_jp ENCODING 'EUC_JP' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
CREATE DATABASE regress_lbdiag_ascii ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
\c regress_lbdiag_latin1
SET client_encoding = 'UTF8';
CREATE EXTENSION lbdiag;
INSERT INTO lbdiag_leaderboard (domain, layout) VALUES ('vision', 'documented');
CREATE TABLE mv_final_benchmark_context (identifier text, benchmark_type_id text, domain text, overall_order int, short_name text, number_of_all_children int);
CREATE TABLE mv_final_model_context (model_id int, name text, domain text, public boolean, scores jsonb, model_meta jsonb);
INSERT INTO mv_final_benchmark_context VALUES ('b_v0', 'b', 'vision', 0, 'é', 0);
INSERT INTO mv_final_model_context
SELECT i, n, 'vision', true, '[{"benchmark_type_id": "average_vision", "score_ceiled": "1", "versioned_benchmark_identifier": "é_v0"}]',
    jsonb_build_object('architecture', 'ÿ, é , z' || chr(160), 'é', 'ü')
FROM (VALUES (1, 'ÿ'), (2, 'z'), (3, 'é')) AS t (i, n);
SELECT r -> 'model' ->> 'name' AS name, r FROM lbdiag_row_data('vision') AS r;
SELECT component, content FROM lbdiag_context('vision') WHERE component IN ('model_metadata_map', 'benchmark_groups');
SELECT content -> 'architectures' AS architectures FROM lbdiag_context('vision') WHERE component = 'filter_options';
SELECT path, occurrences, bytes FROM lbdiag_audit('vision') WHERE component = 'model_metadata_map' AND path LIKE '%é%';
SELECT sum(a.bytes) FILTER (WHERE a.component = 'row_data' AND a.path = '$') =
    (SELECT octet_length(content::text) FROM lbdiag_context('vision') WHERE component = 'row_data') AS same FROM lbdiag_audit('vision') AS a;
-- UTF-8 on the wire can be measured, but is no value of this database.
INSERT INTO lbdiag_layout (name, cell, ascii) VALUES ('utf8', '[]', false);
-- error: layout "utf8" cannot be returned in a database with encoding LATIN1
SELECT * FROM lbdiag_context('vision', layout => 'utf8');
-- error: layout "utf8" cannot be returned in a database with encoding LATIN1
SELECT * FROM lbdiag_row_data('vision', layout => 'utf8');
SELECT path, value_bytes FROM lbdiag_audit_detail('vision', layout => 'utf8') WHERE component = 'row_data' AND path = '$[*].model.name';

-- The order of code points is not that of the bytes of EUC_JP.
\c regress_lbdiag_euc_jp
SET client_encoding = 'UTF8';
CREATE EXTENSION lbdiag;
INSERT INTO lbdiag_leaderboard (domain, layout) VALUES ('vision', 'documented');
CREATE TABLE mv_final_benchmark_context (identifier text, benchmark_type_id text, domain text, overall_order int, number_of_all_children int);
CREATE TABLE mv_final_model_context (model_id int, name text, domain text, public boolean, scores jsonb);
INSERT INTO mv_final_benchmark_context VALUES ('亜_v0', 'b', 'vision', 0, 0), ('一_v0', 'b', 'vision', 0, 0);
INSERT INTO mv_final_model_context SELECT 1, n, 'vision', true, '[{"benchmark_type_id": "average_vision", "score_ceiled": "1"}]' FROM unnest('{亜,一}'::text[]) AS n;
SELECT content FROM lbdiag_context('vision') WHERE component = 'benchmark_metadata';
SELECT r -> 'model' ->> 'name' AS name FROM lbdiag_row_data('vision') AS r;

-- SQL_ASCII: bytes that are UTF-8 are taken as such, others are an error.
\c regress_lbdiag_ascii
CREATE EXTENSION lbdiag;
INSERT INTO lbdiag_leaderboard (domain, layout) VALUES ('vision', 'documented');
CREATE TABLE mv_final_benchmark_context (identifier text, benchmark_type_id text, domain text, overall_order int);
CREATE TABLE mv_final_model_context (model_id int, name text, domain text, public boolean, scores jsonb);
INSERT INTO mv_final_model_context VALUES (1, E'\303\251', 'vision', true, '[{"benchmark_type_id": "average_vision", "score_ceiled": "1"}]');
SELECT substring(r::text, '"model": \{[^}]*\}') FROM lbdiag_row_data('vision') AS r;
UPDATE mv_final_model_context SET name = E'\351';
-- error: a string of the sources has no equivalent in UTF-8
SELECT substring(r::text, '"model": \{[^}]*\}') FROM lbdiag_row_data('vision') AS r;
-- In HTML, a byte that is no character takes four columns, and no byte after the end is looked at.
SELECT DISTINCT split_part(m[1], E'\n', 1) AS cut_character FROM lbdiag_audit_query_html(format('SELECT 1 AS %I', E'a\342\202')) AS html, regexp_matches(html, '>(a0x[^<]*)<', 'g') AS m;
SELECT bool_or(m[1] ~ '^(0xFF)+&#8230;') AS shortened FROM lbdiag_audit_query_html(format('SELECT to_jsonb(1) AS %I', repeat(E'\377', 60))) AS html, regexp_matches(html, '>(0xFF[^<]*)<', 'g') AS m;
-- What is cut is not cut within a character of UTF-8: a long key, wherever its characters begin.
SET client_encoding = 'UTF8';
SELECT count(*) FILTER (WHERE path ~ '\.\.\.[0-9a-f]{16}') AS cut, count(DISTINCT convert_from(convert_to(path, 'SQL_ASCII'), 'UTF8')) AS paths
FROM lbdiag_json_paths((SELECT lbdiag_json_stats(jsonb_build_object(repeat('a', i) || repeat(E'\352\246\200', 60), i)) FROM generate_series(0, 2) AS i));
\c :main
DROP DATABASE regress_lbdiag_latin1;
DROP DATABASE regress_lbdiag_euc_jp;
DROP DATABASE regress_lbdiag_ascii;
