/*-------------------------------------------------------------------------
 *
 * scalar_members.h
 *	  The scalars of a document that are in no array.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SCALAR_MEMBERS_H
#define LBD_SCALAR_MEMBERS_H

#include "utils/jsonb.h"

/* Members that are nested deeper are not visited. */
#define LBD_MEMBER_DEPTH	8

/* A member, and the ones that it is in. */
typedef struct LbdMemberStep
{
	const struct LbdMemberStep *parent; /* NULL for the document */
	const char *key;			/* not terminated */
	int			key_len;		/* and its length */
	int			depth;			/* 0 for the document */
	uint64		hash;			/* of all keys up to here */
} LbdMemberStep;

/*
 * Called for a member that is a scalar but null: hash is the
 * lbd_distinct_hash() of its text, of a string without quotation marks.
 */
typedef void (*LbdMemberVisit) (const LbdMemberStep *member, uint64 hash,
								void *arg);

extern void lbd_scalar_members_jsonb(Jsonb *jsonb, LbdMemberVisit visit,
									 void *arg);
extern void lbd_scalar_members_text(const char *text, int len,
									LbdMemberVisit visit, void *arg);

#endif							/* LBD_SCALAR_MEMBERS_H */
