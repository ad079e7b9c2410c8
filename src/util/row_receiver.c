/*-------------------------------------------------------------------------
 *
 * row_receiver.c
 *	  A receiver of the executor's rows, made of two functions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "util/row_receiver.h"

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
