-- A leaderboard whose every value is a canary: CANARY in all texts, the
-- digits 73194240505 in all numbers, 09:42:40 in all times.  Its name, its relations and the
-- keys of its fixed objects are none.
CREATE SCHEMA canary;
CREATE TABLE canary.models (
    model_id integer, name text, domain text, public boolean, scores jsonb, model_meta jsonb, submitter jsonb, "user" jsonb,
    owner jsonb, user_id integer, layers jsonb, "timestamp" timestamptz);
CREATE TABLE canary.benchmarks (
    identifier text, benchmark_type_id text, domain text, overall_order integer, parent jsonb, version integer,
    number_of_all_children integer, visible boolean, short_name text, ceiling text, benchmark_bibtex text, benchmark_id integer,
    benchmark_stimuli_meta jsonb, benchmark_data_meta jsonb, benchmark_metric_meta jsonb);
CREATE TABLE canary.groups (id integer, "group" text);
INSERT INTO canary.benchmarks
SELECT CASE b WHEN 0 THEN 'average_CANARY_v0' ELSE format('CANARY.benchmark-%s_v1', b) END, CASE b WHEN 0 THEN 'average_CANARY' ELSE format('CANARY.benchmark-%s', b) END, 'birds', b,
    CASE WHEN b > 0 THEN '{"identifier": "average_CANARY", "domain": "CANARY"}'::jsonb END, b % 2, CASE b WHEN 0 THEN 3 ELSE 0 END, true, 'CANARY short name', '.731942405', '@article{CANARY, title={CANARY}}', 731942405 + b,
    '{"datatype": "CANARY", "num_stimuli": 731942405, "total_size_mb": 731942405.5, "brainscore_link": "https://CANARY.example.com", "extra_notes": "CANARY"}',
    '{"region": "CANARY", "species": "CANARY", "task": "CANARY", "datatype": "CANARY", "num_subjects": 731942405, "data_publicly_available": true}',
    '{"type": "CANARY", "reference": "CANARY", "public": true}'
FROM generate_series(0, 30) AS b;
INSERT INTO canary.models
SELECT m, 'CANARY model ' || m, 'birds', true, (SELECT jsonb_agg(jsonb_build_object('benchmark_type_id', b.benchmark_type_id, 'versioned_benchmark_identifier', b.identifier, 'score_ceiled', CASE b.overall_order % 5 WHEN 4 THEN '0.731942405 CANARY' ELSE '0.731942405' END,
        'score_raw', 0.731942405, 'error', 0.0731942405, 'is_complete', true, 'end_timestamp', '2026-07-31T09:42:40.5', 'version_valid_from', 'CANARY', 'password', 'CANARY', 'comment', 'CANARY') ORDER BY b.overall_order) FROM canary.benchmarks AS b),
    '{"architecture": "CANARY, CANARY two", "model_family": "CANARY", "total_parameter_count": 731942405, "total_layers": 731942405, "model_size_mb": 731942405.5, "runnable": true, "training_dataset": "CANARY", "task_specialization": "CANARY",
      "brainscore_link": "CANARY", "huggingface_link": "CANARY", "extra_notes": "CANARY", "api_key": "CANARY"}',
    a.account, a.account, a.account, 42, '{"V1": "CANARY", "IT": "CANARY"}', '2026-07-31 09:42:40.5+00'
FROM generate_series(1, 25) AS m, (SELECT '{"id": 42, "display_name": "CANARY display", "email": "CANARY@mail.invalid", "is_staff": false}'::jsonb AS account) AS a;
INSERT INTO canary.groups SELECT m, 'CANARY group' FROM generate_series(1, 25) AS m;
INSERT INTO lbdiag_leaderboard (domain, models, benchmarks, groups, rank_root, layout) VALUES ('birds', 'canary.models', 'canary.benchmarks', 'canary.groups', 'average_CANARY', 'documented');
-- Ways in which the data can be malformed.
CREATE TABLE canary.malformed (number int GENERATED ALWAYS AS IDENTITY, change text);
INSERT INTO canary.malformed (change) VALUES
    ('UPDATE canary.models SET scores = ''"CANARY"'' WHERE model_id = 3'), ('UPDATE canary.models SET scores = ''{"CANARY": "CANARY"}'' WHERE model_id = 3'), ('UPDATE canary.models SET scores = ''731942405'' WHERE model_id = 1'),
    ('UPDATE canary.models SET scores = ''["CANARY"]'' WHERE model_id = 3'), ('UPDATE canary.models SET scores = scores || ''["CANARY"]'' WHERE model_id = 3'), ('UPDATE canary.models SET scores = scores || ''[["CANARY"]]'' WHERE model_id = 3'),
    ('UPDATE canary.models SET scores = scores || ''[{"versioned_benchmark_identifier": ["CANARY"]}]'''), ('UPDATE canary.models SET scores = scores || ''[{"versioned_benchmark_identifier": 731942405}]'''),
    ('UPDATE canary.models SET scores = scores || ''[{"versioned_benchmark_identifier": {"CANARY": 1}}]'''), ('UPDATE canary.models SET scores = jsonb_set(scores, ''{0,score_ceiled}'', ''"CANARY"'')'),
    ('UPDATE canary.models SET scores = jsonb_set(scores, ''{0,score_ceiled}'', ''["CANARY"]'')'), ('UPDATE canary.models SET model_meta = ''"CANARY"'''), ('UPDATE canary.models SET model_meta = ''["CANARY"]'''), ('UPDATE canary.models SET layers = ''"CANARY"'''),
    ('UPDATE canary.models SET submitter = ''"CANARY"''; UPDATE canary.models SET "user" = ''["CANARY"]'''), ('UPDATE canary.models SET model_meta = model_meta || ''{"total_parameter_count": "CANARY", "runnable": "CANARY", "architecture": ["CANARY"], "total_layers": {"x": "CANARY"}}'''),
    ('UPDATE canary.models SET "timestamp" = ''infinity'''), ('UPDATE canary.models SET "timestamp" = ''73194-01-01'''), ('UPDATE canary.models SET name = NULL'),
    ('UPDATE canary.benchmarks SET parent = jsonb_build_object(''identifier'', identifier)'), ('UPDATE canary.benchmarks SET parent = jsonb_build_object(''identifier'', ''CANARY.benchmark-'' || (overall_order % 30 + 1)) WHERE overall_order > 0; INSERT INTO canary.benchmarks (identifier, benchmark_type_id, domain, overall_order) VALUES (''CANARY.benchmark-2_v9'', ''x'', ''birds'', 99)'),
    ('UPDATE canary.benchmarks SET parent = jsonb_build_object(''identifier'', ''CANARY.loop-'' || 1 - overall_order), identifier = ''CANARY.loop-'' || overall_order WHERE overall_order IN (0, 1)'),
    ('UPDATE canary.benchmarks SET parent = ''"CANARY"'''), ('UPDATE canary.benchmarks SET identifier = NULL WHERE overall_order = 3'), ('UPDATE canary.benchmarks SET ceiling = ''CANARY'''), ('UPDATE canary.benchmarks SET benchmark_data_meta = ''"CANARY"'', benchmark_stimuli_meta = ''["CANARY"]'', benchmark_metric_meta = ''"CANARY"'''),
    ('UPDATE canary.benchmarks SET benchmark_stimuli_meta = ''{"num_stimuli": "CANARY"}'''), ('ALTER TABLE canary.models ALTER model_id TYPE text'), ('ALTER TABLE canary.models ALTER public TYPE text'), ('ALTER TABLE canary.models DROP scores'), ('ALTER TABLE canary.models DROP model_id'),
    ('UPDATE canary.groups SET id = NULL'), ('UPDATE canary.models SET scores = (SELECT jsonb_agg(s || jsonb_build_object(''score_ceiled'', repeat(''9'', 2000))) FROM jsonb_array_elements(scores) AS s)'), ('DELETE FROM canary.models; DELETE FROM canary.benchmarks');
