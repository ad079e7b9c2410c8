/*-------------------------------------------------------------------------
 *
 * report_rows.c
 *	  Text reports as the rows of a function: SETOF text, a line a row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "api/definition.h"
#include "api/report_rows.h"

/*
 * Begins a function that returns a report, before it does anything: checks
 * that it is defined with so many arguments and returns rows of text.
 */
void
lbd_report_begin(FunctionCallInfo fcinfo, int nargs)
{
	ReturnSetInfo *rsinfo;

	lbd_check_definition(fcinfo, nargs, 0);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	if (rsinfo->setDesc->natts != 1 ||
		TupleDescAttr(rsinfo->setDesc, 0)->atttypid != TEXTOID)
		lbd_definition_error(fcinfo, "It must return SETOF text.");
}

/*
 * Returns the report's lines.
 */
Datum
lbd_report_return(FunctionCallInfo fcinfo, const LbdReport *report)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *cell;

	foreach(cell, report->lines)
	{
		Datum		line = CStringGetTextDatum(lfirst(cell));
		bool		isnull = false;

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &line,
							 &isnull);
		pfree(DatumGetPointer(line));
	}
	return (Datum) 0;
}
