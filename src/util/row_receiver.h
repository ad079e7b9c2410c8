/*-------------------------------------------------------------------------
 *
 * row_receiver.h
 *	  A receiver of the executor's rows, made of two functions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ROW_RECEIVER_H
#define LBD_ROW_RECEIVER_H

#include "executor/tuptable.h"
#include "tcop/dest.h"

extern void lbd_receiver_init(DestReceiver *receiver,
							  void (*startup) (DestReceiver *self,
											   int operation, TupleDesc desc),
							  bool (*row) (TupleTableSlot *slot,
										   DestReceiver *self));

#endif							/* LBD_ROW_RECEIVER_H */
