/*-------------------------------------------------------------------------
 *
 * environment_section.c
 *	  The section of a report on what can distort a measurement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "report/audit_report.h"
#include "report/environment_items.h"

static void report_item(LbdReport *report, const LbdEnvironmentItem *item);

/*
 * Writes what of the environment is not in order.
 */
void
lbd_report_environment(LbdReport *report, const char *schema,
					   const char *payload, LbdEncoding encoding)
{
	List	   *items = lbd_environment_items(schema, payload, encoding);
	int			in_order = 0;
	ListCell   *cell;

	lbd_report_heading(report, "ENVIRONMENT CHECK");
	foreach(cell, items)
	{
		LbdEnvironmentItem *item = lfirst(cell);

		if (strcmp(item->status, "ok") == 0)
			in_order++;
		else
			report_item(report, item);
	}
	if (in_order == list_length(items))
		lbd_report_line(report, "  All %d items are ok: lbdiag_environment lists them.",
						in_order);
}

static void
report_item(LbdReport *report, const LbdEnvironmentItem *item)
{
	lbd_report_wrapped(report, "  [%s] %s: %s%s%s", item->status, item->name,
					   item->value ? item->value : "(hidden)",
					   item->detail ? "  " : "",
					   item->detail ? item->detail : "");
}
