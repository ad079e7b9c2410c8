/*-------------------------------------------------------------------------
 *
 * svg_trend.c
 *	  A series of values over time, with targets, as SVG.
 *
 * The scale begins at 0 and goes to the largest value or target.  Of a long
 * series, points are left out evenly; the last one is always there.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "util/html.h"
#include "util/svg_trend.h"

/* Points that are drawn at most, and what is left free around them. */
#define LBD_TREND_POINTS	400
#define LBD_TREND_LEFT		90.0
#define LBD_TREND_RIGHT		20.0
#define LBD_TREND_TOP		16.0
#define LBD_TREND_BOTTOM	28.0

/* Lines of the scale, and of targets at most. */
#define LBD_TREND_LINES		4
#define LBD_TREND_TARGETS	20

typedef struct LbdTrendScale
{
	double		left;			/* of the first point */
	double		right;			/* of the last one */
	double		top;			/* of the largest value */
	double		bottom;			/* of 0 */
	double		largest;		/* value */
	double		first;			/* time */
	double		last;			/* time */
} LbdTrendScale;

static double place_of_value(const LbdTrendScale *scale, double value);
static double place_of_time(const LbdTrendScale *scale, double at);
static void append_scale(StringInfo out, const LbdPicture *picture,
						 const LbdTrendScale *scale);
static void append_targets(StringInfo out, const LbdPicture *picture,
						   const LbdTrend *trend, const LbdTrendScale *scale);
static void append_points(StringInfo out, const LbdPicture *picture,
						  const LbdTrend *trend, const LbdTrendScale *scale);
static void append_times(StringInfo out, const LbdPicture *picture,
						 const LbdTrend *trend);

/*
 * Appends the picture of a series.  Values and targets are finite and not
 * negative: that is not checked.
 */
void
lbd_svg_trend(StringInfo out, const LbdPicture *picture, const LbdTrend *trend)
{
	LbdTrendScale scale = {LBD_TREND_LEFT, picture->width - LBD_TREND_RIGHT,
	LBD_TREND_TOP, picture->height - LBD_TREND_BOTTOM, 0, 0, 0};

	if (trend->count == 0)
	{
		lbd_svg_nothing(out, picture);
		return;
	}
	for (int i = 0; i < trend->count; i++)
		scale.largest = Max(scale.largest, trend->values[i]);
	for (int i = 0; i < trend->ntargets; i++)
		scale.largest = Max(scale.largest, trend->targets[i]);
	if (scale.largest <= 0)
		scale.largest = 1;
	scale.first = trend->at[0];
	scale.last = trend->at[trend->count - 1];

	lbd_svg_begin(out, picture);
	appendStringInfo(out, "<desc>%d values. The last one: ", trend->count);
	lbd_svg_amount(out, trend->values[trend->count - 1], picture->unit);
	appendStringInfoString(out, ", the first one: ");
	lbd_svg_amount(out, trend->values[0], picture->unit);
	appendStringInfo(out, ". Targets: %d.</desc>", trend->ntargets);
	append_scale(out, picture, &scale);
	append_targets(out, picture, trend, &scale);
	append_points(out, picture, trend, &scale);
	append_times(out, picture, trend);
	lbd_svg_end(out);
}

static double
place_of_value(const LbdTrendScale *scale, double value)
{
	return scale->bottom -
		(scale->bottom - scale->top) * (value / scale->largest);
}

/* One point alone is in the middle. */
static double
place_of_time(const LbdTrendScale *scale, double at)
{
	if (scale->last <= scale->first)
		return (scale->left + scale->right) / 2;
	return scale->left + (scale->right - scale->left) *
		((at - scale->first) / (scale->last - scale->first));
}

static void
append_scale(StringInfo out, const LbdPicture *picture,
			 const LbdTrendScale *scale)
{
	for (int i = 0; i <= LBD_TREND_LINES; i++)
	{
		double		value = scale->largest * i / LBD_TREND_LINES;
		double		y = place_of_value(scale, value);

		appendStringInfo(out, "\n<line class=\"scale\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
						 "<text class=\"label\" text-anchor=\"end\" x=\"%.1f\" y=\"%.1f\">",
						 scale->left, scale->right, y, y, scale->left - 6, y + 4);
		lbd_svg_amount(out, value, picture->unit);
		appendStringInfoString(out, "</text>");
	}
}

static void
append_targets(StringInfo out, const LbdPicture *picture,
			   const LbdTrend *trend, const LbdTrendScale *scale)
{
	for (int i = 0; i < Min(trend->ntargets, LBD_TREND_TARGETS); i++)
	{
		double		y = place_of_value(scale, trend->targets[i]);

		appendStringInfo(out, "\n<line class=\"target\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
						 "<text class=\"label\" text-anchor=\"end\" x=\"%.1f\" y=\"%.1f\">target ",
						 scale->left, scale->right, y, y, scale->right, y - 3);
		lbd_svg_amount(out, trend->targets[i], picture->unit);
		appendStringInfoString(out, "</text>");
	}
}

static void
append_points(StringInfo out, const LbdPicture *picture, const LbdTrend *trend,
			  const LbdTrendScale *scale)
{
	int			step = (trend->count - 1) / LBD_TREND_POINTS + 1;
	int			first = (trend->count - 1) % step;

	appendStringInfoString(out, "\n<polyline class=\"series\" points=\"");
	for (int i = first; i < trend->count; i += step)
		appendStringInfo(out, "%.1f,%.1f ",
						 place_of_time(scale, trend->at[i]),
						 place_of_value(scale, trend->values[i]));
	appendStringInfoString(out, "\"/>");
	for (int i = first; i < trend->count; i += step)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfo(out, "\n<circle class=\"point\" data-w=\"%.0f\" r=\"3\" cx=\"%.1f\" cy=\"%.1f\"><title>",
						 trend->values[i],
						 place_of_time(scale, trend->at[i]),
						 place_of_value(scale, trend->values[i]));
		lbd_html_name(out, trend->times[i]);
		appendStringInfoChar(out, '\n');
		lbd_svg_amount(out, trend->values[i], picture->unit);
		appendStringInfoString(out, "</title></circle>");
	}
}

static void
append_times(StringInfo out, const LbdPicture *picture, const LbdTrend *trend)
{
	appendStringInfo(out, "\n<text class=\"label\" x=\"%.1f\" y=\"%.1f\">",
					 LBD_TREND_LEFT, picture->height - 8);
	lbd_html_name(out, trend->times[0]);
	appendStringInfo(out, "</text><text class=\"label\" text-anchor=\"end\" x=\"%.1f\" y=\"%.1f\">",
					 picture->width - LBD_TREND_RIGHT, picture->height - 8);
	lbd_html_name(out, trend->times[trend->count - 1]);
	appendStringInfoString(out, "</text>");
}
