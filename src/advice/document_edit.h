/*-------------------------------------------------------------------------
 *
 * document_edit.h
 *	  Changes of what a column of jsonb holds.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_DOCUMENT_EDIT_H
#define LBD_DOCUMENT_EDIT_H

#include "advice/side_table.h"
#include "advice/typed_text.h"
#include "json/path_pattern.h"

/* What an edit does with the members at its path. */
typedef enum LbdEditKind
{
	LBD_EDIT_DROP,				/* left out */
	LBD_EDIT_RENAME,			/* get another key */
	LBD_EDIT_PROMOTE,			/* left out, and put into a column */
	LBD_EDIT_SIDE				/* strings become the number of a row */
} LbdEditKind;

typedef struct LbdEdit
{
	LbdEditKind kind;			/* what it does */
	const char *given;			/* column:path, as it was given */
	const char *column;			/* of the relation */
	LbdPathPattern *path;		/* whose last part is a member */
	const char *key;			/* new one */
	const LbdMemberType *type;	/* of the new column */
	LbdSideTable *side;			/* of strings */
	bool		found;			/* there is what is changed */
	int64		unfit;			/* values that do not fit the change, so far */

	/* Of the present row. */
	bool		promoted;		/* the new column has a value: */
	Datum		value;			/* this one */
} LbdEdit;

extern Jsonb *lbd_document_edit(Jsonb *document, LbdEdit *edits, int nedits,
								const char *column, bool omit_nulls);

#endif							/* LBD_DOCUMENT_EDIT_H */
