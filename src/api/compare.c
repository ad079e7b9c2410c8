/*-------------------------------------------------------------------------
 *
 * compare.c
 *	  lbdiag_compare: what differs between two recorded runs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"

#include "api/calls.h"
#include "api/definition.h"
#include "report/compare.h"

/* Columns of lbdiag_difference. */
typedef enum LbdDifferenceColumn
{
	DIFFERENCE_KIND, DIFFERENCE_NAME, DIFFERENCE_BEFORE, DIFFERENCE_AFTER,
	DIFFERENCE_DELTA, DIFFERENCE_PERCENT, DIFFERENCE_UNIT, DIFFERENCE_VERDICT
} LbdDifferenceColumn;

#define LBD_DIFFERENCE_COLS (DIFFERENCE_VERDICT + 1)

static void put_note(ReturnSetInfo *rsinfo, const char *note);
static void put_difference(ReturnSetInfo *rsinfo, const LbdDifference *row);

PG_FUNCTION_INFO_V1(lbdiag_compare_1_0);
/*
 * lbdiag_compare(before bigint, after bigint) -> SETOF lbdiag_difference
 */
Datum
lbdiag_compare_1_0(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		before;
	int64		after;
	LbdDifferences *differences;
	ListCell   *cell;

	lbd_check_definition(fcinfo, 2, LBD_DIFFERENCE_COLS);
	before = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
	after = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT64(1);
	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	differences = lbd_compare_runs(quote_identifier(lbd_call_schema(fcinfo)),
								   PG_ARGISNULL(0) ? NULL : &before,
								   PG_ARGISNULL(1) ? NULL : &after);
	foreach(cell, differences->notes)
		put_note(rsinfo, lfirst(cell));
	for (int i = 0; i < differences->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_difference(rsinfo, &differences->rows[i]);
	}
	SPI_finish();
	return (Datum) 0;
}

static void
put_note(ReturnSetInfo *rsinfo, const char *note)
{
	Datum		values[LBD_DIFFERENCE_COLS] = {0};
	bool		nulls[LBD_DIFFERENCE_COLS];

	memset(nulls, true, sizeof(nulls));
	nulls[DIFFERENCE_KIND] = nulls[DIFFERENCE_NAME] = false;
	values[DIFFERENCE_KIND] = CStringGetTextDatum("note");
	values[DIFFERENCE_NAME] = CStringGetTextDatum(note);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
put_difference(ReturnSetInfo *rsinfo, const LbdDifference *row)
{
	Datum		values[LBD_DIFFERENCE_COLS] = {0};
	bool		nulls[LBD_DIFFERENCE_COLS] = {0};
	Numeric		percent = lbd_difference_percent(row);

#define AMOUNT(value) \
	NumericGetDatum(int64_div_fast_to_numeric(value, row->scale))

	values[DIFFERENCE_KIND] = CStringGetTextDatum(row->kind);
	values[DIFFERENCE_NAME] = CStringGetTextDatum(row->name);
	nulls[DIFFERENCE_BEFORE] = !row->has_before;
	values[DIFFERENCE_BEFORE] = AMOUNT(row->before);
	nulls[DIFFERENCE_AFTER] = !row->has_after;
	values[DIFFERENCE_AFTER] = AMOUNT(row->after);
	nulls[DIFFERENCE_DELTA] = !row->has_delta;
	values[DIFFERENCE_DELTA] = AMOUNT(row->delta);
	nulls[DIFFERENCE_PERCENT] = percent == NULL;
	values[DIFFERENCE_PERCENT] = percent ? NumericGetDatum(percent) : (Datum) 0;
	values[DIFFERENCE_UNIT] = CStringGetTextDatum(row->unit);
	values[DIFFERENCE_VERDICT] = CStringGetTextDatum(row->verdict);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}
