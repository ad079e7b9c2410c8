/*-------------------------------------------------------------------------
 *
 * typed_text.h
 *	  Texts that a type holds in fewer bytes, and gives back as they were.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_TYPED_TEXT_H
#define LBD_TYPED_TEXT_H

#include "advice/row_model.h"
#include "json/jsonb_reader.h"

/* A type that a member can be promoted to. */
typedef struct LbdMemberType
{
	const char *name;			/* as users name it */
	LbdColumnShape shape;		/* how values of it are stored */
	bool		(*fits) (const LbdItem *item);	/* whether a value can be one */
	Datum		(*value) (const LbdItem *item); /* what is stored of it */
} LbdMemberType;

extern const LbdMemberType *lbd_member_type(int number);
extern const LbdMemberType *lbd_member_type_find(const char *name);

#endif							/* LBD_TYPED_TEXT_H */
