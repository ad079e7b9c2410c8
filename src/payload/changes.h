/*-------------------------------------------------------------------------
 *
 * changes.h
 *	  What a payload would be with a change.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_CHANGES_H
#define LBD_CHANGES_H

#include "compat.h"
#include "json/jsonb_reader.h"
#include "json/transform.h"

/* What a change must know of the payload. */
typedef struct LbdOutline
{
	const char *title;			/* what messages call it */
	const char *const *names;	/* of the parts that it can have */
	const bool *has;			/* which of them it has */
	const bool *js_string;		/* which are in JavaScript strings */
	int			nparts;			/* how many it can have */
	int			rows;			/* the part that is an array of objects, or -1 */
} LbdOutline;

/* A change of a payload. */
typedef struct LbdChange
{
	const LbdOutline *outline;	/* of the payload without it */
	LbdTransform *edits;		/* what writers change, by part */
	bool	   *dropped;		/* parts that are left out */
	bool	   *touched;		/* parts that can differ */
	bool		plain_json;		/* no part is in a JavaScript string */
	bool		compact;		/* no blanks after separators */
	bool		utf8;			/* no escapes of what is not ASCII */
	bool		columnar;		/* rows as an object of arrays */
	bool		survey;			/* usual values are to be found first */
} LbdChange;

/* A member that a change can have, as users see it. */
typedef struct LbdChangeInfo
{
	const char *name;			/* of the member */
	const char *value;			/* what kind of value it takes */
	const char *help;			/* what it does */
} LbdChangeInfo;

/* Changes of a kind of thing. */
typedef struct LbdChangeKind
{
	const char *scope;			/* what it is, in a word */
	const char *example;		/* a change, for messages */
	const LbdChangeInfo *(*info) (int number);	/* its members, by number from
												 * 0, and NULL at the end */
} LbdChangeKind;

extern const LbdChangeInfo *lbd_change_info(int number);
extern LbdChange *lbd_change_parse(const LbdItem *change,
								   const LbdOutline *outline);
extern void lbd_change_walk(const LbdChangeKind *of, const LbdItem *item,
							void (*apply) (int number, const LbdItem *value,
										   void *arg), void *arg);
pg_noreturn extern void lbd_change_invalid(const LbdChangeKind *of,
										   const char *detail);

#endif							/* LBD_CHANGES_H */
