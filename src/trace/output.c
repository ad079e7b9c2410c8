/*-------------------------------------------------------------------------
 *
 * output.c
 *	  The rows of profiled statements, turned into text as for a client.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "trace/output.h"
#include "trace/statement_text.h"
#include "util/row_receiver.h"

typedef struct LbdOutput
{
	LbdTextReceiver text;		/* first: its calls get a pointer to it */
	LbdTrace   *trace;			/* whose statements' rows these are */
	LbdPlace   *statement;		/* that the present row is of */
	LbdPlace   *place;			/* of this statement's output, or NULL */
} LbdOutput;

static void output_start(LbdTextReceiver *self, TupleDesc type);
static void output_begin_row(LbdTextReceiver *self);
static void output_end_row(LbdTextReceiver *self);

/*
 * A receiver of rows, in context.  What it does is counted at a place of kind
 * output below the statement's, which is made for the first row.
 */
DestReceiver *
lbd_output_create(LbdTrace *trace, MemoryContext context)
{
	LbdOutput  *output = MemoryContextAllocZero(context, sizeof(LbdOutput));

	lbd_text_receiver_init(&output->text, context);
	output->text.start = output_start;
	output->text.begin_row = output_begin_row;
	output->text.end_row = output_end_row;
	output->trace = trace;
	return &output->text.receiver;
}

/*
 * The rows of a statement begin.
 */
static void
output_start(LbdTextReceiver *self, TupleDesc type)
{
	((LbdOutput *) self)->place = NULL;
}

static void
output_begin_row(LbdTextReceiver *self)
{
	LbdOutput  *output = (LbdOutput *) self;
	LbdTrace   *trace = output->trace;
	LbdPlace   *statement = trace->tree.current;

	output->statement = statement;
	if (output->place == NULL)
	{
		output->place = lbd_statement_part(trace, statement, LBD_PLACE_OUTPUT,
										   "output: ");
		if (output->place != statement)
			output->place->counts.calls++;
	}
	lbd_tree_enter(&trace->tree, output->place);
	if (output->place != statement)
		output->place->counts.rows = Max(output->place->counts.rows, 0) + 1;
}

static void
output_end_row(LbdTextReceiver *self)
{
	LbdOutput  *output = (LbdOutput *) self;

	lbd_tree_leave_briefly(&output->trace->tree, output->statement);
}
