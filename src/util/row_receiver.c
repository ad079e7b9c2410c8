/*-------------------------------------------------------------------------
 *
 * row_receiver.c
 *	  Receivers of the executor's rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "util/row_receiver.h"

static void text_startup(DestReceiver *self, int operation, TupleDesc desc);
static bool text_row(TupleTableSlot *slot, DestReceiver *self);

static void
receiver_nothing(DestReceiver *self)
{
}

/*
 * Sets up a receiver.  startup is called with the columns of a statement,
 * before its first row, and row with each row.  There is nothing to do at the
 * end: memory is the caller's.
 */
void
lbd_receiver_init(DestReceiver *receiver,
				  void (*startup) (DestReceiver *self, int operation,
								   TupleDesc desc),
				  bool (*row) (TupleTableSlot *slot, DestReceiver *self))
{
	receiver->receiveSlot = row;
	receiver->rStartup = startup;
	receiver->rShutdown = receiver_nothing;
	receiver->rDestroy = receiver_nothing;
	receiver->mydest = DestNone;
}

/*
 * Sets up a receiver of texts, which allocates below context.  The caller
 * sets its calls.
 */
void
lbd_text_receiver_init(LbdTextReceiver *receiver, MemoryContext context)
{
	memset(receiver, 0, sizeof(*receiver));
	lbd_receiver_init(&receiver->receiver, text_startup, text_row);
	receiver->context = context;
	receiver->row = AllocSetContextCreate(context, "lbdiag row",
										  ALLOCSET_DEFAULT_SIZES);
}

/*
 * Finds the output function of a type.
 */
void
lbd_find_output(Oid type, FmgrInfo *output, MemoryContext context)
{
	Oid			function;
	bool		is_varlena;

	getTypeOutputInfo(type, &function, &is_varlena);
	fmgr_info_cxt(function, output, context);
}

static void
text_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	LbdTextReceiver *receiver = (LbdTextReceiver *) self;
	MemoryContext old = MemoryContextSwitchTo(receiver->context);

	receiver->ncolumns = desc->natts;
	receiver->outputs = palloc(desc->natts * sizeof(FmgrInfo));
	for (int i = 0; i < desc->natts; i++)
		lbd_find_output(TupleDescAttr(desc, i)->atttypid,
						&receiver->outputs[i], receiver->context);
	if (receiver->start)
		receiver->start(receiver, desc);
	MemoryContextSwitchTo(old);
}

/*
 * A text is freed before the next one is made, and a row's memory within the
 * row: what is measured here counts both, as for a client.
 */
static bool
text_row(TupleTableSlot *slot, DestReceiver *self)
{
	LbdTextReceiver *receiver = (LbdTextReceiver *) self;
	MemoryContext old = MemoryContextSwitchTo(receiver->row);

	if (receiver->begin_row)
		receiver->begin_row(receiver);
	slot_getallattrs(slot);
	for (int i = 0; i < receiver->ncolumns; i++)
	{
		char	   *text = slot->tts_isnull[i] ? NULL :
			OutputFunctionCall(&receiver->outputs[i], slot->tts_values[i]);

		if (receiver->value)
			receiver->value(receiver, i, text);
		if (text)
			pfree(text);
	}
	MemoryContextReset(receiver->row);
	if (receiver->end_row)
		receiver->end_row(receiver);
	MemoryContextSwitchTo(old);
	return true;
}
