/*-------------------------------------------------------------------------
 *
 * document_edit.c
 *	  Changes of what a column of jsonb holds.
 *
 * A document is built again without, or with other, members at the paths of
 * the edits, in the server's own form, so that its size is what the server
 * would store.  Values that do not fit an edit stay as they are, and are
 * counted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "advice/document_edit.h"
#include "compat.h"

/* An edit whose path leads so far to a container. */
typedef struct LbdActive
{
	LbdEdit    *edit;			/* which one */
	int			part;			/* of its path, that is next */
} LbdActive;

/* The document that is being changed. */
typedef struct LbdEditing
{
	bool		omit_nulls;		/* members that are null are left out */
	bool		changed;		/* it differs from what it was */
} LbdEditing;

static void edit_container(LbdEditing *editing, const JsonbContainer *container,
						   const LbdActive *active, int nactive,
						   JsonbValue *out);
static void edit_object(LbdEditing *editing, const JsonbContainer *object,
						const LbdActive *active, int nactive, JsonbValue *out);
static void edit_array(LbdEditing *editing, const JsonbContainer *array,
					   const LbdActive *active, int nactive, JsonbValue *out);
static bool edit_member(LbdEditing *editing, LbdEdit *edit,
						const JsonbContainer *object, JsonbPair *pair,
						const LbdItem *item);
static bool number_string(LbdEdit *edit, JsonbValue *value,
						  const LbdItem *item);
static bool renames(LbdEdit *edit, const JsonbContainer *object,
					JsonbPair *pair);
static void copy_item(LbdEditing *editing, const LbdItem *item,
					  const LbdActive *active, int nactive, JsonbValue *out);
static int	compare_pairs(const void *a, const void *b);

/*
 * Makes the edits of a column to a document, and returns it anew, or NULL
 * where they change nothing.
 */
Jsonb *
lbd_document_edit(Jsonb *document, LbdEdit *edits, int nedits,
				  const char *column, bool omit_nulls)
{
	LbdEditing	editing = {.omit_nulls = omit_nulls};
	LbdActive  *active = palloc(Max(nedits, 1) * sizeof(LbdActive));
	int			nactive = 0;
	JsonbValue	out;

	for (int i = 0; i < nedits; i++)
	{
		if (strcmp(edits[i].column, column) == 0)
			active[nactive++] = (LbdActive)
		{
			&edits[i], 0
		};
	}
	if (JB_ROOT_IS_SCALAR(document) || (nactive == 0 && !omit_nulls))
		return NULL;
	edit_container(&editing, &document->root, active, nactive, &out);
	return editing.changed ? JsonbValueToJsonb(&out) : NULL;
}

static void
edit_container(LbdEditing *editing, const JsonbContainer *container,
			   const LbdActive *active, int nactive, JsonbValue *out)
{
	check_stack_depth();
	if (JsonContainerIsObject(container))
		edit_object(editing, container, active, nactive, out);
	else
		edit_array(editing, container, active, nactive, out);
}

/*
 * The edits that go on below a member, or, where key is NULL, an element.  An
 * edit that ends here is returned in ends.
 */
static int
next_active(const LbdActive *active, int nactive, const char *key, int len,
			LbdActive *next, LbdEdit **ends)
{
	int			nnext = 0;

	*ends = NULL;
	for (int i = 0; i < nactive; i++)
	{
		const LbdPathPart *part = &active[i].edit->path->parts[active[i].part];

		if (key == NULL ? part->kind != LBD_PATH_ELEMENT :
			!lbd_part_has_member(part, key, len))
			continue;
		if (active[i].part + 1 == active[i].edit->path->nparts)
			*ends = active[i].edit;
		else
			next[nnext++] = (LbdActive)
		{
			active[i].edit, active[i].part + 1
		};
	}
	return nnext;
}

static void
edit_object(LbdEditing *editing, const JsonbContainer *object,
			const LbdActive *active, int nactive, JsonbValue *out)
{
	LbdActive  *next = palloc(Max(nactive, 1) * sizeof(LbdActive));
	LbdCursor	keys;
	LbdCursor	values;
	int			nmembers = lbd_cursor_members(&keys, &values, object);
	bool		sort = false;

	out->type = jbvObject;
	out->val.object.nPairs = 0;
	out->val.object.pairs = palloc(Max(nmembers, 1) * sizeof(JsonbPair));
	while (keys.next < nmembers)
	{
		JsonbPair  *pair = &out->val.object.pairs[out->val.object.nPairs];
		LbdEdit    *ends;
		LbdItem		key;
		LbdItem		value;
		int			nnext;

		CHECK_FOR_INTERRUPTS();
		lbd_cursor_next(&keys, &key);
		lbd_cursor_next(&values, &value);
		memset(pair, 0, sizeof(*pair));
		pair->key.type = jbvString;
		pair->key.val.string.val = unconstify(char *, key.data);
		pair->key.val.string.len = key.len;
		nnext = next_active(active, nactive, key.data, key.len, next, &ends);
		if ((editing->omit_nulls && LBD_ITEM_NULL(&value)) ||
			(ends && ends->kind == LBD_EDIT_DROP))
		{
			if (ends)
				ends->found = true;
			editing->changed = true;
			continue;
		}
		copy_item(editing, &value, next, nnext, &pair->value);
		if (ends && !edit_member(editing, ends, object, pair, &value))
			continue;
		sort |= ends && ends->kind == LBD_EDIT_RENAME;
		out->val.object.nPairs++;
	}
	if (sort)
		qsort(out->val.object.pairs, out->val.object.nPairs, sizeof(JsonbPair),
			  compare_pairs);
}

/*
 * Makes an edit to a member, and returns whether it is still there.
 */
static bool
edit_member(LbdEditing *editing, LbdEdit *edit, const JsonbContainer *object,
			JsonbPair *pair, const LbdItem *item)
{
	bool		stays = true;

	edit->found = true;
	switch (edit->kind)
	{
		case LBD_EDIT_DROP:
			return false;
		case LBD_EDIT_RENAME:
			if (!renames(edit, object, pair))
				return true;
			break;
		case LBD_EDIT_PROMOTE:
			if (!edit->type->fits(item))
			{
				edit->unfit++;
				return true;
			}
			edit->promoted = true;
			edit->value = edit->type->value(item);
			stays = false;
			break;
		case LBD_EDIT_SIDE:
			if (!number_string(edit, &pair->value, item))
				return true;
			break;
	}
	editing->changed = true;
	return stays;
}

/*
 * Puts the number of a string in its place.
 */
static bool
number_string(LbdEdit *edit, JsonbValue *value, const LbdItem *item)
{
	if (!JBE_ISSTRING(item->entry))
	{
		edit->unfit++;
		return false;
	}
	value->type = jbvNumeric;
	value->val.numeric =
		int64_to_numeric(lbd_side_number(edit->side, item->data, item->len));
	return true;
}

/*
 * Gives a member another key, unless there is one with that.
 */
static bool
renames(LbdEdit *edit, const JsonbContainer *object, JsonbPair *pair)
{
	LbdCursor	keys;
	LbdCursor	values;
	int			len = strlen(edit->key);
	int			nmembers = lbd_cursor_members(&keys, &values, object);

	while (keys.next < nmembers)
	{
		LbdItem		key;

		lbd_cursor_next(&keys, &key);
		if (key.len == len && memcmp(key.data, edit->key, len) == 0)
		{
			edit->unfit++;
			return false;
		}
	}
	pair->key.val.string.val = unconstify(char *, edit->key);
	pair->key.val.string.len = len;
	return true;
}

static void
edit_array(LbdEditing *editing, const JsonbContainer *array,
		   const LbdActive *active, int nactive, JsonbValue *out)
{
	LbdActive  *next = palloc(Max(nactive, 1) * sizeof(LbdActive));
	LbdCursor	cursor;
	LbdEdit    *ends;
	int			nnext = next_active(active, nactive, NULL, 0, next, &ends);

	lbd_cursor_init(&cursor, array);
	out->type = jbvArray;
	out->val.array.rawScalar = false;
	out->val.array.nElems = 0;
	out->val.array.elems = palloc(Max(cursor.count, 1) * sizeof(JsonbValue));
	while (cursor.next < cursor.count)
	{
		JsonbValue *element = &out->val.array.elems[out->val.array.nElems++];
		LbdItem		item;

		CHECK_FOR_INTERRUPTS();
		lbd_cursor_next(&cursor, &item);
		copy_item(editing, &item, next, nnext, element);
		if (ends == NULL)
			continue;
		/* Only strings are edited as elements: see relation_changes.c. */
		ends->found = true;
		editing->changed |= number_string(ends, element, &item);
	}
}

/*
 * A value with the edits below it.
 */
static void
copy_item(LbdEditing *editing, const LbdItem *item, const LbdActive *active,
		  int nactive, JsonbValue *out)
{
	memset(out, 0, sizeof(*out));
	if (JBE_ISCONTAINER(item->entry))
		edit_container(editing, LBD_ITEM_CONTAINER(item), active, nactive, out);
	else if (JBE_ISSTRING(item->entry))
	{
		out->type = jbvString;
		out->val.string.val = unconstify(char *, item->data);
		out->val.string.len = item->len;
	}
	else if (JBE_ISNUMERIC(item->entry))
	{
		out->type = jbvNumeric;
		out->val.numeric = LBD_ITEM_NUMERIC(item);
	}
	else if (JBE_ISBOOL(item->entry))
	{
		out->type = jbvBool;
		out->val.boolean = JBE_ISBOOL_TRUE(item->entry);
	}
	else
		out->type = jbvNull;
}

/*
 * The order of keys in jsonb: by length, then by bytes.
 */
static int
compare_pairs(const void *a, const void *b)
{
	const JsonbValue *left = &((const JsonbPair *) a)->key;
	const JsonbValue *right = &((const JsonbPair *) b)->key;

	if (left->val.string.len != right->val.string.len)
		return left->val.string.len > right->val.string.len ? 1 : -1;
	return memcmp(left->val.string.val, right->val.string.val,
				  left->val.string.len);
}
