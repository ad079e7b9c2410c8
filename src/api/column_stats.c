/*-------------------------------------------------------------------------
 *
 * column_stats.c
 *	  Columns of a result or a relation, and what their values take.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "json/path_count.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

#include "api/column_stats.h"
#include "api/json_stats.h"
#include "compat.h"
#include "json/json_text_reader.h"
#include "json/jsonb_stats.h"
#include "json/path_sample.h"
#include "json/stored.h"
#include "json/waste.h"
#include "util/row_receiver.h"

static void add_stored(LbdColumn *column, Datum value);
static void add_text(LbdColumn *column, const char *text, int len);
static int64 stored_size(LbdColumn *column, Datum value);
static void scale_counts(int64 *counts, int64 *start, Size n, double factor);
static int	compare_columns(const void *a, const void *b);

/*
 * Prepares a column; its stats are in context, the rest in the current one.
 * types are those of all columns of a result.
 */
void
lbd_column_init(LbdColumn *column, Form_pg_attribute attribute,
				LbdValueTypes *types, MemoryContext context)
{
	bool		complete = true;

	column->name = pstrdup(NameStr(attribute->attname));
	column->type = getBaseType(attribute->atttypid);
	column->length = attribute->attlen;
	if (column->type != JSONOID && column->type != JSONBOID)
	{
		column->type_name = format_type_be(attribute->atttypid);
		column->parts = lbd_value_type(types, attribute->atttypid,
									   &complete);
	}
	lbd_find_output(attribute->atttypid, &column->output,
					CurrentMemoryContext);
	column->stats = lbd_stats_create_any(context);
	column->stats->complete = complete;
}

/*
 * Counts a value: its text, and, of a column that is stored, what it takes
 * there.  What is palloc'ed on the way is left to the current context.
 */
void
lbd_column_add(LbdColumn *column, Datum value, bool isnull)
{
	LbdPath    *root = column->stats->root;

	if (isnull)
	{
		lbd_stats_document(column->stats, root);
		root->occurrences++;
		root->nulls++;
	}
	else if (column->type_name || column->waste)
	{
		char	   *text = OutputFunctionCall(&column->output, value);

		if (column->stored)
			root->stored_own += stored_size(column, value);
		add_text(column, text, strlen(text));
	}
	else if (column->stored)
		add_stored(column, value);
	else
		lbd_stats_add_datum(column->stats, root, value,
							column->type == JSONBOID);
}

/*
 * Counts a value, which is not null, of a column that is not stored, and of
 * which the caller has made the text.
 */
void
lbd_column_add_text(LbdColumn *column, Datum value, const char *text, int len)
{
	if (column->type == JSONBOID && !column->waste)
		lbd_stats_add_datum(column->stats, column->stats->root, value, true);
	else
		add_text(column, text, len);
}

/*
 * Counts a value of json or jsonb.  What belongs to no byte of it is counted
 * on the root: headers, and what the compressed form has at its end.
 */
static void
add_stored(LbdColumn *column, Datum value)
{
	LbdPath    *root = column->stats->root;
	struct varlena *stored = (struct varlena *) DatumGetPointer(value);
	struct varlena *flat;
	uint8	   *costs;

	if (VARATT_IS_EXTERNAL(stored))
		stored = detoast_external_attr(stored);
	flat = column->type == JSONBOID ? pg_detoast_datum(stored) :
		pg_detoast_datum_packed(stored);
	costs = lbd_stored_costs(stored, VARSIZE_ANY_EXHDR(flat));
	root->stored_own += stored_size(column, value) -
		lbd_stored_sum(costs, VARSIZE_ANY_EXHDR(flat));
	if (column->type == JSONBOID)
		lbd_stats_add_jsonb(column->stats, root, (Jsonb *) flat, costs,
							&column->jsonb);
	else
		lbd_stats_add_stored_text(column->stats, root, VARDATA_ANY(flat),
								  VARSIZE_ANY_EXHDR(flat), costs);
}

/*
 * Counts a value by its text.
 */
static void
add_text(LbdColumn *column, const char *text, int len)
{
	LbdPath    *root = column->stats->root;
	uint32		ndistinct = root->distinct.used;

	if (column->type_name == NULL)
	{
		lbd_stats_add_text(column->stats, root, text, len);
		return;
	}
	if (column->parts)
	{
		lbd_stats_add_value(column->stats, root, column->parts, text, len);
		return;
	}
	lbd_stats_document(column->stats, root);
	root->occurrences++;
	root->types |= LBD_TYPE_STRING;
	root->value_bytes += len;
	lbd_stats_size(column->stats, root, len);
	lbd_stats_text(column->stats, root, len);
	lbd_stats_value(column->stats, root, lbd_distinct_hash(text, len));
	if (root->waste)
	{
		if (root->distinct.used > ndistinct)
			root->waste->strings += len;
		lbd_waste_string(root->waste, text, len);
	}
}

/*
 * Counts how a value is stored, and returns what pg_column_size() does, in
 * units.
 */
static int64
stored_size(LbdColumn *column, Datum value)
{
	return lbd_stored_parts_add(&column->storage, column->length, value) *
		LBD_STORED_UNIT;
}

/*
 * Makes what has been counted of how values are stored, in the present table of
 * a sample, the estimate for all of it.
 */
void
lbd_column_scale(LbdColumn *column, double factor)
{
	StaticAssertStmt(sizeof(LbdStoredParts) % sizeof(int64) == 0 &&
					 sizeof(LbdJsonbParts) % sizeof(int64) == 0,
					 "all of it are counts");
	scale_counts((int64 *) &column->storage, (int64 *) &column->storage_start,
				 sizeof(LbdStoredParts) / sizeof(int64), factor);
	scale_counts((int64 *) &column->jsonb, (int64 *) &column->jsonb_start,
				 sizeof(LbdJsonbParts) / sizeof(int64), factor);
}

static void
scale_counts(int64 *counts, int64 *start, Size n, double factor)
{
	for (Size i = 0; i < n; i++)
	{
		counts[i] = lbd_scaled(counts[i], start[i], factor);
		start[i] = counts[i];
	}
}

/*
 * Puts the columns, which have been summed, in order: the largest first, equal
 * ones by their names.
 */
void
lbd_columns_sort(LbdColumn *columns, int ncolumns)
{
	qsort(columns, ncolumns, sizeof(LbdColumn), compare_columns);
}

static int
compare_columns(const void *a, const void *b)
{
	const LbdColumn *left = a;
	const LbdColumn *right = b;
	int64		left_bytes = left->stats->root->bytes;
	int64		right_bytes = right->stats->root->bytes;

	if (left_bytes != right_bytes)
		return left_bytes > right_bytes ? -1 : 1;
	return strcmp(left->name, right->name);
}
