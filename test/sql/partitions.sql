-- Partitions and children: each row once, samples by table, the largest rows
-- with the table that they are in.
\pset format unaligned
\pset null -
SET jit = off;
-- Several levels, a default partition, other orders of columns, other compression and storage, an empty one, and one that has been detached.
CREATE TABLE tree (k int, at date, j jsonb, note text) PARTITION BY LIST (k);
CREATE TABLE tree_1 PARTITION OF tree FOR VALUES IN (1) PARTITION BY RANGE (at);
CREATE TABLE tree_1_old PARTITION OF tree_1 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE tree_1_new PARTITION OF tree_1 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE tree_1_none PARTITION OF tree_1 FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
CREATE TABLE tree_2 (note text, gone int, j jsonb, at date, k int);
ALTER TABLE tree_2 DROP COLUMN gone;
ALTER TABLE tree_2 ALTER j SET STORAGE EXTERNAL, ALTER note SET COMPRESSION pglz;
ALTER TABLE tree ATTACH PARTITION tree_2 FOR VALUES IN (2);
CREATE TABLE tree_other PARTITION OF tree DEFAULT;
ALTER TABLE tree_other ALTER j SET COMPRESSION pglz;
CREATE TABLE tree_5 PARTITION OF tree FOR VALUES IN (5);
INSERT INTO tree SELECT 1 + i % 6, date '2020-01-01' + i % 731, jsonb_build_object('i', i, 'k' || i % 400, i % 3, 'text', repeat('text ' || i % 5, (i % 6) * 120)), repeat('note', i % 900) FROM generate_series(1, 1800) AS i;
ALTER TABLE tree DETACH PARTITION tree_5;
CREATE FUNCTION pg_temp.sizes(relation regclass) RETURNS TABLE (bytes bigint, stored bigint) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT coalesce(sum(octet_length(k::text) + octet_length(at::text) + octet_length(j::text) + octet_length(note)), 0)::bigint, coalesce(sum(pg_column_size(k) + pg_column_size(at) + pg_column_size(j) + pg_column_size(note)), 0)::bigint FROM %s', relation);
END $$;
SELECT r.relation, a.occurrences, a.bytes = s.bytes AS bytes, a.stored_bytes = s.stored AS stored
FROM unnest('{tree,tree_1,tree_1_old,tree_1_none,tree_2,tree_other,tree_5}'::regclass[]) AS r (relation), pg_temp.sizes(r.relation) AS s, lbdiag_audit_relation(r.relation) AS a
WHERE a.column_name = 'TOTAL' ORDER BY r.relation::text COLLATE "C";
-- A path of all is what it is in each partition.
SELECT t.path, t.occurrences = p.occurrences AS occurrences, t.bytes = p.bytes AS bytes, abs(t.stored_own_bytes - p.stored) <= 5 AS stored
FROM lbdiag_audit_relation('tree') AS t
JOIN (SELECT a.path, sum(a.occurrences) AS occurrences, sum(a.bytes) AS bytes, sum(a.stored_own_bytes) AS stored
      FROM unnest('{tree_1_old,tree_1_new,tree_1_none,tree_2,tree_other}'::regclass[]) AS r (relation), lbdiag_audit_relation(r.relation) AS a WHERE a.column_name = 'j' GROUP BY a.path) AS p USING (path)
WHERE t.column_name = 'j' ORDER BY t.bytes DESC, t.path;
-- A sample of all blocks is all.
SELECT count(*) AS differ FROM lbdiag_audit_relation('tree') AS a FULL JOIN lbdiag_audit_relation('tree', 100) AS b USING (column_name, path)
WHERE path IS NOT NULL AND (a.occurrences, a.presence, a.nulls, a.distinct_values, a.most_common, a.bytes, a.bytes, a.bytes, a.jsonb_bytes, a.stored_bytes, a.stored_own_bytes, a.documents, a.objects, a.strings, a.median_bytes, a.histogram_counts)
    IS DISTINCT FROM (b.occurrences, b.presence, b.nulls, b.distinct_values, b.most_common, b.bytes, b.bytes_low, b.bytes_high, b.jsonb_bytes, b.stored_bytes, b.stored_own_bytes, b.documents, b.objects, b.strings, b.median_bytes, b.histogram_counts);
-- A sample without a block says so; of empty tables there is nothing to sample.
SELECT occurrences, bytes, bytes_low, bytes_high FROM lbdiag_audit_relation('tree', 1e-30) WHERE column_name = 'TOTAL';
SELECT occurrences, bytes, bytes_low, bytes_high FROM lbdiag_audit_relation('tree_1_none', 50) WHERE column_name = 'TOTAL';

-- Partitions that differ from each other, and have rows in the same order: blocks of the same number are alike, and are in the sample together.  Each is
-- estimated by its own blocks; small ones have their estimate together.  The interval has the true size in 95 % of all samples.
CREATE TABLE strata (k int, j jsonb) PARTITION BY LIST (k);
CREATE TABLE strata_1 PARTITION OF strata FOR VALUES IN (1);
CREATE TABLE strata_2 PARTITION OF strata FOR VALUES IN (2);
CREATE TABLE strata_small PARTITION OF strata FOR VALUES IN (3);
CREATE TABLE strata_smaller PARTITION OF strata FOR VALUES IN (4);
INSERT INTO strata SELECT 1, jsonb_build_object('a', repeat('a', i / 200 + i % 41), 'k' || i % 300, i) FROM generate_series(1, 10000) AS i;
INSERT INTO strata SELECT 2, jsonb_build_object('a', repeat('a', i / 20 + i % 41), 'b', repeat('b', 150 + i % 97)) FROM generate_series(1, 5000) AS i;
INSERT INTO strata SELECT 3 + i % 4 / 3, jsonb_build_object('a', repeat('a', i % 50), 'c', i) FROM generate_series(1, 2000) AS i;
CREATE TEMP TABLE truth AS SELECT * FROM lbdiag_audit_relation('strata');
CREATE TEMP TABLE try AS SELECT i, s.* FROM generate_series(1, 150) AS i, LATERAL (SELECT * FROM lbdiag_audit_relation('strata', 25 + i % 2)) AS s;
SELECT t.column_name, t.path, count(*) AS samples, avg((t.bytes BETWEEN s.bytes_low AND s.bytes_high)::int) BETWEEN 0.82 AND 1 AS covered, abs(avg(s.bytes) / t.bytes - 1) < 0.02 AS unbiased,
    avg(s.bytes_high - s.bytes_low) / t.bytes < CASE WHEN t.column_name = 'TOTAL' OR t.column_name = 'j' AND t.path = '$' THEN 0.05 ELSE 0.15 END AS narrow, abs(avg(s.occurrences) / t.occurrences - 1) < 0.02 AS rows, abs(avg(s.stored_bytes) / t.stored_bytes - 1) < 0.02 AS stored, abs(avg(s.presence) - t.presence) < 0.02 AS presence,
    abs(avg(s.documents) / t.documents - 1) < 0.02 AS documents, abs(avg((SELECT sum(n) FROM unnest(s.histogram_counts) AS n)) / avg((SELECT sum(n) FROM unnest(t.histogram_counts) AS n)) - 1) < 0.02 AS histogram
FROM truth AS t JOIN try AS s ON (s.column_name, s.path) IS NOT DISTINCT FROM (t.column_name, t.path)
GROUP BY t.column_name, t.path, t.bytes, t.occurrences, t.stored_bytes, t.presence, t.documents ORDER BY t.bytes DESC, t.path;
-- What is estimated adds up.
SELECT count(*) FILTER (WHERE p.stored_bytes <> b.stored) AS stored, count(*) FILTER (WHERE p.bytes <> b.bytes) AS bytes, count(*) AS columns
FROM try AS p JOIN LATERAL (SELECT sum(c.stored_own_bytes) AS stored, sum(c.key_bytes + c.value_bytes + c.syntax_bytes) AS bytes FROM try AS c WHERE c.i = p.i AND c.column_name = p.column_name) AS b ON true
WHERE p.path = '$';
-- Many partitions of two blocks: whether their sample tells anything depends on two numbers of blocks.
CREATE TABLE many (k int, j jsonb) PARTITION BY LIST (k);
\set ECHO none
SELECT format('CREATE TABLE many_%s PARTITION OF many FOR VALUES IN (%s)', k, k) FROM generate_series(1, 40) AS k \gexec
\set ECHO all
INSERT INTO many SELECT 1 + i % 40, to_jsonb(repeat('m', 40)) FROM generate_series(1, 7000) AS i;
SET client_min_messages = warning;
CREATE TEMP TABLE few AS SELECT s.* FROM generate_series(1, 40) AS i, LATERAL (SELECT * FROM lbdiag_audit_relation('many', 49 + i % 2) WHERE path = '$' AND column_name = 'j') AS s;
SELECT count(*) FILTER (WHERE bytes_low > t OR bytes_high < t) AS wrong, count(bytes_low) < 40 AS unknown FROM few, (SELECT sum(octet_length(j::text)) AS t FROM many) AS x;
RESET client_min_messages;
-- Parents of inheriting tables are read with their children, each once, also one that has two parents; a child alone is itself.
CREATE TABLE parent (id int, j jsonb);
CREATE TABLE second (id int, j jsonb);
CREATE TABLE child (extra text) INHERITS (parent, second);
CREATE TABLE grandchild () INHERITS (child, parent);
INSERT INTO parent SELECT i, to_jsonb(i) FROM generate_series(1, 10) AS i;
INSERT INTO child SELECT i, to_jsonb(i), 'x' FROM generate_series(1, 100) AS i;
INSERT INTO grandchild SELECT i, to_jsonb(repeat('g', i)), 'x' FROM generate_series(1, 1000) AS i;
SELECT r.relation, a.occurrences, s.occurrences AS sample, a.stored_bytes = s.stored_bytes AS same
FROM unnest('{parent,second,child,grandchild}'::regclass[]) AS r (relation), lbdiag_audit_relation(r.relation) AS a, lbdiag_audit_relation(r.relation, 100) AS s WHERE a.column_name = 'TOTAL' AND s.column_name = 'TOTAL' ORDER BY r.relation;

-- The largest rows, each with the table that it is in.
SELECT l.table_name, l.key, l.bytes, l.shard, l.compression, l.bytes = t.bytes AS same FROM lbdiag_largest('tree', 'j', '$.text', 4) WITH ORDINALITY AS l (table_name, row_ctid, key, bytes, occurrences, total_bytes, stored_bytes, column_stored_bytes, out_of_line, compression, shard, number)
JOIN (SELECT tableoid, ctid, octet_length((j -> 'text')::text) AS bytes FROM tree) AS t ON t.tableoid = l.table_name AND t.ctid = l.row_ctid ORDER BY l.number;
SELECT array_agg(bytes) = (SELECT array_agg(b) FROM (SELECT octet_length((j -> 'text')::text)::bigint AS b FROM tree WHERE j ? 'text' ORDER BY 1 DESC LIMIT 50) AS x) AS same, array_agg(DISTINCT table_name::text) AS tables FROM lbdiag_largest('tree', 'j', '$.text', 50);
SELECT table_name, count(*) FROM lbdiag_largest('parent', 'j', n => 1000) GROUP BY 1 ORDER BY 1;

-- A foreign partition has no blocks here, and what it stores is not known.
CREATE FOREIGN DATA WRAPPER regress_partitions;
CREATE SERVER regress_partitions FOREIGN DATA WRAPPER regress_partitions;
CREATE FOREIGN TABLE tree_away PARTITION OF tree FOR VALUES IN (7) SERVER regress_partitions;
-- error: "tree" cannot be sampled
SELECT * FROM lbdiag_audit_relation('tree', 10);
-- error: "tree_away" is not a table or a materialized view
SELECT * FROM lbdiag_largest('tree', 'j');
DROP FOREIGN TABLE tree_away;
DROP SERVER regress_partitions;
DROP FOREIGN DATA WRAPPER regress_partitions;
DROP TABLE tree, tree_5, strata, many, grandchild, child, parent, second;
