/*-------------------------------------------------------------------------
 *
 * row_receiver.h
 *	  Receivers of the executor's rows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ROW_RECEIVER_H
#define LBD_ROW_RECEIVER_H

#include "executor/tuptable.h"
#include "fmgr.h"
#include "tcop/dest.h"

/*
 * Turns the values of each row into text, as the server does for a client.
 * The calls may be NULL.  start gets the columns of a statement before its
 * first row, and value each text, NULL for null, which is freed after it.
 */
typedef struct LbdTextReceiver
{
	DestReceiver receiver;		/* first: the executor's pointer to it */
	MemoryContext context;		/* of output functions; start runs in it */
	MemoryContext row;			/* of a row; the other calls run in it */
	int			ncolumns;		/* of the present statement */
	FmgrInfo   *outputs;		/* the output functions of these */
	void		(*start) (struct LbdTextReceiver *self, TupleDesc desc);
	void		(*begin_row) (struct LbdTextReceiver *self);
	void		(*value) (struct LbdTextReceiver *self, int column,
						  const char *text);
	void		(*end_row) (struct LbdTextReceiver *self);
} LbdTextReceiver;

extern void lbd_receiver_init(DestReceiver *receiver,
							  void (*startup) (DestReceiver *self,
											   int operation, TupleDesc desc),
							  bool (*row) (TupleTableSlot *slot,
										   DestReceiver *self));
extern void lbd_text_receiver_init(LbdTextReceiver *receiver,
								   MemoryContext context);
extern void lbd_find_output(Oid type, FmgrInfo *output, MemoryContext context);

#endif							/* LBD_ROW_RECEIVER_H */
