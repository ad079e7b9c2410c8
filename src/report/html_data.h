/*-------------------------------------------------------------------------
 *
 * html_data.h
 *	  What the HTML reports show of sizes and of recorded runs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_HTML_DATA_H
#define LBD_HTML_DATA_H

#include "leaderboard/audit.h"
#include "report/compare.h"
#include "report/query_report.h"
#include "report/relation_sizes.h"

/* A path, with what is below it; what is not known is negative. */
typedef struct LbdHtmlPath
{
	const char *part;			/* component or column; NULL: what is of none */
	const char *path;			/* in it, or NULL */
	int			paths;			/* how many are added up here */
	int64		depth;			/* steps from $ */
	const char *types;			/* of its values */
	int64		occurrences;	/* how many there are */
	int64		bytes;			/* as they are sent */
	double		share;			/* of all */
	int64		compressed;		/* bytes */
	int64		own;			/* bytes, without what is below */
	int64		own_compressed; /* likewise */
} LbdHtmlPath;

/* What the figures of a path are called. */
typedef struct LbdHtmlWords
{
	const char *bytes;			/* "Bytes" */
	const char *compressed;		/* "Compressed bytes" */
	const char *area;			/* what the area of a box is */
	const char *same;			/* the same of what is compressed */
	const char *caption;		/* of the table of paths */
	bool		compressed_first;	/* the picture of these is shown at first */
} LbdHtmlWords;

typedef struct LbdHtmlSizes
{
	const LbdHtmlWords *words;	/* what they are called */
	int64		bytes;			/* of all that is sent */
	LbdHtmlPath *paths;			/* what is below one comes after it */
	int			count;			/* how many there are */
	int			space;			/* for how many there is memory */
	bool		compressed;		/* some have compressed bytes of their own */
} LbdHtmlSizes;

/* What differs between two recorded runs, in bytes. */
typedef struct LbdHtmlDifference
{
	List	   *notes;			/* char * */
	const LbdDifference **changes;	/* the first ones of those that differ */
	int			count;			/* how many these are */
	int64		total;			/* how many differ */
	int64		largest;		/* difference of bytes */
} LbdHtmlDifference;

/* Recorded runs of one leaderboard, viewer and layout, in their order. */
typedef struct LbdHtmlRuns
{
	int			count;			/* how many there are */
	TimestampTz *at;			/* when they were made */
	double	   *bytes;			/* as they are sent */
	double	   *compressed;		/* bytes, negative where there are none */
} LbdHtmlRuns;

extern LbdHtmlSizes *lbd_html_audit_sizes(const LbdAudit *audit);
extern LbdHtmlSizes *lbd_html_result_sizes(const LbdResultSizes *result);
extern LbdHtmlSizes *lbd_html_relation_sizes(const LbdRelationSizes *relation);
extern LbdHtmlDifference *lbd_html_read_difference(const char *schema,
												   const int64 *before,
												   const int64 *after,
												   int most);
extern LbdHtmlRuns *lbd_html_read_runs(const LbdBuild *build);

#endif							/* LBD_HTML_DATA_H */
