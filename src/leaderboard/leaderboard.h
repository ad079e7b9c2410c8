/*-------------------------------------------------------------------------
 *
 * leaderboard.h
 *	  Which leaderboard, and for whom.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_LEADERBOARD_H
#define LBD_LEADERBOARD_H

typedef enum LbdViewerKind
{
	LBD_VIEWER_PUBLIC,			/* "public" */
	LBD_VIEWER_ALL,				/* "all" */
	LBD_VIEWER_USER,			/* "user:ID": public ones and the user's own */
	LBD_VIEWER_OWN				/* "own:ID": the user's own only */
} LbdViewerKind;

typedef struct LbdViewer
{
	LbdViewerKind kind;			/* which models and benchmarks are seen */
	int64		id;				/* the user, for the last two kinds */
} LbdViewer;

/* A row of lbdiag_leaderboard, or what holds without one. */
typedef struct LbdLeaderboard
{
	char	   *domain;			/* value of the relations' domain column */
	char	   *schema;			/* of the extension */
	char	   *layout;			/* the layout that it names, or NULL */
	char	   *rank_root;		/* benchmark that models are ranked by */
	char	   *models;			/* relation names as configured */
	char	   *benchmarks;
	char	   *groups;
	bool		registered;		/* there is a row */
} LbdLeaderboard;

extern LbdViewer lbd_viewer_parse(const char *text);
extern LbdLeaderboard *lbd_leaderboard_load(const char *domain,
											const char *extension_schema,
											MemoryContext context);

#endif							/* LBD_LEADERBOARD_H */
