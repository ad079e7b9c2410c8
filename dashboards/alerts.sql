-- What a scheduler or a monitoring system should tell: a row for each alert,
-- none where all is well.  For members of pg_monitor, with lbdiag's schema on
-- the search_path.  The rules are those of alerts.yml: the interval of the
-- schedule, here a day, and two hours; phase 1.
-- A job of a phase fails, too, where its run misses a target: LB001.  Those of
-- phase 1 are below.
SELECT CASE s.last_sqlstate WHEN 'LB001' THEN 'target is missed' ELSE 'recording fails' END AS alert,
    s.payload, format('%s times in a row: %s', s.failures, s.last_error) AS detail
FROM lbdiag_schedule_status AS s
WHERE s.failures > 0 AND (s.last_sqlstate, s.phase) IS DISTINCT FROM ('LB001', '1')
UNION ALL
SELECT 'recording is overdue', s.payload, format('last recorded %s ago', date_trunc('minute', s.age))
FROM lbdiag_schedule_status AS s WHERE s.age > interval '26 hours'
UNION ALL
SELECT 'target is missed', t.payload, format('%s of phase %s is %s %s, not below %s', t.metric, t.phase, t.current, t.unit, t.target)
FROM lbdiag_latest_targets AS t WHERE t.phase = '1' AND NOT t.met AND t.at > now() - interval '8 days'
ORDER BY alert, payload, detail;
