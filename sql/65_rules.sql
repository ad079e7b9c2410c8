/* Rules: what opportunities are looked for, and from which thresholds on. */

CREATE TABLE @extschema@._lbdiag_rule (
    rule text PRIMARY KEY,
    number int NOT NULL UNIQUE,
    scope text NOT NULL CHECK (
        scope IN ('member', 'keys', 'component', 'payload', 'unsent', 'query', 'relation')),
    component text,
    path text,
    key text,
    types text,
    needs text,
    repeated_in text,
    in_layout text CHECK (in_layout IN ('blanks', 'ascii', 'js_string')),
    min_occurrences bigint NOT NULL DEFAULT 0,
    min_usual float8,
    min_nulls float8,
    min_presence float8,
    max_distinct float8,
    min_text float8,
    min_share float8 NOT NULL DEFAULT 0.0005,
    alone boolean NOT NULL DEFAULT false,
    change text,
    value jsonb,
    not_with text[] NOT NULL DEFAULT '{}',
    action text NOT NULL,
    trade_off text NOT NULL);

COMMENT ON TABLE @extschema@._lbdiag_rule IS
'The rules of lbdiag_opportunities. A row of the audit fits a rule by component, path, key '
'(lower case) and types, regular expressions, and by the numbers. needs: a component that must '
'be sent too. repeated_in: component:path that must have the same key as often. in_layout: what '
'the layout must do. Of its occurrences, a share min_usual must have one value (or be null), '
'min_nulls be null, max_distinct at most be distinct; a value must have min_text bytes on '
'average, a row min_share of the payload. Scope query: of the result of a query. '
'Scope relation: of a table; min_presence of its rows have the path, and share and threshold are '
'of what a column takes. alone: a '
'member fits the first of such rules only. change is the name of a what-if''s change with the '
'rows as its paths, or value the whole change. not_with: rules whose changes exclude each '
'other. In action, %s is the list of keys or components.';

INSERT INTO @extschema@._lbdiag_rule (
    rule, number, scope, component, path, key, min_share, alone, change, action, trade_off) VALUES
('secret', 1, 'member', NULL, NULL,
 '(^|_|[a-z])(password|passwd|secret|credential|e_?mail|api_?key|private_?key|session_?key'
 '|(access|auth|refresh|session|csrf|bearer)_?token)s?($|_)|^(pwd|token|e-mail)$',
 0, true, 'drop_paths', 'Keep %s in the database',
 'None: a browser must not have them, whatever they take.'),
('color', 2, 'member', NULL, NULL, 'colou?r', 0.0005, true, 'drop_paths',
 'Compute %s in the browser',
 'The page''s script needs the rule; a change of colors is a change of the script.'),
('optional', 3, 'member', '^row_data$', '^\$\[\*\]\.\*\.[^.[]+$',
 '^(raw|.*_raw|raw_.*|error|.*_error|timestamp|.*_timestamp|version_.*|.*_version|historical_.*)$',
 0.0005, true, 'drop_paths', 'Send %s of the cells on request',
 'What the page shows of them comes shortly after it is asked for.'),
('derivable', 4, 'member', '^row_data$', '^\$\[\*\]\.\*\.[^.[]+$',
 '^(complete|is_complete|benchmark_type_id)$', 0.0005, true, 'drop_paths',
 'Drop %s from the cells: the page can derive them',
 'The page''s script derives them: complete from the value, the benchmark from the cell''s key.');

INSERT INTO @extschema@._lbdiag_rule (
    rule, number, scope, component, path, repeated_in, alone, change, action, trade_off) VALUES
('metadata', 5, 'member', '^row_data$', '^\$\[\*\]\.metadata\.[^.[]+$',
 'model_metadata_map:$.*', true, 'drop_paths',
 'Drop %s of the rows, which model_metadata_map repeats for each of them',
 'The page looks them up in model_metadata_map, which must then be loaded at once.');

INSERT INTO @extschema@._lbdiag_rule (
    rule, number, scope, key, types, min_occurrences, min_usual, alone, change, not_with, action,
    trade_off) VALUES
('usual', 6, 'member', '^(?!(value|score|score_ceiled)$)', '^(?!.*(object|array))', 20, 0.95,
 true, 'defaults', '{nulls,columnar}',
 'Send the usual value of %s once',
 'At least 95 % have one value: it becomes the default, and the page''s script fills it in.');

INSERT INTO @extschema@._lbdiag_rule (
    rule, number, scope, component, path, types, max_distinct, min_text, min_share, change, action,
    trade_off) VALUES
('dictionary', 7, 'member', '^row_data$', '^\$\[\*\]\.\*\.[^.[]+$', '^string', 0.05, 8, 0.005,
 'dictionary',
 'Send each string of %s once, and its number in the cells',
 'The page''s script looks the strings up.');

INSERT INTO @extschema@._lbdiag_rule (
    rule, number, scope, component, path, min_share, change, not_with, action, trade_off) VALUES
('keys', 8, 'keys', '^row_data$', '^\$\[\*\]\.\*$', 0.005, 'dictionary_keys', '{columnar}',
 'Send each key of the cells once, and its number in the rows',
 'The page''s script looks the keys up.');

INSERT INTO @extschema@._lbdiag_rule (
    rule, number, scope, component, needs, not_with, action, trade_off) VALUES
('maps', 9, 'component',
 '^(benchmark_bibtex_map|benchmark(Stimuli|Data|Metric)MetaMap|model_metadata_map)$', NULL,
 '{metadata}',
 'Load the metadata maps (%s) when they are first needed',
 'The details of a model or benchmark come shortly after they are asked for.'),
('comparison', 10, 'component', '^comparison_data$', 'row_data', '{}',
 'Derive %s from row_data in the browser',
 'The comparison view reads the cells of row_data, which must then have the scores'' errors.'),
('columns', 11, 'component', '^column_defs$', NULL, '{}', 'Build %s in the browser',
 'The page''s script builds the columns from benchmark_tree and benchmark_metadata.');

INSERT INTO @extschema@._lbdiag_rule (
    rule, number, scope, in_layout, needs, value, not_with, action, trade_off) VALUES
('plain_json', 12, 'payload', 'js_string', NULL, '{"plain_json": true}', '{}',
 'Embed plain JSON in place of JavaScript strings',
 'The page reads it with JSON.parse from a data island; its text must not contain </script.'),
('compact', 13, 'payload', 'blanks', NULL, '{"compact": true}', '{}',
 'Use separators without blanks', 'None: a payload is not read by people.'),
('utf8', 14, 'payload', 'ascii', NULL, '{"utf8": true}', '{}',
 'Send UTF-8 in place of \u escapes', 'None, where the page declares its encoding.'),
('nulls', 15, 'payload', NULL, NULL, '{"omit_nulls": true}', '{usual}',
 'Leave out members that are null', 'The page''s script must take a missing member as null.'),
('digits', 16, 'payload', NULL, NULL, '{"round_digits": 2}', '{}',
 'Round numbers to 2 decimals, what the page shows',
 'The page cannot show, or sort by, more decimals.'),
('columnar', 17, 'payload', NULL, 'row_data', '{"columnar": true}', '{keys,usual}',
 'Send row_data as an object of arrays', 'The page''s script puts the rows together again.');

INSERT INTO @extschema@._lbdiag_rule (rule, number, scope, action, trade_off) VALUES
('unsent', 18, 'unsent', 'Do not build %s, which is not sent with this page',
 'None for this page. It saves time and no bytes: lbdiag_profile_calls has build_%.');

-- Of the result of any query, for lbdiag_audit_query_report.
INSERT INTO @extschema@._lbdiag_rule (
    rule, number, scope, types, min_occurrences, min_share, max_distinct, min_text, action,
    trade_off) VALUES
('query_nulls', 101, 'query', NULL, 1, 0.01, NULL, NULL,
 'leave out the members that are null', 'A missing member must be read as null.'),
('query_constant', 102, 'query', NULL, 2, 0.01, NULL, NULL,
 'send the value once: it never differs', 'The reader must know it from elsewhere.'),
('query_strings', 103, 'query', '^(string|text|character varying|character|name)$', 20, 0.01,
 0.05, 6,
 'send each string once, and its number', 'The reader must look the strings up.'),
('query_keys', 104, 'query', NULL, 2, 0.01, NULL, NULL,
 'send the key once: every element has it', 'Arrays of values in the place of objects.'),
('query_empty', 108, 'query', NULL, 1, 0.01, NULL, NULL,
 'leave out the column: it is always null', 'None.'),
('query_digits', 105, 'query', NULL, 1, 0.01, NULL, NULL,
 'send no more digits than a double needs', 'None, where it is read as a double.'),
('query_base64', 106, 'query', NULL, 1, 0.01, NULL, NULL,
 'send bytes in the place of base64', 'A request, or a binary format, of its own.'),
('query_blanks', 107, 'query', NULL, 1, 0.01, NULL, NULL,
 'leave out blanks', 'None: jsonb''s text has them always, json''s as it was written.');

-- Of what a table stores, for lbdiag_relation_opportunities.
INSERT INTO @extschema@._lbdiag_rule (
    rule, number, scope, types, min_occurrences, min_share, min_presence, max_distinct, min_text,
    action, trade_off) VALUES
('relation_empty', 201, 'relation', '^null$', 1, 0.01, NULL, NULL, NULL,
 'leave out the member: it is always null', 'A missing member must be read as null.'),
('relation_constant', 202, 'relation', NULL, 2, 0.01, NULL, NULL, NULL,
 'leave out the member: it never differs',
 'Readers must know it from elsewhere.'),
('relation_nulls', 203, 'relation', NULL, 1, 0.01, NULL, NULL, NULL,
 'leave out the members that are null', 'A missing member must be read as null.'),
('relation_strings', 204, 'relation', '^string$', 20, 0.01, NULL, 0.05, 6,
 'store each string once, in a table of its own, and its number',
 'Readers must look the strings up, and writers add new ones.'),
('relation_promote', 205, 'relation', '^(string|number|boolean)$', 1, 0.01, 0.9, NULL, NULL,
 'promote to a column', 'Queries must read the column.'),
('relation_typed', 206, 'relation', '^string$', 1, 0.01, 0.9, NULL, NULL,
 'promote to a column of type %s',
 'Queries must read the column, which prints its values in its own way.'),
('relation_key', 207, 'relation', NULL, 1, 0.01, NULL, NULL, NULL,
 'shorten the key', 'Readers must use the new key.'),
('relation_lz4', 208, 'relation', NULL, 1, 0.01, NULL, NULL, NULL,
 'compress with lz4', 'Reading and writing are faster.'),
('relation_pglz', 209, 'relation', NULL, 1, 0.01, NULL, NULL, NULL,
 'compress with pglz', 'Reading and writing are slower.');

REVOKE ALL ON @extschema@._lbdiag_rule FROM PUBLIC;
GRANT SELECT ON @extschema@._lbdiag_rule TO PUBLIC;
