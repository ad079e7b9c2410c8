/*-------------------------------------------------------------------------
 *
 * relation_changes.c
 *	  What a table would be with a change.
 *
 * A change is a JSON object with any of the members that the table of changes
 * has.  A new change is an entry there, and a function.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/toast_compression.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "advice/relation_changes.h"
#include "compat.h"

/* What a member of a change is read with. */
typedef struct LbdRelationParse
{
	LbdRelationChange *change;	/* what is read */
	Relation	relation;		/* whose change it is */
} LbdRelationParse;

typedef void (*LbdRelationApply) (LbdRelationParse *parse,
								  const LbdItem *value);

static void apply_drop_paths(LbdRelationParse *parse, const LbdItem *value);
static void apply_omit_nulls(LbdRelationParse *parse, const LbdItem *value);
static void apply_rename(LbdRelationParse *parse, const LbdItem *value);
static void apply_promote(LbdRelationParse *parse, const LbdItem *value);
static void apply_bytea(LbdRelationParse *parse, const LbdItem *value);
static void apply_side_table(LbdRelationParse *parse, const LbdItem *value);
static void apply_compress(LbdRelationParse *parse, const LbdItem *value);
static void apply_storage(LbdRelationParse *parse, const LbdItem *value);
static const char *path_colon(Relation relation, const char *given);
static LbdEdit *add_edit(LbdRelationParse *parse, LbdEditKind kind,
						 const LbdItem *item);
static void check_column(Relation relation, const char *column);
static void check_edit(const LbdRelationParse *parse, const LbdEdit *edit);
static void check_excluded(const LbdRelationChange *change);
static void check_json(Relation relation);
static LbdStorageChange *add_storage(LbdRelationParse *parse,
									 const LbdItem *item);
static const char *item_text(const LbdItem *item);
static void read_member(int number, const LbdItem *value, void *parse);

/* A member of a change. */
typedef struct LbdRelationMember
{
	LbdChangeInfo info;			/* what users see */
	LbdRelationApply apply;		/* what it does */
} LbdRelationMember;

static const LbdChangeKind table_changes = {
	"table", "{\"drop_paths\": [\"doc:$.note\"]}", lbd_relation_change_info
};

static const LbdRelationMember members[] = {
	{
		{
			"drop_paths", "array of column:path",
			"leaves members out, as doc:$.items[*].note"
		},
		apply_drop_paths
	},
	{
		{
			"omit_nulls", "boolean, or array of columns",
			"leaves out the members that are null, of all columns of jsonb or of these"
		},
		apply_omit_nulls
	},
	{
		{
			"rename", "object of column:path and key",
			"gives members another key"
		},
		apply_rename
	},
	{
		{
			"promote", "object of column:path and type",
			"moves a member to a column of its own, of type text, numeric, boolean, uuid, date, timestamp, timestamptz or bigint"
		},
		apply_promote
	},
	{
		{
			"bytea", "array of column:path",
			"moves a member that is base64 to a column of type bytea"
		},
		apply_bytea
	},
	{
		{
			"side_table", "array of column:path",
			"stores each string of a path once, in a table of its own, and its number in the places of the string"
		},
		apply_side_table
	},
	{
		{
			"compress", "object of column and method",
			"compresses a column with lz4 or pglz"
		},
		apply_compress
	},
	{
		{
			"storage", "object of column and storage",
			"sets what TOAST may do with a column: plain, main, external or extended"
		},
		apply_storage
	},
};

/*
 * The changes that there are, by number from 0; NULL past the last one.
 */
const LbdChangeInfo *
lbd_relation_change_info(int number)
{
	return number < (int) lengthof(members) ? &members[number].info : NULL;
}

/*
 * Reads a change of a table.  The result lives in the current context.
 */
LbdRelationChange *
lbd_relation_change_parse(const LbdItem *item, Relation relation)
{
	LbdRelationParse parse = {palloc0(sizeof(LbdRelationChange)), relation};

	lbd_change_walk(&table_changes, item, read_member, &parse);
	check_excluded(parse.change);
	return parse.change;
}

static void
read_member(int number, const LbdItem *value, void *parse)
{
	members[number].apply(parse, value);
}

/*
 * Adds an edit for each path of an array.
 */
static void
add_edits(LbdRelationParse *parse, LbdEditKind kind, const LbdItem *array)
{
	LbdCursor	cursor;
	LbdItem		item;

	if (!JBE_ISCONTAINER(array->entry) ||
		JsonContainerIsObject(LBD_ITEM_CONTAINER(array)))
		lbd_change_invalid(&table_changes, "Paths are an array of strings.");
	lbd_cursor_init(&cursor, LBD_ITEM_CONTAINER(array));
	while (cursor.next < cursor.count)
	{
		LbdEdit    *edit;

		CHECK_FOR_INTERRUPTS();
		lbd_cursor_next(&cursor, &item);
		if (!JBE_ISSTRING(item.entry))
			lbd_change_invalid(&table_changes, "A path is a string, and not null.");
		edit = add_edit(parse, kind, &item);
		if (kind == LBD_EDIT_SIDE)
			edit->side = lbd_side_create();
		else if (kind == LBD_EDIT_PROMOTE)
			edit->type = lbd_member_type_find("bytea");
	}
}

/*
 * Goes through an object whose values are strings: returns the next key and
 * value, or false at the end.
 */
static bool
next_member(LbdCursor *keys, LbdCursor *values, int nmembers, LbdItem *key,
			LbdItem *value)
{
	CHECK_FOR_INTERRUPTS();
	if (keys->next >= nmembers)
		return false;
	lbd_cursor_next(keys, key);
	lbd_cursor_next(values, value);
	if (!JBE_ISSTRING(value->entry))
		lbd_change_invalid(&table_changes, psprintf("The value of \"%s\" is not a string.",
													item_text(key)));
	return true;
}

static int
start_members(LbdCursor *keys, LbdCursor *values, const LbdItem *object)
{
	if (!JBE_ISCONTAINER(object->entry) ||
		!JsonContainerIsObject(LBD_ITEM_CONTAINER(object)))
		lbd_change_invalid(&table_changes, "Columns or paths and what they get are an object.");
	return lbd_cursor_members(keys, values, LBD_ITEM_CONTAINER(object));
}

static void
apply_drop_paths(LbdRelationParse *parse, const LbdItem *value)
{
	add_edits(parse, LBD_EDIT_DROP, value);
}

static void
apply_bytea(LbdRelationParse *parse, const LbdItem *value)
{
	add_edits(parse, LBD_EDIT_PROMOTE, value);
}

static void
apply_side_table(LbdRelationParse *parse, const LbdItem *value)
{
	add_edits(parse, LBD_EDIT_SIDE, value);
}

static void
apply_omit_nulls(LbdRelationParse *parse, const LbdItem *value)
{
	LbdRelationChange *change = parse->change;
	LbdCursor	cursor;
	LbdItem		item;

	if (JBE_ISBOOL(value->entry))
		change->omit_nulls = JBE_ISBOOL_TRUE(value->entry);
	else if (!JBE_ISCONTAINER(value->entry) ||
			 JsonContainerIsObject(LBD_ITEM_CONTAINER(value)))
		lbd_change_invalid(&table_changes, "omit_nulls is true, false, or an array of columns.");
	else
	{
		lbd_cursor_init(&cursor, LBD_ITEM_CONTAINER(value));
		change->omit_nulls = cursor.count > 0;
		change->null_columns = palloc(Max(cursor.count, 1) * sizeof(char *));
		while (cursor.next < cursor.count)
		{
			CHECK_FOR_INTERRUPTS();
			lbd_cursor_next(&cursor, &item);
			if (!JBE_ISSTRING(item.entry))
				lbd_change_invalid(&table_changes, "A column is a string, and not null.");
			check_column(parse->relation, item_text(&item));
			/* Once each: there are no more of them than columns. */
			if (change->nnull_columns == 0 ||
				!lbd_relation_omits_nulls(change, item_text(&item)))
				change->null_columns[change->nnull_columns++] =
					item_text(&item);
		}
	}
	if (change->omit_nulls)
		check_json(parse->relation);
}

/*
 * Whether a change leaves members out that are null, of this column.
 */
bool
lbd_relation_omits_nulls(const LbdRelationChange *change, const char *column)
{
	if (!change->omit_nulls || change->null_columns == NULL)
		return change->omit_nulls;
	for (int i = 0; i < change->nnull_columns; i++)
	{
		if (strcmp(change->null_columns[i], column) == 0)
			return true;
	}
	return false;
}

static void
apply_rename(LbdRelationParse *parse, const LbdItem *value)
{
	LbdCursor	keys;
	LbdCursor	values;
	LbdItem		path;
	LbdItem		key;
	int			nmembers = start_members(&keys, &values, value);

	while (next_member(&keys, &values, nmembers, &path, &key))
		add_edit(parse, LBD_EDIT_RENAME, &path)->key = item_text(&key);
}

static void
apply_promote(LbdRelationParse *parse, const LbdItem *value)
{
	LbdCursor	keys;
	LbdCursor	values;
	LbdItem		path;
	LbdItem		type;
	int			nmembers = start_members(&keys, &values, value);

	while (next_member(&keys, &values, nmembers, &path, &type))
	{
		LbdEdit    *edit = add_edit(parse, LBD_EDIT_PROMOTE, &path);

		edit->type = lbd_member_type_find(item_text(&type));
		if (edit->type == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a member cannot be promoted to type \"%s\"",
							item_text(&type)),
					 errhint("The types are text, numeric, boolean, uuid, date, timestamp, timestamptz, bigint and bytea.")));
	}
}

static void
apply_compress(LbdRelationParse *parse, const LbdItem *value)
{
	LbdCursor	keys;
	LbdCursor	values;
	LbdItem		column;
	LbdItem		method;
	int			nmembers = start_members(&keys, &values, value);

	while (next_member(&keys, &values, nmembers, &column, &method))
	{
		const char *name = item_text(&method);
		char		number = CompressionNameToMethod(name);

		if (!CompressionMethodIsValid(number))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("compression method \"%s\" is not recognized", name),
					 errhint("It is pglz or lz4.")));
		add_storage(parse, &column)->compression = number;
	}
}

static void
apply_storage(LbdRelationParse *parse, const LbdItem *value)
{
	static const char *const names[] = {"plain", "main", "external", "extended"};
	static const char kinds[] = {
		TYPSTORAGE_PLAIN, TYPSTORAGE_MAIN, TYPSTORAGE_EXTERNAL,
		TYPSTORAGE_EXTENDED
	};
	LbdCursor	keys;
	LbdCursor	values;
	LbdItem		column;
	LbdItem		storage;
	int			nmembers = start_members(&keys, &values, value);

	while (next_member(&keys, &values, nmembers, &column, &storage))
	{
		LbdStorageChange *change = add_storage(parse, &column);

		for (size_t i = 0; i < lengthof(names); i++)
		{
			if (strcmp(names[i], item_text(&storage)) == 0)
				change->storage = kinds[i];
		}
		if (change->storage == '\0')
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("storage \"%s\" is not recognized",
							item_text(&storage)),
					 errhint("It is plain, main, external or extended.")));
	}
}

/*
 * The colon of column:path, or NULL.  Names of columns can have one, too: it
 * is the first that is after the name of a column, or else the first one.
 */
static const char *
path_colon(Relation relation, const char *given)
{
	const char *first = strstr(given, ":$");

	for (const char *colon = first; colon && colon - given < NAMEDATALEN;
		 colon = strstr(colon + 1, ":$"))
	{
		CHECK_FOR_INTERRUPTS();
		if (get_attnum(RelationGetRelid(relation),
					   pnstrdup(given, colon - given)) > 0)
			return colon;
	}
	return first;
}

/*
 * Adds an edit of the members at a path, given as column:path.
 */
static LbdEdit *
add_edit(LbdRelationParse *parse, LbdEditKind kind, const LbdItem *item)
{
	LbdRelationChange *change = parse->change;
	const char *given = item_text(item);
	const char *colon = path_colon(parse->relation, given);
	LbdEdit    *edit;

	if (colon == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" names no path of a column", given),
				 errhint("Write column:path, as in doc:$.items[*].note; lbdiag_audit_relation returns columns and paths.")));
	change->edits = change->edits == NULL ? palloc(sizeof(LbdEdit)) :
		repalloc_huge(change->edits, (change->nedits + 1) * sizeof(LbdEdit));
	edit = &change->edits[change->nedits++];
	memset(edit, 0, sizeof(*edit));
	edit->kind = kind;
	edit->given = given;
	edit->column = pnstrdup(given, colon - given);
	edit->path = lbd_path_pattern(colon + 1);
	check_edit(parse, edit);
	return edit;
}

/*
 * Checks that a column is one whose paths can be changed.
 */
static void
check_column(Relation relation, const char *column)
{
	Oid			oid = RelationGetRelid(relation);
	AttrNumber	number = get_attnum(oid, column);

	check_json(relation);
	if (number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation \"%s\" does not exist",
						column, RelationGetRelationName(relation)),
				 errhint("Use columns and paths as lbdiag_audit_relation returns them.")));
	if (getBaseType(get_atttype(oid, number)) != JSONBOID ||
		get_attgenerated(oid, number) != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("paths of column \"%s\" cannot be changed", column),
				 errdetail("Only columns of type jsonb that are not generated can be changed by path.")));
}

/*
 * Checks that an edit can be made to its column, and to values at its path.
 */
static void
check_edit(const LbdRelationParse *parse, const LbdEdit *edit)
{
	const LbdPathPart *last = &edit->path->parts[edit->path->nparts - 1];
	bool		single = true;

	check_column(parse->relation, edit->column);
	for (int i = 0; i < edit->path->nparts; i++)
		single &= edit->path->parts[i].kind == LBD_PATH_MEMBER;
	if (edit->path->nparts == 0 ||
		(last->kind == LBD_PATH_ELEMENT && edit->kind != LBD_EDIT_SIDE) ||
		(last->kind != LBD_PATH_MEMBER && edit->kind == LBD_EDIT_RENAME))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("path \"%s\" names no member", edit->given),
				 errhint("Such a change needs the path of a member, as in doc:$.items[*].note.")));
	if (edit->kind == LBD_EDIT_PROMOTE && !single)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("path \"%s\" cannot be a column", edit->given),
				 errdetail("A row can have several values at it.")));
}

/*
 * Whether two edits can meet at one value, or one below a value of the other.
 */
static bool
edits_meet(const LbdEdit *a, const LbdEdit *b)
{
	int			nparts = Min(a->path->nparts, b->path->nparts);

	if (strcmp(a->column, b->column) != 0)
		return false;
	/* Two members of an object cannot both get the same key. */
	if (a->key && b->key && strcmp(a->key, b->key) == 0 &&
		a->path->nparts == b->path->nparts)
		nparts--;
	for (int i = 0; i < nparts; i++)
	{
		const LbdPathPart *left = &a->path->parts[i];
		const LbdPathPart *right = &b->path->parts[i];

		if ((left->kind == LBD_PATH_ELEMENT) !=
			(right->kind == LBD_PATH_ELEMENT))
			return false;
		if (left->kind == LBD_PATH_MEMBER && right->kind == LBD_PATH_MEMBER &&
			(left->len != right->len ||
			 memcmp(left->key, right->key, left->len) != 0))
			return false;
	}
	return true;
}

/*
 * Raises an error where two edits would change the same values.
 */
static void
check_excluded(const LbdRelationChange *change)
{
	for (int i = 0; i < change->nedits; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < i; j++)
		{
			if (edits_meet(&change->edits[i], &change->edits[j]))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("changes of \"%s\" and \"%s\" exclude each other",
								change->edits[j].given, change->edits[i].given),
						 errhint("Try one after the other.")));
		}
	}
}

/*
 * Raises an error where a relation has no column whose paths can be changed.
 */
static void
check_json(Relation relation)
{
	TupleDesc	desc = RelationGetDescr(relation);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (!attribute->attisdropped &&
			getBaseType(attribute->atttypid) == JSONBOID)
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("\"%s\" has no column of type jsonb",
					RelationGetRelationName(relation)),
			 errhint("Without one, only compress and storage can be tried.")));
}

/*
 * Adds, or finds, the change of how a column is stored.
 */
static LbdStorageChange *
add_storage(LbdRelationParse *parse, const LbdItem *item)
{
	LbdRelationChange *change = parse->change;
	const char *name = item_text(item);
	Oid			relation = RelationGetRelid(parse->relation);
	AttrNumber	number = get_attnum(relation, name);

	if (number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation \"%s\" does not exist",
						name, RelationGetRelationName(parse->relation)),
				 errhint("Name a column of the table.")));
	if (!TypeIsToastable(get_atttype(relation, number)))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("column \"%s\" is of a type that is not compressed",
						name),
				 errhint("Types of variable length can be compressed and stored out of line.")));
	for (int i = 0; i < change->nstorage; i++)
	{
		if (strcmp(change->storage[i].column, name) == 0)
			return &change->storage[i];
	}
	change->storage = change->storage == NULL ?
		palloc(sizeof(LbdStorageChange)) :
		repalloc(change->storage,
				 (change->nstorage + 1) * sizeof(LbdStorageChange));
	change->storage[change->nstorage] = (LbdStorageChange)
	{
		name, InvalidCompressionMethod, '\0'
	};
	return &change->storage[change->nstorage++];
}

static const char *
item_text(const LbdItem *item)
{
	return pnstrdup(item->data, item->len);
}
