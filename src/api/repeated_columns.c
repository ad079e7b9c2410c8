/*-------------------------------------------------------------------------
 *
 * repeated_columns.c
 *	  Columns of a relation that the JSON beside them repeats.
 *
 * The first row in which a column and a document are both there has the
 * candidates: members of the document, in no array, with the column's text.  A
 * candidate is dropped at the first row that has the column without the member,
 * or has them different; what the row has where the column is null does not
 * matter.  While there are candidates, rows are compared as far as
 * this reads no more than a sixteenth of the JSON, beyond the first bytes: so
 * it is cheap, and which rows these are does not depend on chance.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "json/path_rows.h"
#include "json/scalar_members.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

#include "api/repeated_columns.h"
#include "compat.h"

/* Rows are compared up to so many bytes of JSON, and up to a part of it. */
#define LBD_COMPARED_BYTES	(256 * 1024)
#define LBD_COMPARED_PART	16

/* Values that are larger are not compared. */
#define LBD_COMPARED_VALUE	(8 * 1024)

/* So many columns are compared, and so many of JSON; others are not. */
#define LBD_COMPARED_COLUMNS	200
#define LBD_COMPARED_JSON		16

/* Rows that must be equal. */
#define LBD_REPEAT_ROWS		10

static bool is_scalar(const LbdColumn *column);
static bool is_row_compared(LbdRepeats *repeats, const Datum *values,
							const bool *nulls);
static void set_forms(LbdRepeatable *about, LbdColumn *column, Datum value);
static void add_form(LbdRepeatable *about, const char *text);
static void visit_document(LbdRepeats *repeats, int json, Oid type,
						   Datum value);
static void visit_member(const LbdMemberStep *member, uint64 hash, void *arg);
static bool is_equal(const LbdRepeatable *about, uint64 hash);
static void add_candidate(LbdRepeats *repeats, int column,
						  const LbdMemberStep *member);
static char *member_path(const LbdMemberStep *member);
static void search_ends(LbdRepeats *repeats, int json);
static void drop_different(LbdRepeats *repeats);
static bool is_searched(const LbdRepeats *repeats, int json);

/*
 * Begins with the columns of a relation, whose rows come next.
 */
void
lbd_repeats_begin(LbdRepeats *repeats, LbdColumn *columns, int ncolumns,
				  MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	int			njson = 0;
	int			nscalars = 0;

	memset(repeats, 0, sizeof(*repeats));
	repeats->context = context;
	repeats->ncolumns = ncolumns;
	repeats->names = palloc(Max(ncolumns, 1) * sizeof(char *));
	repeats->about = palloc0(Max(ncolumns, 1) * sizeof(LbdRepeatable));
	for (int i = 0; i < ncolumns; i++)
	{
		CHECK_FOR_INTERRUPTS();
		repeats->names[i] = columns[i].name;
		repeats->about[i].json = columns[i].type_name == NULL &&
			njson < LBD_COMPARED_JSON;
		repeats->about[i].scalar = nscalars < LBD_COMPARED_COLUMNS &&
			is_scalar(&columns[i]);
		njson += repeats->about[i].json;
		nscalars += repeats->about[i].scalar;
	}
	repeats->pending = palloc0(Max(ncolumns * ncolumns, 1) * sizeof(bool));
	for (int i = 0; i < ncolumns; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!repeats->about[i].scalar)
			continue;
		repeats->about[i].pending = njson;
		repeats->npending += njson;
		for (int j = 0; j < ncolumns; j++)
			repeats->pending[i * ncolumns + j] = repeats->about[j].json;
	}
	MemoryContextSwitchTo(old);
}

static bool
is_scalar(const LbdColumn *column)
{
	char		kind = get_typtype(column->type);

	return column->type_name != NULL && column->parts == NULL &&
		(kind == TYPTYPE_BASE || kind == TYPTYPE_ENUM) &&
		!OidIsValid(get_element_type(column->type));
}

/*
 * Compares a row, as far as there is something to be compared.  What is
 * palloc'ed on the way is left to the current context.
 */
void
lbd_repeats_row(LbdRepeats *repeats, LbdColumn *columns,
				const Datum *values, const bool *nulls)
{
	if ((repeats->npending == 0 && repeats->count == 0) ||
		!is_row_compared(repeats, values, nulls))
		return;
	repeats->rows++;
	for (int i = 0; i < repeats->ncolumns; i++)
	{
		LbdRepeatable *about = &repeats->about[i];

		about->nforms = 0;
		if (!nulls[i] && about->pending + about->used > 0)
			set_forms(about, &columns[i], values[i]);
	}
	for (int i = 0; i < repeats->count; i++)
		repeats->repeats[i].seen = repeats->repeats[i].differs = false;
	for (int i = 0; i < repeats->ncolumns; i++)
	{
		if (!repeats->about[i].json)
			continue;
		if (!nulls[i] && is_searched(repeats, i))
			visit_document(repeats, i, columns[i].type, values[i]);
		search_ends(repeats, i);
	}
	drop_different(repeats);
}

static bool
is_row_compared(LbdRepeats *repeats, const Datum *values, const bool *nulls)
{
	int64		bytes = 0;

	for (int i = 0; i < repeats->ncolumns; i++)
	{
		if (repeats->about[i].json && !nulls[i])
			bytes += toast_raw_datum_size(values[i]);
	}
	repeats->read_bytes += bytes;
	if (repeats->compared_bytes >
		LBD_COMPARED_BYTES + repeats->read_bytes / LBD_COMPARED_PART)
		return false;
	repeats->compared_bytes += bytes;
	return true;
}

/*
 * Finds the texts that a value can have in JSON: as the server prints it, as
 * JSON has it, and that with escapes.
 */
static void
set_forms(LbdRepeatable *about, LbdColumn *column, Datum value)
{
	char		buffer[MAXDATELEN + 1];
	StringInfoData escaped;
	char	   *text;

	if (column->length == -1 && toast_raw_datum_size(value) > LBD_COMPARED_VALUE)
		return;
	if (column->type == BOOLOID)
	{
		add_form(about, DatumGetBool(value) ? "true" : "false");
		return;
	}
	if (column->type == DATEOID || column->type == TIMESTAMPOID ||
		column->type == TIMESTAMPTZOID)
		add_form(about, JsonEncodeDateTime(buffer, value, column->type, NULL));
	text = OutputFunctionCall(&column->output, value);
	add_form(about, text);
	initStringInfo(&escaped);
	escape_json(&escaped, text);
	escaped.data[escaped.len - 1] = '\0';
	add_form(about, escaped.data + 1);
}

static void
add_form(LbdRepeatable *about, const char *text)
{
	about->forms[about->nforms++] = lbd_distinct_hash(text, strlen(text));
}

/*
 * Whether a column of JSON has candidates, or is to be searched for some.
 */
static bool
is_searched(const LbdRepeats *repeats, int json)
{
	for (int i = 0; i < repeats->count; i++)
	{
		if (repeats->repeats[i].json == json)
			return true;
	}
	for (int i = 0; repeats->npending > 0 && i < repeats->ncolumns; i++)
	{
		if (repeats->about[i].nforms > 0 &&
			repeats->pending[i * repeats->ncolumns + json])
			return true;
	}
	return false;
}

static void
visit_document(LbdRepeats *repeats, int json, Oid type, Datum value)
{
	repeats->json = json;
	if (type == JSONBOID)
		lbd_scalar_members_jsonb(DatumGetJsonbP(value), visit_member, repeats);
	else
	{
		text	   *document = DatumGetTextPP(value);

		lbd_scalar_members_text(VARDATA_ANY(document),
								VARSIZE_ANY_EXHDR(document), visit_member,
								repeats);
	}
}

/*
 * Compares a member with the columns that it repeats so far, and makes it a
 * candidate of those that are searched for.
 */
static void
visit_member(const LbdMemberStep *member, uint64 hash, void *arg)
{
	LbdRepeats *repeats = arg;

	for (int i = 0; i < repeats->count; i++)
	{
		LbdRepeat  *repeat = &repeats->repeats[i];

		if (repeat->member != member->hash || repeat->json != repeats->json ||
			repeats->about[repeat->column].nforms == 0)
			continue;
		if (!is_equal(&repeats->about[repeat->column], hash))
			repeat->differs = true;
		else if (!repeat->seen)
		{
			repeat->seen = true;
			repeat->varies |= repeat->equal > 0 && repeat->value != hash;
			repeat->value = hash;
			repeat->equal++;
		}
	}
	for (int i = 0; repeats->npending > 0 && i < repeats->ncolumns; i++)
	{
		if (repeats->pending[i * repeats->ncolumns + repeats->json] &&
			repeats->count < LBD_REPEATS_MOST &&
			is_equal(&repeats->about[i], hash))
		{
			add_candidate(repeats, i, member);
			repeats->repeats[repeats->count - 1].value = hash;
		}
	}
}

static bool
is_equal(const LbdRepeatable *about, uint64 hash)
{
	for (int i = 0; i < about->nforms; i++)
	{
		if (about->forms[i] == hash)
			return true;
	}
	return false;
}

static void
add_candidate(LbdRepeats *repeats, int column, const LbdMemberStep *member)
{
	MemoryContext old = MemoryContextSwitchTo(repeats->context);
	LbdRepeat  *repeat = &repeats->repeats[repeats->count++];

	memset(repeat, 0, sizeof(*repeat));
	repeat->column = column;
	repeat->json = repeats->json;
	repeat->member = member->hash;
	repeat->path = member_path(member);
	repeat->equal = 1;
	repeat->seen = true;
	repeats->about[column].used++;
	MemoryContextSwitchTo(old);
}

/*
 * The path of a member, as audits show it.  palloc'ed.
 */
static char *
member_path(const LbdMemberStep *member)
{
	LbdPath    *path = NULL;
	LbdPath    *below = NULL;
	LbdPath    *last = NULL;
	StringInfoData text;

	for (const LbdMemberStep *step = member; step; step = step->parent)
	{
		path = palloc0(sizeof(LbdPath));
		path->kind = step->parent ? LBD_PATH_MEMBER : LBD_PATH_ROOT;
		path->depth = step->depth;
		path->key_len = step->key_len;
		path->key = step->parent ? pnstrdup(step->key, step->key_len) : NULL;
		if (below)
			below->parent = path;
		else
			last = path;
		below = path;
	}
	initStringInfo(&text);
	lbd_stats_path(last, &text);
	while (last)
	{
		path = last;
		last = path->parent;
		if (path->key)
			pfree(unconstify(char *, path->key));
		pfree(path);
	}
	return text.data;
}

/*
 * A document has been searched for all columns that the row has.
 */
static void
search_ends(LbdRepeats *repeats, int json)
{
	for (int i = 0; repeats->npending > 0 && i < repeats->ncolumns; i++)
	{
		bool	   *pending = &repeats->pending[i * repeats->ncolumns + json];

		if (!*pending || repeats->about[i].nforms == 0)
			continue;
		*pending = false;
		repeats->about[i].pending--;
		repeats->npending--;
	}
}

/*
 * Drops the candidates that the row refutes.
 */
static void
drop_different(LbdRepeats *repeats)
{
	int			kept = 0;

	for (int i = 0; i < repeats->count; i++)
	{
		LbdRepeat  *repeat = &repeats->repeats[i];
		LbdRepeatable *about = &repeats->about[repeat->column];

		if (repeat->differs || (about->nforms > 0 && !repeat->seen))
		{
			about->used--;
			pfree(repeat->path);
		}
		else
			repeats->repeats[kept++] = *repeat;
	}
	repeats->count = kept;
}

/*
 * Whether what is left of the candidates is worth telling: by chance, few
 * values are the same in every row.
 */
bool
lbd_repeat_holds(const LbdRepeat *repeat)
{
	return repeat->equal >= LBD_REPEAT_ROWS && repeat->varies;
}
