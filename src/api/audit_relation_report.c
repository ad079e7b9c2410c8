/*-------------------------------------------------------------------------
 *
 * audit_relation_report.c
 *	  lbdiag_audit_relation_report, lbdiag_audit_relation_html: the audit of
 *	  a relation as text, and as HTML.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "json/path_rows.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/freespace.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"

#include "api/definition.h"
#include "api/relation_audit.h"
#include "api/report_rows.h"
#include "report/html_report.h"
#include "report/relation_report.h"

static void begin_audit(FunctionCallInfo fcinfo, LbdRelationAudit *audit);
static void fill_sizes(LbdRelationAudit *audit, LbdRelationSizes *sizes);
static void fill_columns(const LbdRelationAudit *audit,
						 LbdRelationSizes *sizes);
static const char *kind_name(char kind);
static void fill_space(const LbdRelationAudit *audit, LbdRelationSizes *sizes);
static void add_space(LbdRelationSpace *space, Oid table);
static int64 free_space(Relation table);
static void fill_repeats(const LbdRelationAudit *audit,
						 LbdRelationSizes *sizes);
static const LbdPath *find_path(const LbdPath *path, const char *text);

PG_FUNCTION_INFO_V1(lbdiag_audit_relation_report_1_0);
/*
 * lbdiag_audit_relation_report(relation regclass, sample float8)
 *		-> SETOF text
 */
Datum
lbdiag_audit_relation_report_1_0(PG_FUNCTION_ARGS)
{
	LbdRelationAudit audit = {0};
	LbdRelationSizes sizes = {0};
	LbdReport  *report;

	lbd_report_begin(fcinfo, 2);
	report = lbd_report_create();
	begin_audit(fcinfo, &audit);
	for (int i = 0; i < audit.counter.ncolumns; i++)
		lbd_rows_notice(audit.counter.columns[i].stats,
						audit.counter.columns[i].name);
	fill_sizes(&audit, &sizes);
	lbd_report_relation(report, &sizes);
	MemoryContextDelete(audit.counter.context);
	return lbd_report_return(fcinfo, report);
}

PG_FUNCTION_INFO_V1(lbdiag_audit_relation_html_1_0);
/*
 * lbdiag_audit_relation_html(relation regclass, sample float8) -> text
 */
Datum
lbdiag_audit_relation_html_1_0(PG_FUNCTION_ARGS)
{
	LbdRelationAudit audit = {0};
	LbdRelationSizes sizes = {0};
	StringInfoData page;

	lbd_check_definition(fcinfo, 2, 0);
	initStringInfo(&page);
	begin_audit(fcinfo, &audit);
	fill_sizes(&audit, &sizes);
	lbd_counter_limit(&audit.counter, NULL);
	lbd_html_relation(&page, &sizes);
	MemoryContextDelete(audit.counter.context);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(page.data, page.len));
}

static void
begin_audit(FunctionCallInfo fcinfo, LbdRelationAudit *audit)
{
	audit->repeats = palloc(sizeof(LbdRepeats));
	lbd_relation_audit_run(fcinfo, audit);
}

/*
 * The sizes of what has been audited, which live as long as that.
 */
static void
fill_sizes(LbdRelationAudit *audit, LbdRelationSizes *sizes)
{
	Relation	relation = relation_open(audit->relation, AccessShareLock);
	char		kind = relation->rd_rel->relkind;

	sizes->kind = kind_name(kind);
	sizes->name = quote_qualified_identifier(
											 get_namespace_name(RelationGetNamespace(relation)),
											 RelationGetRelationName(relation));
	relation_close(relation, AccessShareLock);
	sizes->stored = audit->stored;
	sizes->row_security =
		check_enable_rls(audit->relation, InvalidOid, true) == RLS_ENABLED;
	sizes->sampled = audit->sampled;
	sizes->blocks = audit->sample.blocks;
	sizes->blocks_read = audit->sample.chosen;
	sizes->interval = audit->sampled &&
		lbd_relation_interval(&audit->sample.total, audit->counted,
							  &sizes->low, &sizes->high);
	fill_columns(audit, sizes);
	if (kind == RELKIND_RELATION || kind == RELKIND_MATVIEW ||
		kind == RELKIND_PARTITIONED_TABLE)
		fill_space(audit, sizes);
	fill_repeats(audit, sizes);
}

static const char *
kind_name(char kind)
{
	switch (kind)
	{
		case RELKIND_VIEW:
			return "view";
		case RELKIND_MATVIEW:
			return "materialized view";
		case RELKIND_FOREIGN_TABLE:
			return "foreign table";
		case RELKIND_PARTITIONED_TABLE:
			return "partitioned table";
		default:
			return "table";
	}
}

static void
fill_columns(const LbdRelationAudit *audit, LbdRelationSizes *sizes)
{
	const LbdResultCounter *counter = &audit->counter;
	int			n = Max(counter->ncolumns, 1);
	LbdResultColumn *columns = palloc0(n * sizeof(LbdResultColumn));
	LbdRelationColumn *more = palloc0(n * sizeof(LbdRelationColumn));

	for (int i = 0; i < counter->ncolumns; i++)
	{
		const LbdColumn *column = &counter->columns[i];

		columns[i].name = column->name;
		columns[i].type_name = column->type_name;
		columns[i].root = column->stats->root;
		columns[i].complete = column->stats->complete;
		if (!column->stored)
			continue;
		more[i].storage = &column->storage;
		if (column->type == JSONBOID)
			more[i].jsonb = &column->jsonb;
	}
	sizes->result.columns = columns;
	sizes->result.ncolumns = counter->ncolumns;
	sizes->result.rows = counter->rows;
	sizes->result.bytes = audit->counted;
	sizes->columns = more;
}

/*
 * What the table takes on disk, with all its partitions and children; not
 * where some of them are stored elsewhere.
 */
static void
fill_space(const LbdRelationAudit *audit, LbdRelationSizes *sizes)
{
	LbdRelationSpace *space;
	List	   *tables;
	ListCell   *cell;

	if (!audit->stored)
		return;
	space = palloc0(sizeof(LbdRelationSpace));
	/* As in pg_freespacemap, whose functions are for these. */
	if (!has_privs_of_role(GetUserId(), ROLE_PG_STAT_SCAN_TABLES))
		space->free = -1;
	tables = find_all_inheritors(audit->relation, AccessShareLock, NULL);
	foreach(cell, tables)
		add_space(space, lfirst_oid(cell));
	sizes->space = space;
}

static void
add_space(LbdRelationSpace *space, Oid table)
{
	Relation	relation = relation_open(table, NoLock);
	Oid			toast = relation->rd_rel->reltoastrelid;
	int64		outside = 0;

	if (OidIsValid(toast))
		outside = DatumGetInt64(DirectFunctionCall1(pg_total_relation_size,
													ObjectIdGetDatum(toast)));
	space->toast += outside;
	space->heap += DatumGetInt64(DirectFunctionCall1(pg_table_size,
													 ObjectIdGetDatum(table))) - outside;
	space->indexes += DatumGetInt64(DirectFunctionCall1(pg_indexes_size,
														ObjectIdGetDatum(table)));
	if (space->free >= 0 && RELKIND_HAS_STORAGE(relation->rd_rel->relkind))
		space->free += free_space(relation);
	relation_close(relation, NoLock);
}

static int64
free_space(Relation table)
{
	BlockNumber nblocks = RelationGetNumberOfBlocks(table);
	int64		bytes = 0;

	for (BlockNumber block = 0; block < nblocks; block++)
	{
		CHECK_FOR_INTERRUPTS();
		bytes += GetRecordedFreeSpace(table, block);
	}
	return bytes;
}

/*
 * The columns that JSON repeats at a path that has not become a part of
 * another one.
 */
static void
fill_repeats(const LbdRelationAudit *audit, LbdRelationSizes *sizes)
{
	const LbdRepeats *repeats = audit->repeats;
	LbdRepeatedColumn *found = palloc(Max(repeats->count, 1) *
									  sizeof(LbdRepeatedColumn));

	for (int i = 0; i < repeats->count; i++)
	{
		const LbdRepeat *repeat = &repeats->repeats[i];
		LbdRepeatedColumn *next = &found[sizes->nrepeats];

		if (!lbd_repeat_holds(repeat))
			continue;
		next->column = repeats->names[repeat->column];
		next->json = repeats->names[repeat->json];
		next->path = NULL;
		for (int j = 0; j < sizes->result.ncolumns; j++)
		{
			if (strcmp(sizes->result.columns[j].name, next->json) == 0)
				next->path = find_path(sizes->result.columns[j].root,
									   repeat->path);
		}
		if (next->path)
			sizes->nrepeats++;
	}
	sizes->repeats = found;
	sizes->compared = repeats->rows;
}

/*
 * The path that has this text, from one on that it may be, or NULL.
 */
static const LbdPath *
find_path(const LbdPath *path, const char *text)
{
	StringInfoData here;
	const LbdPath *found = NULL;
	bool		above;

	check_stack_depth();
	initStringInfo(&here);
	lbd_stats_path(path, &here);
	above = strncmp(here.data, text, here.len) == 0;
	if (above && text[here.len] == '\0')
		found = path;
	for (const LbdPath *child = path->first; above && !found && child;
		 child = child->next)
	{
		CHECK_FOR_INTERRUPTS();
		found = find_path(child, text);
	}
	pfree(here.data);
	return found;
}
