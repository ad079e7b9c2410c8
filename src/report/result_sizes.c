/*-------------------------------------------------------------------------
 *
 * result_sizes.c
 *	  What the result of a query takes, in words.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "json/path_rows.h"
#include "report/result_sizes.h"
#include "report/text.h"

/*
 * Which columns have paths that a bound has changed, as a sentence, or NULL.
 */
char *
lbd_result_incomplete(const LbdResultSizes *sizes)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < sizes->ncolumns; i++)
	{
		if (!sizes->columns[i].complete)
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "",
							 lbd_text_short(sizes->columns[i].name,
											LBD_PLACE_WIDTH));
	}
	return names.len == 0 ? NULL :
		psprintf("Not all paths are told apart, to save memory, in: %s. What has no path of its own is counted under .*, or on the path that it is in.",
				 names.data);
}

/*
 * A path of a result in at most so many characters: the column's name and
 * what is below it.
 */
char *
lbd_result_place(const LbdResultColumn *column, const LbdPath *path, int width)
{
	StringInfoData place;

	initStringInfo(&place);
	lbd_stats_path(path, &place);
	/* The column's name is in the place of "$". */
	return lbd_text_short(psprintf("%s%s", column->name, place.data + 1),
						  width);
}
