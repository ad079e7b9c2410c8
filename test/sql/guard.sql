-- The environment, and the guard of production databases.
\getenv srcdir PG_ABS_SRCDIR
\set helper :srcdir/helpers/try.sql
\set ECHO none
\i :helper
\set ECHO all
\pset format unaligned
\t on
\set main :DBNAME
SELECT count(*) FROM lbdiag_create_demo('guarded', 3, 4, 'guarded');
SELECT status, value FROM lbdiag_environment('guarded') WHERE item = 'environment';
SELECT name, context, boot_val, vartype FROM pg_settings WHERE name LIKE 'lbdiag.%' ORDER BY name;

-- Said by a setting.
SET lbdiag.environment = 'production';
SELECT pg_temp.try(format('SELECT * FROM %s(%L)', f, 'guarded'))
FROM unnest('{lbdiag_context,lbdiag_row_data,lbdiag_audit,lbdiag_audit_report}'::text[]) AS f;
SELECT status, value, detail FROM lbdiag_environment('guarded') WHERE item = 'environment';
SET lbdiag.allow_production = on;
SET client_min_messages = log;
SELECT count(*) FROM lbdiag_row_data('guarded');
RESET client_min_messages;
SELECT status, value, detail FROM lbdiag_environment('guarded') WHERE item = 'environment';
RESET lbdiag.allow_production;
SET lbdiag.environment = 'development';
SELECT count(*) FROM lbdiag_row_data('guarded');
SELECT pg_temp.try($$SET lbdiag.environment = 'home'$$);
SELECT pg_temp.try($$SET lbdiag.nothing = 'x'$$);
RESET lbdiag.environment;

-- Told by a name.
SET lbdiag.production_pattern = 'REGRESSION|rtdb';
SELECT left(pg_temp.try($$SELECT * FROM lbdiag_audit('guarded')$$), 51);
SET lbdiag.production_pattern = '(';
-- error: invalid regular expression: parentheses () not balanced
SELECT * FROM lbdiag_audit('guarded');
SET lbdiag.production_pattern = '';
SELECT count(*) FROM lbdiag_row_data('guarded');
RESET lbdiag.production_pattern;
CREATE DATABASE "lbdiag Prod" TEMPLATE template0;
\c "lbdiag Prod"
CREATE EXTENSION lbdiag;
-- error: cannot profile against production database
SELECT * FROM lbdiag_audit('vision');
\c :main

-- A plain user changes none of it: not before the library is loaded, not
-- after, and not for a role or a database.
CREATE ROLE regress_lbdiag_plain;
GRANT USAGE ON SCHEMA guarded TO regress_lbdiag_plain;
GRANT SELECT ON ALL TABLES IN SCHEMA guarded TO regress_lbdiag_plain;
ALTER ROLE regress_lbdiag_plain SET lbdiag.environment = 'production';
\c :main
\set ECHO none
\i :helper
\set ECHO all
SET SESSION AUTHORIZATION regress_lbdiag_plain;
SELECT pg_temp.try($$SET lbdiag.allow_production = on$$);
SELECT count(*) FROM lbdiag_row_data('guarded');
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM lbdiag_row_data('guarded');
SET lbdiag.environment = 'production';
SET SESSION AUTHORIZATION regress_lbdiag_plain;
SELECT pg_temp.try(format('SET %s', s)) FROM unnest(ARRAY['lbdiag.allow_production = on', 'lbdiag.environment = ''development''',
    'lbdiag.production_pattern = ''x''']) AS s;
SELECT pg_temp.try($$RESET lbdiag.environment$$);
SELECT pg_temp.try($$SELECT * FROM lbdiag_audit('guarded')$$);
SELECT pg_temp.try($$ALTER ROLE regress_lbdiag_plain SET lbdiag.allow_production = on$$);
RESET SESSION AUTHORIZATION;

-- The environment in full; what varies is left out.
RESET lbdiag.environment;
SELECT item, status FROM lbdiag_environment('guarded') WHERE item NOT LIKE 'analyzed%' AND item NOT LIKE '%debug%' ORDER BY item COLLATE "C";
SELECT bool_and(status IN ('ok', 'notice', 'warning', 'refuse')) AS statuses, bool_and(item IS NOT NULL) AS items,
    count(*) FILTER (WHERE item LIKE 'analyzed guarded.%') AS sources FROM lbdiag_environment('guarded');
SELECT count(*) > 0 AS works_without_sources FROM lbdiag_environment('nothing');
DELETE FROM lbdiag_leaderboard;
SET client_min_messages = warning;
DROP SCHEMA guarded CASCADE;
DROP DATABASE "lbdiag Prod";
DROP ROLE regress_lbdiag_plain;
