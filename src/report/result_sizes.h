/*-------------------------------------------------------------------------
 *
 * result_sizes.h
 *	  What the result of a query takes: for reports on it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_RESULT_SIZES_H
#define LBD_RESULT_SIZES_H

#include "json/path_stats.h"

/* A column of a result. */
typedef struct LbdResultColumn
{
	const char *name;			/* of the column */
	const char *type_name;		/* its type, NULL for json and jsonb */
	const LbdPath *root;		/* what it takes; its paths have a waste */
	bool		complete;		/* no bound has changed anything */
} LbdResultColumn;

/* What a result takes. */
typedef struct LbdResultSizes
{
	const LbdResultColumn *columns; /* the largest first */
	int			ncolumns;		/* how many there are */
	int64		rows;			/* of the result */
	int64		rows_bytes;		/* of these that belong to no column */
	int64		bytes;			/* of all */
	const char *encoding;		/* of the compressed bytes */
	bool		compressed;		/* there are compressed bytes */
	int64		compressed_bytes;	/* of all */
	const int64 *own;			/* compressed bytes by number of a path, or
								 * NULL where they are not attributed */
	int64		rows_compressed;	/* those that belong to no column */
} LbdResultSizes;

/* So many characters of the name of a path are shown. */
#define LBD_PLACE_WIDTH		60

extern const LbdPath *lbd_result_main_path(const LbdResultSizes *sizes);
extern char *lbd_result_main(const LbdResultSizes *sizes);
extern char *lbd_component_main(const char *name, const LbdPath *root,
								int64 bytes);
extern char *lbd_result_incomplete(const LbdResultSizes *sizes);
extern char *lbd_result_place(const LbdResultColumn *column,
							  const LbdPath *path, int width);

#endif							/* LBD_RESULT_SIZES_H */
