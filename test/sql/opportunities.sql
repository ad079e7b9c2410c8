-- Opportunities: each is what its what-if says.
\getenv srcdir PG_ABS_SRCDIR
\set helper :srcdir/helpers/try.sql
\set ECHO none
\i :helper
\set ECHO all
SELECT count(*) FROM lbdiag_create_demo(models => 60, benchmarks => 40);
-- Cells that have it all: colours, secrets, optional fields, a constant.
UPDATE lbdiag_demo.models SET scores = (SELECT jsonb_agg(s || jsonb_build_object('color', 'rgba(' || length(s::text) || ', 90, 90, 0.5)',
    'raw', 0.123456789, 'unit', 'percent', 'access_token', md5(s::text), 'comment', repeat('grün ', 5), 'tokenizer', 'bpe')) FROM jsonb_array_elements(scores) AS s),
    model_meta = model_meta || '{"contact_email": "someone@example.com", "db_password": "hunter2", "training_tokens": 12}';
INSERT INTO lbdiag_layout (name, cell, members, components)
SELECT 'fat', '[{"key": "value", "source": "score_ceiled"}, {"key": "error", "source": "error"}, {"key": "raw", "source": "raw"}, {"key": "color", "source": "color"},
    {"key": "unit", "source": "unit"}, {"key": "access_token", "source": "access_token"}, {"key": "complete", "source": "is_complete"}, {"key": "comment", "source": "comment"}, {"key": "tokenizer", "source": "tokenizer"}]',
    members, components || '{comparison_data}'::text[] FROM lbdiag_layout WHERE name = 'documented';

BEGIN;
CREATE TEMP TABLE opportunity AS SELECT * FROM lbdiag_opportunities('vision', layout => 'fat');
SELECT priority, impact, action, component, path FROM opportunity ORDER BY priority;
-- What apply shows is what was promised: raw bytes of all, compressed ones of
-- the components that the change touches.
CREATE FUNCTION pg_temp.applied(apply text, OUT bytes bigint, OUT compressed_bytes bigint, OUT total bigint, OUT gzip_total bigint) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($q$ SELECT sum(bytes_before - bytes_after) FILTER (WHERE component <> 'TOTAL'),
            sum(compressed_before - compressed_after) FILTER (WHERE component <> 'TOTAL' AND (bytes_before <> bytes_after OR %s)),
            sum(bytes_before - bytes_after) FILTER (WHERE component = 'TOTAL'), sum(compressed_before - compressed_after) FILTER (WHERE component = 'TOTAL')
        FROM (%s) AS w $q$, (apply ~ 'compact|utf8|omit_nulls|round_digits')::text, apply) INTO bytes, compressed_bytes, total, gzip_total;
END $$;
SELECT count(*) AS tried, count(*) FILTER (WHERE o.bytes_saved <> a.bytes OR o.compressed_saved <> a.compressed_bytes) AS wrong
FROM opportunity AS o, pg_temp.applied(o.apply) AS a WHERE impact <> 'ALL HIGH';
-- All of high impact together: of all components.
SELECT o.bytes_saved = a.total AS bytes, o.compressed_saved = a.gzip_total AS gzip, o.trade_off
FROM opportunity AS o, pg_temp.applied(o.apply) AS a WHERE impact = 'ALL HIGH';
COMMIT;

-- The order and the thresholds.
SELECT count(*) FILTER (WHERE compressed_saved > before) AS out_of_order FROM (SELECT compressed_saved, lag(compressed_saved) OVER (ORDER BY priority) AS before FROM opportunity WHERE impact IN ('HIGH', 'MEDIUM', 'LOW')) AS o;
SELECT array_agg(impact ORDER BY priority) FILTER (WHERE impact IN ('SECURITY', 'ALL HIGH')) AS special, min(priority) FILTER (WHERE impact = 'SECURITY') AS first, max(priority) FILTER (WHERE impact = 'ALL HIGH') = count(*) AS last FROM opportunity;
SELECT count(*) AS wrong_impact FROM opportunity WHERE impact IN ('HIGH', 'MEDIUM', 'LOW') AND impact <> CASE
    WHEN greatest(share_saved, compressed_share_saved) >= 0.10 THEN 'HIGH' WHEN greatest(share_saved, compressed_share_saved) >= 0.02 THEN 'MEDIUM' ELSE 'LOW' END
    AND least(abs(greatest(share_saved, compressed_share_saved) - 0.10), abs(greatest(share_saved, compressed_share_saved) - 0.02)) > 0.0001;
SELECT bool_and(share_saved >= 0.005 OR impact = 'SECURITY') AS worth_it FROM opportunity;
-- The orders by raw and by compressed bytes differ.
SELECT array_agg(action ORDER BY bytes_saved DESC) <> array_agg(action ORDER BY compressed_saved DESC) AS they_differ FROM opportunity;
-- No values of the data.
SELECT bool_or(o::text ~ 'hunter2|someone@|percent|grün|bpe') AS reveals FROM opportunity AS o;
-- What is not there is not proposed.
SELECT count(*) AS pointless FROM lbdiag_opportunities('vision') WHERE apply ~ 'utf8|comparison_data|color|access_token|complete';
INSERT INTO lbdiag_layout (name, cell, components, members, compact, ascii) VALUES ('lean', '[{"key": "value", "source": "score_ceiled"}]', '{row_data}', '{}', true, false);
SELECT impact, action FROM lbdiag_opportunities('vision', layout => 'lean') ORDER BY priority;
-- No models, and other viewers.
SELECT count(*) > 0 AS some FROM lbdiag_opportunities('vision', 'own:999999');
SELECT apply FROM lbdiag_opportunities('vision', 'user:3', 'lean') ORDER BY priority LIMIT 1;
SELECT _lbdiag_whatif_call('it''s', '{"drop_paths": ["row_data:$[*].\"a''b\""], "compact": true, "round_digits": 2}', 'all', 'l''x');
-- Bad input.
\pset tuples_only on
\pset format unaligned
SELECT pg_temp.try(format('SELECT * FROM %s', call)) FROM unnest(ARRAY[
    $$lbdiag_opportunities('sight')$$, $$lbdiag_opportunities(NULL)$$, $$lbdiag_opportunities('vision', 'me')$$, $$lbdiag_opportunities('vision', layout => 'none')$$]) AS call;

SET client_min_messages = warning;
DROP SCHEMA lbdiag_demo CASCADE;
DELETE FROM lbdiag_leaderboard;
DELETE FROM lbdiag_layout WHERE NOT built_in;
