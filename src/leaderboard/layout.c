/*-------------------------------------------------------------------------
 *
 * layout.c
 *	  The declared shape of a payload: a row of lbdiag_layout.
 *
 * A row is read as strictly as a program: whatever it says that is not
 * understood is an error, which names the layout and what would be right.
 * The same check runs when a row is written (lbdiag_layout's trigger) and
 * when it is used.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "leaderboard/layout.h"
#include "leaderboard/spi_query.h"

#define LBD_MAX_CELL_FIELDS	(LBD_SHAPE_MAX_WANTED - 4)
#define LBD_MAX_PLACES		20

/* Raises an error; what follows the hint is the detail, a format and values. */
#define layout_invalid(layout, hint, ...) \
	ereport(ERROR, \
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), \
			 errmsg("layout \"%s\" is invalid", (layout)->name), \
			 errdetail(__VA_ARGS__), \
			 errhint("%s", hint)))

static const char *const component_names[LBD_NCOMPONENTS] = {
	[LBD_ROW_DATA] = "row_data",
	[LBD_COLUMN_DEFS] = "column_defs",
	[LBD_BENCHMARK_GROUPS] = "benchmark_groups",
	[LBD_FILTER_OPTIONS] = "filter_options",
	[LBD_BENCHMARK_METADATA] = "benchmark_metadata",
	[LBD_BENCHMARK_TREE] = "benchmark_tree",
	[LBD_BENCHMARK_IDS] = "benchmark_ids",
	[LBD_BENCHMARK_BIBTEX_MAP] = "benchmark_bibtex_map",
	[LBD_STIMULI_META_MAP] = "benchmarkStimuliMetaMap",
	[LBD_DATA_META_MAP] = "benchmarkDataMetaMap",
	[LBD_METRIC_META_MAP] = "benchmarkMetricMetaMap",
	[LBD_MODEL_METADATA_MAP] = "model_metadata_map",
	[LBD_COMPARISON_DATA] = "comparison_data",
};

static const char *const member_names[] = {
	[LBD_MEMBER_SUBMISSION_TIMESTAMP] = "row_data:$[*].submission_timestamp",
	[LBD_MEMBER_GROUP] = "row_data:$[*].metadata.group",
	[LBD_MEMBER_LOCK_POSITION] = "column_defs:$[*].lockPosition",
	[LBD_MEMBER_SUPPRESS_MOVABLE] = "column_defs:$[*].suppressMovable",
	[LBD_MEMBER_NEW_LEAF_COUNTS] = "column_defs:$[*].context.newLeafCounts",
	[LBD_MEMBER_NEW_LEAF_COUNT_DEFAULT] =
	"column_defs:$[*].context.newLeafCountDefault",
	[LBD_MEMBER_NEW_UPDATES] = "column_defs:$[*].context.newUpdates",
	[LBD_MEMBER_IS_NEW_DEFAULT] = "column_defs:$[*].context.isNewDefault",
	[LBD_MEMBER_CEILING_RANGES] = "filter_options:$.ceiling_ranges",
	[LBD_MEMBER_CEILING] = "benchmark_metadata:$[*].ceiling",
	[LBD_MEMBER_LAYER_MAPPING] = "model_metadata_map:$.*.layer_mapping",
};

static void layout_unknown(const char *schema, const char *name);
static void layout_read_components(LbdLayout *layout, Datum value);
static void layout_read_sent(LbdLayout *layout, Datum value);
static void layout_read_embedding(LbdLayout *layout, Datum value);
static void layout_read_part(LbdLayout *layout, Datum value,
							 const char *column, bool *part);
static void layout_check_told_by(const LbdLayout *layout, const LbdRow *row);
static void layout_read_members(LbdLayout *layout, Datum value);
static void layout_read_cell(LbdLayout *layout, Jsonb *cell);
static void layout_check_field(const LbdLayout *layout, const LbdItem *item,
							   int number);
static void layout_read_field(LbdLayout *layout, const LbdItem *item);
static char *layout_copy_string(const LbdItem *item, int *len);
static char *layout_names(const char *const *names, int n);

/*
 * The name of a component in the payload.
 */
const char *
lbd_component_name(LbdComponent component)
{
	return component_names[component];
}

/*
 * Reads and checks a layout; the result lives in context.  Needs an SPI
 * connection.  An unknown name or a row that makes no sense is an error.
 */
LbdLayout *
lbd_layout_load(const char *extension_schema, const char *name,
				MemoryContext context)
{
	LbdLayout  *layout;
	LbdRow		row;
	MemoryContext old;

	row = lbd_query_row(psprintf("SELECT * FROM %s.lbdiag_layout"
								 " WHERE name OPERATOR(pg_catalog.=) $1",
								 quote_identifier(extension_schema)), name,
						"lbdiag_layout");
	if (!row.found)
		layout_unknown(extension_schema, name);

	old = MemoryContextSwitchTo(context);
	lbd_layout_check_nulls(&row);
	layout = lbd_layout_from_row(&row);
	MemoryContextSwitchTo(old);
	return layout;
}

/*
 * Raises an error where a column of a row is null that must not be: the
 * table's trigger sees the row before the table's constraints do.
 */
void
lbd_layout_check_nulls(const LbdRow *row)
{
	static const char *const columns[] = {
		"name", "components", "unsent", "js_string", "members", "cell",
		"rank_rounding", "compact", "ascii", "html_safe", "built_in"
	};

	for (size_t i = 0; i < lengthof(columns); i++)
	{
		int			number = SPI_fnumber(row->desc, columns[i]);
		bool		isnull;

		/* A column that is missing is an error when it is read. */
		if (number <= 0)
			continue;
		(void) SPI_getbinval(row->tuple, row->desc, number, &isnull);
		if (isnull)
			ereport(ERROR,
					(errcode(ERRCODE_NOT_NULL_VIOLATION),
					 errmsg("column \"%s\" of a layout must not be null",
							columns[i]),
					 errhint("Leave it out where it has a default; only tree_root and told_by may be null.")));
	}
}

/*
 * Reads a row of lbdiag_layout into the current context.  A row that makes
 * no sense is an error.
 */
LbdLayout *
lbd_layout_from_row(const LbdRow *row)
{
	LbdLayout  *layout = palloc0(sizeof(LbdLayout));
	char	   *rounding = lbd_row_text(row, "rank_rounding");

	layout->name = lbd_row_text(row, "name");
	layout_read_components(layout, lbd_row_value(row, "components",
												 TEXTARRAYOID));
	layout_read_sent(layout, lbd_row_value(row, "unsent", TEXTARRAYOID));
	layout_read_embedding(layout, lbd_row_value(row, "js_string",
												TEXTARRAYOID));
	layout_read_members(layout, lbd_row_value(row, "members", TEXTARRAYOID));
	layout_read_cell(layout, DatumGetJsonbPCopy(lbd_row_value(row, "cell",
															  JSONBOID)));
	layout_check_told_by(layout, row);
	if (strcmp(rounding, "binary") != 0 && strcmp(rounding, "decimal") != 0)
		layout_invalid(layout, "Use \"decimal\" or \"binary\".",
					   "Its rank_rounding is \"%s\".", rounding);
	layout->rank_binary = strcmp(rounding, "binary") == 0;
	layout->tree_root = lbd_row_text(row, "tree_root");
	lbd_format_init(&layout->format,
					DatumGetBool(lbd_row_value(row, "compact", BOOLOID)),
					DatumGetBool(lbd_row_value(row, "ascii", BOOLOID)),
					DatumGetBool(lbd_row_value(row, "html_safe", BOOLOID)),
					LBD_EMBED_JSON);
	return layout;
}

static void
layout_unknown(const char *schema, const char *name)
{
	char	   *names = lbd_query_list(psprintf("SELECT name FROM %s.lbdiag_layout"
												" ORDER BY 1",
												quote_identifier(schema)));

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("layout \"%s\" does not exist", name),
			 errhint("The layouts are: %s.", names ? names : "(none)")));
}

/*
 * Returns the index of a text in a list of names, or -1.
 */
static int
name_index(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
	{
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

static char *
layout_names(const char *const *names, int n)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < n; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", names[i]);
	return list.data;
}

/*
 * The elements of a text array, none of which may be null.  Returns how many
 * there are.
 */
static int
layout_text_array(const LbdLayout *layout, Datum value, const char *column,
				  char ***texts)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false,
					  TYPALIGN_INT, &elements, &nulls, &n);
	*texts = palloc(Max(n, 1) * sizeof(char *));
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			layout_invalid(layout, "Take the null out of the array.",
						   "Its %s have a null.", column);
		(*texts)[i] = TextDatumGetCString(elements[i]);
	}
	return n;
}

static void
layout_read_components(LbdLayout *layout, Datum value)
{
	char	  **texts;
	int			n = layout_text_array(layout, value, "components", &texts);

	for (int i = 0; i < n; i++)
	{
		int			component = name_index(component_names, LBD_NCOMPONENTS,
										   texts[i]);

		if (component < 0)
			layout_invalid(layout,
						   psprintf("The components are: %s.",
									layout_names(component_names,
												 LBD_NCOMPONENTS)),
						   "There is no component \"%s\".", texts[i]);
		if (layout->components[component])
			layout_invalid(layout, "Name each component once.",
						   "It has component \"%s\" twice.", texts[i]);
		layout->components[component] = true;
	}
}

/*
 * All components are sent but those in unsent.
 */
static void
layout_read_sent(LbdLayout *layout, Datum value)
{
	bool		unsent[LBD_NCOMPONENTS] = {0};

	layout_read_part(layout, value, "unsent", unsent);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
		layout->sent[i] = layout->components[i] && !unsent[i];
}

/*
 * A component that is not sent is not embedded in anything.
 */
static void
layout_read_embedding(LbdLayout *layout, Datum value)
{
	layout_read_part(layout, value, "js_string", layout->js_string);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (layout->js_string[i] && !layout->sent[i])
			layout_invalid(layout, "Take it out of js_string, or out of unsent.",
						   "Component \"%s\" is in js_string and not sent.",
						   component_names[i]);
	}
}

/*
 * Reads an array of components that the layout has.
 */
static void
layout_read_part(LbdLayout *layout, Datum value, const char *column,
				 bool *part)
{
	char	  **texts;
	int			n = layout_text_array(layout, value, column, &texts);

	for (int i = 0; i < n; i++)
	{
		int			component = name_index(component_names, LBD_NCOMPONENTS,
										   texts[i]);

		if (component < 0 || !layout->components[component])
			layout_invalid(layout,
						   psprintf("Take it out of %s, or add it to components.",
									column),
						   "Its %s has \"%s\", which is none of its components.",
						   column, texts[i]);
		if (part[component])
			layout_invalid(layout, "Name each component once.",
						   "Its %s has component \"%s\" twice.", column,
						   texts[i]);
		part[component] = true;
	}
}

/*
 * The keys of a score that tell the layout are read when one is looked for.
 */
static void
layout_check_told_by(const LbdLayout *layout, const LbdRow *row)
{
	bool		isnull;
	Datum		value = lbd_row_datum(row, "told_by", TEXTARRAYOID, &isnull);
	char	  **texts;

	if (!isnull)
		(void) layout_text_array(layout, value, "told_by", &texts);
}

static void
layout_read_members(LbdLayout *layout, Datum value)
{
	char	  **texts;
	int			n = layout_text_array(layout, value, "members", &texts);

	for (int i = 0; i < n; i++)
	{
		int			member = name_index(member_names, lengthof(member_names),
										texts[i]);

		if (member < 0)
			layout_invalid(layout,
						   psprintf("The optional members are: %s.",
									layout_names(member_names,
												 lengthof(member_names))),
						   "There is no optional member \"%s\".", texts[i]);
		layout->members |= 1 << member;
	}
}

/*
 * Reads the array of a cell's fields.  cell lives as long as the layout.
 */
static void
layout_read_cell(LbdLayout *layout, Jsonb *cell)
{
	static const char hint[] =
		"A cell is an array of objects such as "
		"{\"key\": \"value\", \"source\": \"score_ceiled\"}.";
	LbdCursor	cursor;

	if (!JB_ROOT_IS_ARRAY(cell) || JB_ROOT_IS_SCALAR(cell))
		layout_invalid(layout, hint, "Its cell is not an array.");
	lbd_cursor_init(&cursor, &cell->root);
	if (cursor.count > LBD_MAX_CELL_FIELDS)
		layout_invalid(layout, hint, "Its cell has %d fields, more than %d.",
					   cursor.count, LBD_MAX_CELL_FIELDS);
	layout->cell = palloc0(Max(cursor.count, 1) * sizeof(LbdCellField));
	while (cursor.next < cursor.count)
	{
		LbdItem		item;

		lbd_cursor_next(&cursor, &item);
		if (!JBE_ISCONTAINER(item.entry) ||
			!JsonContainerIsObject(LBD_ITEM_CONTAINER(&item)))
			layout_invalid(layout, hint,
						   "Element %d of its cell is not an object.",
						   cursor.next);
		layout_read_field(layout, &item);
		layout->ncell++;
	}
}

#define LBD_FIELD_HINT \
	"A field has the members key, source, default, round and omit_empty."

/*
 * Raises an error where a field has a member that no field has.
 */
static void
layout_check_field(const LbdLayout *layout, const LbdItem *item, int number)
{
	static const char *const known[] = {
		"key", "source", "default", "round", "omit_empty"
	};
	LbdCursor	keys;
	LbdItem		key;

	lbd_cursor_init(&keys, LBD_ITEM_CONTAINER(item));
	for (int n = keys.count / 2; keys.next < n;)
	{
		char	   *name;

		lbd_cursor_next(&keys, &key);
		name = pnstrdup(key.data, key.len);
		if (name_index(known, lengthof(known), name) < 0)
			layout_invalid(layout, LBD_FIELD_HINT,
						   "Field %d of its cell has an unknown member \"%s\".",
						   number, name);
	}
}

/*
 * Reads one field of a cell: key and source are strings and required,
 * default is any value, round a number of places, omit_empty a boolean.
 */
static void
layout_read_field(LbdLayout *layout, const LbdItem *item)
{
	const char *hint = LBD_FIELD_HINT;
	LbdCellField *field = &layout->cell[layout->ncell];
	int			number = layout->ncell + 1;
	LbdItem		value;

	layout_check_field(layout, item, number);
	if (!lbd_item_member(item, "key", &value) || !JBE_ISSTRING(value.entry))
		layout_invalid(layout, hint,
					   "The key of field %d of its cell is not a string.",
					   number);
	field->key = layout_copy_string(&value, &field->key_len);
	for (int i = 0; i < layout->ncell; i++)
	{
		if (strcmp(layout->cell[i].key, field->key) == 0)
			layout_invalid(layout, "Give each field a key of its own.",
						   "Its cell has the key \"%s\" twice.", field->key);
	}
	if (!lbd_item_member(item, "source", &value) || !JBE_ISSTRING(value.entry))
		layout_invalid(layout, hint,
					   "The source of field %d of its cell is not a string.",
					   number);
	field->source = layout_copy_string(&value, &field->source_len);
	lbd_item_member(item, "default", &field->missing);

	field->round = -1;
	if (lbd_item_member(item, "round", &value))
	{
		bool		failed = !JBE_ISNUMERIC(value.entry);

		if (!failed)
			field->round = lbd_numeric_int4(LBD_ITEM_NUMERIC(&value), &failed);
		if (failed || field->round < 0 || field->round > LBD_MAX_PLACES)
			layout_invalid(layout,
						   psprintf("Use a whole number from 0 to %d.",
									LBD_MAX_PLACES),
						   "The round of field %d of its cell is not a number of places.",
						   number);
	}
	if (lbd_item_member(item, "omit_empty", &value))
	{
		if (!JBE_ISBOOL(value.entry))
			layout_invalid(layout, "Use true or false.",
						   "The omit_empty of field %d of its cell is not a boolean.",
						   number);
		field->omit_empty = JBE_ISBOOL_TRUE(value.entry);
	}
}

static char *
layout_copy_string(const LbdItem *item, int *len)
{
	*len = item->len;
	return pnstrdup(item->data, item->len);
}
