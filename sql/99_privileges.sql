/* Privileges: none but those that are granted above. */

/*
 * Default privileges of the role that creates the extension may have given
 * more to roles by name.  Who writes the configuration decides what is read
 * with other users' rights, and who may create a trigger on a table or refer to
 * it has code run, or writes fail, when somebody else writes it.
 */
DO $do$
DECLARE
    object record;
BEGIN
    FOR object IN
        SELECT DISTINCT o.kind, o.name, a.grantee::regrole AS grantee
        FROM pg_extension AS e
        JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
            AND d.deptype = 'e'
        CROSS JOIN LATERAL (
            SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
                c.oid::regclass::text AS name, c.relacl AS acl, c.relowner AS owner
            FROM pg_class AS c
            WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid
                AND c.relkind IN ('r', 'v', 'S')
            UNION ALL
            SELECT 'ROUTINE', p.oid::regprocedure::text, p.proacl, p.proowner
            FROM pg_proc AS p
            WHERE d.classid = 'pg_proc'::regclass AND p.oid = d.objid
            UNION ALL
            SELECT 'TYPE', t.oid::regtype::text, t.typacl, t.typowner
            FROM pg_type AS t
            WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid
        ) AS o
        CROSS JOIN LATERAL aclexplode(o.acl) AS a
        WHERE e.extname = 'lbdiag' AND a.grantee NOT IN (0, o.owner)
            AND a.grantee IN (
                SELECT g.grantee FROM pg_default_acl AS g_acl
                CROSS JOIN LATERAL aclexplode(g_acl.defaclacl) AS g
                WHERE g_acl.defaclrole = quote_ident(current_user)::regrole)
    LOOP
        EXECUTE format('REVOKE ALL ON %s %s FROM %s', object.kind, object.name, object.grantee);
        IF object.kind = 'TABLE' AND object.grantee = 'pg_monitor'::regrole
            AND NOT has_table_privilege('public', object.name, 'SELECT') THEN
            EXECUTE format('GRANT SELECT ON TABLE %s TO pg_monitor', object.name);
        END IF;
    END LOOP;
END
$do$;
