/*-------------------------------------------------------------------------
 *
 * payload_sizes.c
 *	  The section of a report on what the components of a payload take.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "json/path_rows.h"
#include "report/audit_report.h"

/* A list has so many names at most; how many more there are is said. */
#define LBD_NAMES_MAX		50

/* A member of a row or of a cell. */
typedef struct LbdField
{
	char	   *name;			/* its path below the row or the cell */
	int			place;			/* in the layout's cell */
} LbdField;

static void report_row_data(LbdReport *report, const LbdAudit *audit);
static void report_fields(LbdReport *report, const LbdAudit *audit,
						  const LbdPath *row);
static char *member_names(const LbdPath *object, const LbdLayout *layout);
static char *step_name(const LbdPath *path);
static int	cell_place(const LbdLayout *layout, const LbdPath *path);
static char *field_list(LbdField *fields, int nfields);
static int	compare_fields(const void *a, const void *b);
static void report_cell(LbdReport *report, const LbdPath *cell);
static void report_column_defs(LbdReport *report, const LbdAudit *audit);
static void report_group(LbdReport *report, const LbdAudit *audit,
						 const char *title, bool maps);
static bool is_map(LbdComponent component);
static bool is_other(LbdComponent component);
static void report_comparison_data(LbdReport *report, const LbdAudit *audit);

/*
 * Writes the section.
 */
void
lbd_report_sizes(LbdReport *report, const LbdAudit *audit)
{
	lbd_report_heading(report, "PAYLOAD SIZE BREAKDOWN");
	report_row_data(report, audit);
	report_column_defs(report, audit);
	report_group(report, audit, "metadata_maps", true);
	report_comparison_data(report, audit);
	report_group(report, audit, "other components", false);
	lbd_report_line(report, "  TOTAL PAYLOAD: %s",
					lbd_text_exact_size(audit->total));
	if (!audit->compressed)
		return;
	lbd_report_line(report, "  Compressed: %s",
					lbd_text_exact_size(audit->compressed_total));
	lbd_report_line(report, "    Compressed bytes by path say where they are, not what dropping a path would save.");
}

static void
report_row_data(LbdReport *report, const LbdAudit *audit)
{
	const LbdPath *root = lbd_audit_root(audit, LBD_ROW_DATA);

	if (root == NULL || !audit->build->layout->sent[LBD_ROW_DATA])
		return;
	lbd_report_line(report, "  row_data: %s", lbd_text_exact_size(root->bytes));
	lbd_report_line(report, "    Models: " INT64_FORMAT,
					root->element ? root->element->occurrences : 0);
	report_fields(report, audit, root->element);
	if (root->element && root->element->dynamic)
		report_cell(report, root->element->dynamic);
}

/*
 * How many members a row has, and which.  It is NULL where there is none.
 */
static void
report_fields(LbdReport *report, const LbdAudit *audit, const LbdPath *row)
{
	const LbdPath *cell = row ? row->dynamic : NULL;
	double		models = row ? Max(row->occurrences, 1) : 1;
	double		fields = 0;

	for (const LbdPath *path = row ? row->first : NULL; path; path = path->next)
		fields += path->occurrences;
	lbd_report_line(report, "    Fields per model: %s",
					lbd_text_ratio(fields, models, 1));
	lbd_report_line(report, "    Score fields: %s per model",
					lbd_text_ratio(cell ? cell->occurrences : 0, models, 1));
	lbd_report_wrapped(report, "    Base fields: %s", row ? member_names(row, NULL) : "");
	lbd_report_wrapped(report, "    Score object keys: %s", cell ?
					   member_names(cell, audit->build->layout) : "");
}

/*
 * The members of an object, in the order of the layout's cell, or by their
 * names where that is NULL.
 */
static char *
member_names(const LbdPath *object, const LbdLayout *layout)
{
	LbdField   *fields;
	int			nfields = 0;

	for (const LbdPath *path = object->first; path; path = path->next)
		nfields++;
	fields = palloc(Max(nfields, 1) * sizeof(LbdField));
	nfields = 0;
	for (const LbdPath *path = object->first; path; path = path->next)
	{
		if (path->kind != LBD_PATH_MEMBER)
			continue;
		fields[nfields].name = step_name(path);
		fields[nfields++].place = layout ? cell_place(layout, path) : 0;
	}
	return field_list(fields, nfields);
}

/*
 * The last step of a path.
 */
static char *
step_name(const LbdPath *path)
{
	StringInfoData text;
	int			parent;

	initStringInfo(&text);
	lbd_stats_path(path->parent, &text);
	parent = text.len;
	resetStringInfo(&text);
	lbd_stats_path(path, &text);
	return text.data + parent + 1;
}

/*
 * Where the layout has a member of a cell: behind all others where it does
 * not.
 */
static int
cell_place(const LbdLayout *layout, const LbdPath *path)
{
	for (int i = 0; i < layout->ncell; i++)
	{
		if (strcmp(layout->cell[i].key, path->key) == 0)
			return i;
	}
	return layout->ncell;
}

static char *
field_list(LbdField *fields, int nfields)
{
	StringInfoData list;

	qsort(fields, nfields, sizeof(LbdField), compare_fields);
	initStringInfo(&list);
	for (int i = 0; i < Min(nfields, LBD_NAMES_MAX); i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", fields[i].name);
	if (nfields > LBD_NAMES_MAX)
		appendStringInfo(&list, " and %d more", nfields - LBD_NAMES_MAX);
	return list.data;
}

static int
compare_fields(const void *a, const void *b)
{
	const LbdField *left = a;
	const LbdField *right = b;

	if (left->place != right->place)
		return left->place < right->place ? -1 : 1;
	return strcmp(left->name, right->name);
}

/*
 * What the scores take, and each of their members.
 */
static void
report_cell(LbdReport *report, const LbdPath *cell)
{
	LbdPath   **members;
	int			nmembers;

	lbd_report_line(report, "    Score data: %s (" INT64_FORMAT " bytes): benchmark keys %s, brackets and separators %s",
					lbd_text_size(cell->bytes), cell->bytes,
					lbd_text_size(cell->key_bytes),
					lbd_text_size(cell->syntax_bytes));
	members = lbd_stats_sorted(cell, &nmembers);
	for (int i = 0; i < Min(nmembers, LBD_NAMES_MAX); i++)
		lbd_report_wrapped(report, "      %s: " INT64_FORMAT " bytes: keys " INT64_FORMAT
						   ", values " INT64_FORMAT ", separators " INT64_FORMAT,
						   step_name(members[i]), members[i]->bytes,
						   members[i]->key_bytes, members[i]->value_bytes,
						   members[i]->syntax_bytes);
	if (nmembers > LBD_NAMES_MAX)
		lbd_report_line(report, "      and %d more", nmembers - LBD_NAMES_MAX);
}

static void
report_column_defs(LbdReport *report, const LbdAudit *audit)
{
	const LbdPath *root = lbd_audit_root(audit, LBD_COLUMN_DEFS);

	if (root == NULL || !audit->build->layout->sent[LBD_COLUMN_DEFS])
		return;
	lbd_report_line(report, "  column_defs: %s",
					lbd_text_exact_size(root->bytes));
	if (root->element)
		lbd_report_line(report, "    Columns: " INT64_FORMAT,
						root->element->occurrences);
}

/*
 * What many components take together, and each of them that is sent.
 */
static void
report_group(LbdReport *report, const LbdAudit *audit, const char *title,
			 bool maps)
{
	LbdComponent components[LBD_NCOMPONENTS];
	int			ncomponents = lbd_audit_sorted(audit->build, true, components);
	LbdComponent listed[LBD_NCOMPONENTS];
	int			nlisted = 0;
	int64		bytes = 0;

	for (int i = 0; i < ncomponents; i++)
	{
		if (maps ? !is_map(components[i]) : !is_other(components[i]))
			continue;
		bytes += lbd_audit_root(audit, components[i])->bytes;
		listed[nlisted++] = components[i];
	}
	lbd_report_line(report, "  %s: %s (" INT64_FORMAT " bytes)", title,
					lbd_text_size(bytes), bytes);
	for (int i = 0; i < nlisted; i++)
		lbd_report_line(report, "    %s: %s", lbd_component_name(listed[i]),
						lbd_text_exact_size(lbd_audit_root(audit, listed[i])->bytes));
}

static bool
is_map(LbdComponent component)
{
	switch (component)
	{
		case LBD_BENCHMARK_BIBTEX_MAP:
		case LBD_STIMULI_META_MAP:
		case LBD_DATA_META_MAP:
		case LBD_METRIC_META_MAP:
		case LBD_MODEL_METADATA_MAP:
			return true;
		default:
			return false;
	}
}

/*
 * Whether a component has no place of its own in the section.
 */
static bool
is_other(LbdComponent component)
{
	return component != LBD_ROW_DATA && component != LBD_COLUMN_DEFS &&
		component != LBD_COMPARISON_DATA && !is_map(component);
}

static void
report_comparison_data(LbdReport *report, const LbdAudit *audit)
{
	const LbdPath *root = lbd_audit_root(audit, LBD_COMPARISON_DATA);

	if (root)
		lbd_report_line(report, "  comparison_data: %s%s",
						lbd_text_exact_size(root->bytes),
						audit->build->layout->sent[LBD_COMPARISON_DATA] ? "" :
						", built but not sent, and in no total");
}
