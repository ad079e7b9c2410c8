/* Configuration. */

CREATE TABLE @extschema@.lbdiag_layout (
    name text NOT NULL PRIMARY KEY,
    components text[] NOT NULL DEFAULT ARRAY[
        'row_data', 'column_defs', 'benchmark_groups', 'filter_options',
        'benchmark_metadata', 'benchmark_tree', 'benchmark_ids',
        'benchmark_bibtex_map', 'benchmarkStimuliMetaMap',
        'benchmarkDataMetaMap', 'benchmarkMetricMetaMap',
        'model_metadata_map'],
    unsent text[] NOT NULL DEFAULT '{}',
    js_string text[] NOT NULL DEFAULT '{}',
    members text[] NOT NULL DEFAULT ARRAY[
        'model_metadata_map:$.*.layer_mapping'],
    cell jsonb NOT NULL,
    rank_rounding text NOT NULL DEFAULT 'decimal',
    tree_root text,
    compact boolean NOT NULL DEFAULT false,
    ascii boolean NOT NULL DEFAULT true,
    html_safe boolean NOT NULL DEFAULT false,
    told_by text[],
    built_in boolean NOT NULL DEFAULT false
);

COMMENT ON TABLE @extschema@.lbdiag_layout IS
'Layouts: the declared shapes of payloads. To change a built-in one, copy its row under another '
'name.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.components IS
'Components that the application builds; always written in the order of the contract.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.unsent IS
'Those of the components that are built and not sent: they are in no total of what is sent.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.js_string IS
'Those of the components that the page carries in a JavaScript string, each byte of their JSON '
'escaped as Django''s escapejs does; the others are carried as JSON. The quotation marks of the '
'string are the page''s, and not counted.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.members IS
'Optional members that the payload has, as component:path.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.cell IS
'Members of a cell in order: an array of objects with key, source (key of the score object), '
'default (value where the source is missing, else null), round (places that numbers are rounded '
'to) and omit_empty (leave out what is null, false, 0 or empty).';
COMMENT ON COLUMN @extschema@.lbdiag_layout.rank_rounding IS
'How the deciding score is rounded to 2 decimals: decimal (halves away from zero) or binary (as '
'a double, ties to even).';
COMMENT ON COLUMN @extschema@.lbdiag_layout.tree_root IS
'Benchmark that benchmark_tree starts below, without its version; NULL: the leaderboard''s '
'rank_root.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.compact IS
'Separators without blanks.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.ascii IS
'Escape all characters from U+007F on; otherwise the text is UTF-8.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.html_safe IS
'Escape <, > and & too.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.told_by IS
'Keys of a score that tell this layout where a leaderboard names none: of the layouts all of '
'whose keys the first score of the first model has, the one with the most keys is used, and of '
'those with equally many an own one before a built-in one. An empty array fits any scores; '
'NULL: the layout is used only where it is named.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.built_in IS
'Comes with the extension, and is not dumped.';

INSERT INTO @extschema@.lbdiag_layout (name, built_in, cell) VALUES
('documented', true, '[
    {"key": "score_ceiled", "source": "score_ceiled"},
    {"key": "error", "source": "error"},
    {"key": "benchmark_type_id", "source": "benchmark_type_id"}]');

INSERT INTO @extschema@.lbdiag_layout (name, built_in, cell, components, unsent, js_string,
    rank_rounding, tree_root, told_by)
SELECT 'brainscore_2026_02', true, '[
    {"key": "value", "source": "score_ceiled", "default": "X"},
    {"key": "complete", "source": "is_complete", "default": true},
    {"key": "timestamp", "source": "end_timestamp"}]',
    components || '{comparison_data}'::text[], '{comparison_data}', components,
    'binary', 'average_vision', '{}'
FROM @extschema@.lbdiag_layout WHERE name = 'documented';

INSERT INTO @extschema@.lbdiag_layout (name, built_in, cell, members, html_safe, told_by) VALUES
('brainscore_2026_07', true, '[
    {"key": "value", "source": "score_ceiled", "default": "X", "round": 2},
    {"key": "timestamp", "source": "end_timestamp", "omit_empty": true},
    {"key": "version_valid_from", "source": "version_valid_from", "omit_empty": true},
    {"key": "version_valid_to", "source": "version_valid_to", "omit_empty": true},
    {"key": "historical_versions", "source": "historical_versions", "omit_empty": true}]',
    ARRAY[
        'row_data:$[*].submission_timestamp',
        'row_data:$[*].metadata.group',
        'column_defs:$[*].lockPosition',
        'column_defs:$[*].suppressMovable',
        'column_defs:$[*].context.newLeafCounts',
        'column_defs:$[*].context.newLeafCountDefault',
        'column_defs:$[*].context.newUpdates',
        'column_defs:$[*].context.isNewDefault',
        'filter_options:$.ceiling_ranges',
        'benchmark_metadata:$[*].ceiling'], true, '{version_valid_from}');

CREATE FUNCTION @extschema@._lbdiag_layout_check() RETURNS trigger
AS 'MODULE_PATHNAME', 'lbdiag_layout_check_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_layout_check() IS
'Trigger of lbdiag_layout: refuses a row that cannot be used as a layout, and changes to '
'built-in ones.';

CREATE TRIGGER lbdiag_layout_check
    BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.lbdiag_layout
    FOR EACH ROW EXECUTE FUNCTION @extschema@._lbdiag_layout_check();

CREATE TRIGGER lbdiag_layout_keep
    BEFORE TRUNCATE ON @extschema@.lbdiag_layout
    FOR EACH STATEMENT EXECUTE FUNCTION @extschema@._lbdiag_layout_check();

-- A trigger's function is called without this right.
REVOKE EXECUTE ON FUNCTION @extschema@._lbdiag_layout_check() FROM PUBLIC;

CREATE TABLE @extschema@.lbdiag_leaderboard (
    domain text NOT NULL PRIMARY KEY,
    models text,
    benchmarks text,
    groups text,
    layout text REFERENCES @extschema@.lbdiag_layout (name) ON UPDATE CASCADE,
    rank_root text
);

COMMENT ON TABLE @extschema@.lbdiag_leaderboard IS
'Leaderboards that differ from the default. A domain that is not here has the default '
'relations, and the layout that its scores tell.';
COMMENT ON COLUMN @extschema@.lbdiag_leaderboard.domain IS
'Value of the column domain in the source relations.';
COMMENT ON COLUMN @extschema@.lbdiag_leaderboard.models IS
'Relation of the models, with its schema or found through the search_path; NULL: '
'mv_final_model_context.';
COMMENT ON COLUMN @extschema@.lbdiag_leaderboard.benchmarks IS
'Relation of the benchmarks; NULL: mv_final_benchmark_context.';
COMMENT ON COLUMN @extschema@.lbdiag_leaderboard.groups IS
'Relation of the model groups, read where the layout has them; NULL: brainscore_model.';
COMMENT ON COLUMN @extschema@.lbdiag_leaderboard.layout IS
'Layout of the payload; NULL: the one that the scores tell (lbdiag_layout.told_by).';
COMMENT ON COLUMN @extschema@.lbdiag_leaderboard.rank_root IS
'Benchmark whose score ranks the models; NULL: average_ and the domain.';

SELECT pg_catalog.pg_extension_config_dump('@extschema@.lbdiag_layout', 'WHERE NOT built_in');
SELECT pg_catalog.pg_extension_config_dump('@extschema@.lbdiag_leaderboard', '');

-- They hold names, no data; every caller's functions read them.  The owner's
-- default privileges may give more: who writes them decides what is read with
-- a caller's rights.
REVOKE ALL ON @extschema@.lbdiag_layout, @extschema@.lbdiag_leaderboard FROM PUBLIC;
GRANT SELECT ON @extschema@.lbdiag_layout, @extschema@.lbdiag_leaderboard TO PUBLIC;

