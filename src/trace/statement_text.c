/*-------------------------------------------------------------------------
 *
 * statement_text.c
 *	  The places of statements, by their texts.
 *
 * Statements that differ only in values, comments and white space are one.
 * To find that out takes the server's scanner; so that a statement that runs
 * over and over does not pay for it, texts that were met are kept, with what
 * they are shown as, up to a number of bytes.  Past that all of them are
 * forgotten.
 *
 * A text that is met again is mostly at the same address: a small table by
 * address and place comes first, where a look tells that it is the same text.
 * The larger one, by the text itself, takes reading all of it once more.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "parser/scansup.h"
#include "utils/memutils.h"

#include "trace/shown_text.h"
#include "trace/statement_text.h"
#include "util/string_map.h"
#include "util/utf8.h"

/* Texts that are kept have so many bytes together, and each so many. */
#define LBD_TEXTS_BYTES		(8 * 1024 * 1024)
#define LBD_TEXT_BYTES		(LBD_TEXTS_BYTES / 2)

/* What is counted for each besides its own bytes. */
#define LBD_TEXT_EXTRA		(LBD_LABEL_BYTES + 100)

/* A text without a place in its source is looked at up to this length. */
#define LBD_UNPLACED_BYTES	(16 * 1024)

/* Texts that are found by their address; a power of 2. */
#define LBD_ADDRESSES		256

/* A text, wherever it is. */
typedef struct LbdKnownTextKey
{
	const char *text;			/* not ended by a zero */
	int			len;			/* in bytes */
	uint64		hash;			/* of the text */
} LbdKnownTextKey;

/* What is known of a text. */
typedef struct LbdKnownText
{
	LbdKnownTextKey key;		/* first: what is looked up, a copy */
	uint64		identity;		/* of what it is shown as */
	const char *label;			/* that, cut; empty where it is unreadable */
	char		status;			/* of simplehash */
} LbdKnownText;

#define SH_PREFIX lbd_texts
#define SH_ELEMENT_TYPE LbdKnownText
#define SH_KEY_TYPE LbdKnownTextKey
#define SH_KEY key
#define SH_HASH_KEY(table, key) ((uint32) (key).hash)
#define SH_EQUAL(table, a, b) \
	((a).hash == (b).hash && (a).len == (b).len && \
	 memcmp((a).text, (b).text, (a).len) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* A text that was met at an address. */
typedef struct LbdAddress
{
	LbdPlace   *parent;			/* where it was met, NULL in an empty one */
	LbdPlace   *place;			/* the statement's place */
	const char *text;			/* a copy */
	int			len;			/* in bytes */
} LbdAddress;

typedef struct LbdStatementTexts
{
	MemoryContext context;		/* holds the texts */
	lbd_texts_hash *texts;		/* in that */
	Size		bytes;			/* that they take, about */
	uint64		seed;			/* of their hashes */
	LbdAddress	addresses[LBD_ADDRESSES];	/* met last */
} LbdStatementTexts;

static int	find_extent(const char **source, int location, int len);
static LbdAddress *address_of(LbdTrace *trace, const LbdPlace *parent,
							  const char *text);
static void texts_forget(LbdTrace *trace);
static LbdKnownText text_of(LbdTrace *trace, const char *text, int len);
static LbdKnownText text_read(LbdTrace *trace, LbdKnownTextKey key);
static void text_keep(LbdTrace *trace, LbdKnownText *text);
static LbdPlace *place_of_text(LbdTrace *trace, LbdPlaceKind kind,
							   const LbdKnownText *text, const char *command);
static LbdPlace *place_above(LbdPlace *place, uint64 identity);

/*
 * A label in the current memory context: a shown text after a prefix,
 * cut where it is long.
 */
char *
lbd_statement_label(const char *prefix, const char *shown)
{
	char	   *label = psprintf("%s%s", prefix, shown);
	int			len = strlen(label);

	if (len <= LBD_LABEL_BYTES)
		return label;
	len = lbd_clip(label, len, LBD_LABEL_BYTES - 3);
	return psprintf("%.*s...", len, label);
}

/*
 * The place of the statement that is met below the current place: source has
 * it at location, len bytes long, or to its end where len is not positive.  A
 * statement that the server runs on behalf of the one that is running, with
 * the same text or without a place of its own in that, is that one.  A
 * statement without text has command for a label.  Returns the current place
 * where there is no space for another.
 */
LbdPlace *
lbd_statement_place(LbdTrace *trace, LbdPlaceKind kind, const char *source,
					int location, int len, const char *command)
{
	LbdPlace   *parent = lbd_trace_caller(trace);
	const char *text = source;
	LbdAddress *address;
	LbdKnownText known;
	LbdPlace   *place;

	if (parent->kind == LBD_PLACE_UTILITY && source == trace->utility &&
		location <= 0 && len <= 0)
		return parent;
	len = find_extent(&text, location, len);
	if (trace->statements == NULL)
		texts_forget(trace);
	address = address_of(trace, parent, text);
	if (len > 0 && address->parent == parent && address->len == len &&
		memcmp(address->text, text, len) == 0)
		return address->place;

	known = text_of(trace, text, len);
	place = place_of_text(trace, kind, &known, command);
	MemoryContextReset(trace->scratch);
	/* Only what is the place of this text, and is kept. */
	if (place->identity == known.identity && known.key.text != text)
		*address = (LbdAddress)
	{
		parent, place, known.key.text, len
	};
	return place;
}

/*
 * Moves *source to a statement in it, and returns its length, 0 where there is
 * none.  Where the server gives no location, it may be any in the source: all
 * of it, where that is not long.  A location is taken for true, as the
 * server's own code does; to look whether the source is as long would take
 * reading all that comes before, for each statement in it.
 */
static int
find_extent(const char **source, int location, int len)
{
	const char *text = *source;

	if (text == NULL || text[0] == '\0')
		return 0;
	if (location < 0)
	{
		len = strnlen(text, LBD_UNPLACED_BYTES + 1);
		if (len > LBD_UNPLACED_BYTES)
			return 0;
	}
	else
	{
		text += location;
		len = len > 0 ? strnlen(text, len) : strlen(text);
	}
	while (len > 0 && scanner_isspace(*text))
		text++, len--;
	*source = text;
	return len;
}

/*
 * Where a text at this address, met below this place, is remembered.
 */
static LbdAddress *
address_of(LbdTrace *trace, const LbdPlace *parent, const char *text)
{
	return &trace->statements->addresses
		[(murmurhash32((uint32) (uintptr_t) text) ^ parent->number) &
		 (LBD_ADDRESSES - 1)];
}

/*
 * Begins with no texts, at the first one or when there are too many.
 */
static void
texts_forget(LbdTrace *trace)
{
	LbdStatementTexts *texts = trace->statements;

	if (texts == NULL)
	{
		texts = MemoryContextAllocZero(trace->context,
									   sizeof(LbdStatementTexts));
		texts->context = AllocSetContextCreate(trace->context,
											   "lbdiag texts",
											   ALLOCSET_DEFAULT_SIZES);
		texts->seed = lbd_string_seed();
		trace->statements = texts;
	}
	MemoryContextReset(texts->context);
	memset(texts->addresses, 0, sizeof(texts->addresses));
	texts->texts = lbd_texts_create(texts->context, LBD_ADDRESSES, NULL);
	texts->bytes = 0;
}

/*
 * What is known of a text, which is read where it is met the first time.  The
 * text is a copy where it is kept; else its label is in the scratch context.
 */
static LbdKnownText
text_of(LbdTrace *trace, const char *text, int len)
{
	LbdStatementTexts *texts = trace->statements;
	LbdKnownTextKey key = {text, len, 0};
	LbdKnownText result = {.key = key,.label = ""};
	LbdKnownText *entry;
	LbdPlace   *current = trace->tree.current;

	if (len == 0)
		return result;
	key.hash = hash_bytes_extended((const unsigned char *) text, len,
								   texts->seed);
	entry = lbd_texts_lookup(texts->texts, key);
	if (entry)
		return *entry;
	/* The time that this takes is nobody's: it is the root's. */
	lbd_tree_switch(&trace->tree, trace->tree.root);
	result = text_read(trace, key);
	lbd_tree_switch(&trace->tree, current);
	return result;
}

/*
 * Reads a text that is not known, and keeps it unless it is very long.
 */
static LbdKnownText
text_read(LbdTrace *trace, LbdKnownTextKey key)
{
	MemoryContext old = MemoryContextSwitchTo(trace->scratch);
	char	   *shown = lbd_shown_text(key.text, key.len);
	LbdKnownText result = {.key = key};

	result.identity = hash_bytes_extended((const unsigned char *) shown,
										  strlen(shown), 0);
	result.label = lbd_statement_label("", shown);
	MemoryContextSwitchTo(old);
	if (key.len <= LBD_TEXT_BYTES)
		text_keep(trace, &result);
	return result;
}

/*
 * Keeps a text, which has pointers to the copies then.
 */
static void
text_keep(LbdTrace *trace, LbdKnownText *text)
{
	LbdStatementTexts *texts = trace->statements;
	Size		bytes = text->key.len + LBD_TEXT_EXTRA;
	char	   *copy;
	LbdKnownText *entry;
	bool		found;

	if (texts->bytes + bytes > LBD_TEXTS_BYTES)
		texts_forget(trace);
	texts->bytes += bytes;
	copy = MemoryContextAlloc(texts->context, text->key.len);
	memcpy(copy, text->key.text, text->key.len);
	text->key.text = copy;
	text->label = MemoryContextStrdup(texts->context, text->label);
	entry = lbd_texts_insert(texts->texts, text->key, &found);
	entry->identity = text->identity;
	entry->label = text->label;
}

/*
 * The place of a text below the current place.
 */
static LbdPlace *
place_of_text(LbdTrace *trace, LbdPlaceKind kind, const LbdKnownText *text,
			  const char *command)
{
	LbdPlace   *parent = lbd_trace_caller(trace);
	bool		readable = text->label[0] != '\0';
	const char *label = readable ? text->label : command;
	uint64		identity = readable ? text->identity :
		hash_bytes_extended((const unsigned char *) command,
							strlen(command), 0);
	LbdPlace   *place = lbd_place_find(&trace->tree, parent, LBD_PLACE_STATEMENT,
									   identity);

	if (place)
		return place;
	place = place_above(parent, identity);
	if (place)
		lbd_place_same(&trace->tree, parent, LBD_PLACE_STATEMENT, identity, place);
	else if (!lbd_place_fits(&trace->tree, parent))
		place = parent;
	else
	{
		place = lbd_place_add(&trace->tree, parent, LBD_PLACE_STATEMENT, identity,
							  label, NULL);
		place->kind = kind;
	}
	return place;
}

/*
 * The place of a part of the work on a statement, such as its planning, below
 * the statement's; that one where there is no space for another.  prefix tells
 * it from the statement in its label.
 */
LbdPlace *
lbd_statement_part(LbdTrace *trace, LbdPlace *statement, LbdPlaceKind kind,
				   const char *prefix)
{
	LbdPlace   *place = lbd_place_find(&trace->tree, statement, kind, 0);
	MemoryContext old;

	if (place)
		return place;
	if (!lbd_place_fits(&trace->tree, statement))
		return statement;
	old = MemoryContextSwitchTo(trace->scratch);
	place = lbd_place_add(&trace->tree, statement, kind, 0,
						  lbd_statement_label(prefix, statement->label), NULL);
	MemoryContextSwitchTo(old);
	MemoryContextReset(trace->scratch);
	return place;
}

/*
 * The place of the same statement that place is at or below, or NULL.
 */
static LbdPlace *
place_above(LbdPlace *place, uint64 identity)
{
	for (; place; place = place->parent)
	{
		if (place->identity == identity &&
			(place->kind == LBD_PLACE_STATEMENT ||
			 place->kind == LBD_PLACE_UTILITY))
			return place;
	}
	return NULL;
}
