/*-------------------------------------------------------------------------
 *
 * leaderboard.c
 *	  Which leaderboard, and for whom.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "leaderboard/leaderboard.h"
#include "leaderboard/spi_query.h"

#define LBD_DEFAULT_MODELS		"mv_final_model_context"
#define LBD_DEFAULT_BENCHMARKS	"mv_final_benchmark_context"
#define LBD_DEFAULT_GROUPS		"brainscore_model"

/*
 * Reads a viewer: public, all, user:ID or own:ID.
 */
LbdViewer
lbd_viewer_parse(const char *text)
{
	LbdViewer	viewer = {LBD_VIEWER_PUBLIC, 0};
	const char *digits = NULL;
	char	   *end;

	if (strcmp(text, "public") == 0)
		return viewer;
	if (strcmp(text, "all") == 0)
	{
		viewer.kind = LBD_VIEWER_ALL;
		return viewer;
	}
	if (strncmp(text, "user:", 5) == 0)
	{
		viewer.kind = LBD_VIEWER_USER;
		digits = text + 5;
	}
	else if (strncmp(text, "own:", 4) == 0)
	{
		viewer.kind = LBD_VIEWER_OWN;
		digits = text + 4;
	}
	if (digits && *digits >= '0' && *digits <= '9')
	{
		errno = 0;
		viewer.id = strtoi64(digits, &end, 10);
		if (*end == '\0' && errno == 0)
			return viewer;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("viewer \"%s\" does not exist", text),
			 errhint("Use \"public\", \"all\", \"user:ID\" or \"own:ID\", where ID is a user's number.")));
}

/*
 * Finds out which relations and which layout a domain has; the result lives
 * in context.  Whether there is anything in them is seen when they are read.
 */
LbdLeaderboard *
lbd_leaderboard_load(const char *domain, const char *extension_schema,
					 MemoryContext context)
{
	LbdLeaderboard *leaderboard;
	LbdRow		row;
	MemoryContext old;

	row = lbd_query_row(psprintf("SELECT * FROM %s.lbdiag_leaderboard"
								 " WHERE domain OPERATOR(pg_catalog.=) $1",
								 quote_identifier(extension_schema)), domain,
						"lbdiag_leaderboard");
	old = MemoryContextSwitchTo(context);
	leaderboard = palloc0(sizeof(LbdLeaderboard));
	leaderboard->domain = pstrdup(domain);
	leaderboard->schema = pstrdup(extension_schema);
	leaderboard->registered = row.found;
	if (row.found)
	{
		leaderboard->models = lbd_row_text(&row, "models");
		leaderboard->benchmarks = lbd_row_text(&row, "benchmarks");
		leaderboard->groups = lbd_row_text(&row, "groups");
		leaderboard->layout = lbd_row_text(&row, "layout");
		leaderboard->rank_root = lbd_row_text(&row, "rank_root");
	}
	if (leaderboard->models == NULL)
		leaderboard->models = LBD_DEFAULT_MODELS;
	if (leaderboard->benchmarks == NULL)
		leaderboard->benchmarks = LBD_DEFAULT_BENCHMARKS;
	if (leaderboard->groups == NULL)
		leaderboard->groups = LBD_DEFAULT_GROUPS;
	if (leaderboard->rank_root == NULL)
		leaderboard->rank_root = psprintf("average_%s", domain);
	MemoryContextSwitchTo(old);
	return leaderboard;
}
