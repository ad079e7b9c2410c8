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
SELECT priority, impact, rules, action, components, paths FROM opportunity ORDER BY priority;
-- A small payload is not sampled. What apply shows is what was promised: raw bytes of all, compressed ones of
-- the components that the change touches.
CREATE FUNCTION pg_temp.applied(apply text, OUT bytes bigint, OUT compressed_bytes bigint, OUT total bigint, OUT gzip_total bigint) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($q$ SELECT sum(bytes_before - bytes_after) FILTER (WHERE component <> 'TOTAL'),
            sum(compressed_before - compressed_after) FILTER (WHERE component <> 'TOTAL' AND (bytes_before <> bytes_after OR %s)),
            sum(bytes_before - bytes_after) FILTER (WHERE component = 'TOTAL'), sum(compressed_before - compressed_after) FILTER (WHERE component = 'TOTAL')
        FROM (%s) AS w $q$, (apply ~ 'compact|utf8|omit_nulls|round_digits|plain_json')::text, apply) INTO bytes, compressed_bytes, total, gzip_total;
END $$;
SELECT count(*) AS tried, bool_or(o.sampled) AS sampled, count(*) FILTER (WHERE o.bytes_saved <> a.bytes OR o.compressed_saved <> a.compressed_bytes) AS wrong
FROM opportunity AS o, pg_temp.applied(o.apply) AS a WHERE impact NOT IN ('ALL HIGH', 'UNSENT');
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
SELECT bool_and(greatest(share_saved, compressed_share_saved) >= 0.005 OR impact = 'SECURITY') AS worth_it FROM opportunity;
-- The orders by raw and by compressed bytes differ.
SELECT array_agg(action ORDER BY bytes_saved DESC) <> array_agg(action ORDER BY compressed_saved DESC) AS they_differ FROM opportunity;
-- No values of the data.
SELECT bool_or(o::text ~ 'hunter2|someone@|percent|grün|bpe') AS reveals FROM opportunity AS o;
-- What is not there is not proposed.
SELECT count(*) AS pointless FROM lbdiag_opportunities('vision') WHERE apply ~ 'utf8|comparison_data|color|access_token|complete';
INSERT INTO lbdiag_layout (name, cell, components, members, compact, ascii) VALUES ('lean', '[{"key": "value", "source": "score_ceiled"}]', '{row_data}', '{}', true, false);
SELECT impact, action FROM lbdiag_opportunities('vision', layout => 'lean') ORDER BY priority;
-- What is built and not sent, and a layout that embeds in JavaScript strings.
SELECT impact, rules, action, bytes_saved, apply FROM lbdiag_opportunities('vision', layout => 'brainscore_2026_02') WHERE impact = 'UNSENT' OR 'plain_json' = ANY (rules);
-- Each rule has found something, here or there.
CREATE TEMP TABLE found AS SELECT unnest(rules) AS rule FROM opportunity
UNION SELECT unnest(rules) FROM lbdiag_opportunities('vision', layout => 'brainscore_2026_02')
UNION SELECT unnest(rules) FROM lbdiag_opportunities('vision');
SELECT rule AS never_found FROM _lbdiag_rule WHERE scope NOT IN ('query', 'relation') AND rule NOT IN (SELECT rule FROM found);
-- A rule fits from its thresholds on: one row of an audit, just above and just below each.
CREATE FUNCTION pg_temp.fits(of_rule text, changed jsonb, more jsonb DEFAULT '[]', layout text DEFAULT 'documented') RETURNS boolean LANGUAGE sql AS $$
    SELECT EXISTS (SELECT FROM _lbdiag_candidates(jsonb_build_array(
        '{"component": "row_data", "path": "$", "types": "array", "occurrences": 1, "bytes": 100000, "key_bytes": 0, "value_bytes": 0, "sent": true}'::jsonb,
        '{"component": "row_data", "path": "$[*]", "types": "object", "occurrences": 100, "bytes": 90000, "key_bytes": 0, "value_bytes": 0, "sent": true}'::jsonb,
        '{"component": "row_data", "path": "$[*].*", "types": "object", "occurrences": 1000, "bytes": 80000, "key_bytes": 0, "value_bytes": 0, "sent": true}'::jsonb,
        '{"component": "row_data", "path": "$[*].*.x", "types": "string", "occurrences": 1000, "nulls": 0, "distinct_values": 1000, "bytes": 20000, "key_bytes": 5000, "value_bytes": 10000, "sent": true}'::jsonb || changed) || more, layout) AS c
        WHERE c.rule = of_rule) $$;
SELECT rule, pg_temp.fits(rule, above) AS above, pg_temp.fits(rule, below) AS below FROM (VALUES
    ('secret', '{"path": "$[*].*.api_key"}'::jsonb, '{"path": "$[*].*.keyapi"}'::jsonb),
    ('secret', '{"path": "$[*].*.password", "bytes": 1}', '{"path": "$[*].*.tokenizer"}'),
    ('color', '{"path": "$[*].*.Colour", "bytes": 50}', '{"path": "$[*].*.Colour", "bytes": 49}'),
    ('optional', '{"path": "$[*].*.end_timestamp"}', '{"path": "$[*].end_timestamp"}'),
    ('derivable', '{"path": "$[*].*.complete"}', '{"path": "$[*].*.completed"}'),
    ('usual', '{"most_common": 950}', '{"most_common": 949}'),
    ('usual', '{"nulls": 950}', '{"nulls": 950, "occurrences": 999}'),
    ('usual', '{"most_common": 950}', '{"most_common": 950, "types": "array|string"}'),
    ('dictionary', '{"distinct_values": 50}', '{"distinct_values": 51}'),
    ('dictionary', '{"distinct_values": 50, "value_bytes": 8000}', '{"distinct_values": 50, "value_bytes": 7999}'),
    ('dictionary', '{"distinct_values": 50, "bytes": 500}', '{"distinct_values": 50, "bytes": 499}'),
    ('keys', '{"path": "$[*].*", "key_bytes": 500}', '{"path": "$[*].*", "key_bytes": 499}')) AS v (rule, above, below);
SELECT pg_temp.fits('metadata', '{"path": "$[*].metadata.layers"}', '[{"component": "model_metadata_map", "path": "$.*.layers", "types": "number", "occurrences": 1000, "bytes": 9, "sent": true}]') AS repeated,
    pg_temp.fits('metadata', '{"path": "$[*].metadata.layers"}', '[{"component": "model_metadata_map", "path": "$.*.layers", "types": "number", "occurrences": 999, "bytes": 9, "sent": true}]') AS not_for_each_row,
    pg_temp.fits('plain_json', '{}', layout => 'brainscore_2026_02') AS in_strings, pg_temp.fits('plain_json', '{}') AS plain,
    pg_temp.fits('compact', '{}') AS blanks, pg_temp.fits('compact', '{}', layout => 'lean') AS none, pg_temp.fits('utf8', '{}') AS ascii, pg_temp.fits('utf8', '{}', layout => 'lean') AS not_ascii;
-- What excludes each other is not combined; nothing is changed that is dropped.
SELECT number, chosen, change FROM _lbdiag_together('{optional,dictionary,columnar,keys,digits,maps}', '[{"drop_paths": ["row_data:$[*].*.a"]}, {"dictionary": ["row_data:$[*].*.a.b"]}, {"columnar": true},
    {"dictionary_keys": ["row_data:$[*].*"]}, {"round_digits": 2}, {"drop_components": ["model_metadata_map"]}]');
SELECT number, chosen FROM _lbdiag_together('{dictionary,optional,maps,metadata}', '[{"dictionary": ["row_data:$[*].*.a"]}, {"drop_paths": ["row_data:$[*].*.a"]}, {"drop_components": ["model_metadata_map"]}, {"drop_paths": ["row_data:$[*].metadata.x"]}]');
-- A sample of the models, scaled, is near the whole.
SELECT count(*) AS changes, bool_and(abs(s.bytes - w.bytes) < 0.15 * w.bytes AND abs(s.compressed_bytes - w.compressed_bytes) < 0.3 * w.compressed_bytes) AS near
FROM (SELECT jsonb_object_agg(component, jsonb_build_array(bytes, compressed_bytes)) AS sizes FROM lbdiag_audit('vision') WHERE path = '$') AS a
CROSS JOIN (VALUES ('[{"drop_paths": ["row_data:$[*].*.error"]}, {"compact": true}, {"columnar": true}]'::jsonb)) AS c (changes)
CROSS JOIN LATERAL _lbdiag_saved('vision', 'public', NULL, c.changes, 1, a.sizes) AS w
JOIN LATERAL _lbdiag_saved('vision', 'public', NULL, c.changes, 3, a.sizes) AS s ON s.number = w.number;
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
