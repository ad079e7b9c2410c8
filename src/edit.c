/*-------------------------------------------------------------------------
 *
 * edit.c
 *	  Changes to a component that are made while it is written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "decimal.h"
#include "edit.h"

/* Paths that a hint lists. */
#define LBD_LIST_MAX	40

/* What is known of a node: its mark. */
enum
{
	LBD_MARK_UNKNOWN,
	LBD_MARK_KEPT,
	LBD_MARK_DROPPED
};

static bool is_below(const char *path, const char *above);
static void list_paths(const LbdNode *node, StringInfo list, int *count);

/*
 * Whether the members at a node's path are left out.  The path is looked at
 * once, and the node is marked.
 */
bool
lbd_edit_drops(LbdEdit *edit, LbdNode *node)
{
	if (node->mark == LBD_MARK_UNKNOWN)
	{
		StringInfoData path;

		node->mark = LBD_MARK_KEPT;
		if (edit->ndrops == 0)
			return false;
		CHECK_FOR_INTERRUPTS();
		initStringInfo(&path);
		lbd_tree_path(node, &path);
		for (int i = 0; i < edit->ndrops; i++)
		{
			if (strcmp(edit->drops[i].path, path.data) != 0)
				continue;
			edit->drops[i].found = true;
			node->mark = LBD_MARK_DROPPED;
		}
		pfree(path.data);
	}
	return node->mark == LBD_MARK_DROPPED;
}

/*
 * Raises an error where a path that is to be dropped was not there, neither
 * itself nor one above it that is dropped too.
 */
void
lbd_edit_check(const LbdEdit *edit, const LbdTree *tree,
			   const char *component)
{
	for (int i = 0; i < edit->ndrops; i++)
	{
		StringInfoData list;
		bool		found = edit->drops[i].found;
		int			count = 0;

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < edit->ndrops && !found; j++)
			found = edit->drops[j].found &&
				is_below(edit->drops[i].path, edit->drops[j].path);
		if (found)
			continue;
		initStringInfo(&list);
		list_paths(tree->root, &list, &count);
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("path \"%s\" does not exist in component %s",
						edit->drops[i].path, component),
				 count == 0 ?
				 errhint("The component has no members that can be dropped.") :
				 errhint("The members that can be dropped are: %s%s.",
						 list.data, count > LBD_LIST_MAX ? ", ..." : "")));
	}
}

/*
 * Whether a path starts with another one and goes on.
 */
static bool
is_below(const char *path, const char *above)
{
	size_t		len = strlen(above);

	return strncmp(path, above, len) == 0 &&
		(path[len] == '.' || path[len] == '[');
}

static void
list_paths(const LbdNode *node, StringInfo list, int *count)
{
	check_stack_depth();
	if (node->step == LBD_STEP_MEMBER || node->step == LBD_STEP_ANY_MEMBER)
	{
		if (++*count > LBD_LIST_MAX)
			return;
		if (list->len > 0)
			appendStringInfoString(list, ", ");
		lbd_tree_path(node, list);
	}
	for (const LbdNode *child = node->first; child; child = child->next)
		list_paths(child, list, count);
}

/*
 * Rounds a number's wire text where it has more decimals than are kept:
 * halves away from zero, without trailing zeros.  Returns the text itself, or
 * one in room, which has LBD_NUMBER_TEXT bytes, or a palloc'ed one.
 */
char *
lbd_edit_round(const LbdEdit *edit, const char *text, int *len, char *room)
{
	LbdDecimal	decimal;
	char	   *rounded;

	if (edit->round_digits < 0 || !lbd_decimal_parse(&decimal, text, *len) ||
		decimal.ndigits - decimal.point <= edit->round_digits)
		return (char *) text;
	lbd_decimal_round(&decimal, edit->round_digits);
	if (decimal.ndigits == 0)
		decimal.negative = false;
	rounded = lbd_decimal_fixed(&decimal,
								Max(decimal.ndigits - decimal.point, 0), len);
	if (*len <= LBD_NUMBER_TEXT)
	{
		memcpy(room, rounded, *len);
		pfree(rounded);
		rounded = room;
	}
	return rounded;
}
