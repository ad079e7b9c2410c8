/* The demo. */

CREATE FUNCTION @extschema@._lbdiag_demo_check(
    schema name, models int, benchmarks int, domain @extschema@._lbdiag_text,
    shadow boolean)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    source text;
    shadowed boolean;
    same boolean;
    another CONSTANT text := 'A second demo needs a schema and a domain of its own, as in '
        'lbdiag_create_demo(''demo2'', domain => ''demo2'').';
    home text := (SELECT quote_ident(n.nspname) FROM pg_extension AS e
        JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'lbdiag');
BEGIN
    IF $1 IS NULL OR $2 IS NULL OR $3 IS NULL OR $4 IS NULL THEN
        RAISE null_value_not_allowed USING
            MESSAGE = 'the arguments of lbdiag_create_demo must not be null',
            HINT = 'Leave an argument out to get its default.';
    END IF;
    IF $2 < 0 OR $3 < 1 THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('a demo cannot have %s models and %s benchmarks', $2, $3),
            HINT = 'Use at least 0 models and at least 1 benchmark.';
    END IF;
    EXECUTE format('SELECT l.models = $2 FROM %s.lbdiag_leaderboard AS l WHERE l.domain = $1',
        home)
        INTO same USING $4, format('%I.models', $1);
    IF same IS NOT NULL THEN
        RAISE duplicate_object USING
            MESSAGE = format('leaderboard "%s" is registered already', $4),
            HINT = CASE WHEN same THEN format('To replace that demo, remove it first: '
                'SELECT lbdiag_drop_demo(%L). ', $1) ELSE '' END || another;
    END IF;
    IF to_regnamespace(quote_ident($1)) IS NOT NULL THEN
        RAISE duplicate_schema USING
            MESSAGE = format('schema "%s" already exists', $1), HINT = another;
    END IF;
    -- Only tables and materialized views are looked into: a view could run anything.
    FOR source IN
        SELECT c.oid::regclass::text FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'domain'
            AND NOT a.attisdropped AND a.atttypid IN ('text'::regtype, 'varchar'::regtype)
        WHERE c.relname = 'mv_final_model_context' AND c.relkind IN ('r', 'm')
            AND $5 IS NOT TRUE AND has_table_privilege(c.oid, 'SELECT')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s AS m WHERE m.domain::text = $1)', source)
        INTO shadowed USING $4;
        IF shadowed THEN
            RAISE duplicate_object USING
                MESSAGE = format('a demo leaderboard "%s" would shadow the one in "%s"',
                    $4, source),
                HINT = 'Use another domain, as in lbdiag_create_demo(domain => ''demo''),'
                    ' or shadow => true until lbdiag_drop_demo.';
        END IF;
    END LOOP;
END
$body$;

COMMENT ON FUNCTION @extschema@._lbdiag_demo_check(
    name, int, int, @extschema@._lbdiag_text, boolean) IS
'An error where a demo cannot be made of these arguments of lbdiag_create_demo.';

-- Up to four levels: root, kind, area, study; leaves hang below studies, and
-- those of engineering below their kind.
CREATE FUNCTION @extschema@._lbdiag_demo_tree(benchmarks int, domain @extschema@._lbdiag_text)
RETURNS TABLE (id text, parent text, version int, number int, level int, place text, leaves bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 300
BEGIN ATOMIC
    WITH leaf AS (
        -- Eight leaves make a study.
        SELECT i, CASE WHEN i / 8 % 10 < 6 THEN 'neural'
                       WHEN i / 8 % 10 < 9 THEN 'behavior' ELSE 'engineering' END AS kind,
            (ARRAY['V1', 'V2', 'V4', 'IT'])[1 + i / 8 % 4] AS area,
            (ARRAY['Amber', 'Birch', 'Cedar', 'Dover', 'Elm', 'Flint', 'Grove', 'Hazel'])
                [1 + i / 8 % 8] || (2000 + i / 64)::text AS study,
            1 + i % 3 AS version
        FROM generate_series(0, $1 - 1) AS i
    ), node AS (
        SELECT 'average_' || $2 AS id, NULL::text AS parent, 0 AS version,
            NULL::int AS number, 0 AS level, '0' AS place
        UNION ALL
        SELECT DISTINCT kind || '_' || $2,
            CASE WHEN kind <> 'engineering' THEN 'average_' || $2 END, 0, NULL::int, 1,
            CASE kind WHEN 'neural' THEN '1' WHEN 'behavior' THEN '2' ELSE '3' END
        FROM leaf
        UNION ALL
        SELECT DISTINCT area, 'neural_' || $2, 0, NULL::int, 2, '1' || area
        FROM leaf WHERE kind = 'neural'
        UNION ALL
        SELECT DISTINCT study,
            CASE WHEN kind = 'neural' THEN area ELSE 'behavior_' || $2 END, 0, NULL::int, 3,
            CASE WHEN kind = 'neural' THEN '1' || area ELSE '2' END || study
        FROM leaf WHERE kind <> 'engineering'
        UNION ALL
        SELECT format('%s.%s-%s', study, (ARRAY['pls', 'ridge', 'rdm'])[1 + i % 3], i),
            CASE kind WHEN 'engineering' THEN 'engineering_' || $2 ELSE study END,
            version, i, 4,
            CASE kind WHEN 'neural' THEN '1' || area || study
                WHEN 'behavior' THEN '2' || study ELSE '3' END
        FROM leaf
    )
    SELECT n.id, n.parent, n.version, n.number, n.level, n.place,
        CASE WHEN n.number IS NULL THEN
            (SELECT count(*) FROM leaf AS l
             WHERE n.level = 0 AND l.kind <> 'engineering'
                OR n.level = 1 AND l.kind || '_' || $2 = n.id
                OR n.level = 2 AND l.kind = 'neural' AND l.area = n.id
                OR n.level = 3 AND l.kind <> 'engineering' AND l.study = n.id)
        ELSE 0 END
    FROM node AS n;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_demo_tree(int, @extschema@._lbdiag_text) IS
'The tree of the benchmarks of a demo: where each hangs, and the number of leaves below it.';

CREATE FUNCTION @extschema@._lbdiag_demo_benchmarks(
    schema name, benchmarks int, domain @extschema@._lbdiag_text)
RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    home text := (SELECT quote_ident(n.nspname) FROM pg_extension AS e
        JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'lbdiag');
BEGIN
    EXECUTE format($sql$
        INSERT INTO %1$I.benchmarks
        SELECT n.id || '_v' || n.version, n.id, $2,
            row_number() OVER (ORDER BY n.place COLLATE "C", n.level, n.number,
                               n.id COLLATE "C") - 1,
            CASE WHEN n.parent IS NOT NULL
                THEN jsonb_build_object('identifier', n.parent, 'domain', $2) END,
            n.version,
            n.leaves, true, n.id,
            CASE WHEN n.number IS NULL OR n.number %% 9 = 0 THEN 'X'
                ELSE round(0.4 + (n.number * 37 %% 61) / 101.0, 12)::text END,
            CASE WHEN n.number %% 5 > 0 THEN
                format(E'@article{%%s,\n  title={A study of %%s},\n'
                    '  author={%%s, A. and Others, B.},\n'
                    '  journal={Journal of Measured Things},\n  year={%%s}\n}',
                    lower(n.id), n.id, left(n.id, 5), 2000 + n.number / 64) END,
            CASE WHEN n.number IS NOT NULL THEN 100 + n.number END,
            jsonb_build_object('datatype', 'image',
                -- Null where there is no number.
                'num_stimuli', 60 + n.number * 53 %% 3200,
                'total_size_mb', round(n.number * 7.3 / 11, 2),
                'brainscore_link', NULL, 'extra_notes', NULL, 'stimuli_subtype', NULL),
            jsonb_build_object(
                'region', CASE WHEN n.number / 8 %% 10 < 6
                    THEN (ARRAY['V1', 'V2', 'V4', 'IT'])[1 + n.number / 8 %% 4] END,
                'species', (ARRAY['human', 'macaque'])[1 + n.number %% 2],
                'task', (ARRAY['passive', 'choice', 'fixation'])[1 + n.number %% 3],
                'datatype', NULL, 'hemisphere', NULL, 'num_subjects', n.number %% 7,
                'pre_processing', NULL, 'num_recording_sites', n.number * 3,
                'data_publicly_available', n.number %% 4 <> 0),
            jsonb_build_object('type', (ARRAY['pls', 'ridge', 'rdm'])[1 + n.number %% 3],
                'public', n.number %% 3 = 0, 'reference', NULL, 'extra_notes', NULL)
        FROM %2$s._lbdiag_demo_tree($1, $2::%2$s._lbdiag_text) AS n$sql$, $1, home) USING $2, $3;
END
$body$;

COMMENT ON FUNCTION @extschema@._lbdiag_demo_benchmarks(name, int, @extschema@._lbdiag_text) IS
'Fills the benchmarks of a demo.';

CREATE FUNCTION @extschema@._lbdiag_demo_models(
    schema name, models int, domain @extschema@._lbdiag_text)
RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    -- Chance is a hash of model and benchmark, so that every demo of a size is
    -- the same.  Three models in eight lack a given benchmark.
    EXECUTE format($sql$
        INSERT INTO %1$I.models
        SELECT m, format('%%s-%%s-%%s',
                (ARRAY['amber', 'coral', 'ivory', 'jade', 'lilac', 'olive', 'pearl', 'ruby'])
                    [1 + m %% 8],
                (ARRAY['falcon', 'heron', 'ibis', 'kestrel', 'lark', 'merlin', 'plover',
                       'robin', 'swift'])[1 + m / 8 %% 9], m),
            $2, m %% 12 <> 7, s.scores,
            CASE WHEN m %% 11 > 0 THEN jsonb_build_object(
                'architecture',
                (ARRAY['DCNN', 'DCNN, SKIP_CONNECTIONS', 'Transformer', 'RNN'])[1 + m %% 4],
                'model_family',
                (ARRAY['resnet', 'vit', 'efficientnet', 'convnext', 'alexnet'])[1 + m %% 5],
                'total_parameter_count', 1000000 + m::bigint * 7919 %% 300000000,
                'total_layers', 8 + m %% 190,
                'model_size_mb', round(4 + m * 31 %% 1200 / 3.0, 2), 'runnable', m %% 3 <> 0,
                'training_dataset',
                (ARRAY['ImageNet', 'ImageNet, StylizedImageNet', NULL])[1 + m %% 3],
                'task_specialization',
                (ARRAY['object_classification', 'segmentation', NULL])[1 + m %% 3],
                'brainscore_link', NULL, 'huggingface_link', NULL, 'extra_notes', NULL) END,
            u.account, u.account, u.account, 1 + m %% 40,
            CASE WHEN m %% 3 > 0 THEN jsonb_build_object('V1', 'block1', 'V2', 'block2',
                'V4', 'block3', 'IT', format('block4.%%s', m %% 7)) END,
            timestamptz '2020-09-01 00:00:00+00' + m * interval '3 hours 7.25 seconds'
        FROM generate_series(1, $1) AS m
        CROSS JOIN LATERAL (SELECT jsonb_build_object('id', 1 + m %% 40,
            'display_name', format('Lab %%s', 1 + m %% 40),
            'email', format('lab%%s@example.com', 1 + m %% 40), 'is_staff', false) AS account) AS u
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_object(
                'benchmark_type_id', b.benchmark_type_id,
                'versioned_benchmark_identifier', b.identifier,
                'score_ceiled', CASE
                    WHEN b.overall_order = 0 THEN CASE WHEN m %% 60 = 0 THEN 'X' ELSE b.score END
                    WHEN h.chance %% 100 < 4 THEN 'X' WHEN h.chance %% 100 < 11 THEN ''
                    ELSE b.score END,
                'error', CASE WHEN b.benchmark_id IS NOT NULL AND h.chance %% 100 >= 60
                    THEN round((h.chance %% 99991) / 4000037.0, 15) END,
                'is_complete', CASE WHEN h.chance %% 100 BETWEEN 4 AND 10 THEN 0 ELSE 1 END,
                'end_timestamp', CASE WHEN h.chance %% 100 NOT BETWEEN 4 AND 10
                    THEN to_char(timestamp '2021-01-01'
                        + make_interval(secs => h.chance %% 150000000 + m / 1000.0),
                        'YYYY-MM-DD"T"HH24:MI:SS.US') END) ORDER BY b.overall_order) AS scores
            FROM (SELECT n.benchmark_type_id, n.identifier, n.benchmark_id, n.overall_order,
                    ltrim(round((0.15 + 0.5 * (m * 389 %% 997) / 997.0
                        + 0.35 * (hashint8extended(n.overall_order, m) & 65535) / 65536.0),
                        2)::text, '0') AS score
                  FROM %1$I.benchmarks AS n) AS b
            CROSS JOIN LATERAL (SELECT hashint8extended(b.overall_order * 1000003 + m, 42)
                & 2147483647 AS chance) AS h
            WHERE b.overall_order = 0 OR h.chance / 128 %% 8 < 5
        ) AS s$sql$, $1) USING $2, $3;
END
$body$;

COMMENT ON FUNCTION @extschema@._lbdiag_demo_models(name, int, @extschema@._lbdiag_text) IS
'Fills the models of a demo, from its benchmarks.';

CREATE FUNCTION @extschema@.lbdiag_create_demo(
    schema name DEFAULT 'lbdiag_demo', models int DEFAULT 493,
    benchmarks int DEFAULT 200, domain text DEFAULT 'vision',
    shadow boolean DEFAULT false)
RETURNS TABLE (relation text, row_count bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
#variable_conflict use_column
DECLARE
    home text := (SELECT quote_ident(n.nspname) FROM pg_extension AS e
        JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'lbdiag');
BEGIN
    EXECUTE format('SELECT %1$s._lbdiag_demo_check($1, $2, $3, $4::%1$s._lbdiag_text, $5)',
        home)
    USING $1, $2, $3, $4, $5;
    EXECUTE format('CREATE SCHEMA %I', $1);
    EXECUTE format($sql$
        CREATE TABLE %1$I.benchmarks (
            identifier text PRIMARY KEY, benchmark_type_id text NOT NULL,
            domain text NOT NULL, overall_order bigint NOT NULL, parent jsonb,
            version integer, number_of_all_children bigint, visible boolean,
            short_name text, ceiling text, benchmark_bibtex text,
            benchmark_id integer, benchmark_stimuli_meta jsonb,
            benchmark_data_meta jsonb, benchmark_metric_meta jsonb);
        CREATE TABLE %1$I.models (
            model_id integer PRIMARY KEY, name text NOT NULL,
            domain text NOT NULL, public boolean NOT NULL, scores jsonb,
            model_meta jsonb, submitter jsonb, "user" jsonb, owner jsonb,
            user_id integer, layers jsonb, "timestamp" timestamptz);
        CREATE TABLE %1$I.model_groups (
            id integer PRIMARY KEY, "group" text NOT NULL)$sql$, $1);
    EXECUTE format('SELECT %1$s._lbdiag_demo_benchmarks($1, $2, $3::%1$s._lbdiag_text)', home)
    USING $1, $3, $4;
    EXECUTE format('SELECT %1$s._lbdiag_demo_models($1, $2, $3::%1$s._lbdiag_text)', home)
    USING $1, $2, $4;
    EXECUTE format($sql$
        INSERT INTO %1$I.model_groups
        SELECT m, (ARRAY['reference', 'community', 'challenge'])[1 + m %% 3]
        FROM generate_series(1, $1) AS m WHERE m %% 4 > 0$sql$, $1) USING $2;
    EXECUTE format('ANALYZE %1$I.models; ANALYZE %1$I.benchmarks; ANALYZE %1$I.model_groups', $1);

    EXECUTE format('INSERT INTO %s.lbdiag_leaderboard (domain, models, benchmarks, groups, layout)
        VALUES ($1, $2, $3, $4, ''documented'')', home)
    USING $4, format('%I.models', $1), format('%I.benchmarks', $1),
        format('%I.model_groups', $1);

    RAISE NOTICE 'leaderboard "%" is a demo in schema "%"', $4, $1
        USING HINT = format('To remove it: SELECT lbdiag_drop_demo(%L).', $1);
    RETURN QUERY EXECUTE format($sql$
        SELECT %1$L::text, count(*) FROM %2$I.models
        UNION ALL SELECT %3$L, count(*) FROM %2$I.benchmarks
        UNION ALL SELECT %4$L, count(*) FROM %2$I.model_groups$sql$,
        format('%I.models', $1), $1, format('%I.benchmarks', $1), format('%I.model_groups', $1));
END
$body$;

COMMENT ON FUNCTION @extschema@.lbdiag_create_demo(name, int, int, text, boolean) IS
'Makes a synthetic leaderboard of any size in a new schema, and registers it with the layout '
'documented. benchmarks counts the leaves of the tree. The same size always gives the same '
'data. shadow: also where the default relations of a real leaderboard are there, which are then '
'not used for the domain. lbdiag_drop_demo removes it.';

CREATE FUNCTION @extschema@.lbdiag_drop_demo(schema name DEFAULT 'lbdiag_demo') RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    registered bigint;
    home text := (SELECT quote_ident(n.nspname) FROM pg_extension AS e
        JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'lbdiag');
BEGIN
    IF $1 IS NULL THEN
        RAISE null_value_not_allowed USING
            MESSAGE = 'schema must not be null',
            HINT = 'Leave it out to remove the demo in schema lbdiag_demo.';
    END IF;
    EXECUTE format('SELECT count(*) FROM %s.lbdiag_leaderboard AS l
        WHERE l.models = $1 AND l.benchmarks = $2', home)
    INTO registered USING format('%I.models', $1), format('%I.benchmarks', $1);
    IF registered = 0 THEN
        RETURN false;
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS %1$I.models, %1$I.benchmarks, %1$I.model_groups', $1);
    IF to_regnamespace(quote_ident($1)) IS NOT NULL THEN
        EXECUTE format('DROP SCHEMA %I', $1);
    END IF;
    EXECUTE format('DELETE FROM %s.lbdiag_leaderboard AS l WHERE l.models = $1', home)
    USING format('%I.models', $1);
    RETURN true;
END
$body$;

COMMENT ON FUNCTION @extschema@.lbdiag_drop_demo(name) IS
'Removes a demo of lbdiag_create_demo: its tables, its schema and what registers it. False '
'where there is none. What else depends on the tables, or is in the schema, is an error.';

-- They create and drop a schema, and register it: for those who may do that anyway.
REVOKE EXECUTE ON FUNCTION
    @extschema@._lbdiag_demo_check(name, int, int, @extschema@._lbdiag_text, boolean),
    @extschema@._lbdiag_demo_benchmarks(name, int, @extschema@._lbdiag_text),
    @extschema@._lbdiag_demo_models(name, int, @extschema@._lbdiag_text),
    @extschema@._lbdiag_demo_tree(int, @extschema@._lbdiag_text),
    @extschema@.lbdiag_create_demo(name, int, int, text, boolean),
    @extschema@.lbdiag_drop_demo(name) FROM PUBLIC;
