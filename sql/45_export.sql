/* Exports of audits and profiles to other tools' formats. */

CREATE FUNCTION @extschema@.lbdiag_profile_export(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL, format text DEFAULT 'folded',
    repetitions int DEFAULT 1, encoding text DEFAULT NULL)
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_profile_export_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_export(text, text, text, text, int, text) IS
'The profile as a file for a tool. format: folded, stacks in microseconds for flamegraph.pl and '
'inferno; speedscope, for speedscope.app; callgrind, for kcachegrind and callgrind_annotate, in '
'ns; pstats, for Python''s pstats, snakeviz and gprof2dot, in seconds: binary, and so in base64.';

CREATE FUNCTION @extschema@.lbdiag_audit_export(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL, format text DEFAULT 'folded', weight text DEFAULT 'bytes')
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_audit_export_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_export(text, text, text, text, text) IS
'The audit as a file for a tool that shows profiles, the tree of paths in bytes of the '
'payload: folded or speedscope. weight compressed: in its compressed bytes, in the encoding '
'lbdiag.encoding; by path with gzip, else by component.';
