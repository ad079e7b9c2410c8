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
CREATE TEMP TABLE found AS SELECT unnest(rules) AS rule FROM opportunity
UNION SELECT unnest(rules) FROM lbdiag_opportunities('vision', layout => 'brainscore_2026_02')
UNION SELECT unnest(rules) FROM lbdiag_opportunities('vision');
-- A rule fits from its thresholds on: 1,000 cells with members just above and just below each.
SELECT count(*) FROM lbdiag_create_demo('edge', 50, 4, 'edge');
CREATE TEMP TABLE cell AS
SELECT model_id, b, n, jsonb_build_object('versioned_benchmark_identifier', CASE b WHEN 0 THEN 'average_edge_v0' ELSE format('%s_%s_v1', repeat('benchmark_with_a_long_name_', 5), b) END,
    'benchmark_type_id', CASE b WHEN 0 THEN 'average_edge' END, 'score_ceiled', '0.5', 'is_complete', n % 2, 'completed', n % 2,
    'null95', CASE WHEN n >= 950 THEN n END, 'null94', CASE WHEN n >= 949 THEN n END, 'same', 'percent', 'mixed', CASE n WHEN 0 THEN '[]'::jsonb END,
    'distinct50', format('%6s', n % 50), 'distinct51', format('%6s', n % 51), 'short', CASE n WHEN 0 THEN '12345' ELSE format('%6s', n % 49) END, 'label_raw', repeat(chr(97 + n % 10), 90),
    'api_key', md5(n::text), 'keyapi', md5(n::text), 'tokenizer', md5(n::text), 'passwords', n, 'passwordless', n, 'Access_Token', n) AS score
FROM (SELECT model_id, b, 20 * (row_number() OVER (PARTITION BY b ORDER BY model_id) - 1)::int + b AS n FROM edge.models, generate_series(0, 19) AS b) AS x;
-- Colours that take more and more, and names of models that differ: model_metadata_map repeats the metadata of each row.
UPDATE cell SET score = score || (SELECT jsonb_object_agg('colour' || k, n) FROM generate_series(1, 9) AS k WHERE n <= 10 * k) WHERE n BETWEEN 1 AND 90;
UPDATE edge.models AS m SET public = true, name = format('%s of %s', name, model_id), scores = (SELECT jsonb_agg(score ORDER BY b) FROM cell AS c WHERE c.model_id = m.model_id),
    model_meta = coalesce(model_meta, (SELECT model_meta FROM edge.models WHERE model_meta IS NOT NULL ORDER BY model_id LIMIT 1)) || '{"layer_version": "the version of the layers of this model"}';
INSERT INTO lbdiag_layout (name, components, members, cell) SELECT 'edge', components, members, (SELECT jsonb_agg(jsonb_build_object('key', k, 'source', k) || CASE WHEN k ~ 'colour' THEN '{"omit_empty": true}' ELSE '{}' END::jsonb)
    FROM unnest('{score_ceiled,is_complete,completed,null95,null94,same,mixed,distinct50,distinct51,short,label_raw,api_key,keyapi,tokenizer,passwords,passwordless,Access_Token}'::text[] || ARRAY(SELECT 'colour' || n FROM generate_series(1, 9) AS n)) AS k)
FROM lbdiag_layout WHERE name = 'documented';
CREATE TEMP TABLE at_edge AS SELECT * FROM lbdiag_opportunities('edge', layout => 'edge');
SELECT rules[1] AS rule, impact, paths FROM at_edge WHERE paths IS NOT NULL AND rules <> '{color}' ORDER BY rule;
-- Of the payload: one path each.
SELECT count(*) AS colours, count(*) FILTER (WHERE a.path = ANY (o.paths)) BETWEEN 1 AND 8 AS some, count(*) FILTER (WHERE (a.path = ANY (o.paths)) <> (a.bytes >= r.min_share * t.bytes)) AS wrong
FROM lbdiag_rules() AS r JOIN at_edge AS o ON o.rules = ARRAY[r.rule], lbdiag_audit_detail('edge', layout => 'edge') AS a, lbdiag_audit('edge', layout => 'edge') AS t
WHERE r.rule = 'color' AND a.path ~ 'colour' AND t.component = 'TOTAL';
-- What a layout must do.
SELECT l AS layout, count(*) FILTER (WHERE 'plain_json' = ANY (rules)) AS plain_json, count(*) FILTER (WHERE 'compact' = ANY (rules)) AS compact, count(*) FILTER (WHERE 'utf8' = ANY (rules)) AS utf8
FROM unnest('{brainscore_2026_02,fat,lean}'::text[]) AS l, lbdiag_opportunities('vision', layout => l) WHERE impact <> 'ALL HIGH' GROUP BY l ORDER BY l;

-- Where names repeat, it does not.
SELECT count(*) AS repeated FROM found WHERE rule = 'metadata';
-- Each rule has found something, here or there.
SELECT rule AS never_found FROM lbdiag_rules() WHERE scope NOT IN ('query', 'relation') AND rule NOT IN (SELECT rule FROM found UNION SELECT unnest(rules) FROM at_edge);
-- The list of them.
\pset format unaligned
SELECT rule, scope, components, below, keys, types, needs FROM lbdiag_rules();
SELECT rule, min_share, min_occurrences, min_usual, min_presence, max_distinct, min_text, alone, impact, change, value, not_with FROM lbdiag_rules();
\pset format aligned
-- What excludes each other is not combined, and nothing is changed that is dropped: of these two would be.
SELECT array_agg(rules[1] ORDER BY rules) FILTER (WHERE impact = 'HIGH') AS high, max(array_to_string(rules, ' ')) FILTER (WHERE impact = 'ALL HIGH') AS together FROM at_edge;
SELECT count(*) AS combined, count(*) FILTER (WHERE r.not_with && o.rules) AS excluded
FROM (SELECT rules FROM at_edge WHERE impact = 'ALL HIGH' UNION ALL SELECT rules FROM opportunity WHERE impact = 'ALL HIGH') AS o JOIN lbdiag_rules() AS r ON r.rule = ANY (o.rules);

-- Of a large payload a sample of the models is tried: it is near the whole.
SELECT count(*) FROM lbdiag_create_demo('large', 250, 60, 'large');
SELECT rules, sampled, abs(o.bytes_saved - a.bytes) < 0.15 * a.bytes AS near, abs(o.compressed_saved - a.compressed_bytes) < 0.3 * a.compressed_bytes AS near_compressed
FROM lbdiag_opportunities('large') AS o, pg_temp.applied(o.apply) AS a WHERE rules[1] IN ('optional', 'compact', 'digits', 'maps') AND impact <> 'ALL HIGH' ORDER BY rules;
-- No models, and other viewers.
SELECT count(*) > 0 AS some FROM lbdiag_opportunities('vision', 'own:999999');
SELECT apply FROM lbdiag_opportunities('vision', 'user:3', 'lean') ORDER BY priority LIMIT 1;
-- The call in apply, whatever the names.
SELECT count(*) FROM lbdiag_create_demo('it''s', 3, 3, 'it''s');
UPDATE "it's".models SET model_meta = model_meta || '{"a''\"\\_password": "x"}';
INSERT INTO lbdiag_layout SELECT (jsonb_populate_record(l, '{"name": "l''x", "built_in": false, "told_by": null}')).* FROM lbdiag_layout AS l WHERE name = 'documented';
SELECT o.action, o.apply, a.bytes = o.bytes_saved AS as_promised FROM lbdiag_opportunities('it''s', 'all', 'l''x') AS o, pg_temp.applied(o.apply) AS a WHERE impact = 'SECURITY';
-- Bad input.
\pset tuples_only on
\pset format unaligned
SELECT pg_temp.try(format('SELECT * FROM %s', call)) FROM unnest(ARRAY[
    $$lbdiag_opportunities('sight')$$, $$lbdiag_opportunities('vision', 'me')$$, $$lbdiag_opportunities('vision', layout => 'none')$$]) AS call;

SET client_min_messages = warning;
DROP SCHEMA lbdiag_demo, edge, large, "it's" CASCADE;
DELETE FROM lbdiag_leaderboard;
DELETE FROM lbdiag_layout WHERE NOT built_in;
