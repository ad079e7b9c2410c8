-- Layouts by a user, right ones and wrong ones.
CREATE SCHEMA source;
SET search_path = source, public;
CREATE TABLE mv_final_benchmark_context AS
SELECT 'b_v0' AS identifier, 'b' AS benchmark_type_id, 'vision' AS domain, 0 AS overall_order;
CREATE TABLE mv_final_model_context AS
SELECT 1 AS model_id, 'm' AS name, 'vision' AS domain, true AS public, '[
    {"benchmark_type_id": "average_vision", "versioned_benchmark_identifier": "average_vision_v0", "score_ceiled": ".5", "a": 0, "b": [1, 2]},
    {"benchmark_type_id": "b", "versioned_benchmark_identifier": "b_v0", "score_ceiled": "X", "a": null}]'::jsonb AS scores;

INSERT INTO lbdiag_layout (name, cell, components, members) VALUES ('mine', '[
    {"key": "s", "source": "score_ceiled", "round": 1},
    {"key": "same again", "source": "score_ceiled"},
    {"key": "a", "source": "a", "omit_empty": true},
    {"key": "b", "source": "b", "default": {"none": true}}]', '{comparison_data,row_data}', '{}');
SELECT * FROM lbdiag_context('vision', layout => 'mine');
SELECT component, path, types, occurrences, bytes FROM lbdiag_audit('vision', layout => 'mine');
UPDATE lbdiag_layout SET cell = '[]', compact = true WHERE name = 'mine';
SELECT * FROM lbdiag_context('vision', layout => 'mine');
UPDATE lbdiag_layout SET components = '{}' WHERE name = 'mine';
SELECT * FROM lbdiag_context('vision', layout => 'mine');
SELECT component, bytes, share, compressed_bytes FROM lbdiag_audit('vision', layout => 'mine', encoding => 'none');
-- error: layout "mine" has no component row_data
SELECT * FROM lbdiag_row_data('vision', layout => 'mine');

-- The leaderboard's own layout; a layout that is used stays.
INSERT INTO lbdiag_leaderboard (domain, layout) VALUES ('vision', 'mine');
SELECT count(*) FROM lbdiag_context('vision');
-- error: update or delete on table "lbdiag_layout" violates foreign key constraint "lbdiag_leaderboard_layout_fkey" on table "lbdiag_leaderboard"
DELETE FROM lbdiag_layout WHERE name = 'mine';
UPDATE lbdiag_layout SET name = 'yours' WHERE name = 'mine';
SELECT layout FROM lbdiag_leaderboard;
DELETE FROM lbdiag_leaderboard;

-- Wrong ones are refused when they are written.
\pset format unaligned
\getenv srcdir PG_ABS_SRCDIR
\set helper :srcdir/helpers/try.sql
\set ECHO none
\i :helper
\set ECHO all
\t on
SELECT pg_temp.try(format('INSERT INTO lbdiag_layout (name, cell) VALUES (''wrong'', %L)', cell))
FROM unnest(ARRAY['{}', '5', '[5]', '[[]]', '[{}]', '[{"key": 1, "source": "a"}]', '[{"key": "a"}]', '[{"key": "a", "source": null}]',
    '[{"key": "a", "source": "a", "rnd": 2}]', '[{"key": "a", "source": "a", "round": "2"}]', '[{"key": "a", "source": "a", "round": -1}]',
    '[{"key": "a", "source": "a", "round": 1e10}]', '[{"key": "a", "source": "a", "omit_empty": "yes"}]',
    '[{"key": "a", "source": "a"}, {"key": "a", "source": "b"}]']) AS cell;
SELECT pg_temp.try(format('INSERT INTO lbdiag_layout (name, cell) VALUES (''wrong'', %L)',
    (SELECT jsonb_agg(jsonb_build_object('key', 'k' || i, 'source', 's')) FROM generate_series(1, 29) AS i)));
SELECT pg_temp.try($$INSERT INTO lbdiag_layout (name, cell, components) VALUES ('wrong', '[]', '{row_data,rows}')$$);
SELECT pg_temp.try($$INSERT INTO lbdiag_layout (name, cell, components) VALUES ('wrong', '[]', '{row_data,row_data}')$$);
SELECT pg_temp.try($$INSERT INTO lbdiag_layout (name, cell, components) VALUES ('wrong', '[]', '{row_data,NULL}')$$);
SELECT pg_temp.try($$INSERT INTO lbdiag_layout (name, cell, members) VALUES ('wrong', '[]', '{row_data:$.x}')$$);
SELECT pg_temp.try($$INSERT INTO lbdiag_layout (name, cell, rank_rounding) VALUES ('wrong', '[]', 'up')$$);
-- The trigger sees them before the constraints do.
SELECT pg_temp.try(format('INSERT INTO lbdiag_layout (name, cell, %I) VALUES (''wrong'', ''[]'', NULL)', c))
FROM unnest('{components,members,rank_rounding,compact,ascii,html_safe,built_in}'::text[]) AS c;
SELECT pg_temp.try($$INSERT INTO lbdiag_layout (name, cell) VALUES (NULL, '[]')$$);
SELECT pg_temp.try($$INSERT INTO lbdiag_layout (name) VALUES ('wrong')$$);
SELECT pg_temp.try($$INSERT INTO lbdiag_leaderboard (domain, layout) VALUES ('x', 'wrong')$$);
-- Built-in ones stay as they are.
SELECT pg_temp.try($$UPDATE lbdiag_layout SET compact = true WHERE name = 'documented'$$);
SELECT pg_temp.try($$DELETE FROM lbdiag_layout WHERE name = 'documented'$$);
SELECT pg_temp.try($$INSERT INTO lbdiag_layout (name, cell, built_in) VALUES ('another', '[]', true)$$);
SELECT pg_temp.try($$UPDATE lbdiag_layout SET built_in = true WHERE name = 'yours'$$);
-- The trigger is a trigger only.
CREATE TABLE elsewhere (i int);
SELECT pg_temp.try($$SELECT _lbdiag_layout_check()$$);
CREATE TRIGGER late AFTER INSERT ON elsewhere FOR EACH ROW EXECUTE FUNCTION _lbdiag_layout_check();
SELECT pg_temp.try($$INSERT INTO elsewhere VALUES (1)$$);
DROP TRIGGER late ON elsewhere;
CREATE TRIGGER wrong_table BEFORE INSERT ON elsewhere FOR EACH ROW EXECUTE FUNCTION _lbdiag_layout_check();
SELECT pg_temp.try($$INSERT INTO elsewhere VALUES (1)$$);
-- A table with columns of the same names and other types, and one of the same name.
CREATE TABLE lbdiag_layout (built_in bool, name bigint, components int, members int, cell int, rank_rounding int);
CREATE TRIGGER forged BEFORE INSERT ON source.lbdiag_layout FOR EACH ROW EXECUTE FUNCTION _lbdiag_layout_check();
SELECT pg_temp.try($$INSERT INTO source.lbdiag_layout VALUES (true, 1)$$);
SELECT has_function_privilege('public', '_lbdiag_layout_check()', 'EXECUTE') AS everybody;
DROP TABLE source.lbdiag_layout;
SELECT pg_temp.try($$TRUNCATE lbdiag_layout CASCADE$$);

SELECT name, built_in FROM lbdiag_layout WHERE built_in OR name = 'yours' ORDER BY name;
DELETE FROM lbdiag_layout WHERE NOT built_in;
SET client_min_messages = warning;
DROP SCHEMA source CASCADE;
