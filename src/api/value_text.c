/*-------------------------------------------------------------------------
 *
 * value_text.c
 *	  Counting the text of arrays and composite values that JSON is in.
 *
 * An array is [*], a field of a composite value a member.  What their text
 * quotes has a backslash or a quotation mark more for each of these in it,
 * and these are counted where the character is: at the level n of quoting,
 * such a character takes 2 to the power of n bytes.
 *
 * Types are data of users, and nest: each one is read once for all columns of
 * a result, however often it is in others, and no more than some arrays and
 * composite types, with some fields, are read at all.  Of those beyond that
 * the text is counted as a whole, and the stats are not complete.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "json/path_count.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "api/value_text.h"
#include "json/json_text_reader.h"

/* Arrays and composite types that are read for a result, and fields. */
#define LBD_VALUE_TYPES_MAX		500
#define LBD_VALUE_FIELDS_MAX	20000

typedef enum LbdValueKind
{
	LBD_VALUE_OTHER,			/* a text of which nothing is known */
	LBD_VALUE_JSON,				/* json or jsonb */
	LBD_VALUE_ARRAY,			/* an array */
	LBD_VALUE_COMPOSITE			/* a composite type */
} LbdValueKind;

struct LbdValueType
{
	LbdValueKind kind;			/* how its text is read */
	char		delimiter;		/* between elements or fields */
	int			nparts;			/* one of an array, or fields */
	const char **names;			/* of fields */
	LbdValueType **parts;		/* types of the elements or fields */
};

/* Types that have been read. */
struct LbdValueTypes
{
	MemoryContext context;		/* of all of them */
	HTAB	   *known;			/* LbdKnownType by the type's OID */
	int			ncontainers;	/* arrays and composite types among them */
	int			nfields;		/* of the composite types */
};

typedef struct LbdKnownType
{
	Oid			type;			/* that is looked up; no domain */
	bool		complete;		/* all types that it is made of were read */
	LbdValueType *value;		/* how it is read, NULL: as a text */
} LbdKnownType;

typedef struct LbdValueReader
{
	LbdPathStats *stats;		/* where it is counted */
	LbdPath    *path;			/* of the array or composite value */
	const LbdValueType *type;	/* of it */
	int			level;			/* how often its text is quoted */
	const char *next;			/* what comes next in the text */
	const char *end;			/* where the text ends */
} LbdValueReader;

static bool value_type_has_json(const LbdValueType *type);
static LbdValueType *read_type(LbdValueTypes *types, Oid type,
							   bool *complete);
static LbdValueType *array_type(LbdValueTypes *types, Oid element,
								bool *complete);
static LbdValueType *composite_type(LbdValueTypes *types, Oid type,
									bool *complete);
static void add_text(LbdPathStats *stats, LbdPath *path,
					 const LbdValueType *type, const char *text, int len,
					 int level);
static void add_array(LbdValueReader *reader);
static void add_composite(LbdValueReader *reader);
static void add_part(LbdValueReader *reader, LbdPath *path,
					 const LbdValueType *type);
static void add_quoted(LbdValueReader *reader, LbdPath *path,
					   const LbdValueType *type);
static void add_null(LbdPathStats *stats, LbdPath *path, int len);
static inline void add_bytes(LbdPathStats *stats, const LbdPath *path,
							 int64 *count, int64 len);
static inline void add_syntax(LbdValueReader *reader, int64 len);

/*
 * No types yet; all of them will be in context.
 */
LbdValueTypes *
lbd_value_types_create(MemoryContext context)
{
	LbdValueTypes *types = MemoryContextAllocZero(context,
												  sizeof(LbdValueTypes));
	HASHCTL		control = {
		.keysize = sizeof(Oid),
		.entrysize = sizeof(LbdKnownType),
		.hcxt = context
	};

	types->context = context;
	types->known = hash_create("lbdiag types", 64, &control,
							   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	return types;
}

/*
 * Returns how a type's text is read, NULL where there is no JSON in it.
 * complete becomes false where there may be some that is not read.
 */
LbdValueType *
lbd_value_type(LbdValueTypes *types, Oid type, bool *complete)
{
	Oid			base = getBaseType(type);
	LbdKnownType *known = hash_search(types->known, &base, HASH_FIND, NULL);

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (known == NULL)
	{
		bool		whole = true;
		MemoryContext old = MemoryContextSwitchTo(types->context);
		LbdValueType *value = read_type(types, base, &whole);

		MemoryContextSwitchTo(old);
		known = hash_search(types->known, &base, HASH_ENTER, NULL);
		known->value = value;
		known->complete = whole;
	}
	*complete = *complete && known->complete;
	return known->value;
}

static LbdValueType *
read_type(LbdValueTypes *types, Oid type, bool *complete)
{
	Oid			element = get_element_type(type);
	LbdValueType *value;

	if (type == JSONOID || type == JSONBOID)
	{
		value = palloc0(sizeof(LbdValueType));
		value->kind = LBD_VALUE_JSON;
		return value;
	}
	if (!OidIsValid(element) && get_typtype(type) != TYPTYPE_COMPOSITE)
		return NULL;
	if (types->ncontainers >= LBD_VALUE_TYPES_MAX)
	{
		*complete = false;
		return NULL;
	}
	types->ncontainers++;
	value = OidIsValid(element) ? array_type(types, element, complete) :
		composite_type(types, type, complete);
	return value && value_type_has_json(value) ? value : NULL;
}

static LbdValueType *
array_type(LbdValueTypes *types, Oid element, bool *complete)
{
	LbdValueType *value = palloc0(sizeof(LbdValueType));
	int16		len;
	bool		by_value;
	char		align;
	Oid			parameter;
	Oid			output;

	get_type_io_data(element, IOFunc_output, &len, &by_value, &align,
					 &value->delimiter, &parameter, &output);
	value->kind = LBD_VALUE_ARRAY;
	value->nparts = 1;
	value->parts = palloc(sizeof(LbdValueType *));
	value->parts[0] = lbd_value_type(types, element, complete);
	return value;
}

/*
 * Returns NULL where the type has too many fields.
 */
static LbdValueType *
composite_type(LbdValueTypes *types, Oid type, bool *complete)
{
	LbdValueType *value = palloc0(sizeof(LbdValueType));
	TupleDesc	desc = lookup_rowtype_tupdesc(type, -1);

	if (desc->natts > LBD_VALUE_FIELDS_MAX - types->nfields)
	{
		ReleaseTupleDesc(desc);
		*complete = false;
		return NULL;
	}
	types->nfields += desc->natts;
	value->kind = LBD_VALUE_COMPOSITE;
	value->delimiter = ',';
	value->names = palloc(desc->natts * sizeof(char *));
	value->parts = palloc(desc->natts * sizeof(LbdValueType *));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (attribute->attisdropped)
			continue;
		value->names[value->nparts] = pstrdup(NameStr(attribute->attname));
		value->parts[value->nparts++] = lbd_value_type(types,
													   attribute->atttypid,
													   complete);
	}
	ReleaseTupleDesc(desc);
	return value;
}

static bool
value_type_has_json(const LbdValueType *type)
{
	for (int i = 0; i < type->nparts; i++)
	{
		if (type->parts[i])
			return true;
	}
	return type->kind == LBD_VALUE_JSON;
}

/*
 * Counts a value, by the text that its output function has made.  What is
 * palloc'ed on the way is left to the current context.
 */
void
lbd_stats_add_value(LbdPathStats *stats, LbdPath *path,
					const LbdValueType *type, const char *text, int len)
{
	lbd_stats_document(stats, path);
	add_text(stats, path, type, text, len, 0);
}

/*
 * Counts a text that has been quoted as often as level says, and is here
 * without that.
 */
static void
add_text(LbdPathStats *stats, LbdPath *path, const LbdValueType *type,
		 const char *text, int len, int level)
{
	LbdValueReader reader = {stats, path, type, level, text, text + len};
	int64		size;

	check_stack_depth();
	if (type && type->kind == LBD_VALUE_JSON)
	{
		lbd_stats_add_quoted_text(stats, path, text, len, level);
		return;
	}
	size = lbd_quoted_length(text, len, level);
	path->occurrences++;
	lbd_stats_size(stats, path, size);
	if (type == NULL)
	{
		path->types |= LBD_TYPE_STRING;
		add_bytes(stats, path, &path->value_bytes, size);
		lbd_stats_value(stats, path, lbd_distinct_hash(text, len));
	}
	else if (type->kind == LBD_VALUE_ARRAY)
		add_array(&reader);
	else
		add_composite(&reader);
}

/*
 * Counts what array_out has written: the bounds, where it has written them,
 * and the braces of all dimensions belong to the array.
 */
static void
add_array(LbdValueReader *reader)
{
	const LbdValueType *type = reader->type;
	int64		nelements = 0;

	reader->path->types |= LBD_TYPE_ARRAY;
	reader->path->arrays++;
	lbd_stats_open(reader->stats, reader->path);
	if (reader->next < reader->end && *reader->next == '[')
	{
		while (reader->next < reader->end && *reader->next != '{')
		{
			reader->next++;
			add_syntax(reader, 1);
		}
	}
	while (reader->next < reader->end)
	{
		char		c = *reader->next;

		CHECK_FOR_INTERRUPTS();
		if (c == '{' || c == '}' || c == type->delimiter)
		{
			reader->next++;
			add_syntax(reader, 1);
		}
		else
		{
			add_part(reader, lbd_stats_child(reader->stats, reader->path,
											 LBD_PATH_ELEMENT), type->parts[0]);
			nelements++;
		}
	}
	lbd_stats_array(reader->stats, reader->path, nelements);
	lbd_stats_close(reader->stats, reader->path);
}

/*
 * Counts what record_out has written.
 */
static void
add_composite(LbdValueReader *reader)
{
	const LbdValueType *type = reader->type;

	reader->path->types |= LBD_TYPE_OBJECT;
	lbd_stats_begin(reader->stats, reader->path);
	for (int i = 0; i < type->nparts; i++)
	{
		const char *name = type->names[i];
		LbdPath    *path = lbd_stats_next(reader->stats, reader->path, name,
										  strlen(name));

		/* The parenthesis or the comma before it. */
		reader->next++;
		add_syntax(reader, 1);
		if (reader->next >= reader->end)
			elog(ERROR, "text of a composite value ends early");
		if (*reader->next == ',' || *reader->next == ')')
			add_null(reader->stats, path, 0);
		else
			add_part(reader, path, type->parts[i]);
	}
	add_syntax(reader, reader->end - reader->next);
	lbd_stats_end(reader->stats, reader->path);
}

/*
 * Counts an element or a field, which may be quoted.
 */
static void
add_part(LbdValueReader *reader, LbdPath *path, const LbdValueType *type)
{
	const char *start = reader->next;
	char		close = reader->type->kind == LBD_VALUE_ARRAY ? '}' : ')';
	int			len;

	if (*start == '"')
	{
		add_quoted(reader, path, type);
		return;
	}
	while (reader->next < reader->end && *reader->next != close &&
		   *reader->next != reader->type->delimiter)
		reader->next++;
	len = reader->next - start;
	if (reader->type->kind == LBD_VALUE_ARRAY && len == 4 &&
		memcmp(start, "NULL", 4) == 0)
		add_null(reader->stats, path, len);
	else
		add_text(reader->stats, path, type, start, len, reader->level);
}

static void
add_quoted(LbdValueReader *reader, LbdPath *path, const LbdValueType *type)
{
	bool		doubled = reader->type->kind == LBD_VALUE_COMPOSITE;
	int64		quote = lbd_quoted_length("\"", 1, reader->level);
	StringInfoData text;

	initStringInfo(&text);
	reader->next++;
	for (; reader->next < reader->end; reader->next++)
	{
		bool		more = reader->next + 1 < reader->end;

		if (more && (*reader->next == '\\' ||
					 (doubled && *reader->next == '"' && reader->next[1] == '"')))
			reader->next++;
		else if (*reader->next == '"')
			break;
		appendStringInfoCharMacro(&text, *reader->next);
	}
	if (reader->next == reader->end)
		elog(ERROR, "quoted text of a value does not end");
	reader->next++;
	add_bytes(reader->stats, path, &path->syntax_bytes, quote);
	add_text(reader->stats, path, type, text.data, text.len,
			 reader->level + 1);
	add_bytes(reader->stats, path, &path->syntax_bytes, quote);
	pfree(text.data);
}

/* A null, which an array writes as NULL and a composite value as nothing. */
static void
add_null(LbdPathStats *stats, LbdPath *path, int len)
{
	path->types |= LBD_TYPE_NULL;
	path->occurrences++;
	path->nulls++;
	add_bytes(stats, path, &path->value_bytes, len);
}

/* Counts the next bytes of the text. */
static inline void
add_bytes(LbdPathStats *stats, const LbdPath *path, int64 *count, int64 len)
{
	*count += len;
	lbd_stats_text(stats, path, len);
}

/* Counts the next bytes of the text as those of the array or composite. */
static inline void
add_syntax(LbdValueReader *reader, int64 len)
{
	add_bytes(reader->stats, reader->path, &reader->path->syntax_bytes, len);
}
