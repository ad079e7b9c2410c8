/*-------------------------------------------------------------------------
 *
 * tree_export.c
 *	  Call trees as files for other tools.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "report/stack_export.h"
#include "report/tree_export.h"

#define LBD_NS_PER_US	INT64CONST(1000)
#define LBD_NS_PER_S	INT64CONST(1000000000)

static char *export_stacks(const LbdTreeRows *rows, bool folded,
						   const char *title);
static void split_source(const char *source, const char *missing,
						 const char **file, int *line);
static char *export_callgrind(const LbdTreeRows *rows, const char *title);
static void callgrind_place(StringInfo out, const LbdTreeRows *rows,
							int function, const char *prefix);
static char *export_pstats(const LbdTreeRows *rows);
static void pstats_key(StringInfo out, const LbdTreeFunction *function);
static void pstats_figures(StringInfo out, int64 count, int64 other,
						   int64 self, int64 time);
static void marshal_int(StringInfo out, int64 number);
static void marshal_text(StringInfo out, const char *text);
static void marshal_seconds(StringInfo out, int64 ns);
static char *in_base64(const StringInfo bytes);
static int	compare_by_label(const void *a, const void *b, void *arg);
static int	compare_by_callee(const void *a, const void *b, void *arg);

const char *const lbd_export_formats[] = {
	[LBD_EXPORT_FOLDED] = "folded",
	[LBD_EXPORT_SPEEDSCOPE] = "speedscope",
	[LBD_EXPORT_CALLGRIND] = "callgrind",
	[LBD_EXPORT_PSTATS] = "pstats"
};

/*
 * A call tree in a format, in the current memory context.
 */
char *
lbd_tree_export(const LbdTreeRows *rows, LbdExportFormat format,
				const char *title)
{
	switch (format)
	{
		case LBD_EXPORT_CALLGRIND:
			return export_callgrind(rows, title);
		case LBD_EXPORT_PSTATS:
			return export_pstats(rows);
		default:
			return export_stacks(rows, format == LBD_EXPORT_FOLDED, title);
	}
}

static char *
export_stacks(const LbdTreeRows *rows, bool folded, const char *title)
{
	LbdStacks	stacks = {0};

	stacks.title = title;
	stacks.unit = folded ? "microseconds" : "milliseconds";
	stacks.scale = folded ? LBD_NS_PER_US : (int64) LBD_NS_PER_MS;
	stacks.nnodes = rows->nrows;
	stacks.nodes = palloc0(rows->nrows * sizeof(LbdStackNode));
	for (int i = 0; i < rows->nrows; i++)
	{
		LbdStackNode *node = &stacks.nodes[i];

		node->name = rows->rows[i].place->label;
		split_source(rows->rows[i].place->source, "-", &node->file,
					 &node->line);
		node->parent = rows->rows[i].parent;
		node->weight = rows->rows[i].self;
	}
	return folded ? lbd_stacks_folded(&stacks) :
		lbd_stacks_speedscope(&stacks);
}

/*
 * The file and the line of a source, which ends with ":LINE" or is without
 * one; missing stands for no source.
 */
static void
split_source(const char *source, const char *missing, const char **file,
			 int *line)
{
	const char *colon = source ? strrchr(source, ':') : NULL;

	*file = source ? source : missing;
	*line = 0;
	if (colon == NULL || colon[1] == '\0' ||
		strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return;
	*file = pnstrdup(source, colon - source);
	*line = (int) strtol(colon + 1, NULL, 10);
}

/*
 * A function after another, with its calls of others below it.
 */
static char *
export_callgrind(const LbdTreeRows *rows, const char *title)
{
	int			nedges;
	const LbdTreeEdge *edge = lbd_tree_edges(rows, &nedges);
	const LbdTreeEdge *end = edge + nedges;
	int64		sum = 0;
	StringInfoData out;

	for (int i = 0; i < rows->nfunctions; i++)
		sum += rows->functions[i].self;
	initStringInfo(&out);
	appendStringInfoString(&out, "# callgrind format\nversion: 1\n"
						   "creator: lbdiag\ncmd: ");
	lbd_append_frame(&out, title);
	appendStringInfo(&out, "\npositions: line\nevents: ns\nsummary: "
					 INT64_FORMAT "\n", sum);
	for (int i = 0; i < rows->nfunctions; i++)
	{
		const char *file;
		int			line;

		CHECK_FOR_INTERRUPTS();
		split_source(rows->functions[i].first_source, "-", &file, &line);
		appendStringInfoChar(&out, '\n');
		callgrind_place(&out, rows, i, "f");
		appendStringInfo(&out, "%d " INT64_FORMAT "\n", line,
						 rows->functions[i].self);
		for (; edge < end && edge->caller == i; edge++)
		{
			int			callee_line;

			split_source(rows->functions[edge->callee].first_source, "-",
						 &file, &callee_line);
			callgrind_place(&out, rows, edge->callee, "cf");
			appendStringInfo(&out, "calls=" INT64_FORMAT " %d\n%d "
							 INT64_FORMAT "\n", edge->calls, callee_line, line,
							 edge->time);
		}
	}
	return out.data;
}

/*
 * Names a function: the caller with the prefix "f", a callee with "cf".
 */
static void
callgrind_place(StringInfo out, const LbdTreeRows *rows, int function,
				const char *prefix)
{
	const char *file;
	int			line;

	split_source(rows->functions[function].first_source, "-", &file, &line);
	appendStringInfo(out, "%s%s=", prefix, prefix[1] ? "i" : "l");
	lbd_append_frame(out, file);
	appendStringInfo(out, "\n%sn=(%d) ", prefix, function + 1);
	lbd_append_frame(out, rows->functions[function].place->label);
	appendStringInfoChar(out, '\n');
}

/*
 * pstats reads a dict in the format of Python's marshal: a function's key is
 * (file, line, name), its value (primitive calls, calls, self seconds,
 * cumulative seconds, callers), callers being a dict from a key to (calls,
 * primitive calls, self, cumulative).  As marshal has them: 'u' is a text, 'i'
 * an integer, 'f' a float as text, ')' a tuple, '{' a dict that '0' ends.
 */
static char *
export_pstats(const LbdTreeRows *rows)
{
	int			nedges;
	LbdTreeEdge *edges = lbd_tree_edges(rows, &nedges);
	int		   *order = palloc(rows->nfunctions * sizeof(int));
	int			edge = 0;
	StringInfoData out;

	for (int i = 0; i < rows->nfunctions; i++)
		order[i] = i;
	qsort_arg(order, rows->nfunctions, sizeof(int), compare_by_label,
			  unconstify(LbdTreeRows *, rows));
	qsort_arg(edges, nedges, sizeof(LbdTreeEdge), compare_by_callee,
			  unconstify(LbdTreeRows *, rows));
	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < rows->nfunctions; i++)
	{
		const LbdTreeFunction *function = &rows->functions[order[i]];

		CHECK_FOR_INTERRUPTS();
		pstats_key(&out, function);
		appendStringInfoString(&out, ")\5");
		pstats_figures(&out, function->primitive, function->calls,
					   function->self, function->time);
		appendStringInfoChar(&out, '{');
		for (; edge < nedges && edges[edge].callee == order[i]; edge++)
		{
			pstats_key(&out, &rows->functions[edges[edge].caller]);
			appendStringInfoString(&out, ")\4");
			pstats_figures(&out, edges[edge].calls, edges[edge].primitive,
						   edges[edge].self, edges[edge].time);
		}
		appendStringInfoChar(&out, '0');
	}
	appendStringInfoChar(&out, '0');
	return in_base64(&out);
}

static void
pstats_key(StringInfo out, const LbdTreeFunction *function)
{
	const char *file;
	int			line;

	split_source(function->first_source, "", &file, &line);
	appendStringInfoString(out, ")\3");
	marshal_text(out, file);
	appendStringInfoChar(out, 'i');
	marshal_int(out, line);
	marshal_text(out, function->place->label);
}

static void
pstats_figures(StringInfo out, int64 count, int64 other, int64 self,
			   int64 time)
{
	appendStringInfoChar(out, 'i');
	marshal_int(out, count);
	appendStringInfoChar(out, 'i');
	marshal_int(out, other);
	marshal_seconds(out, self);
	marshal_seconds(out, time);
}

/*
 * A count in 4 bytes, the lowest first.
 */
static void
marshal_int(StringInfo out, int64 number)
{
	uint32		value = Min(number, PG_INT32_MAX);

	for (int i = 0; i < 4; i++)
		appendStringInfoChar(out, (char) (value >> (8 * i)));
}

static void
marshal_text(StringInfo out, const char *text)
{
	char	   *utf8 = pg_server_to_any(text, strlen(text), PG_UTF8);

	appendStringInfoChar(out, 'u');
	marshal_int(out, strlen(utf8));
	appendStringInfoString(out, utf8);
}

static void
marshal_seconds(StringInfo out, int64 ns)
{
	StringInfoData text;

	initStringInfo(&text);
	lbd_append_scaled(&text, ns, LBD_NS_PER_S);
	appendStringInfoChar(out, 'f');
	appendStringInfoChar(out, (char) text.len);
	appendStringInfoString(out, text.data);
	pfree(text.data);
}

/*
 * Bytes in base64, in lines as the server's encode writes them.
 */
static char *
in_base64(const StringInfo bytes)
{
	bytea	   *binary = palloc(VARHDRSZ + bytes->len);

	SET_VARSIZE(binary, VARHDRSZ + bytes->len);
	memcpy(VARDATA(binary), bytes->data, bytes->len);
	return TextDatumGetCString(DirectFunctionCall2(binary_encode,
												   PointerGetDatum(binary),
												   CStringGetTextDatum("base64")));
}

static int
compare_by_label(const void *a, const void *b, void *arg)
{
	const LbdTreeRows *rows = arg;

	return strcmp(rows->functions[*(const int *) a].place->label,
				  rows->functions[*(const int *) b].place->label);
}

/*
 * By callee, and then by caller.
 */
static int
compare_by_callee(const void *a, const void *b, void *arg)
{
	const LbdTreeEdge *left = a;
	const LbdTreeEdge *right = b;
	int			result = compare_by_label(&left->callee, &right->callee, arg);

	return result ? result : compare_by_label(&left->caller, &right->caller,
											  arg);
}
