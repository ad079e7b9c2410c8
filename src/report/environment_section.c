/*-------------------------------------------------------------------------
 *
 * environment_section.c
 *	  The section of a report on what can distort a measurement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "leaderboard/spi_query.h"
#include "report/audit_report.h"

static void report_item(LbdReport *report, const LbdRow *row);

/*
 * Writes what of the environment is not in order.  Needs an SPI connection.
 */
void
lbd_report_environment(LbdReport *report, const char *schema,
					   const char *domain)
{
	Oid			types[] = {TEXTOID};
	Datum		values[] = {CStringGetTextDatum(domain)};
	uint64		nitems = lbd_query_rows(psprintf("SELECT item, value, status, detail"
												 " FROM %s.lbdiag_environment($1)",
												 quote_identifier(schema)),
										1, types, values, NULL);
	uint64		in_order = 0;

	lbd_report_heading(report, "ENVIRONMENT CHECK");
	for (uint64 i = 0; i < nitems; i++)
	{
		LbdRow		row = lbd_result_row(i, "lbdiag_environment");

		if (strcmp(lbd_row_text(&row, "status"), "ok") == 0)
			in_order++;
		else
			report_item(report, &row);
	}
	if (in_order == nitems)
		lbd_report_line(report, "  All " UINT64_FORMAT " items are ok: lbdiag_environment lists them.",
						nitems);
}

static void
report_item(LbdReport *report, const LbdRow *row)
{
	char	   *value = lbd_row_text(row, "value");
	char	   *detail = lbd_row_text(row, "detail");

	lbd_report_wrapped(report, "  [%s] %s: %s%s%s", lbd_row_text(row, "status"),
					   lbd_row_text(row, "item"), value ? value : "(hidden)",
					   detail ? "  " : "", detail ? detail : "");
}
