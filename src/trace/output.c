/*-------------------------------------------------------------------------
 *
 * output.c
 *	  The rows of profiled statements, turned into text as for a client.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "trace/output.h"
#include "trace/statement_text.h"
#include "util/row_receiver.h"

typedef struct LbdOutput
{
	DestReceiver receiver;		/* what the server calls */
	LbdTrace   *trace;			/* whose statements' rows these are */
	MemoryContext context;		/* holds all of it */
	MemoryContext row;			/* of a row's texts */
	LbdPlace   *place;			/* of this statement's output, or NULL */
	int			natts;			/* columns of this statement */
	FmgrInfo   *functions;		/* their output functions */
} LbdOutput;

static void output_start(DestReceiver *self, int operation, TupleDesc type);
static bool output_row(TupleTableSlot *slot, DestReceiver *self);
static void print_row(LbdOutput *output, TupleTableSlot *slot);

/*
 * A receiver of rows, in context.  What it does is counted at a place of kind
 * output below the statement's, which is made for the first row.
 */
DestReceiver *
lbd_output_create(LbdTrace *trace, MemoryContext context)
{
	LbdOutput  *output = MemoryContextAllocZero(context, sizeof(LbdOutput));

	lbd_receiver_init(&output->receiver, output_start, output_row);
	output->trace = trace;
	output->context = context;
	output->row = AllocSetContextCreate(context, "lbdiag row",
										ALLOCSET_DEFAULT_SIZES);
	return &output->receiver;
}

/*
 * The rows of a statement begin, which have these columns.
 */
static void
output_start(DestReceiver *self, int operation, TupleDesc type)
{
	LbdOutput  *output = (LbdOutput *) self;

	output->place = NULL;
	output->natts = type->natts;
	output->functions = MemoryContextAlloc(output->context, type->natts *
										   sizeof(FmgrInfo));
	for (int i = 0; i < type->natts; i++)
	{
		Oid			function;
		bool		is_varlena;

		getTypeOutputInfo(TupleDescAttr(type, i)->atttypid, &function,
						  &is_varlena);
		fmgr_info_cxt(function, &output->functions[i], output->context);
	}
}

static bool
output_row(TupleTableSlot *slot, DestReceiver *self)
{
	LbdOutput  *output = (LbdOutput *) self;
	LbdTrace   *trace = output->trace;
	LbdPlace   *statement = trace->tree.current;
	MemoryContext old;

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
	old = MemoryContextSwitchTo(output->row);
	print_row(output, slot);
	MemoryContextSwitchTo(old);
	MemoryContextReset(output->row);
	lbd_tree_leave_briefly(&trace->tree, statement);
	return true;
}

static void
print_row(LbdOutput *output, TupleTableSlot *slot)
{
	slot_getallattrs(slot);
	for (int i = 0; i < output->natts; i++)
	{
		if (!slot->tts_isnull[i])
			pfree(OutputFunctionCall(&output->functions[i],
									 slot->tts_values[i]));
	}
}
