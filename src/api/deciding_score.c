/*-------------------------------------------------------------------------
 *
 * deciding_score.c
 *	  SQL function: the number that a model is ranked by.
 *
 * It is called once for each model by the query that reads the source, and
 * sees the scores as they are stored: they are not detoasted here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/definition.h"
#include "compat.h"
#include "leaderboard/ranking.h"

PG_FUNCTION_INFO_V1(lbdiag_deciding_score_1_0);
/*
 * _lbdiag_deciding_score(scores jsonb, benchmark_type_id text,
 *						 round_binary boolean, model_id bigint) -> numeric
 *
 * See lbd_deciding_number.  NULL where the model is not shown.
 */
Datum
lbdiag_deciding_score_1_0(PG_FUNCTION_ARGS)
{
	text	   *benchmark;
	Datum		number;

	lbd_check_definition(fcinfo, 4, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	benchmark = PG_GETARG_TEXT_PP(1);
	if (!lbd_deciding_number((struct varlena *) PG_GETARG_POINTER(0),
							 VARDATA_ANY(benchmark),
							 VARSIZE_ANY_EXHDR(benchmark), PG_GETARG_BOOL(2),
							 PG_ARGISNULL(3) ? 0 : PG_GETARG_INT64(3),
							 &number))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(number);
}
