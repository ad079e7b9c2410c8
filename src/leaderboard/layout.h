/*-------------------------------------------------------------------------
 *
 * layout.h
 *	  The declared shape of a payload: a row of lbdiag_layout.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_LAYOUT_H
#define LBD_LAYOUT_H

#include "json/events.h"
#include "leaderboard/leaderboard.h"
#include "leaderboard/spi_query.h"

/* In contract order. */
typedef enum LbdComponent
{
	LBD_ROW_DATA,
	LBD_COLUMN_DEFS,
	LBD_BENCHMARK_GROUPS,
	LBD_FILTER_OPTIONS,
	LBD_BENCHMARK_METADATA,
	LBD_BENCHMARK_TREE,
	LBD_BENCHMARK_IDS,
	LBD_BENCHMARK_BIBTEX_MAP,
	LBD_STIMULI_META_MAP,
	LBD_DATA_META_MAP,
	LBD_METRIC_META_MAP,
	LBD_MODEL_METADATA_MAP,
	LBD_COMPARISON_DATA
} LbdComponent;

#define LBD_NCOMPONENTS (LBD_COMPARISON_DATA + 1)

/* Members that a layout may have or not, as bits of LbdLayout.members. */
typedef enum LbdMember
{
	LBD_MEMBER_SUBMISSION_TIMESTAMP,
	LBD_MEMBER_GROUP,
	LBD_MEMBER_LOCK_POSITION,
	LBD_MEMBER_SUPPRESS_MOVABLE,
	LBD_MEMBER_NEW_LEAF_COUNTS,
	LBD_MEMBER_NEW_LEAF_COUNT_DEFAULT,
	LBD_MEMBER_NEW_UPDATES,
	LBD_MEMBER_IS_NEW_DEFAULT,
	LBD_MEMBER_CEILING_RANGES,
	LBD_MEMBER_CEILING,
	LBD_MEMBER_LAYER_MAPPING
} LbdMember;

/* One member of a cell. */
typedef struct LbdCellField
{
	char	   *key;			/* its key in the cell */
	int			key_len;		/* and the key's length */
	char	   *source;			/* key of the score object that it is read
								 * from */
	int			source_len;		/* and that key's length */
	LbdItem		missing;		/* written where the source has no such key */
	int			round;			/* places that numbers are rounded to, or -1 */
	bool		omit_empty;		/* not written where it is not truthy */
} LbdCellField;

typedef struct LbdLayout
{
	char	   *name;			/* lbdiag_layout.name */
	bool		components[LBD_NCOMPONENTS];	/* those that are built */
	bool		sent[LBD_NCOMPONENTS];	/* those of them that are sent */
	bool		js_string[LBD_NCOMPONENTS]; /* those that the page carries in
											 * a JavaScript string, not as
											 * JSON */
	uint32		members;		/* bits of LbdMember */
	LbdCellField *cell;			/* members of a cell, in order */
	int			ncell;			/* how many */
	bool		rank_binary;	/* ranks from scores rounded as doubles */
	char	   *tree_root;		/* benchmark_tree starts below it:
								 * unversioned, or NULL for the leaderboard's
								 * rank_root */
	LbdFormat	format;			/* how JSON is written */
} LbdLayout;

extern const char *lbd_component_name(LbdComponent component);
extern LbdLayout *lbd_layout_load(const char *extension_schema,
								  const char *name, MemoryContext context);
extern char *lbd_layout_find(const LbdLeaderboard *leaderboard,
							 const char *requested, char **reason);
extern void lbd_layout_check_nulls(const LbdRow *row);
extern LbdLayout *lbd_layout_from_row(const LbdRow *row);

static inline bool
lbd_layout_has(const LbdLayout *layout, LbdMember member)
{
	return (layout->members & (1 << member)) != 0;
}

#endif							/* LBD_LAYOUT_H */
