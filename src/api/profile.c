/*-------------------------------------------------------------------------
 *
 * profile.c
 *	  The SQL-callable functions over profiles of a build.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "api/context.h"
#include "api/definition.h"

PG_FUNCTION_INFO_V1(lbdiag_choice_1_0);
/*
 * _lbdiag_choice(argument text, value text, choices text[]) -> text
 *
 * Returns value, where it is one of the choices, and raises an error where
 * not.  argument is what the error calls it.
 */
Datum
lbdiag_choice_1_0(PG_FUNCTION_ARGS)
{
	char	   *argument;
	char	   *value;
	StringInfoData list;
	Datum	   *choices;
	int			nchoices;

	lbd_check_definition(fcinfo, 3, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument and choices must not be null"),
				 errhint("Name what is chosen, and what there is to choose from.")));
	argument = text_to_cstring(PG_GETARG_TEXT_PP(0));
	value = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	initStringInfo(&list);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false,
					  TYPALIGN_INT, &choices, NULL, &nchoices);
	for (int i = 0; i < nchoices; i++)
	{
		char	   *choice = TextDatumGetCString(choices[i]);

		if (value && strcmp(value, choice) == 0)
			PG_RETURN_DATUM(PG_GETARG_DATUM(1));
		appendStringInfo(&list, "%s\"%s\"", i > 0 ? ", " : "", choice);
	}
	if (value == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", argument),
				 errhint("Use one of: %s.", list.data)));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s \"%s\" does not exist", argument, value),
			 errhint("Use one of: %s.", list.data)));
}

PG_FUNCTION_INFO_V1(lbdiag_query_plans_1_0);
/*
 * _lbdiag_query_plans(domain text, viewer text, layout text)
 *	 -> SETOF (query text, plan text)
 *
 * The queries of the source relations, each run once more by EXPLAIN
 * (ANALYZE, BUFFERS, SETTINGS).
 */
Datum
lbdiag_query_plans_1_0(PG_FUNCTION_ARGS)
{
#define LBD_PLANS_COLS 2
	static const char *const queries[] = {"benchmarks", "models"};
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	LbdRequest	request = lbd_request(fcinfo, "_lbdiag_query_plans", 3,
									  LBD_PLANS_COLS);
	LbdPayload *payload;
	bool		groups;

	InitMaterializedSRF(fcinfo, 0);
	payload = lbd_payload_open(&request);
	groups = lbd_layout_has(payload->layout, LBD_MEMBER_GROUP);
	for (size_t i = 0; i < lengthof(queries); i++)
	{
		Datum		values[LBD_PLANS_COLS];
		bool		nulls[LBD_PLANS_COLS] = {0};
		char	   *plan = lbd_source_plan(payload->leaderboard,
										   &payload->viewer, i > 0,
										   payload->layout->rank_binary, groups);

		values[0] = CStringGetTextDatum(queries[i]);
		values[1] = CStringGetTextDatum(plan);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	lbd_payload_close(payload);
	return (Datum) 0;
}
