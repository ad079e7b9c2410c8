/*-------------------------------------------------------------------------
 *
 * environment.c
 *	  The SQL-callable functions over the environment.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"

#include "api/definition.h"
#include "api/encoding_setting.h"
#include "leaderboard/build.h"
#include "report/environment_items.h"

/* Columns of lbdiag_environment. */
enum
{
	ITEM,
	VALUE,
	STATUS,
	DETAIL,
	LBD_ENVIRONMENT_COLS
};

PG_FUNCTION_INFO_V1(lbdiag_environment_1_0);
/*
 * lbdiag_environment(payload text)
 *	 -> SETOF (item text, value text, status text, detail text)
 *
 * In which environment the server runs, and what can distort a measurement:
 * status is ok, notice, warning, or refuse where contexts are not built.  Needs
 * no rights on the sources.
 */
Datum
lbdiag_environment_1_0(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const char *payload = PG_ARGISNULL(0) ? LBD_DEFAULT_PAYLOAD :
		text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *schema;
	ListCell   *cell;

	lbd_check_definition(fcinfo, 1, LBD_ENVIRONMENT_COLS);
	schema = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, lbd_environment_items(schema, payload,
										lbd_encoding_setting()))
	{
		LbdEnvironmentItem *item = lfirst(cell);
		Datum		values[LBD_ENVIRONMENT_COLS] = {0};
		bool		nulls[LBD_ENVIRONMENT_COLS] = {0};

		values[ITEM] = CStringGetTextDatum(item->name);
		values[STATUS] = CStringGetTextDatum(item->status);
		nulls[VALUE] = item->value == NULL;
		if (item->value)
			values[VALUE] = CStringGetTextDatum(item->value);
		nulls[DETAIL] = item->detail == NULL;
		if (item->detail)
			values[DETAIL] = CStringGetTextDatum(item->detail);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}
