/*-------------------------------------------------------------------------
 *
 * transform_paths.c
 *	  The paths that a transform changes: what of them is sent once.
 *
 * Strings and keys that are sent once, and usual values, are beside the
 * document, in an object: {"data": the document, "dictionary": {path:
 * [strings]}, "keys": {path: [keys]}, "defaults": {path: value}}, of which
 * the last three are there where a change has made them.
 *
 * A usual value is the majority vote of Boyer and Moore over a run of its
 * own, the survey: it is right where more than half of the values are the
 * same, and some value of the member elsewhere.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "json/path_rows.h"
#include "json/transform.h"
#include "json/writer.h"
#include "util/distinct.h"

/* Paths that a hint lists. */
#define LBD_LIST_MAX		40

#define LBD_FIRST_TEXTS		256

static void put_part(LbdTransform *transform, const char *name);
static void end_part(LbdWriter *writer, bool empty);
static void put_path(LbdTransform *transform, const char *path, bool *first);
static void put_strings(LbdWriter *writer, const LbdDictionary *strings,
						bool escaped);
static void put_raw_string(LbdWriter *writer, const char *string,
						   bool escaped);
static const char *default_text(LbdWriter *writer, uint32 type,
								const char *text, int len);
static bool is_below(const char *path, const char *above);
static void list_paths(const LbdPath *path, StringInfo list, int *count);

/*
 * An empty dictionary, in the current context.
 */
LbdDictionary *
lbd_dictionary_create(void)
{
	LbdDictionary *dictionary = palloc0(sizeof(LbdDictionary));

	dictionary->numbers = lbd_string_map_create(0);
	dictionary->capacity = LBD_FIRST_TEXTS;
	dictionary->texts = palloc(dictionary->capacity * sizeof(char *));
	return dictionary;
}

/*
 * The number of a text in a dictionary.  Texts are numbered from 0 as they
 * come.
 */
int
lbd_dictionary_number(LbdDictionary *dictionary, const char *text, int len)
{
	char	   *copy = pnstrdup(text, len);
	int		   *number = lbd_string_map_enter(dictionary->numbers, copy);

	if (*number < 0)
	{
		if (dictionary->ntexts == dictionary->capacity)
		{
			dictionary->capacity *= 2;
			dictionary->texts = repalloc_huge(dictionary->texts,
											  dictionary->capacity *
											  sizeof(char *));
		}
		*number = dictionary->ntexts++;
		dictionary->texts[*number] =
			lbd_string_map_text(dictionary->numbers, copy);
	}
	pfree(copy);
	return *number;
}

/*
 * Writes what is before a document beside which something is sent once.
 */
void
lbd_envelope_begin(LbdTransform *transform)
{
	LbdWriter  *writer = transform->writer;

	lbd_writer_raw(writer, "{", 1);
	put_raw_string(writer, "data", false);
	lbd_writer_raw(writer, writer->format->colon, writer->format->colon_len);
}

/*
 * Writes what is after such a document.
 */
void
lbd_envelope_end(LbdTransform *transform)
{
	LbdWriter  *writer = transform->writer;
	bool		strings = true;
	bool		keys = true;
	bool		defaults = true;

	for (int i = 0; i < transform->npaths; i++)
	{
		const LbdTransformPath *path = &transform->paths[i];

		if (path->strings == NULL)
			continue;
		if (strings)
			put_part(transform, "dictionary");
		put_path(transform, path->path, &strings);
		put_strings(writer, path->strings, false);
	}
	end_part(writer, strings);
	for (int i = 0; i < transform->npaths; i++)
	{
		const LbdTransformPath *path = &transform->paths[i];

		if (path->keys == NULL)
			continue;
		if (keys)
			put_part(transform, "keys");
		put_path(transform, path->path, &keys);
		put_strings(writer, path->keys, true);
	}
	end_part(writer, keys);
	for (int i = 0; i < transform->npaths; i++)
	{
		const LbdTransformPath *path = &transform->paths[i];

		if (path->usual == NULL || path->usual->text == NULL)
			continue;
		if (defaults)
			put_part(transform, "defaults");
		put_path(transform, path->path, &defaults);
		lbd_writer_raw(writer, path->usual->text, strlen(path->usual->text));
	}
	end_part(writer, defaults);
	lbd_writer_raw(writer, "}", 1);
}

/*
 * Writes the start of what is beside the document under a name.
 */
static void
put_part(LbdTransform *transform, const char *name)
{
	LbdWriter  *writer = transform->writer;
	const LbdFormat *format = writer->format;

	lbd_writer_raw(writer, format->comma, format->comma_len);
	put_raw_string(writer, name, false);
	lbd_writer_raw(writer, format->colon, format->colon_len);
	lbd_writer_raw(writer, "{", 1);
}

/*
 * Ends what is beside the document, unless nothing was.
 */
static void
end_part(LbdWriter *writer, bool empty)
{
	if (!empty)
		lbd_writer_raw(writer, "}", 1);
}

/*
 * Writes a path as the key of what is sent once for it.
 */
static void
put_path(LbdTransform *transform, const char *path, bool *first)
{
	LbdWriter  *writer = transform->writer;
	const LbdFormat *format = writer->format;

	if (!*first)
		lbd_writer_raw(writer, format->comma, format->comma_len);
	*first = false;
	put_raw_string(writer, path, false);
	lbd_writer_raw(writer, format->colon, format->colon_len);
}

static void
put_strings(LbdWriter *writer, const LbdDictionary *strings, bool escaped)
{
	lbd_writer_raw(writer, "[", 1);
	for (int i = 0; i < strings->ntexts; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i > 0)
			lbd_writer_raw(writer, writer->format->comma,
						   writer->format->comma_len);
		put_raw_string(writer, strings->texts[i], escaped);
	}
	lbd_writer_raw(writer, "]", 1);
}

/*
 * Writes a string that is on no path.
 */
static void
put_raw_string(LbdWriter *writer, const char *string, bool escaped)
{
	const LbdFormat *format = writer->format;
	int			len = strlen(string);
	char	   *text = escaped ? NULL :
		lbd_writer_escape(writer, string, len, CurrentMemoryContext, &len);

	lbd_writer_raw(writer, format->quote, format->quote_len);
	lbd_writer_raw(writer, text ? text : string, len);
	lbd_writer_raw(writer, format->quote, format->quote_len);
	if (text)
		pfree(text);
}

/*
 * A scalar on a path that has a usual value.  Returns whether it is left out;
 * a survey leaves out nothing, and searches.
 */
bool
lbd_default_met(LbdTransform *transform, LbdTransformPath *path, uint32 type,
				const char *text, int len)
{
	LbdDefault *usual = path->usual;
	uint64		hash = lbd_distinct_hash(text, len) ^ type;

	if (transform->survey)
	{
		usual->values++;
		if (hash == usual->common)
			usual->lead++;
		else if (--usual->lead < 0)
		{
			usual->common = hash;
			usual->lead = 1;
		}
		return false;
	}
	if (!usual->known || usual->hash != hash || !path->found)
		return false;
	if (usual->text == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(transform->context);

		usual->text = default_text(transform->writer, type, text, len);
		MemoryContextSwitchTo(old);
	}
	return true;
}

/*
 * A scalar as it is written.
 */
static const char *
default_text(LbdWriter *writer, uint32 type, const char *text, int len)
{
	StringInfoData out;
	char	   *copy;

	initStringInfo(&out);
	if (type == LBD_TYPE_STRING)
	{
		copy = lbd_writer_escape(writer, text, len, CurrentMemoryContext, &len);
		appendBinaryStringInfo(&out, writer->format->quote,
							   writer->format->quote_len);
		appendBinaryStringInfo(&out, copy, len);
		appendBinaryStringInfo(&out, writer->format->quote,
							   writer->format->quote_len);
	}
	else
	{
		copy = palloc((Size) len * LBD_ESCAPED_BYTE);
		memcpy(copy, text, len);
		len = lbd_format_embed(writer->format, copy, len);
		appendBinaryStringInfo(&out, copy, len);
	}
	pfree(copy);
	return out.data;
}

/*
 * Ends a survey: takes over the usual values.  A member that one of its
 * objects lacks can have none, since a reader would take it for one that has
 * been left out: that is an error.
 */
void
lbd_transform_survey(LbdTransform *transform)
{
	for (int i = 0; i < transform->npaths; i++)
	{
		LbdTransformPath *path = &transform->paths[i];

		if (path->usual == NULL || !path->found || path->drop)
			continue;
		if (path->at->parent == NULL ||
			path->usual->values != path->at->parent->occurrences)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("path \"%s\" cannot have a default", path->path),
					 errdetail("The member is missing in some of its objects."),
					 errhint("Only a member that each object has can be left out where it has its usual value.")));
		path->usual->known = true;
		path->usual->hash = path->usual->common;
	}
}

/*
 * Raises an error where a path was not there, neither itself nor one above it
 * that is dropped.
 */
void
lbd_transform_check(const LbdTransform *transform, const char *component)
{
	for (int i = 0; i < transform->npaths; i++)
	{
		StringInfoData list;
		bool		found = transform->paths[i].found;
		int			count = 0;

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < transform->npaths && !found; j++)
			found = transform->paths[j].found && transform->paths[j].drop &&
				is_below(transform->paths[i].path, transform->paths[j].path);
		if (found)
			continue;
		initStringInfo(&list);
		list_paths(transform->stats->root, &list, &count);
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("path \"%s\" does not exist in component %s",
						transform->paths[i].path, component),
				 transform->paths[i].at && transform->paths[i].keys ?
				 errdetail("Only the keys of a path that ends in .* can become numbers.") :
				 transform->paths[i].at && transform->paths[i].usual ?
				 errdetail("Only a member with a fixed key can have a default.") : 0,
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
list_paths(const LbdPath *path, StringInfo list, int *count)
{
	check_stack_depth();
	if (path->kind == LBD_PATH_MEMBER || path->kind == LBD_PATH_DYNAMIC)
	{
		if (++*count > LBD_LIST_MAX)
			return;
		if (list->len > 0)
			appendStringInfoString(list, ", ");
		lbd_stats_path(path, list);
	}
	for (const LbdPath *child = path->first; child; child = child->next)
		list_paths(child, list, count);
}
