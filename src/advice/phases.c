/*-------------------------------------------------------------------------
 *
 * phases.c
 *	  The phases whose targets of size a payload would meet.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"

#include "advice/opportunities.h"

/* A leaderboard's row is stronger than one for all, and that than a built-in. */
#define PHASES_QUERY \
	"SELECT pg_catalog.string_agg(p.phase, ', ' ORDER BY p.phase)" \
	" FROM (SELECT s.phase" \
	"  FROM (SELECT DISTINCT ON (t.phase, t.metric) t.phase, t.metric, t.target" \
	"   FROM %s.lbdiag_target AS t" \
	"   WHERE (t.domain OPERATOR(pg_catalog.=) $1 OR t.domain IS NULL)" \
	"   AND (t.metric OPERATOR(pg_catalog.=) 'bytes'" \
	"    OR t.metric OPERATOR(pg_catalog.=) 'compressed_bytes')" \
	"   ORDER BY t.phase, t.metric, t.domain IS NULL, t.built_in) AS s" \
	"  WHERE s.target IS NOT NULL" \
	"  GROUP BY s.phase" \
	"  HAVING pg_catalog.bool_and((CASE" \
	"   WHEN s.metric OPERATOR(pg_catalog.=) 'bytes' THEN $2 ELSE $3 END" \
	"   OPERATOR(pg_catalog.<) s.target) IS TRUE)) AS p"

/*
 * The phases whose targets of size a payload of so many bytes meets, in words,
 * in the current context.  Needs an SPI connection.
 */
char *
lbd_phases_met(const LbdRequest *request, int64 bytes, int64 compressed_bytes,
			   bool compressed)
{
	Oid			types[] = {TEXTOID, NUMERICOID, NUMERICOID};
	Datum		values[] = {
		CStringGetTextDatum(request->domain),
		DirectFunctionCall1(int8_numeric, Int64GetDatum(bytes)),
		DirectFunctionCall1(int8_numeric, Int64GetDatum(compressed_bytes))
	};
	const char *nulls = compressed ? NULL : "  n";
	char	   *query = psprintf(PHASES_QUERY,
								 quote_identifier(request->extension_schema));
	char	   *phases;
	int			result = SPI_execute_with_args(query, lengthof(types), types,
											   values, nulls, true, 1);

	if (result != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "query failed: %s", SPI_result_code_string(result));
	phases = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	return psprintf("Meets the size targets of %s%s.",
					phases ? "phase " : "no phase", phases ? phases : "");
}
