/*-------------------------------------------------------------------------
 *
 * transform.c
 *	  Changes to a component that are made while it is written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "json/transform.h"
#include "json/writer.h"
#include "util/decimal.h"

/* Paths that a hint lists. */
#define LBD_LIST_MAX	40

/*
 * A node's mark: 0 as long as its path has not been looked up, then this, or
 * the number of the edit's path that it has, from 1.
 */
#define LBD_MARK_NONE	(-1)

static LbdTransformPath *edit_path(LbdTransform *edit, LbdPath *node);
static bool is_below(const char *path, const char *above);
static void write_raw_string(LbdWriter *writer, const char *string);
static void list_paths(const LbdPath *node, StringInfo list, int *count);

/*
 * The edit's path that a node has, or NULL.
 */
static LbdTransformPath *
edit_path(LbdTransform *edit, LbdPath *node)
{
	if (node->mark == 0)
	{
		StringInfoData path;

		node->mark = LBD_MARK_NONE;
		if (edit->npaths == 0)
			return NULL;
		CHECK_FOR_INTERRUPTS();
		initStringInfo(&path);
		lbd_stats_path(node, &path);
		for (int i = 0; i < edit->npaths; i++)
		{
			if (strcmp(edit->paths[i].path, path.data) != 0)
				continue;
			node->mark = i + 1;
			/* Only members can be dropped: an array keeps its elements. */
			edit->paths[i].found = !edit->paths[i].drop ||
				node->step != LBD_PATH_ELEMENT;
			break;
		}
		pfree(path.data);
	}
	return node->mark > 0 ? &edit->paths[node->mark - 1] : NULL;
}

/*
 * Whether the members at a node's path are left out.
 */
bool
lbd_transform_drops(LbdTransform *edit, LbdPath *node)
{
	LbdTransformPath *path = edit_path(edit, node);

	return path && path->drop;
}

/*
 * The number that stands for a string at a node's path in its dictionary, or
 * -1 where the path has none.  Strings are numbered from 0 as they come.
 */
int
lbd_transform_string(LbdTransform *edit, LbdPath *node, const char *string, int len)
{
	LbdTransformPath *path = edit_path(edit, node);
	char	   *text;
	int		   *number;

	if (path == NULL || path->strings == NULL)
		return -1;
	text = pnstrdup(string, len);
	number = lbd_string_map_enter(path->strings, text);
	if (*number < 0)
	{
		if (path->ntexts == path->room)
		{
			path->room *= 2;
			path->texts = repalloc_huge(path->texts,
										path->room * sizeof(char *));
		}
		*number = path->ntexts++;
		path->texts[*number] = lbd_string_map_text(path->strings, text);
	}
	pfree(text);
	return *number;
}

/*
 * Raises an error where a path was not there, neither itself nor one above it
 * that is dropped.
 */
void
lbd_transform_check(const LbdTransform *edit, const LbdPathStats *tree,
			   const char *component)
{
	for (int i = 0; i < edit->npaths; i++)
	{
		StringInfoData list;
		bool		found = edit->paths[i].found;
		int			count = 0;

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < edit->npaths && !found; j++)
			found = edit->paths[j].found && edit->paths[j].drop &&
				is_below(edit->paths[i].path, edit->paths[j].path);
		if (found)
			continue;
		initStringInfo(&list);
		list_paths(tree->root, &list, &count);
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("path \"%s\" does not exist in component %s",
						edit->paths[i].path, component),
				 count == 0 ?
				 errhint("The component has no members.") :
				 errhint("The paths of members are: %s%s.",
						 list.data, count > LBD_LIST_MAX ? ", ..." : "")));
	}
}

/*
 * Whether a path starts with another one and goes on.
 */
static bool
is_below(const char *path, const char *above)
{
	size_t		len = strlen(above);

	return strncmp(path, above, len) == 0 &&
		(path[len] == '.' || path[len] == '[');
}

static void
list_paths(const LbdPath *node, StringInfo list, int *count)
{
	check_stack_depth();
	if (node->step == LBD_PATH_MEMBER || node->step == LBD_PATH_DYNAMIC)
	{
		if (++*count > LBD_LIST_MAX)
			return;
		if (list->len > 0)
			appendStringInfoString(list, ", ");
		lbd_stats_path(node, list);
	}
	for (const LbdPath *child = node->first; child; child = child->next)
		list_paths(child, list, count);
}

/*
 * Rounds a number's wire text where it has more decimals than are kept:
 * halves away from zero, without trailing zeros.  Returns the text itself, or
 * one in room, which has LBD_NUMBER_TEXT bytes, or a palloc'ed one.
 */
char *
lbd_transform_round(const LbdTransform *edit, const char *text, int *len, char *room)
{
	LbdDecimal	decimal;
	char	   *rounded;

	if (edit->round_digits < 0 || !lbd_decimal_parse(&decimal, text, *len) ||
		decimal.ndigits - decimal.point <= edit->round_digits)
		return (char *) text;
	lbd_decimal_round(&decimal, edit->round_digits);
	if (decimal.ndigits == 0)
		decimal.negative = false;
	rounded = lbd_decimal_fixed(&decimal,
								Max(decimal.ndigits - decimal.point, 0), len);
	if (*len <= LBD_NUMBER_TEXT)
	{
		memcpy(room, rounded, *len);
		pfree(rounded);
		rounded = room;
	}
	return rounded;
}

/*
 * A component with dictionaries is an object of the component itself, data,
 * and dictionary: for each path the array of its strings.
 */
void
lbd_transform_begin(LbdWriter *writer)
{
	LbdTransform    *edit = writer->edit;

	for (int i = 0; i < edit->npaths; i++)
		edit->dictionary |= edit->paths[i].strings != NULL;
	if (!edit->dictionary)
		return;
	lbd_writer_raw(writer, "{", 1);
	write_raw_string(writer, "data");
	lbd_writer_raw(writer, writer->format->colon,
				   writer->format->colon_len);
}

void
lbd_transform_end(LbdWriter *writer)
{
	const LbdFormat *format = writer->format;
	LbdTransform    *edit = writer->edit;
	bool		first = true;

	if (!edit->dictionary)
		return;
	lbd_writer_raw(writer, format->comma, format->comma_len);
	write_raw_string(writer, "dictionary");
	lbd_writer_raw(writer, format->colon, format->colon_len);
	lbd_writer_raw(writer, "{", 1);
	for (int i = 0; i < edit->npaths; i++)
	{
		LbdTransformPath *path = &edit->paths[i];

		if (path->strings == NULL)
			continue;
		if (!first)
			lbd_writer_raw(writer, format->comma, format->comma_len);
		first = false;
		write_raw_string(writer, path->path);
		lbd_writer_raw(writer, format->colon, format->colon_len);
		lbd_writer_raw(writer, "[", 1);
		for (int j = 0; j < path->ntexts; j++)
		{
			CHECK_FOR_INTERRUPTS();
			if (j > 0)
				lbd_writer_raw(writer, format->comma, format->comma_len);
			write_raw_string(writer, path->texts[j]);
		}
		lbd_writer_raw(writer, "]", 1);
	}
	lbd_writer_raw(writer, "}}", 2);
}

/*
 * Writes a string that is on no path.
 */
static void
write_raw_string(LbdWriter *writer, const char *string)
{
	int			len;
	char	   *escaped = lbd_writer_escape(writer, string, strlen(string),
											CurrentMemoryContext, &len);

	lbd_writer_raw(writer, writer->format->quote,
				   writer->format->quote_len);
	lbd_writer_raw(writer, escaped, len);
	lbd_writer_raw(writer, writer->format->quote,
				   writer->format->quote_len);
	pfree(escaped);
}
