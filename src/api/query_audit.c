/*-------------------------------------------------------------------------
 *
 * query_audit.c
 *	  What the result of a query takes when it is sent.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "json/path_count.h"
#include "utils/memutils.h"

#include "api/query.h"
#include "api/query_audit.h"
#include "json/waste.h"

static void query_encoder(LbdQueryAudit *audit, LbdEncoding encoding);
static void query_columns(LbdResultCounter *counter);
static void query_names(const LbdResultCounter *counter);
static void query_count_row(LbdResultCounter *counter, TupleTableSlot *slot);
static void query_write_row(LbdResultCounter *counter, TupleTableSlot *slot);
static void query_count_message(LbdResultCounter *counter,
								TupleTableSlot *slot);
static void query_compressed(LbdQueryAudit *audit);

/*
 * Runs a query, and counts the bytes of its rows' messages by column and by
 * path: raw, compressed unless the encoding is none, and, where waste is set,
 * what could be left out of them.
 */
void
lbd_query_audit_run(LbdQueryAudit *audit, const char *query,
					LbdEncoding encoding, bool waste)
{
	LbdResultCounter *counter = &audit->counter;

	memset(audit, 0, sizeof(*audit));
	audit->waste = waste;
	lbd_counter_init(counter);
	counter->started = query_columns;
	counter->each_row = query_count_row;
	query_encoder(audit, encoding);
	lbd_progress_start(&counter->progress, "lbdiag_audit_query", "row",
					   "rows", 0);
	lbd_query_run(query, &counter->receiver);
	audit->total = lbd_counter_sum(counter) + counter->rows * LBD_ROW_BYTES;
	if (audit->encoder)
		query_compressed(audit);
}

/*
 * Frees what has been counted.
 */
void
lbd_query_audit_end(LbdQueryAudit *audit)
{
	MemoryContextDelete(audit->counter.context);
}

/*
 * Has the rows' messages compressed, but with the encoding none.
 */
static void
query_encoder(LbdQueryAudit *audit, LbdEncoding encoding)
{
	MemoryContext old = MemoryContextSwitchTo(audit->counter.context);

	audit->encoder = lbd_encoder_create(encoding, audit->counter.context,
										NULL);
	if (audit->encoder)
	{
		audit->counter.each_row = query_write_row;
		audit->counter.count_row = query_count_message;
		lbd_messages_init(&audit->messages, audit->encoder);
		lbd_messages_attribute(&audit->messages);
	}
	if (audit->messages.attribution)
		audit->rows_path = lbd_attribution_path(audit->messages.attribution);
	MemoryContextSwitchTo(old);
}

/*
 * Prepares the columns' stats.
 */
static void
query_columns(LbdResultCounter *counter)
{
	LbdQueryAudit *audit = (LbdQueryAudit *) counter;

	query_names(counter);
	audit->values = palloc(counter->ncolumns * sizeof(Datum));
	for (int i = 0; i < counter->ncolumns; i++)
	{
		counter->columns[i].waste = audit->waste;
		if (audit->waste)
			lbd_stats_count_waste(counter->columns[i].stats);
		if (audit->messages.attribution)
			lbd_stats_attribute(counter->columns[i].stats,
								audit->messages.attribution);
	}
}

/*
 * Checks that the columns can be told apart by their names.
 */
static void
query_names(const LbdResultCounter *counter)
{
	for (int i = 0; i < counter->ncolumns; i++)
	{
		for (int j = 0; j < i; j++)
		{
			if (strcmp(counter->columns[j].name, counter->columns[i].name) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("query returns two columns named \"%s\"",
								counter->columns[i].name),
						 errhint("Give each column a name of its own with AS.")));
		}
	}
}

/*
 * Counts what is sent of each value beside its text.
 */
static void
query_count_row(LbdResultCounter *counter, TupleTableSlot *slot)
{
	for (int i = 0; i < counter->ncolumns; i++)
		counter->columns[i].stats->root->syntax_bytes += LBD_LENGTH_BYTES;
}

/*
 * Writes a row's message.
 */
static void
query_write_row(LbdResultCounter *counter, TupleTableSlot *slot)
{
	LbdQueryAudit *audit = (LbdQueryAudit *) counter;

	query_count_row(counter, slot);
	lbd_messages_begin(&audit->messages, counter->ncolumns);
	for (int i = 0; i < counter->ncolumns; i++)
	{
		LbdColumn  *column = &counter->columns[i];
		char	   *text = NULL;

		if (!slot->tts_isnull[i])
		{
			audit->values[i] = slot->tts_values[i];
			/* It is read twice. */
			if (column->type == JSONBOID)
				audit->values[i] =
					PointerGetDatum(PG_DETOAST_DATUM(audit->values[i]));
			text = OutputFunctionCall(&column->output, audit->values[i]);
		}
		lbd_messages_value(&audit->messages, text);
		if (text)
			pfree(text);
	}
	lbd_messages_end(&audit->messages);
}

/*
 * Counts the values of the row whose message has been written, and tells whose
 * its text is.
 */
static void
query_count_message(LbdResultCounter *counter, TupleTableSlot *slot)
{
	LbdQueryAudit *audit = (LbdQueryAudit *) counter;
	LbdAttribution *attribution = audit->messages.attribution;
	const char *next = lbd_messages_first(&audit->messages);

	if (attribution)
		lbd_attribution_add(attribution, audit->rows_path,
							attribution->end + LBD_ROW_BYTES);
	for (int i = 0; i < counter->ncolumns; i++)
	{
		LbdColumn  *column = &counter->columns[i];
		int			len;
		const char *text = lbd_messages_next(&next, &len);

		lbd_stats_text(column->stats, column->stats->root, LBD_LENGTH_BYTES);
		if (text)
			lbd_column_add_text(column, audit->values[i], text, len);
		else
			lbd_column_add(column, (Datum) 0, true);
	}
	lbd_messages_send(&audit->messages);
}

/*
 * Ends the compression, and shares the compressed bytes out.
 */
static void
query_compressed(LbdQueryAudit *audit)
{
	LbdAttribution *attribution = audit->messages.attribution;

	audit->compressed = lbd_messages_finish(&audit->messages);
	if (attribution)
		audit->own = lbd_attribution_end(attribution, attribution->npaths,
										 audit->compressed);
}

/*
 * The sizes of what has been audited, which live as long as that.
 */
void
lbd_query_audit_sizes(const LbdQueryAudit *audit, LbdEncoding encoding,
					  LbdResultSizes *sizes)
{
	const LbdResultCounter *counter = &audit->counter;
	LbdResultColumn *columns = palloc(Max(counter->ncolumns, 1) *
									  sizeof(LbdResultColumn));

	for (int i = 0; i < counter->ncolumns; i++)
	{
		columns[i].name = counter->columns[i].name;
		columns[i].type_name = counter->columns[i].type_name;
		columns[i].root = counter->columns[i].stats->root;
		columns[i].complete = counter->columns[i].stats->complete;
	}
	memset(sizes, 0, sizeof(*sizes));
	sizes->columns = columns;
	sizes->ncolumns = counter->ncolumns;
	sizes->rows = counter->rows;
	sizes->rows_bytes = counter->rows * LBD_ROW_BYTES;
	sizes->bytes = audit->total;
	sizes->encoding = lbd_encoding_name(encoding);
	sizes->compressed = audit->encoder != NULL;
	sizes->compressed_bytes = audit->compressed;
	sizes->own = audit->own;
	if (audit->own)
		sizes->rows_compressed = audit->own[audit->rows_path];
}
