/*-------------------------------------------------------------------------
 *
 * jsonb_stats.c
 *	  Counting jsonb by paths, as the text that the server prints.
 *
 * The text is not made: of strings and keys the bytes are counted that
 * escaping adds, and a number's text is written into a local buffer.  What is
 * counted is what lbd_stats_add_text would count of that text, but that two
 * strings are the same where their characters are, and not their text.
 *
 * Of the jsonb itself, each byte is counted once as well: a container's
 * header on its path, a member's two entries and its key on the member, an
 * element's entry on the element, padding and data where the value is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "json/escapes.h"
#include "json/jsonb_reader.h"
#include "json/jsonb_stats.h"
#include "json/path_count.h"
#include "json/stored.h"
#include "util/numeric_text.h"

/* Separators as the server prints them. */
#define LBD_COLON_BYTES		2
#define LBD_COMMA_BYTES		2

typedef struct LbdJsonbWalk
{
	LbdPathStats *stats;		/* where it is counted */
	const char *data;			/* the jsonb, after its 4 header bytes */
	const uint8 *costs;			/* of each byte of it, or NULL */
	LbdJsonbParts *parts;		/* where its parts are added */
} LbdJsonbWalk;

static inline void count_bytes(const LbdJsonbWalk *walk, LbdPath *path,
							   const void *start, Size len);
static int64 add_item(const LbdJsonbWalk *walk, LbdPath *path,
					  const LbdItem *item);
static inline void count_scalar(const LbdJsonbWalk *walk, const LbdItem *item,
								int text);
static int	add_scalar(const LbdJsonbWalk *walk, LbdPath *path,
					   const LbdItem *item);
static int64 add_object(const LbdJsonbWalk *walk, LbdPath *path,
						const JsonbContainer *object);
static void count_member(const LbdJsonbWalk *walk, LbdPath *member,
						 const LbdCursor *keys, const LbdItem *key,
						 const char *start, const char *value);
static int64 add_array(const LbdJsonbWalk *walk, LbdPath *path,
					   const JsonbContainer *array);
static int	add_string(LbdPathStats *stats, LbdPath *path,
					   const LbdItem *item);
static pg_noinline int add_number(LbdPathStats *stats, LbdPath *path,
								  Numeric number);
static int	key_text(const LbdPath *object, LbdPath *path,
					 const LbdItem *key);
static int	scan_string(const char *string, int len, uint64 *hash);

/*
 * Counts a document on root and below it.  costs has what each byte after the
 * jsonb's header takes where it is stored (lbd_stored_costs), or is NULL.
 * What the document is made of is added to parts, or forgotten if it is NULL.
 */
void
lbd_stats_add_jsonb(LbdPathStats *stats, LbdPath *root, Jsonb *jsonb,
					const uint8 *costs, LbdJsonbParts *parts)
{
	LbdJsonbParts forgotten = {0};
	LbdJsonbWalk walk = {stats, (const char *) &jsonb->root, costs,
	parts ? parts : &forgotten};
	LbdItem		item;

	lbd_stats_document(stats, root);
	lbd_item_from_jsonb(&item, jsonb);
	/* A scalar is the element of an array that is not printed. */
	if (!JBE_ISCONTAINER(item.entry))
	{
		count_bytes(&walk, root, walk.data, sizeof(uint32) + sizeof(JEntry));
		walk.parts->containers += sizeof(uint32);
		walk.parts->entries += sizeof(JEntry);
	}
	(void) add_item(&walk, root, &item);
}

/*
 * Counts bytes of the jsonb.
 */
static inline void
count_bytes(const LbdJsonbWalk *walk, LbdPath *path, const void *start,
			Size len)
{
	path->jsonb_own += len;
	if (walk->costs)
		path->stored_own += lbd_stored_sum(walk->costs +
										   ((const char *) start - walk->data),
										   len);
}

/*
 * Counts a value, of which the entry and the padding have been counted, and
 * returns the length of its text.
 */
static int64
add_item(const LbdJsonbWalk *walk, LbdPath *path, const LbdItem *item)
{
	int			len;

	path->occurrences++;
	if (JBE_ISCONTAINER(item->entry))
		return JsonContainerIsObject(LBD_ITEM_CONTAINER(item)) ?
			add_object(walk, path, LBD_ITEM_CONTAINER(item)) :
			add_array(walk, path, LBD_ITEM_CONTAINER(item));
	count_bytes(walk, path, item->data, item->len);
	len = add_scalar(walk, path, item);
	count_scalar(walk, item, len);
	path->value_bytes += len;
	lbd_stats_text(walk->stats, path, len);
	lbd_stats_size(walk->stats, path, len);
	return len;
}

/*
 * Counts the data of a scalar, and its text.
 */
static inline void
count_scalar(const LbdJsonbWalk *walk, const LbdItem *item, int text)
{
	LbdJsonbScalar kind = JBE_ISSTRING(item->entry) ? LBD_JSONB_STRINGS :
		JBE_ISNUMERIC(item->entry) ? LBD_JSONB_NUMBERS : LBD_JSONB_LITERALS;

	walk->parts->scalars[kind] += item->len;
	walk->parts->texts[kind] += text;
}

/*
 * Counts a scalar by its type and value, and returns the length of its text.
 */
static int
add_scalar(const LbdJsonbWalk *walk, LbdPath *path, const LbdItem *item)
{
	JEntry		entry = item->entry;
	const char *text;
	int			len;

	if (JBE_ISSTRING(entry))
		return add_string(walk->stats, path, item);
	if (JBE_ISNUMERIC(entry))
		return add_number(walk->stats, path, LBD_ITEM_NUMERIC(item));
	if (JBE_ISNULL(entry))
	{
		path->types |= LBD_TYPE_NULL;
		path->nulls++;
		return strlen("null");
	}
	text = JBE_ISBOOL_TRUE(entry) ? "true" : "false";
	len = JBE_ISBOOL_TRUE(entry) ? 4 : 5;
	path->types |= LBD_TYPE_BOOLEAN;
	path->booleans++;
	lbd_stats_value(walk->stats, path,
					lbd_distinct_hash(text, len) + LBD_TYPE_BOOLEAN);
	return len;
}

static int64
add_object(const LbdJsonbWalk *walk, LbdPath *path,
		   const JsonbContainer *object)
{
	LbdCursor	keys;
	LbdCursor	values;
	LbdItem		item;
	int			nmembers;
	int64		length;

	check_stack_depth();
	nmembers = lbd_cursor_members(&keys, &values, object);
	length = 2 + Max(nmembers - 1, 0) * LBD_COMMA_BYTES;
	path->types |= LBD_TYPE_OBJECT;
	path->syntax_bytes += length;
	count_bytes(walk, path, object, sizeof(uint32));
	walk->parts->containers += sizeof(uint32);
	walk->parts->entries += 2 * nmembers * sizeof(JEntry);
	lbd_stats_text(walk->stats, path, 1);
	lbd_stats_begin(walk->stats, path);
	while (keys.next < nmembers)
	{
		LbdItem		key;
		LbdPath    *member;
		const char *start;
		int			key_len;

		CHECK_FOR_INTERRUPTS();
		if (keys.next > 0)
			lbd_stats_text(walk->stats, path, LBD_COMMA_BYTES);
		lbd_cursor_next(&keys, &key);
		member = lbd_stats_next(walk->stats, path, key.data, key.len);
		key_len = key_text(path, member, &key);
		member->key_bytes += key_len;
		member->syntax_bytes += LBD_COLON_BYTES;
		lbd_stats_text(walk->stats, member, key_len + LBD_COLON_BYTES);
		start = values.base + values.offset;
		lbd_cursor_next(&values, &item);
		count_member(walk, member, &keys, &key, start, item.data);
		length += key_len + LBD_COLON_BYTES + add_item(walk, member, &item);
	}
	lbd_stats_text(walk->stats, path, 1);
	lbd_stats_size(walk->stats, path, length);
	lbd_stats_end(walk->stats, path);
	return length;
}

/*
 * Counts the bytes of the jsonb that a member has beside its value: the entries
 * of both, the key, which has just been read, and the padding from start to the
 * value.
 */
static inline void
count_member(const LbdJsonbWalk *walk, LbdPath *member, const LbdCursor *keys,
			 const LbdItem *key, const char *start, const char *value)
{
	const JEntry *entry = &keys->entries[keys->next - 1];
	const JEntry *value_entry = entry + keys->count / 2;

	walk->parts->keys += key->len;
	walk->parts->padding += value - start;
	if (walk->costs == NULL)
	{
		member->jsonb_own += 2 * sizeof(JEntry) + key->len + (value - start);
		return;
	}
	count_bytes(walk, member, entry, sizeof(JEntry));
	count_bytes(walk, member, value_entry, sizeof(JEntry));
	count_bytes(walk, member, key->data, key->len);
	count_bytes(walk, member, start, value - start);
}

static int64
add_array(const LbdJsonbWalk *walk, LbdPath *path,
		  const JsonbContainer *array)
{
	LbdCursor	values;
	int64		length;

	check_stack_depth();
	lbd_cursor_init(&values, array);
	length = 2 + Max(values.count - 1, 0) * LBD_COMMA_BYTES;
	path->types |= LBD_TYPE_ARRAY;
	path->arrays++;
	path->syntax_bytes += length;
	count_bytes(walk, path, array, sizeof(uint32));
	walk->parts->containers += sizeof(uint32);
	walk->parts->entries += values.count * sizeof(JEntry);
	lbd_stats_text(walk->stats, path, 1);
	lbd_stats_open(walk->stats, path);
	while (values.next < values.count)
	{
		LbdPath    *element = lbd_stats_child(walk->stats, path,
											  LBD_PATH_ELEMENT);
		LbdItem		item;
		const char *start = values.base + values.offset;

		CHECK_FOR_INTERRUPTS();
		if (values.next > 0)
			lbd_stats_text(walk->stats, path, LBD_COMMA_BYTES);
		count_bytes(walk, element, &values.entries[values.next],
					sizeof(JEntry));
		lbd_cursor_next(&values, &item);
		count_bytes(walk, element, start, item.data - start);
		walk->parts->padding += item.data - start;
		length += add_item(walk, element, &item);
	}
	lbd_stats_text(walk->stats, path, 1);
	lbd_stats_size(walk->stats, path, length);
	lbd_stats_array(walk->stats, path, values.count);
	lbd_stats_close(walk->stats, path);
	return length;
}

static int
add_string(LbdPathStats *stats, LbdPath *path, const LbdItem *item)
{
	uint64		hash;
	int			len = 2 + scan_string(item->data, item->len, &hash);

	path->types |= LBD_TYPE_STRING;
	lbd_stats_value(stats, path, hash + LBD_TYPE_STRING);
	return len;
}

/*
 * Not a part of its caller: with the buffer there, each value would pay for
 * the compiler's guard of the stack.
 */
static pg_noinline int
add_number(LbdPathStats *stats, LbdPath *path, Numeric number)
{
	char		buffer[LBD_NUMERIC_BUFFER];
	int			len;
	char	   *text = lbd_numeric_text(number, buffer, &len);

	path->types |= LBD_TYPE_NUMBER;
	path->numbers++;
	lbd_stats_value(stats, path,
					lbd_distinct_hash(text, len) + LBD_TYPE_NUMBER);
	if (text != buffer)
		pfree(text);
	return len;
}

/*
 * The length of a key's text, with its quotes: of a member's it is kept.
 */
static int
key_text(const LbdPath *object, LbdPath *path, const LbdItem *key)
{
	/* Where it is counted on another path, that is of another key. */
	if (path->kind != LBD_PATH_MEMBER || path->parent != object ||
		key->len > LBD_PATH_KEY_MAX)
		return 2 + key->len + lbd_escape_bytes(key->data, key->len);
	if (path->key_text == 0)
		path->key_text = 2 + key->len + lbd_escape_bytes(key->data, key->len);
	return path->key_text;
}

/*
 * Returns the length of a string's text in JSON, without quotes, and the
 * hash of its characters.
 */
static int
scan_string(const char *string, int len, uint64 *hash)
{
	const char *next = string;
	int			rest = len;
	uint64		value = 0;
	uint64		word;
	bool		plain = true;

	for (; rest >= (int) sizeof(word); rest -= sizeof(word))
	{
		word = lbd_distinct_word(next);
		plain &= lbd_word_is_plain(word);
		value = lbd_distinct_mix(value, word);
		next += sizeof(word);
	}
	word = lbd_distinct_short_text(next, rest);
	/* The bytes that the last word does not have are taken for blanks. */
	plain &= lbd_word_is_plain((word & UINT64_MAX >> BITS_PER_BYTE) |
							   LBD_EACH_BYTE(' ') << rest * BITS_PER_BYTE);
	*hash = lbd_distinct_finish(value, word);
	return plain ? len : len + lbd_escape_bytes(string, len);
}
