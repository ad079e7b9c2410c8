/*-------------------------------------------------------------------------
 *
 * html_data.h
 *	  What the HTML reports show, as it has been measured.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_HTML_DATA_H
#define LBD_HTML_DATA_H

#include "datatype/timestamp.h"
#include "nodes/pg_list.h"

#include "report/html_report.h"
#include "report/text.h"

/* A path, with what is below it; what is not known is negative. */
typedef struct LbdHtmlPath
{
	const char *component;		/* or column; NULL: what is of none */
	const char *path;			/* in it, or NULL */
	int64		depth;			/* steps from $ */
	const char *types;			/* of its values */
	int64		occurrences;	/* how many there are */
	int64		bytes;			/* as they are sent */
	double		share;			/* of all */
	int64		compressed;		/* bytes */
	int64		own;			/* bytes, without what is below */
	int64		own_compressed; /* likewise */
	bool		sent;			/* or else only built */
}			LbdHtmlPath;

typedef struct LbdHtmlSizes
{
	LbdHtmlPath total;			/* of all that is sent */
	LbdHtmlPath *paths;			/* those that are sent, what is below one
								 * after it */
	int			count;			/* how many there are */
	bool		compressed;		/* some have compressed bytes of their own */
}			LbdHtmlSizes;

/* A place of a call tree. */
typedef struct LbdHtmlPlace
{
	int64		node;			/* its number: they ascend */
	int			parent;			/* index of its caller, -1 for the root */
	const char *function;		/* what runs there */
	const char *source;			/* where it is, or NULL */
	int64		calls;			/* of it */
	double		self;			/* ms without what it calls */
	double		time;			/* ms with that */
	bool		recursive;		/* the function is also a caller of itself */
}			LbdHtmlPlace;

typedef struct LbdHtmlPlaces
{
	LbdHtmlPlace *places;		/* callers before what they call */
	int			count;			/* how many there are */
}			LbdHtmlPlaces;

/* What could be done: a row of lbdiag_opportunities. */
typedef struct LbdHtmlTip
{
	int64		priority;		/* its place in the list, from 1 */
	const char *impact;			/* HIGH, MEDIUM, LOW or a word of its own */
	List	   *rules;			/* by which it was found: char * */
	const char *action;			/* what to do */
	const char *trade_off;		/* what that costs */
	const char *apply;			/* a query that shows it, or NULL */
	int64		saved;			/* bytes */
	double		share;			/* of the payload */
	bool		compressed;		/* the next two are known */
	int64		saved_compressed;	/* bytes */
	double		share_compressed;	/* of the compressed payload */
	bool		sampled;		/* tried on a part of the models */
}			LbdHtmlTip;

/* A finding of a profile. */
typedef struct LbdHtmlFinding
{
	double		share;			/* of the whole time */
	const char *finding;		/* what it is */
	const char *advice;			/* what could be done */
}			LbdHtmlFinding;

/* A profile of statements. */
typedef struct LbdHtmlProfile
{
	LbdHtmlPlaces *tree;		/* its call tree */
	LbdReport  *answer;			/* what it says in words */
	List	   *findings;		/* LbdHtmlFinding, the largest first */
}			LbdHtmlProfile;

/* What differs between two recorded runs: a row of lbdiag_compare. */
typedef struct LbdHtmlChange
{
	const char *kind;			/* what kind of thing it is, or "note" */
	const char *name;			/* of it */
	const char *percent;		/* of what it was, with its sign, or NULL */
	const char *verdict;		/* in a word */
	bool		has_before;		/* the first run has it */
	bool		has_after;		/* the second run has it */
	int64		before;			/* bytes */
	int64		after;			/* bytes */
	int64		delta;			/* bytes */
}			LbdHtmlChange;

typedef struct LbdHtmlDifference
{
	List	   *notes;			/* char * */
	LbdHtmlChange *changes;		/* the first ones of those that differ */
	int			count;			/* how many these are */
	int64		total;			/* how many differ */
	int64		largest;		/* difference of bytes */
}			LbdHtmlDifference;

/* Recorded runs of one leaderboard, viewer and layout, in their order. */
typedef struct LbdHtmlRuns
{
	int			count;			/* how many there are */
	TimestampTz *at;			/* when they were made */
	double	   *bytes;			/* as they are sent */
	double	   *compressed;		/* bytes, negative where there are none */
}			LbdHtmlRuns;

/* A target that a leaderboard has. */
typedef struct LbdHtmlTarget
{
	const char *phase;			/* that it is of */
	const char *metric;			/* what must stay below it */
	double		target;			/* bytes, or seconds */
}			LbdHtmlTarget;

extern LbdHtmlSizes * lbd_html_read_audit(const LbdHtmlRequest * request);
extern LbdHtmlSizes * lbd_html_read_query(const char *schema,
										  const char *query);
extern List *lbd_html_read_tips(const LbdHtmlRequest * request);
extern List *lbd_html_read_targets(const LbdHtmlRequest * request);
extern double lbd_html_read_seconds(const LbdHtmlRequest * request);
extern LbdHtmlPlaces * lbd_html_read_build(const LbdHtmlRequest * request);
extern LbdHtmlProfile * lbd_html_read_profile(const LbdHtmlStatements * statements);
extern LbdHtmlDifference * lbd_html_read_difference(const LbdHtmlRequest * request,
													int most);
extern LbdHtmlRuns * lbd_html_read_runs(const LbdHtmlRequest * request,
										const char *layout);

#endif							/* LBD_HTML_DATA_H */
