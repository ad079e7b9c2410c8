/*-------------------------------------------------------------------------
 *
 * relation_audit.h
 *	  What a relation's columns and paths take: the audit and its reports.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_RELATION_AUDIT_H
#define LBD_RELATION_AUDIT_H

#include "nodes/pg_list.h"
#include "storage/block.h"

#include "api/block_sample.h"
#include "api/path_result.h"
#include "api/repeated_columns.h"
#include "api/result_counter.h"
#include "util/progress.h"

typedef struct LbdRelationAudit
{
	LbdResultCounter counter;	/* first: its calls get a pointer to it */
	Oid			relation;		/* which one it is */
	bool		stored;			/* its values are stored here */
	bool		sampled;		/* there is a sample */
	LbdBlockSample sample;		/* of blocks */
	List	   *members;		/* OIDs of tables whose blocks are counted */
	bool		placed;			/* rows come with their table and place */
	int64		blocks;			/* of all tables, where that is asked for */
	LbdProgress progress;		/* of blocks, if not of rows */
	Oid			table;			/* of the present block, or invalid */
	BlockNumber block;			/* the present one */
	bool		last;			/* rows are counted for the last time */
	bool		distributed;	/* its shards have been counted */
	int64		counted;		/* bytes of all */
	int64		jsonb_bytes;	/* of the columns of jsonb */
	int64		stored_units;	/* of all columns, in LBD_STORED_UNITs */
	int64		stored_total;	/* stored so far, of the rows returned */
	int64		stored_shown;	/* bytes of these that have been shown */
	const LbdColumn *column;	/* whose rows are being returned */
	LbdPathResult result;		/* where they go */
	LbdRepeats *repeats;		/* columns that JSON repeats, or NULL: they
								 * are not looked for */
} LbdRelationAudit;

extern void lbd_relation_audit_run(FunctionCallInfo fcinfo,
								   LbdRelationAudit *audit);
extern bool lbd_relation_interval(const LbdSumEstimate *estimate, int64 bytes,
								  int64 *low, int64 *high);

#endif							/* LBD_RELATION_AUDIT_H */
