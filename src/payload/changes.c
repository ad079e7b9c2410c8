/*-------------------------------------------------------------------------
 *
 * changes.c
 *	  What a payload would be with a change.
 *
 * A change is a JSON object with any of the members that the table of changes
 * has.  A new change is an entry there, and a function.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "compat.h"
#include "payload/changes.h"
#include "json/jsonb_reader.h"
#include "util/decimal.h"

/* What a member of a change does. */
typedef void (*LbdChangeApply) (LbdChange *change, const LbdItem *value);

static void apply_drop_components(LbdChange *change, const LbdItem *value);
static void apply_drop_paths(LbdChange *change, const LbdItem *value);
static void apply_dictionary(LbdChange *change, const LbdItem *value);
static void apply_defaults(LbdChange *change, const LbdItem *value);
static void apply_dictionary_keys(LbdChange *change, const LbdItem *value);
static void apply_plain_json(LbdChange *change, const LbdItem *value);
static void apply_compact(LbdChange *change, const LbdItem *value);
static void apply_utf8(LbdChange *change, const LbdItem *value);
static void apply_omit_nulls(LbdChange *change, const LbdItem *value);
static void apply_round_digits(LbdChange *change, const LbdItem *value);
static void apply_columnar(LbdChange *change, const LbdItem *value);
static int	find_part(const LbdOutline *outline, const char *name, int len);
static LbdTransformPath *add_path(LbdChange *change, const LbdItem *item);
static void touch_all(LbdChange *change);
static void apply_member(int number, const LbdItem *value, void *arg);
pg_noreturn static void change_invalid(const char *detail);

/* A member of a change. */
typedef struct LbdChangeMember
{
	LbdChangeInfo info;			/* what users see */
	LbdChangeApply apply;		/* what it does */
} LbdChangeMember;

static const LbdChangeMember members[] = {
	{
		{
			"drop_components", "array of components",
			"leaves components out"
		},
		apply_drop_components
	},
	{
		{
			"drop_paths", "array of component:path",
			"leaves members out, as row_data:$[*].*.error"
		},
		apply_drop_paths
	},
	{
		{
			"dictionary", "array of component:path",
			"sends each string of a path once, and its number in the places of the string; the component becomes {\"data\": ..., \"dictionary\": {path: [strings]}}"
		},
		apply_dictionary
	},
	{
		{
			"dictionary_keys", "array of component:path",
			"sends each dynamic key of a path that ends in .* once, and its number in the places of the key; the component becomes {\"data\": ..., \"keys\": {path: [keys]}}"
		},
		apply_dictionary_keys
	},
	{
		{
			"defaults", "array of component:path",
			"sends the usual value of a member once, and the member only where it has another one; the component becomes {\"data\": ..., \"defaults\": {path: value}}"
		},
		apply_defaults
	},
	{
		{
			"plain_json", "boolean",
			"embeds as JSON what the layout embeds in JavaScript strings"
		},
		apply_plain_json
	},
	{
		{
			"compact", "boolean",
			"writes no blanks after separators"
		},
		apply_compact
	},
	{
		{
			"utf8", "boolean",
			"writes characters from U+007F on as UTF-8, not as \\u escapes"
		},
		apply_utf8
	},
	{
		{
			"omit_nulls", "boolean",
			"leaves out members that are null"
		},
		apply_omit_nulls
	},
	{
		{
			"round_digits", "number of decimals",
			"rounds numbers that have more decimals, halves away from zero, without trailing zeros"
		},
		apply_round_digits
	},
	{
		{
			"columnar", "boolean",
			"sends row_data as an object of arrays, with null where a row lacks a member"
		},
		apply_columnar
	},
};

static const LbdChangeKind kind = {
	"payload", "{\"compact\": true}", lbd_change_info
};

/*
 * The changes that there are, by number from 0; NULL past the last one.
 */
const LbdChangeInfo *
lbd_change_info(int number)
{
	return number < (int) lengthof(members) ? &members[number].info : NULL;
}

/*
 * Reads a change of a payload.  The result lives in the current
 * context.
 */
LbdChange *
lbd_change_parse(const LbdItem *item, const LbdOutline *outline)
{
	LbdChange  *change = palloc0(sizeof(LbdChange));

	change->outline = outline;
	change->edits = palloc0(outline->nparts * sizeof(LbdTransform));
	change->dropped = palloc0(outline->nparts * sizeof(bool));
	change->touched = palloc0(outline->nparts * sizeof(bool));
	for (int i = 0; i < outline->nparts; i++)
		change->edits[i].round_digits = -1;
	lbd_change_walk(&kind, item, apply_member, change);
	return change;
}

static void
apply_member(int number, const LbdItem *value, void *arg)
{
	members[number].apply(arg, value);
}

/*
 * Calls a function with each member of a change, and its number among those of
 * its kind.
 */
void
lbd_change_walk(const LbdChangeKind *of, const LbdItem *item,
				void (*apply) (int number, const LbdItem *value, void *arg),
				void *arg)
{
	LbdCursor	keys;
	LbdCursor	values;
	int			nmembers;

	if (!JBE_ISCONTAINER(item->entry) ||
		!JsonContainerIsObject(LBD_ITEM_CONTAINER(item)))
		lbd_change_invalid(of, "A change is an object.");
	nmembers = lbd_cursor_members(&keys, &values, LBD_ITEM_CONTAINER(item));
	while (keys.next < nmembers)
	{
		const LbdChangeInfo *info;
		LbdItem		key;
		LbdItem		value;
		int			i = 0;

		lbd_cursor_next(&keys, &key);
		lbd_cursor_next(&values, &value);
		while ((info = of->info(i)) != NULL &&
			   (strlen(info->name) != (size_t) key.len ||
				memcmp(info->name, key.data, key.len) != 0))
			i++;
		if (info == NULL)
			lbd_change_invalid(of, psprintf("It has no member \"%.*s\".",
											key.len, key.data));
		if (!LBD_ITEM_NULL(&value))
			apply(i, &value, arg);
	}
}

/*
 * Goes through the elements of an array of strings.
 */
#define foreach_string(cursor, element, value) \
	for (start_strings(&(cursor), value); \
		 next_string(&(cursor), &(element));)

static void
start_strings(LbdCursor *cursor, const LbdItem *array)
{
	if (!JBE_ISCONTAINER(array->entry) ||
		JsonContainerIsObject(LBD_ITEM_CONTAINER(array)))
		change_invalid("Components and paths are an array of strings.");
	lbd_cursor_init(cursor, LBD_ITEM_CONTAINER(array));
}

static bool
next_string(LbdCursor *cursor, LbdItem *element)
{
	CHECK_FOR_INTERRUPTS();
	if (cursor->next >= cursor->count)
		return false;
	lbd_cursor_next(cursor, element);
	if (!JBE_ISSTRING(element->entry))
		change_invalid("A component or a path is a string, and not null.");
	return true;
}

static void
apply_drop_components(LbdChange *change, const LbdItem *value)
{
	LbdCursor	cursor;
	LbdItem		name;

	foreach_string(cursor, name, value)
	{
		int			part = find_part(change->outline, name.data, name.len);

		change->dropped[part] = true;
		change->touched[part] = true;
	}
}

/*
 * Makes the same change to each path of an array.
 */
static void
change_paths(LbdChange *change, const LbdItem *value,
			 void (*change_path) (LbdTransformPath *path))
{
	LbdCursor	cursor;
	LbdItem		item;

	foreach_string(cursor, item, value)
		change_path(add_path(change, &item));
}

static void
drop_path(LbdTransformPath *path)
{
	path->drop = true;
}

static void
apply_drop_paths(LbdChange *change, const LbdItem *value)
{
	change_paths(change, value, drop_path);
}

static void
number_strings(LbdTransformPath *path)
{
	if (path->strings == NULL)
		path->strings = lbd_dictionary_create();
}

static void
apply_dictionary(LbdChange *change, const LbdItem *value)
{
	change_paths(change, value, number_strings);
}

static void
number_keys(LbdTransformPath *path)
{
	if (path->keys == NULL)
		path->keys = lbd_dictionary_create();
}

static void
apply_dictionary_keys(LbdChange *change, const LbdItem *value)
{
	change_paths(change, value, number_keys);
}

static void
leave_out_usual(LbdTransformPath *path)
{
	if (path->usual == NULL)
		path->usual = palloc0(sizeof(LbdDefault));
}

/*
 * The usual values are found by a run of their own: see transform_paths.c.
 */
static void
apply_defaults(LbdChange *change, const LbdItem *value)
{
	change_paths(change, value, leave_out_usual);
	change->survey = true;
}

/*
 * Adds a path, given as component:path, to the edit of its component.
 */
static LbdTransformPath *
add_path(LbdChange *change, const LbdItem *item)
{
	const char *colon = memchr(item->data, ':', item->len);
	int			part;
	LbdTransform *edit;
	LbdTransformPath *path;
	char	   *name;

	if (colon == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%.*s\" names no path of a component", item->len,
						item->data),
				 errhint("Write component:path, as in row_data:$[*].*.error; lbdiag_audit shows the paths.")));
	part = find_part(change->outline, item->data, (int) (colon - item->data));
	change->touched[part] = true;
	name = pnstrdup(colon + 1, item->len - (int) (colon + 1 - item->data));
	edit = &change->edits[part];
	for (int i = 0; i < edit->npaths; i++)
	{
		if (strcmp(edit->paths[i].path, name) == 0)
			return &edit->paths[i];
	}
	edit->paths = edit->paths == NULL ? palloc(sizeof(LbdTransformPath)) :
		repalloc(edit->paths, (edit->npaths + 1) * sizeof(LbdTransformPath));
	path = &edit->paths[edit->npaths++];
	memset(path, 0, sizeof(*path));
	path->path = name;
	return path;
}

/*
 * Finds a part of the payload by its name.
 */
static int
find_part(const LbdOutline *outline, const char *name, int len)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < outline->nparts; i++)
	{
		const char *part = outline->names[i];

		if (!outline->has[i])
			continue;
		if (strlen(part) == (size_t) len && memcmp(part, name, len) == 0)
		{
			pfree(list.data);
			return i;
		}
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", part);
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("%s has no component \"%.*s\"", outline->title, len, name),
			 errhint("The components are: %s.", list.data)));
}

static bool
flag(const LbdItem *value)
{
	if (!JBE_ISBOOL(value->entry))
		change_invalid("A change that is on or off is true or false.");
	return JBE_ISBOOL_TRUE(value->entry);
}

static void
apply_plain_json(LbdChange *change, const LbdItem *value)
{
	if (!flag(value))
		return;
	change->plain_json = true;
	for (int i = 0; i < change->outline->nparts; i++)
		change->touched[i] |= change->outline->js_string[i];
}

static void
apply_compact(LbdChange *change, const LbdItem *value)
{
	if (!flag(value))
		return;
	change->compact = true;
	touch_all(change);
}

static void
apply_utf8(LbdChange *change, const LbdItem *value)
{
	if (!flag(value))
		return;
	change->utf8 = true;
	touch_all(change);
}

static void
apply_omit_nulls(LbdChange *change, const LbdItem *value)
{
	if (!flag(value))
		return;
	for (int i = 0; i < change->outline->nparts; i++)
		change->edits[i].omit_nulls = true;
	touch_all(change);
}

static void
apply_round_digits(LbdChange *change, const LbdItem *value)
{
	char		buffer[LBD_NUMBER_TEXT];
	const char *text = "";
	int			len = 0;
	int			digits = -1;

	if (JBE_ISNUMERIC(value->entry))
		text = lbd_number_text(LBD_ITEM_NUMERIC(value), buffer, &len);
	for (int i = 0; i < len && digits <= 1000; i++)
	{
		if (text[i] < '0' || text[i] > '9')
		{
			digits = -1;
			break;
		}
		digits = Max(digits, 0) * 10 + text[i] - '0';
	}
	if (digits < 0 || digits > 1000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("round_digits must be a whole number from 0 to 1000"),
				 errhint("It is the number of decimals that numbers keep.")));
	for (int i = 0; i < change->outline->nparts; i++)
		change->edits[i].round_digits = digits;
	touch_all(change);
}

static void
apply_columnar(LbdChange *change, const LbdItem *value)
{
	int			rows = change->outline->rows;

	if (!flag(value) || rows < 0)
		return;
	change->columnar = true;
	change->touched[rows] = true;
}

static void
touch_all(LbdChange *change)
{
	memset(change->touched, true, change->outline->nparts * sizeof(bool));
}

static void
change_invalid(const char *detail)
{
	lbd_change_invalid(&kind, detail);
}

/*
 * Raises the error: this is not a change of its kind.
 */
void
lbd_change_invalid(const LbdChangeKind *of, const char *detail)
{
	const LbdChangeInfo *info;
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; (info = of->info(i)) != NULL; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", info->name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("this is not a change of a %s", of->scope),
			 errdetail_internal("%s", detail),
			 errhint("A change is an object such as %s, with any of the members %s: see lbdiag_changes().",
					 of->example, list.data)));
}
