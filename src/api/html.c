/*-------------------------------------------------------------------------
 *
 * html.c
 *	  Functions that the HTML reports are made of.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "api/definition.h"
#include "report/html_page.h"
#include "util/html.h"
#include "util/svg.h"
#include "util/svg_trend.h"

/* Sizes of pictures, and the largest amount that is drawn. */
#define LBD_PICTURE_MIN		100
#define LBD_PICTURE_MAX		10000
#define LBD_AMOUNT_MAX		1e30

/* Of a trend. */
#define LBD_TREND_WIDTH		960
#define LBD_TREND_HEIGHT	240

/* The columns above which a text is shortened are at most so many. */
#define LBD_COLUMNS_MAX		1000000

typedef LbdBoxes *(*LbdLayoutFunction) (const LbdTree *tree, double width,
										double height);

static void check_given(FunctionCallInfo fcinfo, int nargs);
static void not_valid(const char *detail);
static int	array_elements(FunctionCallInfo fcinfo, int arg, Oid type,
						   Datum **values, bool **nulls);
static char **texts(FunctionCallInfo fcinfo, int arg, int *count);
static int *tree_parents(FunctionCallInfo fcinfo, int arg, int *count);
static double *amounts(FunctionCallInfo fcinfo, int arg, int *count);
static double picture_size(int32 size);
static Datum tree_picture(FunctionCallInfo fcinfo, const char *kind,
						  LbdUnit unit, LbdLayoutFunction layout);

PG_FUNCTION_INFO_V1(lbdiag_html_escape_1_0);
/*
 * _lbdiag_html_escape(value text, columns int) -> text
 *
 * Returns a text as it is written in HTML, between tags or quotation marks; it is
 * shortened to so many columns where these are not 0.
 */
Datum
lbdiag_html_escape_1_0(PG_FUNCTION_ARGS)
{
	text	   *value;
	int32		columns;
	int64		chars;
	StringInfoData out;

	check_given(fcinfo, 2);
	value = PG_GETARG_TEXT_PP(0);
	columns = PG_GETARG_INT32(1);
	if (columns < 0 || columns > LBD_COLUMNS_MAX)
		not_valid("The number of columns is not from 0 to 1000000.");
	initStringInfo(&out);
	chars = lbd_html_escape(&out, VARDATA_ANY(value),
							VARSIZE_ANY_EXHDR(value), columns);
	if (chars > 0)
		appendStringInfo(&out, " (" INT64_FORMAT " characters)", chars);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

PG_FUNCTION_INFO_V1(lbdiag_html_page_1_0);
/*
 * _lbdiag_html_page(title text, body text) -> text
 *
 * Returns a page; its body is HTML.
 */
Datum
lbdiag_html_page_1_0(PG_FUNCTION_ARGS)
{
	text	   *body;
	StringInfoData out;

	check_given(fcinfo, 2);
	body = PG_GETARG_TEXT_PP(1);
	initStringInfo(&out);
	lbd_html_begin(&out, text_to_cstring(PG_GETARG_TEXT_PP(0)));
	appendBinaryStringInfo(&out, VARDATA_ANY(body), VARSIZE_ANY_EXHDR(body));
	appendStringInfoChar(&out, '\n');
	lbd_html_end(&out);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

PG_FUNCTION_INFO_V1(lbdiag_tree_parents_1_0);
/*
 * _lbdiag_tree_parents(depths int[]) -> int[]
 *
 * Returns the parents, as the pictures have them, of nodes that are given by
 * their depths, those below a node after it: the first depth is 0.
 */
Datum
lbdiag_tree_parents_1_0(PG_FUNCTION_ARGS)
{
	Datum	   *depths;
	bool	   *nulls;
	Datum	   *parents;
	int		   *latest;
	int			count;

	check_given(fcinfo, 1);
	count = array_elements(fcinfo, 0, INT4OID, &depths, &nulls);
	parents = palloc_extended((count + 1) * sizeof(Datum), MCXT_ALLOC_HUGE);
	latest = palloc_extended((count + 1) * sizeof(int), MCXT_ALLOC_HUGE);
	for (int i = 0; i < count; i++)
	{
		int			depth = nulls[i] ? -1 : DatumGetInt32(depths[i]);
		int			above = i == 0 ? -1 : DatumGetInt32(depths[i - 1]);

		/* Below the node before it, or below one that this is below. */
		if (depth < (i > 0) || depth > above + 1)
			not_valid("A depth does not follow from the one before it.");
		latest[depth] = i + 1;
		parents[i] = Int32GetDatum(depth == 0 ? 0 : latest[depth - 1]);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(parents, count, INT4OID,
										  sizeof(int32), true, TYPALIGN_INT));
}

PG_FUNCTION_INFO_V1(lbdiag_treemap_1_0);
/*
 * _lbdiag_treemap(labels text[], parents int[], weights float8[], width int,
 *				   height int, title text) -> text
 *
 * Returns SVG of a treemap.  The weights are bytes, of the nodes alone; the
 * first node is the root, and a node's parent (from 1 on) comes before it.
 */
Datum
lbdiag_treemap_1_0(PG_FUNCTION_ARGS)
{
	return tree_picture(fcinfo, "treemap", LBD_UNIT_BYTES, lbd_treemap);
}

PG_FUNCTION_INFO_V1(lbdiag_icicle_1_0);
/*
 * _lbdiag_icicle(labels text[], parents int[], weights float8[], width int,
 *				  height int, title text) -> text
 *
 * The same as an icicle, of ms.
 */
Datum
lbdiag_icicle_1_0(PG_FUNCTION_ARGS)
{
	return tree_picture(fcinfo, "icicle", LBD_UNIT_MS, lbd_icicle);
}

PG_FUNCTION_INFO_V1(lbdiag_svg_trend_1_0);
/*
 * _lbdiag_svg_trend(at timestamptz[], amounts float8[], targets float8[],
 *					 title text) -> text
 *
 * Returns SVG of a series of bytes, given in the order of time.
 */
Datum
lbdiag_svg_trend_1_0(PG_FUNCTION_ARGS)
{
	LbdPicture	picture = {"trend", NULL, LBD_UNIT_BYTES, LBD_TREND_WIDTH,
	LBD_TREND_HEIGHT, NULL};
	LbdTrend	trend = {0};
	Datum	   *values;
	bool	   *nulls;
	double	   *at;
	int			nvalues;
	StringInfoData out;

	check_given(fcinfo, 4);
	trend.count = array_elements(fcinfo, 0, TIMESTAMPTZOID, &values, &nulls);
	trend.values = amounts(fcinfo, 1, &nvalues);
	trend.targets = amounts(fcinfo, 2, &trend.ntargets);
	if (nvalues != trend.count)
		not_valid("There are not as many values as times.");
	at = palloc_extended((nvalues + 1) * sizeof(double), MCXT_ALLOC_HUGE);
	trend.times = palloc_extended((nvalues + 1) * sizeof(char *), MCXT_ALLOC_HUGE);
	for (int i = 0; i < nvalues; i++)
	{
		TimestampTz time = nulls[i] ? DT_NOBEGIN : DatumGetTimestampTz(values[i]);

		at[i] = (double) time;
		if (TIMESTAMP_NOT_FINITE(time) || (i > 0 && at[i] < at[i - 1]))
			not_valid("A time is before the one that it comes after.");
		trend.times[i] = pstrdup(timestamptz_to_str(time));
	}
	trend.at = at;
	picture.title = text_to_cstring(PG_GETARG_TEXT_PP(3));
	initStringInfo(&out);
	lbd_svg_trend(&out, &picture, &trend);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

static Datum
tree_picture(FunctionCallInfo fcinfo, const char *kind, LbdUnit unit,
			 LbdLayoutFunction layout)
{
	LbdPicture	picture = {kind, NULL, unit, 0, 0, NULL};
	LbdBoxes   *boxes;
	LbdTree    *tree;
	int		   *parents;
	double	   *weights;
	int			nlabels;
	int			nparents;
	int			nweights;
	StringInfoData out;

	check_given(fcinfo, 6);
	picture.labels = texts(fcinfo, 0, &nlabels);
	parents = tree_parents(fcinfo, 1, &nparents);
	weights = amounts(fcinfo, 2, &nweights);
	if (nparents != nlabels || nweights != nlabels)
		not_valid("There are not as many parents and weights as labels.");
	picture.width = picture_size(PG_GETARG_INT32(3));
	picture.height = picture_size(PG_GETARG_INT32(4));
	picture.title = text_to_cstring(PG_GETARG_TEXT_PP(5));
	tree = lbd_tree_make(nlabels, parents, weights);
	boxes = layout(tree, picture.width, picture.height);
	if (unit == LBD_UNIT_MS && boxes->count > 0)
		picture.height = boxes->boxes[boxes->count - 1].y + LBD_ICICLE_LEVEL;
	initStringInfo(&out);
	lbd_svg_boxes(&out, &picture, tree, boxes);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/* All are STRICT, which a definition may have lost. */
static void
check_given(FunctionCallInfo fcinfo, int nargs)
{
	lbd_check_definition(fcinfo, nargs, 0);
	for (int i = 0; i < nargs; i++)
	{
		if (PG_ARGISNULL(i))
			not_valid("An argument is null.");
	}
}

static void
not_valid(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid argument of a picture"),
			 errdetail_internal("%s", detail),
			 errhint("This function is for lbdiag's own use.")));
}

/*
 * Returns how many elements an array of one dimension has, and these.  Its
 * type is the definition's, or another one: that is checked.
 */
static int
array_elements(FunctionCallInfo fcinfo, int arg, Oid type, Datum **values,
			   bool **nulls)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(arg);
	int16		len;
	bool		by_value;
	char		align;
	int			count;

	if (ARR_ELEMTYPE(array) != type || ARR_NDIM(array) > 1)
		not_valid("An array has another type, or more than one dimension.");
	get_typlenbyvalalign(type, &len, &by_value, &align);
	deconstruct_array(array, type, len, by_value, align, values, nulls,
					  &count);
	return count;
}

/* Labels that are null are empty. */
static char **
texts(FunctionCallInfo fcinfo, int arg, int *count)
{
	Datum	   *values;
	bool	   *nulls;
	char	  **labels;

	*count = array_elements(fcinfo, arg, TEXTOID, &values, &nulls);
	labels = palloc_extended((*count + 1) * sizeof(char *), MCXT_ALLOC_HUGE);
	for (int i = 0; i < *count; i++)
		labels[i] = nulls[i] ? "" : TextDatumGetCString(values[i]);
	return labels;
}

static int *
tree_parents(FunctionCallInfo fcinfo, int arg, int *count)
{
	Datum	   *values;
	bool	   *nulls;
	int		   *parents;

	*count = array_elements(fcinfo, arg, INT4OID, &values, &nulls);
	parents = palloc_extended((*count + 1) * sizeof(int), MCXT_ALLOC_HUGE);
	for (int i = 0; i < *count; i++)
	{
		parents[i] = nulls[i] ? -1 : DatumGetInt32(values[i]) - 1;
		if (parents[i] >= i || parents[i] < -1 || (parents[i] < 0) != (i == 0))
			not_valid("A node does not come after its parent.");
	}
	return parents;
}

static double *
amounts(FunctionCallInfo fcinfo, int arg, int *count)
{
	Datum	   *values;
	bool	   *nulls;
	double	   *numbers;

	*count = array_elements(fcinfo, arg, FLOAT8OID, &values, &nulls);
	numbers = palloc_extended((*count + 1) * sizeof(double), MCXT_ALLOC_HUGE);
	for (int i = 0; i < *count; i++)
	{
		numbers[i] = nulls[i] ? -1 : DatumGetFloat8(values[i]);
		if (!(numbers[i] >= 0 && numbers[i] <= LBD_AMOUNT_MAX))
			not_valid("An amount is null, negative or too large.");
	}
	return numbers;
}

static double
picture_size(int32 size)
{
	if (size < LBD_PICTURE_MIN || size > LBD_PICTURE_MAX)
		not_valid("A picture's width or height is not from 100 to 10000.");
	return size;
}
