/*-------------------------------------------------------------------------
 *
 * models.h
 *	  The models of a leaderboard, in rank order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_MODELS_H
#define LBD_MODELS_H

#include "executor/tuptable.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "leaderboard/source.h"

/* A model in rank order.  It lives until the next one is fetched. */
typedef struct LbdModel
{
	int64		id;				/* model_id */
	char	   *name;			/* or NULL */
	int64		rank;			/* competition rank */
	bool		public;			/* shown to everybody */
	bool		public_null;	/* not known */
	bool		is_owner;		/* the viewer submitted it */
	char	   *group;			/* or NULL */
	TimestampTz timestamp;		/* submission */
	bool		timestamp_null; /* not known */
	LbdItem		submitter;		/* display_name, absent for none */
	LbdItem		meta;			/* model_meta, absent for NULL */
	LbdItem		layers;			/* absent for NULL */
	Jsonb	   *scores;			/* an array; NULL unless it was asked for */
} LbdModel;

/*
 * The models of a leaderboard in rank order, read one at a time and as often
 * as is needed.
 */
typedef struct LbdModels
{
	List	   *relations;		/* OIDs of those that were read */
	Tuplestorestate *store;		/* a tuple a model, with large values as toast
								 * pointers; goes to disk when it grows */
	TupleTableSlot *slot;		/* to read it with */
	MemoryContext model;		/* of the current model, reset for each */
	MemoryContext context;		/* of all of it */
	Datum		last_score;		/* deciding score of the model before */
	bool		any;			/* there was one before */
	int64		rank;			/* its rank */
	int64		position;		/* models read since the start */
	LbdCallTree *profile;		/* counts the time of reading, or NULL */
} LbdModels;

/* The column of lbd_models_metadata_slot that says where a row belongs. */
#define LBD_METADATA_PLACE	1

extern LbdModels *lbd_models_load(const LbdLeaderboard *leaderboard,
								  const LbdViewer *viewer, bool rank_binary,
								  bool with_group, LbdCallTree *profile,
								  MemoryContext context);
extern int64 lbd_models_count(const LbdModels *models);
extern void lbd_models_rewind(LbdModels *models);
extern bool lbd_models_next(LbdModels *models, LbdModel *model,
							bool with_scores);
extern TupleTableSlot *lbd_models_metadata_slot(const TupleTableSlotOps *kind);
extern void lbd_models_metadata_store(LbdModels *models, int64 place,
									  TupleTableSlot *slot);
extern void lbd_models_metadata_read(TupleTableSlot *slot, LbdModel *model);
extern void lbd_models_end(LbdModels *models);

#endif							/* LBD_MODELS_H */
