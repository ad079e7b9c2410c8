/*-------------------------------------------------------------------------
 *
 * jsonb_reader.h
 *	  Reading jsonb in place: items, members, and objects of known shape.
 *
 * An item points into the jsonb value that it was read from, and lives as
 * long as that.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_JSONB_READER_H
#define LBD_JSONB_READER_H

#include "utils/jsonb.h"

/*
 * Members that one shape can look up.  A layout's cell cannot ask for more.
 */
#define LBD_SHAPE_MAX_WANTED	32

typedef struct LbdItem
{
	JEntry		entry;			/* its type, tested with the JBE_ macros */
	int			len;			/* bytes of data */
	const char *data;			/* string bytes, Numeric or JsonbContainer */
} LbdItem;

/* Walks the elements of an array, or the keys and then values of an object. */
typedef struct LbdCursor
{
	const JEntry *entries;		/* all entries of the container */
	const char *base;			/* where its data starts */
	uint32		offset;			/* data offset of the next item */
	int			next;			/* index of the next item */
	int			count;			/* entries in all */
} LbdCursor;

/*
 * Where the wanted members are in objects that all have the same keys.  It
 * is worked out once, and holds as long as the objects' keys stay the same
 * bytes; an object with other keys makes it be worked out again.
 */
typedef struct LbdShape
{
	int			nwanted;		/* names asked for */
	const char *wanted[LBD_SHAPE_MAX_WANTED];	/* their text */
	int			wanted_len[LBD_SHAPE_MAX_WANTED];	/* and its length */
	int			nmembers;		/* members of the object, -1: none known */
	int			keys_size;		/* entries of the keys and their text */
	int			data_start;		/* data offset of the first value */
	char	   *keys;			/* copy of the keys' entries and text */
	int			keys_capacity;	/* capacity of keys, in bytes */
	int		   *wanted_of;		/* member number -> wanted number, or -1 */
	MemoryContext context;		/* where keys and wanted_of live */
} LbdShape;

#define LBD_ITEM_ABSENT(item) ((item)->data == NULL)
#define LBD_ITEM_NULL(item) (JBE_ISNULL((item)->entry))
#define LBD_ITEM_CONTAINER(item) ((JsonbContainer *) (item)->data)
#define LBD_ITEM_NUMERIC(item) ((Numeric) (item)->data)

extern void lbd_shape_init(LbdShape *shape, MemoryContext context);
extern int	lbd_shape_want(LbdShape *shape, const char *name, int len);
extern void lbd_shape_read(LbdShape *shape, const JsonbContainer *object,
						   LbdItem *items);

extern void lbd_item_from_jsonb(LbdItem *item, Jsonb *jsonb);
extern bool lbd_item_member(const LbdItem *object, const char *key,
							LbdItem *member);
extern bool lbd_item_truthy(const LbdItem *item);

/*
 * Starts at the first element or key.
 */
static inline void
lbd_cursor_init(LbdCursor *cursor, const JsonbContainer *container)
{
	cursor->entries = container->children;
	cursor->count = JsonContainerSize(container);
	if (JsonContainerIsObject(container))
		cursor->count *= 2;
	cursor->base = (const char *) &container->children[cursor->count];
	cursor->offset = 0;
	cursor->next = 0;
}

/*
 * Reads the next item; there must be one (cursor->next < cursor->count).
 * Numbers and containers are aligned to four bytes after the offset.
 */
static inline void
lbd_cursor_next(LbdCursor *cursor, LbdItem *item)
{
	uint32		start = cursor->offset;
	JEntry		entry = cursor->entries[cursor->next++];

	JBE_ADVANCE_OFFSET(cursor->offset, entry);
	item->entry = entry;
	if (JBE_ISCONTAINER(entry) || JBE_ISNUMERIC(entry))
		start = INTALIGN(start);
	item->data = cursor->base + start;
	item->len = cursor->offset - start;
}

/*
 * Starts at the first key of an object and at its first value, which comes
 * after all keys, and returns how many members there are.
 */
static inline int
lbd_cursor_members(LbdCursor *keys, LbdCursor *values,
				   const JsonbContainer *object)
{
	int			nmembers;

	lbd_cursor_init(keys, object);
	*values = *keys;
	nmembers = keys->count / 2;
	while (values->next < nmembers)
	{
		JEntry		entry = values->entries[values->next++];

		JBE_ADVANCE_OFFSET(values->offset, entry);
	}
	return nmembers;
}

#endif							/* LBD_JSONB_READER_H */
