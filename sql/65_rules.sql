/* Rules: what opportunities are found by, and from which thresholds on. */

CREATE FUNCTION @extschema@.lbdiag_rules()
RETURNS TABLE (
    rule text, scope text, components text[], below text, keys text[], types text[],
    needs text, min_share float8, min_occurrences bigint, min_usual float8,
    min_presence float8, max_distinct float8, min_text float8, alone boolean,
    impact text, change text, value text, not_with text[], action text, trade_off text)
AS 'MODULE_PATHNAME', 'lbdiag_rules_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 35;

COMMENT ON FUNCTION @extschema@.lbdiag_rules() IS
'The rules that opportunities are found by, and their thresholds. scope is what a rule is about: '
'a member, the dynamic keys or a component of a leaderboard''s payload, the whole payload, a '
'component that is built and not sent (unsent), a path of the result of a query, or of a table '
'(relation). A path fits a rule if it is in one of the components, has the path below above it, a '
'key that one of keys describes, and values of one of the types; NULL is any. In keys, * at the '
'start or the end is any text, ~ a word of the key, also in the plural, and ! what the key must '
'not be; the key is taken in lower case. A path takes at least min_share of the payload (of the '
'result, of the column) and occurs min_occurrences times; a share min_usual of its values are '
'the same or null; a share min_presence of the rows have it; at most a share max_distinct of the '
'values are distinct; a value has min_text bytes on average. alone: a member fits the first of '
'such rules only. impact: whatever the change saves. change and value are what lbdiag_whatif '
'gets; without a value, what fits the rule. not_with: rules whose changes exclude this one.';
