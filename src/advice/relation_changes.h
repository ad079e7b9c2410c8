/*-------------------------------------------------------------------------
 *
 * relation_changes.h
 *	  What a table would be with a change.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_RELATION_CHANGES_H
#define LBD_RELATION_CHANGES_H

#include "utils/rel.h"

#include "payload/changes.h"
#include "advice/document_edit.h"

/* A column whose values are stored in another way. */
typedef struct LbdStorageChange
{
	const char *column;			/* which one */
	char		compression;	/* by this method, or invalid: as it is */
	char		storage;		/* what TOAST may do, or 0: as it is */
} LbdStorageChange;

/* A change of a table. */
typedef struct LbdRelationChange
{
	LbdEdit    *edits;			/* of documents */
	int			nedits;			/* how many */
	LbdStorageChange *storage;	/* of columns */
	int			nstorage;		/* how many */
	bool		omit_nulls;		/* members that are null are left out */
	const char **null_columns;	/* of these columns; NULL: of all */
	int			nnull_columns;	/* how many */
} LbdRelationChange;

extern const LbdChangeInfo *lbd_relation_change_info(int number);
extern bool lbd_relation_omits_nulls(const LbdRelationChange *change,
									 const char *column);
extern LbdRelationChange *lbd_relation_change_parse(const LbdItem *item,
													Relation relation);

#endif							/* LBD_RELATION_CHANGES_H */
