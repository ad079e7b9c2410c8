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

static char *main_part(const LbdPath *path, int64 bytes, const char *place);
static int64 path_bytes(const LbdPath *path);

/*
 * Where most of a result is, from the largest column down to where it divides.
 */
const LbdPath *
lbd_result_main_path(const LbdResultSizes *sizes)
{
	return lbd_rows_main(sizes->columns[0].root, sizes->bytes, path_bytes);
}

/*
 * The same as a phrase.
 */
char *
lbd_result_main(const LbdResultSizes *sizes)
{
	const LbdPath *path = lbd_result_main_path(sizes);

	return main_part(path, sizes->bytes,
					 lbd_result_place(&sizes->columns[0], path,
									  LBD_PLACE_WIDTH));
}

/*
 * The same for a payload, from its largest component down.
 */
char *
lbd_component_main(const char *name, const LbdPath *root, int64 bytes)
{
	const LbdPath *path = lbd_rows_main(root, bytes, path_bytes);
	StringInfoData place;

	initStringInfo(&place);
	appendStringInfoString(&place, name);
	if (path != root)
	{
		appendStringInfoChar(&place, ':');
		lbd_stats_path(path, &place);
	}
	return main_part(path, bytes, lbd_text_short(place.data, LBD_PLACE_WIDTH));
}

/*
 * A path, and its part of so many bytes, as a phrase.
 */
static char *
main_part(const LbdPath *path, int64 bytes, const char *place)
{
	return psprintf("%s is %s (%s)", path->bytes >= bytes - bytes / 2 ?
					"most of it" : "the largest part", place,
					lbd_text_percent(path->bytes, bytes, 0));
}

static int64
path_bytes(const LbdPath *path)
{
	return path->bytes;
}

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
