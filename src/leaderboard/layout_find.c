/*-------------------------------------------------------------------------
 *
 * layout_find.c
 *	  Which layout a leaderboard has.
 *
 * The caller's comes first, then the one that lbdiag_leaderboard names, then
 * the one that the data tells: the layouts whose told_by is not null are
 * tried against the keys of one score, those with the most keys first.  One
 * model is read for it, the first that has scores.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "leaderboard/layout.h"
#include "leaderboard/source.h"
#include "leaderboard/spi_query.h"

static char *find_by_data(const LbdLeaderboard *leaderboard, char **reason);

/*
 * Returns the name of the layout to use; requested may be NULL.  Where reason
 * is given, it gets why, as a phrase.  Both live in SPI's memory.
 */
char *
lbd_layout_find(const LbdLeaderboard *leaderboard, const char *requested,
				char **reason)
{
	char	   *ignored;

	if (reason == NULL)
		reason = &ignored;
	if (requested)
	{
		*reason = "named in the call";
		return pstrdup(requested);
	}
	if (leaderboard->layout)
	{
		*reason = "named in lbdiag_leaderboard";
		return leaderboard->layout;
	}
	return find_by_data(leaderboard, reason);
}

/*
 * The layout that the keys of a score tell.
 */
static char *
find_by_data(const LbdLeaderboard *leaderboard, char **reason)
{
	const char *schema = quote_identifier(leaderboard->schema);
	char	   *keys;
	char	   *name;
	LbdRow		row;

	/*
	 * Without any score, a layout that wants no keys fits.  Own layouts come
	 * before built-in ones.
	 */
	row = lbd_query_row(psprintf("WITH score AS (%s)"
								 " SELECT l.name, pg_catalog.array_to_string(l.told_by, ', '::pg_catalog.text) AS keys,"
								 " EXISTS (SELECT FROM score) AS any"
								 " FROM %s.lbdiag_layout AS l"
								 " WHERE CASE WHEN pg_catalog.cardinality(l.told_by) OPERATOR(pg_catalog.>) 0"
								 " THEN (SELECT s.score OPERATOR(pg_catalog.?&) l.told_by FROM score AS s)"
								 " ELSE l.told_by IS NOT NULL END"
								 " ORDER BY pg_catalog.cardinality(l.told_by) DESC, l.built_in,"
								 " l.name COLLATE pg_catalog.\"C\" LIMIT 1",
								 lbd_source_score_query(leaderboard), schema),
						leaderboard->domain, "lbdiag_layout");
	if (!row.found)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("no layout fits the scores of leaderboard \"%s\"",
						leaderboard->domain),
				 errhint("Name a layout in the call or in lbdiag_leaderboard.")));
	name = lbd_row_text(&row, "name");
	keys = lbd_row_text(&row, "keys");
	if (keys && keys[0] != '\0')
		*reason = psprintf("its scores have %s", keys);
	else if (DatumGetBool(lbd_row_value(&row, "any", BOOLOID)))
		*reason = "assumed: no key of its scores tells another layout";
	else
		*reason = "no model has a score that could tell another layout";
	return name;
}
