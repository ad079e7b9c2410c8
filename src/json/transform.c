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
#include "json/path_count.h"
#include "utils/builtins.h"

#include "json/path_rows.h"
#include "json/transform.h"
#include "json/writer.h"
#include "util/decimal.h"

#define LBD_MARK_NONE		(-1)

#define LBD_FIRST_FRAMES	16
#define LBD_FIRST_MARKS		256
#define LBD_FIRST_KEY		64

/* Open containers inside an element of a document that is an array. */
#define LBD_ELEMENT_DEPTH	2

static bool enter_value(LbdTransform *transform);
static bool enter_scalar(LbdTransform *transform, uint32 type,
						 const char *text, int len, LbdTransformPath **path);
static LbdPath *value_path(LbdTransform *transform);
static void open_container(LbdTransform *transform, bool is_array);
static bool close_container(LbdTransform *transform);
static bool enter_dynamic(LbdTransform *transform);
static bool enter_key(LbdTransform *transform, LbdPath *path);
static void hold_key(LbdTransform *transform, const char *text, int len,
					 bool escaped);
static void release_key(LbdTransform *transform);
static void note_member(LbdTransform *transform, Size before);
static LbdTransformPath *changed_path(LbdTransform *transform, LbdPath *path);
static bool can_change(const LbdTransformPath *changed, const LbdPath *path);
static char *round_number(const LbdTransform *transform, const char *text,
						  int *len, char *buffer);

/*
 * Puts a transform in front of a writer, before the first event.  What it
 * needs lives in the current context.  A survey is followed by another begin,
 * with another writer.
 */
void
lbd_transform_begin(LbdTransform *transform, LbdWriter *writer)
{
	transform->writer = writer;
	transform->depth = transform->dropped_depth = 0;
	transform->drop_value = transform->by_default = false;
	transform->key.pending = false;
	transform->context = CurrentMemoryContext;
	transform->stats = transform->known ?
		lbd_stats_create_known(CurrentMemoryContext, transform->known) :
		lbd_stats_create(CurrentMemoryContext);
	transform->nmarks = LBD_FIRST_MARKS;
	transform->marks = palloc0(transform->nmarks * sizeof(int));
	transform->max_depth = LBD_FIRST_FRAMES;
	transform->frames = palloc(transform->max_depth *
							   sizeof(LbdTransformFrame));
	transform->key.capacity = LBD_FIRST_KEY;
	transform->key.text = palloc(LBD_FIRST_KEY);
	writer->transform = transform;
	for (int i = 0; i < transform->npaths; i++)
	{
		const LbdTransformPath *path = &transform->paths[i];

		transform->by_value |= path->strings || path->usual;
		transform->envelope |= path->strings || path->usual || path->keys;
	}
	if (transform->envelope)
		lbd_envelope_begin(transform);
}

/*
 * Ends the document after its last event.
 */
void
lbd_transform_end(LbdTransform *transform)
{
	if (transform->envelope)
		lbd_envelope_end(transform);
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
 * Prepares for an object or an array; returns whether it is written.  What is
 * dropped ends with its end.
 */
static bool
enter_value(LbdTransform *transform)
{
	LbdTransformPath *path;

	if (transform->dropped_depth > 0 || transform->drop_value)
		return false;
	path = transform->survey ?
		changed_path(transform, value_path(transform)) : NULL;
	if (path && path->usual)
		path->usual->values++;
	release_key(transform);
	return true;
}

/*
 * Prepares for a scalar, with the type and the text that tell it from others;
 * returns whether it is written.  *path becomes its changed path, or NULL.
 */
static bool
enter_scalar(LbdTransform *transform, uint32 type, const char *text, int len,
			 LbdTransformPath **path)
{
	*path = NULL;
	if (transform->dropped_depth > 0)
		return false;
	if (transform->drop_value)
	{
		transform->drop_value = false;
		return false;
	}
	if (transform->by_value)
		*path = changed_path(transform, value_path(transform));
	if (*path && (*path)->usual &&
		lbd_default_met(transform, *path, type, text, len))
	{
		transform->key.pending = false;
		return false;
	}
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
	path->occurrences += !is_array;
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
	if (path->kind == LBD_PATH_DYNAMIC)
		lbd_transform_data_key(transform, key, len);
	else if (enter_key(transform, path))
		hold_key(transform, key, len, false);
}

void
lbd_transform_data_key(LbdTransform *transform, const char *key, int len)
{
	char	   *escaped;
	int			escaped_len;

	if (!enter_dynamic(transform))
		return;
	if (transform->key.numbers == NULL)
	{
		hold_key(transform, key, len, false);
		return;
	}
	escaped = lbd_writer_escape(transform->writer, key, len,
								CurrentMemoryContext, &escaped_len);
	hold_key(transform, escaped, escaped_len, true);
	pfree(escaped);
}

void
lbd_transform_escaped_key(LbdTransform *transform, const char *escaped,
						  int len, const char *suffix, int suffix_len)
{
	char	   *key;

	if (!enter_dynamic(transform))
		return;
	if (transform->key.numbers == NULL)
	{
		transform->key.suffix = suffix;
		transform->key.suffix_len = suffix_len;
		hold_key(transform, escaped, len, true);
		return;
	}
	key = palloc(len + suffix_len * LBD_ESCAPED_BYTE);
	memcpy(key, escaped, len);
	memcpy(key + len, suffix, suffix_len);
	len += lbd_format_embed(transform->writer->format, key + len, suffix_len);
	hold_key(transform, key, len, true);
	pfree(key);
}

/*
 * Takes the path of a dynamic key, and whether its number is written in its
 * place; returns whether its member is written as far as the key tells.
 */
static bool
enter_dynamic(LbdTransform *transform)
{
	LbdTransformFrame *frame = &transform->frames[transform->depth - 1];
	LbdTransformPath *path;

	if (!enter_key(transform, lbd_stats_child(transform->stats, frame->path,
											  LBD_PATH_DYNAMIC)))
		return false;
	path = changed_path(transform, frame->member);
	transform->key.numbers = path ? path->keys : NULL;
	return true;
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
	transform->by_default = changed && changed->usual;
	transform->key.numbers = NULL;
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
	if (!transform->omit_nulls && !transform->by_default)
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
	char		number[MAXINT8LEN + 1 + LBD_COPY_STEP];
	int			len;

	if (!key->pending)
		return;
	key->pending = false;
	if (key->numbers)
	{
		len = pg_ltoa(lbd_dictionary_number(key->numbers, key->text, key->len),
					  number);
		lbd_put_escaped_key(writer, number, len, "", 0);
	}
	else if (key->escaped)
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
	LbdTransformPath *path;
	char		text[MAXINT8LEN + 1];

	if (!enter_scalar(transform, LBD_TYPE_STRING, string, len, &path))
		return;
	if (path && path->strings && !transform->survey)
		lbd_put_number(transform->writer, text,
					   pg_ltoa(lbd_dictionary_number(path->strings, string,
													 len), text));
	else
		lbd_put_string(transform->writer, string, len);
}

void
lbd_transform_number(LbdTransform *transform, const char *text, int len)
{
	char		buffer[LBD_NUMBER_TEXT];
	char	   *rounded;
	LbdTransformPath *path;

	if (transform->dropped_depth > 0)
		return;
	rounded = transform->drop_value ? (char *) text :
		round_number(transform, text, &len, buffer);
	if (enter_scalar(transform, LBD_TYPE_NUMBER, rounded, len, &path))
		lbd_put_number(transform->writer, rounded, len);
	if (rounded != text && rounded != buffer)
		pfree(rounded);
}

void
lbd_transform_boolean(LbdTransform *transform, bool value)
{
	LbdTransformPath *path;

	if (enter_scalar(transform, LBD_TYPE_BOOLEAN, value ? "true" : "false",
					 value ? 4 : 5, &path))
		lbd_put_boolean(transform->writer, value);
}

/*
 * A null, with which the member goes where nulls are left out.
 */
void
lbd_transform_null(LbdTransform *transform)
{
	LbdTransformPath *path;

	if (transform->omit_nulls && transform->depth > 0 &&
		!transform->frames[transform->depth - 1].is_array)
	{
		transform->key.pending = false;
		transform->drop_value = false;
		return;
	}
	if (enter_scalar(transform, LBD_TYPE_NULL, "null", 4, &path))
		lbd_put_null(transform->writer);
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
			transform->paths[i].at = path;
			transform->paths[i].found = can_change(&transform->paths[i], path);
			break;
		}
		pfree(text.data);
	}
	return *mark > 0 ? &transform->paths[*mark - 1] : NULL;
}

/*
 * Whether a path is one that can be changed so: an array keeps its elements,
 * only dynamic keys have numbers, and only fixed members can be left out
 * where they have their usual value.
 */
static bool
can_change(const LbdTransformPath *changed, const LbdPath *path)
{
	if (changed->drop && path->kind == LBD_PATH_ELEMENT)
		return false;
	if (changed->keys && path->kind != LBD_PATH_DYNAMIC)
		return false;
	return changed->usual == NULL || path->kind == LBD_PATH_MEMBER;
}

/*
 * Rounds a number's serialized text where it has more decimals than are kept:
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
