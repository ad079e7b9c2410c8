/*-------------------------------------------------------------------------
 *
 * shards.h
 *	  Tables that Citus has distributed: what their shards have.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SHARDS_H
#define LBD_SHARDS_H

#include "storage/block.h"
#include "tcop/dest.h"
#include "utils/rel.h"

#include "api/block_sample.h"
#include "api/result_counter.h"

/* A shard, or a partition of one, and its blocks. */
typedef struct LbdShard
{
	int64		id;				/* as Citus numbers it */
	BlockNumber blocks;			/* that it has */
} LbdShard;

extern bool lbd_is_distributed(Relation relation);
extern void lbd_shards_run(const char *query, DestReceiver *receiver);
extern LbdShard *lbd_shards_find(List *tables, int *nshards);
extern int64 lbd_shard_id(const char *shard);
extern Oid	lbd_shard_table(int64 shard);
extern void lbd_shards_count(LbdResultCounter *counter, Relation relation,
							 const char *schema, LbdBlockSample *sample);

#endif							/* LBD_SHARDS_H */
