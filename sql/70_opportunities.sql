/* Opportunities. */

CREATE FUNCTION @extschema@.lbdiag_opportunities(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL)
RETURNS TABLE (
    priority int, impact text, rules text[], action text, components text[], paths text[],
    bytes_saved bigint, share_saved numeric, compressed_saved bigint,
    compressed_share_saved numeric, sampled boolean, trade_off text, apply text)
AS 'MODULE_PATHNAME', 'lbdiag_opportunities_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000000 ROWS 15;

COMMENT ON FUNCTION @extschema@.lbdiag_opportunities(text, text, text) IS
'What could be done about the payload''s size: found from the audit by rules, each tried by '
'producing the payload with it, ranked by the compressed bytes that it saves (the order by raw '
'bytes can differ: see bytes_saved). Keys that must not leave the database come first '
'(impact SECURITY). impact: HIGH from 10 % of the raw or of the compressed payload on, MEDIUM '
'from 2 %, LOW from 0.5 %; UNSENT is what is built and not sent, which saves time on the server '
'and no bytes. sampled: a payload larger than 1.2 MB is tried on every second to 16th model, '
'and scaled, which is rough for the compressed bytes that dictionaries and columnar save; '
'lbdiag_whatif, with the call in apply, measures all of it. compressed_saved counts '
'the components that the change touches. The last row, ALL HIGH, combines the high-impact '
'changes that are compatible and each add something, and names the phases whose size targets '
'it would meet.';
