-- What SQLsmith and the fuzz of arguments have in common: a tiny leaderboard,
-- an ordinary role, and a list of the extension's functions.
CREATE EXTENSION lbdiag;
SELECT count(*) FROM lbdiag_create_demo(models => 5, benchmarks => 8) \g /dev/null

CREATE ROLE smith LOGIN;
CREATE SCHEMA smith;
GRANT USAGE ON SCHEMA smith, lbdiag_demo TO smith;
GRANT SELECT ON ALL TABLES IN SCHEMA lbdiag_demo TO smith;

-- All functions of the extension that can be called by name.
CREATE VIEW smith.function AS
SELECT p.oid, p.oid::regproc::text AS name, p.proname, p.pronargs, p.proargtypes, p.proargnames, p.prorettype,
    p.pronargs - p.pronargdefaults AS required,
    (SELECT coalesce(string_agg(format_type(a.type, NULL), ', ' ORDER BY a.n), '')
     FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, n)) AS types,
    (SELECT coalesce(string_agg('$' || a.n, ', ' ORDER BY a.n), '')
     FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, n)) AS arguments,
    (SELECT coalesce(string_agg(coalesce('coalesce($' || a.n || ', '
                || pg_get_function_arg_default(p.oid, a.n::int) || ')', '$' || a.n), ', ' ORDER BY a.n), '')
     FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, n)) AS arguments_or_defaults
FROM pg_depend AS d
JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'lbdiag'
JOIN pg_proc AS p ON p.oid = d.objid AND p.prokind = 'f'
WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
  AND d.refclassid = 'pg_extension'::regclass
  AND NOT EXISTS (SELECT 1 FROM unnest(p.proargtypes || p.prorettype) AS u (type)
                  JOIN pg_type AS t ON t.oid = u.type AND t.typtype = 'p' AND t.typname <> 'record' AND t.typname <> 'void');

CREATE VIEW smith.calls AS
SELECT s.funcname, s.calls FROM smith.function AS f
JOIN pg_stat_user_functions AS s ON s.funcid = f.oid;
