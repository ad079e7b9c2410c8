/*-------------------------------------------------------------------------
 *
 * profile_trees.c
 *	  Call trees as rows, for the parts of lbdiag that are SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "api/arguments.h"
#include "api/context.h"
#include "api/definition.h"
#include "api/encoding_setting.h"
#include "leaderboard/profile.h"
#include "trace/profile.h"
#include "util/call_tree_rows.h"

/* Columns of _lbdiag_call_tree, which those of _lbdiag_place begin with. */
typedef enum LbdTreeColumn
{
	TREE_NODE, TREE_PARENT, TREE_FUNCTION, TREE_SOURCE, TREE_NCALLS, TREE_SELF,
	TREE_CUM, TREE_SELF_RUNS, TREE_CUM_RUNS, TREE_OVERHEAD, TREE_RECURSIVE,
	TREE_ROWS, TREE_HIT, TREE_READ, TREE_PHASE, TREE_REFERENCE
} LbdTreeColumn;
#define LBD_TREE_COLS (TREE_REFERENCE + 1)

typedef enum LbdPlaceColumn
{
	PLACE_NODE, PLACE_PARENT, PLACE_KIND, PLACE_FUNCTION, PLACE_SOURCE,
	PLACE_NCALLS, PLACE_SELF, PLACE_CUM, PLACE_SELF_RUNS, PLACE_CUM_RUNS,
	PLACE_OVERHEAD, PLACE_RECURSIVE, PLACE_ROWS, PLACE_LOOPS, PLACE_REMOVED,
	PLACE_HIT, PLACE_READ, PLACE_TEMP, PLACE_WORKERS, PLACE_MERGED,
	PLACE_REFERENCE
} LbdPlaceColumn;
#define LBD_PLACE_COLS (PLACE_REFERENCE + 1)

#define LBD_MAX_RUNS		1000
#define LBD_MAX_REPETITIONS	100

static void put_trees(FunctionCallInfo fcinfo, const LbdCallTree *tree,
					  const int64 *reference, bool places);
static void tree_columns(const LbdTreeRows *rows, int number,
						 const int64 *reference, Datum *values, bool *nulls);
static void place_columns(const LbdTreeRows *rows, int number,
						  const int64 *reference, Datum *values, bool *nulls);
static Datum runs_datum(const int64 *values, int n);

PG_FUNCTION_INFO_V1(lbdiag_call_tree_1_0);
/*
 * _lbdiag_call_tree(domain text, viewer text, layout text,
 *					repetitions int, encoding text, top int)
 *	 -> SETOF _lbdiag_scope
 *
 * The call tree that lbdiag_profile shows; a caller has a smaller number than
 * its callees.  top is only checked.
 */
Datum
lbdiag_call_tree_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_profile", 6,
									  LBD_TREE_COLS);
	int			runs = lbd_argument_count(fcinfo, 3, "repetitions", LBD_MAX_RUNS);
	LbdEncoding encoding = lbd_encoding_argument(fcinfo, 4);
	int64	   *reference = palloc((runs + 1) * sizeof(int64));

	(void) lbd_argument_count(fcinfo, 5, "top", PG_INT32_MAX);
	InitMaterializedSRF(fcinfo, 0);
	put_trees(fcinfo, lbd_payload_profile(request, encoding, runs,
										  CurrentMemoryContext, reference),
			  reference, false);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(lbdiag_profile_places_1_0);
/*
 * _lbdiag_profile_places(statement text, top int, repetitions int,
 *						rollback boolean, functions boolean)
 *	 -> SETOF _lbdiag_place
 *
 * The call tree that lbdiag_profile_sql shows, likewise.
 */
Datum
lbdiag_profile_places_1_0(PG_FUNCTION_ARGS)
{
	LbdStatements statements;
	int64	   *reference;
	LbdCallTree *tree;

	lbd_check_definition(fcinfo, 5, LBD_PLACE_COLS);
	statements.text = lbd_argument_statement(fcinfo, 0);
	(void) lbd_argument_count(fcinfo, 1, "top", PG_INT32_MAX);
	statements.repetitions = lbd_argument_count(fcinfo, 2, "repetitions",
												LBD_MAX_REPETITIONS);
	statements.rollback = lbd_argument_flag(fcinfo, 3, "rollback");
	statements.functions = lbd_argument_flag(fcinfo, 4, "functions");
	reference = palloc((statements.repetitions + 1) * sizeof(int64));
	InitMaterializedSRF(fcinfo, 0);
	tree = lbd_statements_profile(&statements, CurrentMemoryContext,
								  reference);
	put_trees(fcinfo, tree,
			  statements.repetitions > 1 ? reference : NULL, true);
	MemoryContextDelete(tree->context);
	return (Datum) 0;
}

static void
put_trees(FunctionCallInfo fcinfo, const LbdCallTree *tree,
		  const int64 *reference, bool places)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	LbdTreeRows *rows = lbd_tree_rows(tree);
	MemoryContext row = AllocSetContextCreate(CurrentMemoryContext,
											  "lbdiag row",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(row);

	for (int i = 0; i < rows->nrows; i++)
	{
		Datum		values[LBD_PLACE_COLS] = {0};
		bool		nulls[LBD_PLACE_COLS] = {0};

		CHECK_FOR_INTERRUPTS();
		if (places)
			place_columns(rows, i, reference, values, nulls);
		else
			tree_columns(rows, i, reference, values, nulls);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
		MemoryContextReset(row);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(row);
}

static void
tree_columns(const LbdTreeRows *rows, int number, const int64 *reference,
			 Datum *values, bool *nulls)
{
	const LbdTreeRow *row = &rows->rows[number];
	const LbdPlace *place = row->place;
	int			runs = rows->tree->run;

	values[TREE_NODE] = Int32GetDatum(number + 1);
	values[TREE_PARENT] = Int32GetDatum(row->parent + 1);
	nulls[TREE_PARENT] = row->parent < 0;
	values[TREE_FUNCTION] = CStringGetTextDatum(place->label);
	values[TREE_SOURCE] = CStringGetTextDatum(place->source);
	values[TREE_NCALLS] = Int64GetDatum(place->counts.calls);
	values[TREE_SELF] = Float8GetDatum(row->self / LBD_NS_PER_MS);
	values[TREE_CUM] = Float8GetDatum(row->time / LBD_NS_PER_MS);
	values[TREE_SELF_RUNS] = runs_datum(place->self_runs, runs);
	values[TREE_CUM_RUNS] = runs_datum(row->runs, runs);
	values[TREE_OVERHEAD] = Float8GetDatum(row->overhead / LBD_NS_PER_MS);
	values[TREE_RECURSIVE] = BoolGetDatum(row->recursive);
	values[TREE_ROWS] = Int64GetDatum(place->counts.rows);
	nulls[TREE_ROWS] = place->counts.rows < 0;
	values[TREE_HIT] = Int64GetDatum(row->hit);
	values[TREE_READ] = Int64GetDatum(row->read);
	values[TREE_PHASE] = CStringGetTextDatum(place->phase);
	nulls[TREE_REFERENCE] = number > 0;
	if (number == 0)
		values[TREE_REFERENCE] = runs_datum(reference, runs + 1);
}

static void
place_columns(const LbdTreeRows *rows, int number, const int64 *reference,
			  Datum *values, bool *nulls)
{
	const LbdTreeRow *row = &rows->rows[number];
	const LbdPlace *place = row->place;
	const LbdPlaceCounts *counts = &place->counts;
	int			runs = rows->tree->run;

	values[PLACE_NODE] = Int32GetDatum(number + 1);
	values[PLACE_PARENT] = Int32GetDatum(row->parent + 1);
	nulls[PLACE_PARENT] = row->parent < 0;
	values[PLACE_KIND] = CStringGetTextDatum(lbd_place_kind_name(place->kind));
	values[PLACE_FUNCTION] = CStringGetTextDatum(place->label);
	nulls[PLACE_SOURCE] = place->source == NULL;
	if (place->source)
		values[PLACE_SOURCE] = CStringGetTextDatum(place->source);
	values[PLACE_NCALLS] = Int64GetDatum(counts->calls);
	values[PLACE_SELF] = Float8GetDatum(row->self / LBD_NS_PER_MS);
	values[PLACE_CUM] = Float8GetDatum(row->time / LBD_NS_PER_MS);
	values[PLACE_SELF_RUNS] = runs_datum(place->self_runs, runs);
	values[PLACE_CUM_RUNS] = runs_datum(row->runs, runs);
	values[PLACE_OVERHEAD] = Float8GetDatum(row->overhead / LBD_NS_PER_MS);
	values[PLACE_RECURSIVE] = BoolGetDatum(row->recursive);
	values[PLACE_ROWS] = Int64GetDatum(counts->rows);
	nulls[PLACE_ROWS] = counts->rows < 0;
	values[PLACE_LOOPS] = Int64GetDatum(counts->loops);
	values[PLACE_REMOVED] = Int64GetDatum(counts->removed);
	nulls[PLACE_LOOPS] = nulls[PLACE_REMOVED] = counts->loops < 0;
	values[PLACE_HIT] = Int64GetDatum(row->hit);
	values[PLACE_READ] = Int64GetDatum(row->read);
	values[PLACE_TEMP] = Int64GetDatum(row->temp);
	values[PLACE_WORKERS] = Float8GetDatum(counts->workers / LBD_NS_PER_MS);
	nulls[PLACE_WORKERS] = counts->workers == 0;
	values[PLACE_MERGED] = Int64GetDatum(counts->merged);
	nulls[PLACE_REFERENCE] = number > 0 || reference == NULL;
	if (!nulls[PLACE_REFERENCE])
		values[PLACE_REFERENCE] = runs_datum(reference, runs + 1);
}

/*
 * The ns of runs as an array of ms.
 */
static Datum
runs_datum(const int64 *values, int n)
{
	Datum	   *elements = palloc(n * sizeof(Datum));

	for (int i = 0; i < n; i++)
		elements[i] = Float8GetDatum(values[i] / LBD_NS_PER_MS);
	return PointerGetDatum(construct_array(elements, n, FLOAT8OID,
										   sizeof(float8), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}
