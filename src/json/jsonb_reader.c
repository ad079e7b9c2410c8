/*-------------------------------------------------------------------------
 *
 * jsonb_reader.c
 *	  Reading jsonb in place: items, members, and objects of known shape.
 *
 * JsonbIteratorNext copies its position and a JsonbValue for every token,
 * and finding a member by name is a binary search for each name.  The score
 * objects of a leaderboard are millions of small objects with the same keys:
 * here the keys are compared once, as one block of bytes, and the members
 * are then read by their number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "compat.h"
#include "json/jsonb_reader.h"

/* Members of an object before which a name is looked for one by one. */
#define LBD_SEARCH_MEMBERS	64

static int	find_member(const JsonbContainer *object, const char *key, int len);
static void shape_learn(LbdShape *shape, const JsonbContainer *object);

/*
 * An empty shape; what it keeps is allocated in context.
 */
void
lbd_shape_init(LbdShape *shape, MemoryContext context)
{
	memset(shape, 0, sizeof(*shape));
	shape->nmembers = -1;
	shape->context = context;
}

/*
 * Asks for a member, and returns its number in lbd_shape_read's items.  The
 * name must live as long as the shape.
 */
int
lbd_shape_want(LbdShape *shape, const char *name, int len)
{
	for (int i = 0; i < shape->nwanted; i++)
	{
		if (shape->wanted_len[i] == len &&
			memcmp(shape->wanted[i], name, len) == 0)
			return i;
	}
	if (shape->nwanted == LBD_SHAPE_MAX_WANTED)
		elog(ERROR, "a shape cannot have more than %d names",
			 LBD_SHAPE_MAX_WANTED);
	shape->wanted[shape->nwanted] = name;
	shape->wanted_len[shape->nwanted] = len;
	shape->nmembers = -1;
	return shape->nwanted++;
}

/*
 * Works out which members of object are wanted.
 */
static void
shape_learn(LbdShape *shape, const JsonbContainer *object)
{
	LbdCursor	cursor;
	int			nmembers = JsonContainerSize(object);
	int			size;

	if (shape->wanted_of)
		pfree(shape->wanted_of);
	shape->wanted_of = MemoryContextAlloc(shape->context,
										  Max(nmembers, 1) * sizeof(int));
	lbd_cursor_init(&cursor, object);
	for (int i = 0; i < nmembers; i++)
	{
		LbdItem		key;

		lbd_cursor_next(&cursor, &key);
		shape->wanted_of[i] = -1;
		for (int j = 0; j < shape->nwanted; j++)
		{
			if (shape->wanted_len[j] == key.len &&
				memcmp(shape->wanted[j], key.data, key.len) == 0)
				shape->wanted_of[i] = j;
		}
	}
	shape->nmembers = nmembers;
	shape->data_start = cursor.offset;
	shape->keys_size = nmembers * sizeof(JEntry);

	size = shape->keys_size + shape->data_start;
	if (shape->keys == NULL || size > shape->keys_capacity)
	{
		if (shape->keys)
			pfree(shape->keys);
		shape->keys = MemoryContextAlloc(shape->context, Max(size, 1));
		shape->keys_capacity = size;
	}
	memcpy(shape->keys, object->children, shape->keys_size);
	memcpy(shape->keys + shape->keys_size, cursor.base, shape->data_start);
}

/*
 * Reads the wanted members of an object into items, in the order in which
 * they were asked for.  One that is missing has no data (LBD_ITEM_ABSENT).
 */
void
lbd_shape_read(LbdShape *shape, const JsonbContainer *object, LbdItem *items)
{
	int			nmembers = JsonContainerSize(object);
	LbdCursor	cursor;

	lbd_cursor_init(&cursor, object);
	if (nmembers != shape->nmembers ||
		memcmp(shape->keys, object->children, shape->keys_size) != 0 ||
		memcmp(shape->keys + shape->keys_size, cursor.base,
			   shape->data_start) != 0)
		shape_learn(shape, object);

	for (int i = 0; i < shape->nwanted; i++)
		items[i].data = NULL;
	cursor.next = nmembers;
	cursor.offset = shape->data_start;
	for (int i = 0; i < nmembers; i++)
	{
		LbdItem		value;

		lbd_cursor_next(&cursor, &value);
		if (shape->wanted_of[i] >= 0)
			items[shape->wanted_of[i]] = value;
	}
}

/*
 * The root of a jsonb value as an item: a scalar as such, else a container.
 */
void
lbd_item_from_jsonb(LbdItem *item, Jsonb *jsonb)
{
	if (JB_ROOT_IS_SCALAR(jsonb))
	{
		LbdCursor	cursor;

		lbd_cursor_init(&cursor, &jsonb->root);
		lbd_cursor_next(&cursor, item);
		return;
	}
	item->entry = JENTRY_ISCONTAINER;
	item->data = (const char *) &jsonb->root;
	item->len = VARSIZE(jsonb) - VARHDRSZ;
}

/*
 * Looks a member of an object up by its name.  Returns false, and an absent
 * member, where there is none, or where object is no object.
 */
bool
lbd_item_member(const LbdItem *object, const char *key, LbdItem *member)
{
	int			len = strlen(key);
	LbdCursor	cursor;
	int			nmembers;

	member->data = NULL;
	if (LBD_ITEM_ABSENT(object) || !JBE_ISCONTAINER(object->entry) ||
		!JsonContainerIsObject(LBD_ITEM_CONTAINER(object)))
		return false;

	lbd_cursor_init(&cursor, LBD_ITEM_CONTAINER(object));
	nmembers = cursor.count / 2;
	if (nmembers > LBD_SEARCH_MEMBERS)
	{
		int			number = find_member(LBD_ITEM_CONTAINER(object), key, len);

		if (number < 0)
			return false;
		cursor.next = nmembers + number;
		cursor.offset = getJsonbOffset(LBD_ITEM_CONTAINER(object), cursor.next);
		lbd_cursor_next(&cursor, member);
		return true;
	}
	for (int i = 0; i < nmembers; i++)
	{
		LbdItem		name;

		lbd_cursor_next(&cursor, &name);
		if (name.len == len && memcmp(name.data, key, len) == 0)
		{
			/* The values follow all the keys, in the same order. */
			while (cursor.next <= nmembers + i)
				lbd_cursor_next(&cursor, member);
			return true;
		}
	}
	return false;
}

/*
 * The number of an object's member with that name, or -1.  Members are in the
 * order of their names' lengths, and those of one length in that of their
 * bytes.
 */
static int
find_member(const JsonbContainer *object, const char *key, int len)
{
	int			nmembers = JsonContainerSize(object);
	const char *base = (const char *) &object->children[2 * (Size) nmembers];
	int			low = 0;
	int			high = nmembers;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		int			order = (int) getJsonbLength(object, middle) - len;

		if (order == 0)
			order = memcmp(base + getJsonbOffset(object, middle), key, len);
		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

/*
 * Present, and not null, false, 0, "", [] or {}.
 */
bool
lbd_item_truthy(const LbdItem *item)
{
	if (LBD_ITEM_ABSENT(item) || JBE_ISNULL(item->entry) ||
		JBE_ISBOOL_FALSE(item->entry))
		return false;
	if (JBE_ISSTRING(item->entry))
		return item->len > 0;
	if (JBE_ISCONTAINER(item->entry))
		return JsonContainerSize(LBD_ITEM_CONTAINER(item)) > 0;
	if (JBE_ISNUMERIC(item->entry))
	{
		Datum		zero = NumericGetDatum(int64_to_numeric(0));

		return !DatumGetBool(DirectFunctionCall2(numeric_eq, zero,
												 NumericGetDatum(LBD_ITEM_NUMERIC(item))));
	}
	return true;
}
