/*-------------------------------------------------------------------------
 *
 * relation_sizes.h
 *	  What a relation takes: for reports on it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_RELATION_SIZES_H
#define LBD_RELATION_SIZES_H

#include "nodes/pg_list.h"

#include "json/jsonb_stats.h"
#include "json/stored_parts.h"
#include "report/result_sizes.h"
#include "report/text.h"

/* A column of a relation. */
typedef struct LbdRelationColumn
{
	const LbdStoredParts *storage;	/* how its values are stored; NULL: not */
	const LbdJsonbParts *jsonb; /* what they are made of; NULL: no jsonb that
								 * is stored */
} LbdRelationColumn;

/* A column that a member of JSON repeats. */
typedef struct LbdRepeatedColumn
{
	const char *column;			/* its name */
	const char *json;			/* the column that the member is in */
	const LbdPath *path;		/* the member's */
} LbdRepeatedColumn;

/* What a table takes on disk, with its partitions and children. */
typedef struct LbdRelationSpace
{
	int64		heap;			/* the rows */
	int64		toast;			/* TOAST tables with their indexes */
	int64		indexes;		/* the other indexes */
	int64		free;			/* of the heap, by the free space map; -1: not
								 * known, or not to be told */
} LbdRelationSpace;

typedef struct LbdRelationSizes
{
	LbdResultSizes result;		/* columns, rows and bytes of text; of a
								 * sample, estimates */
	const LbdRelationColumn *columns;	/* more of the same columns */
	const char *kind;			/* "table", "view", ... */
	const char *name;			/* qualified, as SQL has it */
	bool		stored;			/* its values are stored here */
	bool		row_security;	/* the caller may see some of the rows only */
	const LbdRelationSpace *space;	/* NULL: it has none */
	bool		sampled;		/* only a part was read */
	int64		blocks;			/* of all tables, where it was */
	int64		blocks_read;	/* and of these */
	bool		interval;		/* these are known: */
	int64		low;			/* 95 % interval of the bytes of text */
	int64		high;
	const LbdRepeatedColumn *repeats;	/* columns that are repeated */
	int			nrepeats;		/* how many there are */
	int64		compared;		/* rows that were looked at for them */
} LbdRelationSizes;

/* Bytes of something, in a list that adds up. */
typedef struct LbdSpaceRow
{
	const char *what;
	int64		bytes;
} LbdSpaceRow;

/* Values of a column that are stored in the same way. */
typedef struct LbdStorageRow
{
	const char *column;			/* its name */
	const char *how;			/* where they are, and compressed how */
	LbdStoredPart part;			/* estimated */
} LbdStorageRow;

/* A part of jsonb, beside the same in its text. */
typedef struct LbdJsonbRow
{
	const char *what;
	int64		jsonb;			/* bytes */
	int64		text;			/* bytes */
} LbdJsonbRow;

/* A path, and the column that it is in. */
typedef struct LbdRelationPath
{
	int			column;			/* its number */
	const LbdPath *path;
} LbdRelationPath;

extern int64 lbd_sizes_stored(const LbdRelationSizes *sizes, int64 units);
extern int64 lbd_sizes_stored_total(const LbdRelationSizes *sizes);
extern LbdRelationPath lbd_sizes_main_path(const LbdRelationSizes *sizes);
extern List *lbd_sizes_space(const LbdRelationSizes *sizes);
extern List *lbd_sizes_storage(const LbdRelationSizes *sizes);
extern List *lbd_sizes_jsonb(const LbdRelationSizes *sizes, int column);
extern char *lbd_sizes_jsonb_reason(const List *rows);
extern List *lbd_sizes_paths(const LbdRelationSizes *sizes, int most);
extern char *lbd_sizes_repeat(const LbdRelationSizes *sizes,
							  const LbdRepeatedColumn *repeat);
extern char *lbd_sizes_place(const LbdRelationSizes *sizes,
							 const LbdRelationPath *path, int width);

#endif							/* LBD_RELATION_SIZES_H */
