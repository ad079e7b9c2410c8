/*-------------------------------------------------------------------------
 *
 * spi_query.c
 *	  Small read-only queries through SPI.
 *
 * The text of a query is constant but for identifiers, which its caller has
 * quoted; values are parameters.  All functions need an SPI connection.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "leaderboard/spi_query.h"

/* More names than this are not listed in a hint. */
#define LBD_LIST_MAX	20

static uint64 run_query(const char *query, int nargs, Oid *types,
						Datum *values, const char *nulls, long limit);

/*
 * Runs a query with one text parameter, or none for NULL, and returns its
 * first row, which lives until SPI_finish.  relation is what messages call
 * the place that the row is from.
 */
LbdRow
lbd_query_row(const char *query, const char *parameter, const char *relation)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1] = {0};
	LbdRow		row = {0};

	if (parameter)
		values[0] = CStringGetTextDatum(parameter);
	row.relation = relation;
	if (run_query(query, parameter ? 1 : 0, types, values, NULL, 1) > 0)
		row = lbd_result_row(0, relation);
	return row;
}

/*
 * Runs a query with parameters, nulls as in SPI_execute_with_args, and
 * returns how many rows it has.  lbd_result_row reads them before the next
 * query runs.
 */
uint64
lbd_query_rows(const char *query, int nargs, Oid *types, Datum *values,
			   const char *nulls)
{
	return run_query(query, nargs, types, values, nulls, 0);
}

/*
 * A row of the result of the last query, which lives until SPI_finish.
 */
LbdRow
lbd_result_row(uint64 number, const char *relation)
{
	LbdRow		row = {
		.found = true,
		.tuple = SPI_tuptable->vals[number],
		.desc = SPI_tuptable->tupdesc,
		.relation = relation
	};

	return row;
}

static uint64
run_query(const char *query, int nargs, Oid *types, Datum *values,
		  const char *nulls, long limit)
{
	int			result = SPI_execute_with_args(query, nargs, types, values,
											   nulls, true, limit);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "query failed: %s", SPI_result_code_string(result));
	return SPI_processed;
}

/*
 * Returns the first column of a query's rows as a list for a hint, or NULL
 * where there are none.
 */
char *
lbd_query_list(const char *query)
{
	StringInfoData list;
	int			result = SPI_execute(query, true, LBD_LIST_MAX + 1);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "query failed: %s", SPI_result_code_string(result));
	initStringInfo(&list);
	for (uint64 i = 0; i < Min(SPI_processed, LBD_LIST_MAX); i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "",
						 SPI_getvalue(SPI_tuptable->vals[i],
									  SPI_tuptable->tupdesc, 1));
	if (SPI_processed > LBD_LIST_MAX)
		appendStringInfoString(&list, ", ...");
	return SPI_processed > 0 ? list.data : NULL;
}

/*
 * The value of a column, which must have a type: who owns a table may have
 * changed it, and a value of another type would be read as what it is not.
 */
Datum
lbd_row_datum(const LbdRow *row, const char *column, Oid type, bool *isnull)
{
	int			number = SPI_fnumber(row->desc, column);

	if (number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no column \"%s\"", row->relation,
						column),
				 errhint("Add the column again, of type %s.",
						 format_type_be(type))));
	if (SPI_gettypeid(row->desc, number) != type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of table \"%s\" has the wrong type",
						column, row->relation),
				 errdetail("It is of type %s.",
						   format_type_be(SPI_gettypeid(row->desc, number))),
				 errhint("Change it back to type %s.", format_type_be(type))));
	return SPI_getbinval(row->tuple, row->desc, number, isnull);
}

/*
 * The value of a column that cannot be null.
 */
Datum
lbd_row_value(const LbdRow *row, const char *column, Oid type)
{
	bool		isnull;
	Datum		value = lbd_row_datum(row, column, type, &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("column \"%s\" of table \"%s\" is null", column,
						row->relation),
				 errhint("Set it, and make it NOT NULL again.")));
	return value;
}

/*
 * The text of a column, in the current context, or NULL.
 */
char *
lbd_row_text(const LbdRow *row, const char *column)
{
	bool		isnull;
	Datum		value = lbd_row_datum(row, column, TEXTOID, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/*
 * The jsonb of a column as an item whose data is in the current context; an
 * absent item for NULL.
 */
void
lbd_row_item(const LbdRow *row, const char *column, LbdItem *item)
{
	bool		isnull;
	Datum		value = lbd_row_datum(row, column, JSONBOID, &isnull);

	item->data = NULL;
	if (!isnull)
		lbd_item_from_jsonb(item, DatumGetJsonbPCopy(value));
}

/*
 * Whether the caller has a right on a relation of the extension, or on some of
 * its columns.
 */
bool
lbd_may(const char *schema, const char *relation, AclMode right)
{
	Oid			oid = get_relname_relid(relation,
										get_namespace_oid(schema, true));

	return OidIsValid(oid) &&
		(pg_class_aclcheck(oid, GetUserId(), right) == ACLCHECK_OK ||
		 pg_attribute_aclcheck_all(oid, GetUserId(), right,
								   ACLMASK_ANY) == ACLCHECK_OK);
}
