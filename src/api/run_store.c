/*-------------------------------------------------------------------------
 *
 * run_store.c
 *	  Adding rows to the tables of recorded runs.
 *
 * All functions need an SPI connection.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "api/run_store.h"
#include "util/call_tree.h"

typedef struct LbdStoreColumn
{
	const char *name;			/* in the table */
	Oid			type;			/* of its values */
} LbdStoreColumn;

struct LbdStoreTable
{
	const char *name;			/* of the table */
	const char *number;			/* column that a row's number is in, or NULL */
	int			ncolumns;		/* that are set */
	LbdStoreColumn columns[LBD_STORE_COLUMNS];	/* by their numbers */
};

const LbdStoreTable lbd_store_run = {
	.name = "_lbdiag_run",
	.number = "id",
	.ncolumns = RUN_STATEMENT_MAX + 1,
	.columns = {
		[RUN_KIND] = {"kind", TEXTOID},
		[RUN_PAYLOAD] = {"payload", TEXTOID},
		[RUN_VIEWER] = {"viewer", TEXTOID},
		[RUN_LAYOUT] = {"layout", TEXTOID},
		[RUN_LAYOUT_REASON] = {"layout_reason", TEXTOID},
		[RUN_LABEL] = {"label", TEXTOID},
		[RUN_STATEMENT] = {"statement", TEXTOID},
		[RUN_REPETITIONS] = {"repetitions", INT4OID},
		[RUN_MACHINE] = {"machine", TEXTOID},
		[RUN_REFERENCE] = {"reference_ms", FLOAT8OID},
		[RUN_REFERENCE_MIN] = {"reference_min_ms", FLOAT8OID},
		[RUN_REFERENCE_MAX] = {"reference_max_ms", FLOAT8OID},
		[RUN_APPLICATION] = {"application_ms", FLOAT8OID},
		[RUN_CHANGING_BYTES] = {"changing_bytes", INT8OID},
		[RUN_ENVIRONMENT] = {"environment", TEXTOID},
		[RUN_EXTENSION_VERSION] = {"extension_version", TEXTOID},
		[RUN_ENCODING] = {"encoding", TEXTOID},
		[RUN_HIT] = {"buffers_hit", INT8OID},
		[RUN_READ] = {"buffers_read", INT8OID},
		[RUN_MODELS] = {"models", INT8OID},
		[RUN_BYTES] = {"bytes", INT8OID},
		[RUN_COMPRESSED_BYTES] = {"compressed_bytes", INT8OID},
		[RUN_QUERY] = {"query_ms", FLOAT8OID},
		[RUN_BUILDER] = {"builder_ms", FLOAT8OID},
		[RUN_BUILDER_MIN] = {"builder_min_ms", FLOAT8OID},
		[RUN_BUILDER_MAX] = {"builder_max_ms", FLOAT8OID},
		[RUN_PATHS_LEFT_OUT] = {"paths_left_out", INT8OID},
		[RUN_STATEMENT_TIME] = {"statement_ms", FLOAT8OID},
		[RUN_STATEMENT_MIN] = {"statement_min_ms", FLOAT8OID},
		[RUN_STATEMENT_MAX] = {"statement_max_ms", FLOAT8OID}
	}
};

const LbdStoreTable lbd_store_component = {
	.name = "_lbdiag_run_component",
	.ncolumns = COMPONENT_COMPRESSED_BYTES + 1,
	.columns = {
		[COMPONENT_RUN] = {"run", INT8OID},
		[COMPONENT_NAME] = {"component", TEXTOID},
		[COMPONENT_BYTES] = {"bytes", INT8OID},
		[COMPONENT_COMPRESSED_BYTES] = {"compressed_bytes", INT8OID}
	}
};

const LbdStoreTable lbd_store_path = {
	.name = "_lbdiag_run_path",
	.ncolumns = PATH_DISTINCT + 1,
	.columns = {
		[PATH_RUN] = {"run", INT8OID},
		[PATH_COMPONENT] = {"component", TEXTOID},
		[PATH_PATH] = {"path", TEXTOID},
		[PATH_OCCURRENCES] = {"occurrences", INT8OID},
		[PATH_NULLS] = {"nulls", INT8OID},
		[PATH_BYTES] = {"bytes", INT8OID},
		[PATH_DISTINCT] = {"distinct_values", INT8OID}
	}
};

const LbdStoreTable lbd_store_function = {
	.name = "_lbdiag_run_function",
	.ncolumns = FUNCTION_CUMTIME_MAX + 1,
	.columns = {
		[FUNCTION_RUN] = {"run", INT8OID},
		[FUNCTION_NAME] = {"function", TEXTOID},
		[FUNCTION_SOURCE] = {"source", TEXTOID},
		[FUNCTION_PHASE] = {"phase", TEXTOID},
		[FUNCTION_KIND] = {"kind", TEXTOID},
		[FUNCTION_NCALLS] = {"ncalls", INT8OID},
		[FUNCTION_ROWS] = {"rows", INT8OID},
		[FUNCTION_SHARED] = {"shared_blks", INT8OID},
		[FUNCTION_TEMP] = {"temp_blks", INT8OID},
		[FUNCTION_TOTTIME] = {"tottime_ms", FLOAT8OID},
		[FUNCTION_TOTTIME_MIN] = {"tottime_min_ms", FLOAT8OID},
		[FUNCTION_TOTTIME_MAX] = {"tottime_max_ms", FLOAT8OID},
		[FUNCTION_CUMTIME] = {"cumtime_ms", FLOAT8OID},
		[FUNCTION_CUMTIME_MIN] = {"cumtime_min_ms", FLOAT8OID},
		[FUNCTION_CUMTIME_MAX] = {"cumtime_max_ms", FLOAT8OID}
	}
};

static void clear_row(LbdStore *store);

/*
 * Prepares to add rows to a table of the extension, which is in schema.
 */
void
lbd_store_open(LbdStore *store, const char *schema, const LbdStoreTable *table)
{
	Oid			types[LBD_STORE_COLUMNS];
	StringInfoData query;
	StringInfoData parameters;

	initStringInfo(&query);
	initStringInfo(&parameters);
	appendStringInfo(&query, "INSERT INTO %s.%s (", quote_identifier(schema),
					 table->name);
	for (int i = 0; i < table->ncolumns; i++)
	{
		const char *separator = i > 0 ? ", " : "";

		appendStringInfo(&query, "%s%s", separator, table->columns[i].name);
		appendStringInfo(&parameters, "%s$%d", separator, i + 1);
		types[i] = table->columns[i].type;
	}
	appendStringInfo(&query, ") VALUES (%s)", parameters.data);
	if (table->number)
		appendStringInfo(&query, " RETURNING %s", table->number);
	store->table = table;
	store->plan = SPI_prepare(query.data, table->ncolumns, types);
	if (store->plan == NULL)
		elog(ERROR, "query failed: %s", SPI_result_code_string(SPI_result));
	clear_row(store);
}

static void
clear_row(LbdStore *store)
{
	memset(store->values, 0, sizeof(store->values));
	memset(store->nulls, 'n', sizeof(store->nulls));
}

/*
 * Sets a column of the row that is being made.
 */
void
lbd_store_set(LbdStore *store, int column, Datum value)
{
	store->values[column] = value;
	store->nulls[column] = ' ';
}

/*
 * Sets a column of text, which stays null for NULL.
 */
void
lbd_store_text(LbdStore *store, int column, const char *text)
{
	if (text)
		lbd_store_set(store, column, CStringGetTextDatum(text));
}

/*
 * Sets a time in ms, given in ns.
 */
void
lbd_store_ms(LbdStore *store, int column, double ns)
{
	lbd_store_set(store, column, Float8GetDatum(ns / LBD_NS_PER_MS));
}

/*
 * Adds the row, and begins another one.  Returns the row's number, 0 where
 * the table has none.
 */
int64
lbd_store_put(LbdStore *store)
{
	const char *number = store->table->number;
	int			result = SPI_execute_plan(store->plan, store->values,
										  store->nulls, false, 0);
	int64		id = 0;
	bool		isnull = false;

	if (result != (number ? SPI_OK_INSERT_RETURNING : SPI_OK_INSERT) ||
		(number && SPI_processed != 1))
		elog(ERROR, "row of %s was not added: %s", store->table->name,
			 SPI_result_code_string(result));
	if (number)
		id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
										 SPI_tuptable->tupdesc, 1, &isnull));
	clear_row(store);
	return isnull ? 0 : id;
}
