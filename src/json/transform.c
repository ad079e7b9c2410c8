/*-------------------------------------------------------------------------
 *
 * transform.c
 *	  Changes to a document that are made while it is written.
 *
 * A path is looked up among the paths that are changed once: its mark, by its
 * number, is 0 before that, then LBD_MARK_NONE, or the number of the changed
 * path from 1.  A key is held back where its value decides whether the member
 * is written at all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "json/transform.h"
#include "json/writer.h"
#include "util/decimal.h"

/* Paths that a hint lists. */
#define LBD_LIST_MAX		40

#define LBD_MARK_NONE		(-1)

#define LBD_FIRST_FRAMES	16
#define LBD_FIRST_MARKS		256
#define LBD_FIRST_KEY		64

/* Open containers inside an element of a document that is an array. */
#define LBD_ELEMENT_DEPTH	2

static void begin_dictionary(LbdTransform *transform);
static void end_dictionary(LbdTransform *transform);
static void put_raw_string(LbdWriter *writer, const char *string);
static bool enter_value(LbdTransform *transform);
static LbdPath *value_path(LbdTransform *transform);
static void open_container(LbdTransform *transform, bool is_array);
static bool close_container(LbdTransform *transform);
static bool enter_key(LbdTransform *transform, LbdPath *path);
static void hold_key(LbdTransform *transform, const char *text, int len,
					 bool escaped);
static void release_key(LbdTransform *transform);
static void note_member(LbdTransform *transform, Size before);
static LbdTransformPath *changed_path(LbdTransform *transform, LbdPath *path);
static int	dictionary_number(LbdTransformPath *path, const char *string,
							  int len);
static char *round_number(const LbdTransform *transform, const char *text,
						  int *len, char *buffer);
static bool is_below(const char *path, const char *above);
static void list_paths(const LbdPath *path, StringInfo list, int *count);

/*
 * Puts a transform in front of a writer, before the first event.  What it
 * needs lives in the current context.
 */
void
lbd_transform_begin(LbdTransform *transform, LbdWriter *writer)
{
	transform->writer = writer;
	transform->context = CurrentMemoryContext;
	transform->stats = lbd_stats_create(CurrentMemoryContext);
	transform->nmarks = LBD_FIRST_MARKS;
	transform->marks = palloc0(transform->nmarks * sizeof(int));
	transform->max_depth = LBD_FIRST_FRAMES;
	transform->frames = palloc(transform->max_depth *
							   sizeof(LbdTransformFrame));
	transform->key.capacity = LBD_FIRST_KEY;
	transform->key.text = palloc(LBD_FIRST_KEY);
	writer->transform = transform;
	for (int i = 0; i < transform->npaths; i++)
		transform->dictionary |= transform->paths[i].strings != NULL;
	if (transform->dictionary)
		begin_dictionary(transform);
}

/*
 * Ends the document behind its last event.
 */
void
lbd_transform_end(LbdTransform *transform)
{
	if (transform->dictionary)
		end_dictionary(transform);
}

/*
 * A document with dictionaries is an object of the document itself, data, and
 * dictionary: for each path the array of its strings.
 */
static void
begin_dictionary(LbdTransform *transform)
{
	LbdWriter  *writer = transform->writer;

	lbd_writer_raw(writer, "{", 1);
	put_raw_string(writer, "data");
	lbd_writer_raw(writer, writer->format->colon, writer->format->colon_len);
}

static void
end_dictionary(LbdTransform *transform)
{
	LbdWriter  *writer = transform->writer;
	const LbdFormat *format = writer->format;
	bool		first = true;

	lbd_writer_raw(writer, format->comma, format->comma_len);
	put_raw_string(writer, "dictionary");
	lbd_writer_raw(writer, format->colon, format->colon_len);
	lbd_writer_raw(writer, "{", 1);
	for (int i = 0; i < transform->npaths; i++)
	{
		LbdTransformPath *path = &transform->paths[i];

		if (path->strings == NULL)
			continue;
		if (!first)
			lbd_writer_raw(writer, format->comma, format->comma_len);
		first = false;
		put_raw_string(writer, path->path);
		lbd_writer_raw(writer, format->colon, format->colon_len);
		lbd_writer_raw(writer, "[", 1);
		for (int j = 0; j < path->ntexts; j++)
		{
			CHECK_FOR_INTERRUPTS();
			if (j > 0)
				lbd_writer_raw(writer, format->comma, format->comma_len);
			put_raw_string(writer, path->texts[j]);
		}
		lbd_writer_raw(writer, "]", 1);
	}
	lbd_writer_raw(writer, "}}", 2);
}

/*
 * Writes a string that is on no path.
 */
static void
put_raw_string(LbdWriter *writer, const char *string)
{
	int			len;
	char	   *escaped = lbd_writer_escape(writer, string, strlen(string),
											CurrentMemoryContext, &len);

	lbd_writer_raw(writer, writer->format->quote, writer->format->quote_len);
	lbd_writer_raw(writer, escaped, len);
	lbd_writer_raw(writer, writer->format->quote, writer->format->quote_len);
	pfree(escaped);
}

void
lbd_transform_object(LbdTransform *transform)
{
	bool		kept = enter_value(transform);

	open_container(transform, false);
	if (kept)
		lbd_put_object(transform->writer);
}

void
lbd_transform_object_end(LbdTransform *transform)
{
	if (close_container(transform))
		lbd_put_object_end(transform->writer);
}

void
lbd_transform_array(LbdTransform *transform)
{
	bool		kept = enter_value(transform);

	open_container(transform, true);
	if (kept)
		lbd_put_array(transform->writer);
}

void
lbd_transform_array_end(LbdTransform *transform)
{
	if (close_container(transform))
		lbd_put_array_end(transform->writer);
}

/*
 * Prepares for a value; returns whether it is written.  Scalars that are
 * dropped end here, containers with their end.
 */
static bool
enter_value(LbdTransform *transform)
{
	if (transform->dropped_depth > 0)
		return false;
	if (transform->drop_value)
		return false;
	release_key(transform);
	return true;
}

/*
 * The path of the value that comes next.
 */
static LbdPath *
value_path(LbdTransform *transform)
{
	LbdTransformFrame *frame;

	if (transform->depth == 0)
		return transform->stats->root;
	frame = &transform->frames[transform->depth - 1];
	if (frame->is_array && frame->member == NULL)
		frame->member = lbd_stats_child(transform->stats, frame->path,
										LBD_PATH_ELEMENT);
	return frame->member;
}

static void
open_container(LbdTransform *transform, bool is_array)
{
	LbdPath    *path = value_path(transform);
	LbdTransformFrame *frame;

	if (transform->depth == transform->max_depth)
	{
		transform->max_depth *= 2;
		transform->frames = repalloc_huge(transform->frames,
										  transform->max_depth *
										  sizeof(LbdTransformFrame));
	}
	frame = &transform->frames[transform->depth++];
	frame->path = path;
	frame->member = NULL;
	frame->is_array = is_array;
	if (transform->drop_value)
	{
		transform->drop_value = false;
		transform->dropped_depth = transform->depth;
	}
}

/*
 * Closes the innermost container; returns whether it is written.
 */
static bool
close_container(LbdTransform *transform)
{
	bool		dropped = transform->dropped_depth > 0;

	if (transform->dropped_depth == transform->depth)
		transform->dropped_depth = 0;
	transform->depth--;
	return !dropped;
}

void
lbd_transform_key(LbdTransform *transform, const char *key, int len)
{
	LbdTransformFrame *frame = &transform->frames[transform->depth - 1];
	LbdPath    *path = frame->member && frame->member != frame->path ?
		frame->member->next : frame->path->first;

	if (path == NULL || path->key_len != len ||
		path->kind != LBD_PATH_MEMBER || memcmp(path->key, key, len) != 0)
		path = lbd_stats_member(transform->stats, frame->path, key, len);
	if (enter_key(transform, path))
		hold_key(transform, key, len, false);
}

void
lbd_transform_data_key(LbdTransform *transform, const char *key, int len)
{
	LbdTransformFrame *frame = &transform->frames[transform->depth - 1];

	if (enter_key(transform, lbd_stats_child(transform->stats, frame->path,
											 LBD_PATH_DYNAMIC)))
		hold_key(transform, key, len, false);
}

void
lbd_transform_escaped_key(LbdTransform *transform, const char *escaped,
						  int len, const char *suffix, int suffix_len)
{
	LbdTransformFrame *frame = &transform->frames[transform->depth - 1];

	if (!enter_key(transform, lbd_stats_child(transform->stats, frame->path,
											  LBD_PATH_DYNAMIC)))
		return;
	transform->key.suffix = suffix;
	transform->key.suffix_len = suffix_len;
	hold_key(transform, escaped, len, true);
}

/*
 * Takes the path of a key; returns whether its member is written as far as
 * the key tells.
 */
static bool
enter_key(LbdTransform *transform, LbdPath *path)
{
	LbdTransformPath *changed;

	transform->frames[transform->depth - 1].member = path;
	if (transform->dropped_depth > 0)
		return false;
	changed = changed_path(transform, path);
	transform->drop_value = changed && changed->drop;
	return !transform->drop_value;
}

/*
 * Keeps a key until its value is known, or writes it at once where the value
 * decides nothing.
 */
static void
hold_key(LbdTransform *transform, const char *text, int len, bool escaped)
{
	LbdPendingKey *key = &transform->key;
	LbdPath    *path = transform->frames[transform->depth - 1].member;

	if (len + LBD_COPY_STEP > key->capacity)
	{
		pfree(key->text);
		key->capacity = 2 * (len + LBD_COPY_STEP);
		key->text = MemoryContextAllocHuge(transform->context, key->capacity);
	}
	memcpy(key->text, text, len);
	key->len = len;
	key->escaped = escaped;
	key->dynamic = path->kind == LBD_PATH_DYNAMIC;
	key->pending = true;
	if (!transform->omit_nulls)
		release_key(transform);
}

/*
 * Writes the key that is held back, if any.
 */
static void
release_key(LbdTransform *transform)
{
	LbdPendingKey *key = &transform->key;
	LbdWriter  *writer = transform->writer;
	Size		before = writer->len;

	if (!key->pending)
		return;
	key->pending = false;
	if (key->escaped)
		lbd_put_escaped_key(writer, key->text, key->len, key->suffix,
							key->suffix_len);
	else if (key->dynamic)
		lbd_put_data_key(writer, key->text, key->len);
	else
		lbd_put_key(writer, key->text, key->len);
	if (transform->spans && transform->depth == LBD_ELEMENT_DEPTH)
		note_member(transform, before);
}

/*
 * Notes the place of the key that was written last, where the members of
 * elements are taken apart; before is where the text ended before it.
 */
static void
note_member(LbdTransform *transform, Size before)
{
	LbdSpans   *spans = transform->spans;
	LbdWriter  *writer = transform->writer;
	Size		key = before +
		(spans->nspans > 0 ? writer->format->comma_len : 0);
	LbdSpan    *span;

	if (spans->nspans == spans->capacity)
	{
		spans->capacity *= 2;
		spans->spans = repalloc_huge(spans->spans,
									 spans->capacity * sizeof(LbdSpan));
	}
	span = &spans->spans[spans->nspans++];
	span->key = key;
	span->key_len = writer->len - writer->format->colon_len - key;
	span->value = writer->len;
}

/*
 * A string, or its number in the dictionary that its path has.
 */
void
lbd_transform_string(LbdTransform *transform, const char *string, int len)
{
	LbdTransformPath *path = NULL;
	char		text[MAXINT8LEN + 1];

	if (!enter_value(transform))
	{
		transform->drop_value = false;
		return;
	}
	if (transform->dictionary)
		path = changed_path(transform, value_path(transform));
	if (path && path->strings)
		lbd_put_number(transform->writer, text,
					   pg_ltoa(dictionary_number(path, string, len), text));
	else
		lbd_put_string(transform->writer, string, len);
}

void
lbd_transform_number(LbdTransform *transform, const char *text, int len)
{
	char		buffer[LBD_NUMBER_TEXT];
	char	   *rounded;

	if (!enter_value(transform))
	{
		transform->drop_value = false;
		return;
	}
	rounded = round_number(transform, text, &len, buffer);
	lbd_put_number(transform->writer, rounded, len);
	if (rounded != text && rounded != buffer)
		pfree(rounded);
}

void
lbd_transform_boolean(LbdTransform *transform, bool value)
{
	if (enter_value(transform))
		lbd_put_boolean(transform->writer, value);
	else
		transform->drop_value = false;
}

/*
 * A null, with which the member goes where nulls are left out.
 */
void
lbd_transform_null(LbdTransform *transform)
{
	if (transform->omit_nulls && transform->depth > 0 &&
		!transform->frames[transform->depth - 1].is_array)
	{
		transform->key.pending = false;
		transform->drop_value = false;
		return;
	}
	if (enter_value(transform))
		lbd_put_null(transform->writer);
	else
		transform->drop_value = false;
}

/*
 * The changed path that a path is, or NULL.
 */
static LbdTransformPath *
changed_path(LbdTransform *transform, LbdPath *path)
{
	int		   *mark;
	StringInfoData text;

	if (transform->npaths == 0 || path == NULL)
		return NULL;
	if (path->number >= transform->nmarks)
	{
		int			n = Max(2 * transform->nmarks, path->number + 1);

		transform->marks = repalloc(transform->marks, n * sizeof(int));
		memset(transform->marks + transform->nmarks, 0,
			   (n - transform->nmarks) * sizeof(int));
		transform->nmarks = n;
	}
	mark = &transform->marks[path->number];
	if (*mark == 0)
	{
		CHECK_FOR_INTERRUPTS();
		*mark = LBD_MARK_NONE;
		initStringInfo(&text);
		lbd_stats_path(path, &text);
		for (int i = 0; i < transform->npaths; i++)
		{
			if (strcmp(transform->paths[i].path, text.data) != 0)
				continue;
			*mark = i + 1;
			/* Only members can be dropped: an array keeps its elements. */
			transform->paths[i].found = !transform->paths[i].drop ||
				path->kind != LBD_PATH_ELEMENT;
			break;
		}
		pfree(text.data);
	}
	return *mark > 0 ? &transform->paths[*mark - 1] : NULL;
}

/*
 * The number of a string in a dictionary.  Strings are numbered from 0 as
 * they come.
 */
static int
dictionary_number(LbdTransformPath *path, const char *string, int len)
{
	char	   *text = pnstrdup(string, len);
	int		   *number = lbd_string_map_enter(path->strings, text);

	if (*number < 0)
	{
		if (path->ntexts == path->capacity)
		{
			path->capacity *= 2;
			path->texts = repalloc_huge(path->texts,
										path->capacity * sizeof(char *));
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

/*
 * Rounds a number's wire text where it has more decimals than are kept:
 * halves away from zero, without trailing zeros.  Returns the text itself, or
 * one in buffer, which has LBD_NUMBER_TEXT bytes, or a palloc'ed one.
 */
static char *
round_number(const LbdTransform *transform, const char *text, int *len,
			 char *buffer)
{
	LbdDecimal	decimal;
	char	   *rounded;

	if (transform->round_digits < 0 || !lbd_decimal_parse(&decimal, text, *len))
		return (char *) text;
	if (decimal.ndigits - decimal.point <= transform->round_digits)
	{
		lbd_decimal_free(&decimal);
		return (char *) text;
	}
	lbd_decimal_round(&decimal, transform->round_digits);
	if (decimal.ndigits == 0)
		decimal.negative = false;
	rounded = lbd_decimal_fixed(&decimal,
								Max(decimal.ndigits - decimal.point, 0), len);
	lbd_decimal_free(&decimal);
	if (*len <= LBD_NUMBER_TEXT)
	{
		memcpy(buffer, rounded, *len);
		pfree(rounded);
		rounded = buffer;
	}
	return rounded;
}
