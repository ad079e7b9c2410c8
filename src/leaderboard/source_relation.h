/*-------------------------------------------------------------------------
 *
 * source_relation.h
 *	  A source relation, its columns, and conditions on its rows, as text of
 *	  queries.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SOURCE_RELATION_H
#define LBD_SOURCE_RELATION_H

#include "utils/relcache.h"

#include "leaderboard/leaderboard.h"

/* What a source column may be. */
typedef enum LbdColumnKind
{
	LBD_COLUMN_INTEGER,
	LBD_COLUMN_TEXT,
	LBD_COLUMN_BOOLEAN,
	LBD_COLUMN_JSONB,
	LBD_COLUMN_JSON_ANY,		/* json or jsonb */
	LBD_COLUMN_TIMESTAMPTZ
} LbdColumnKind;

typedef struct LbdColumnRule
{
	const char *name;			/* of the column */
	LbdColumnKind kind;			/* its type */
	bool		required;		/* an error where it is missing */
	const char *expression;		/* SELECT list item; %s is the column, or NULL
								 * of its type where it is missing */
} LbdColumnRule;

extern Relation lbd_source_open(const LbdLeaderboard *leaderboard,
								const char *role, const char *name);
extern char *lbd_source_column(Relation relation, const LbdColumnRule *rule);
extern char *lbd_source_select(Relation relation, const LbdColumnRule *rules,
							   int nrules);
extern char *lbd_source_columns(Relation relation);
extern char *lbd_source_name(Relation relation);
extern char *lbd_code_point_order(const char *text);
extern char *lbd_domain_condition(Relation relation);
extern char *lbd_viewer_condition(Relation relation, const LbdViewer *viewer);

#endif							/* LBD_SOURCE_RELATION_H */
