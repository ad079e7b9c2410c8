/*-------------------------------------------------------------------------
 *
 * observer.h
 *	  Who looks at a trace, and what that role may see.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_OBSERVER_H
#define LBD_OBSERVER_H

#include "miscadmin.h"

typedef struct LbdObserver
{
	Oid			role;			/* who has begun the trace */
	Oid			session_user;	/* whose session it is */
	bool		sees_all;		/* role may see what all roles do */
	Oid			user;			/* whose rights were in force last */
	bool		sees_user;		/* role may see what that one does */
	int			nhidden;		/* statements that run now and are not seen */
} LbdObserver;

extern void lbd_observer_init(LbdObserver *observer);
extern bool lbd_observer_sees_user(LbdObserver *observer, Oid user);
extern bool lbd_observer_is_gone(const LbdObserver *observer);
extern bool lbd_observer_may_be_read(const LbdObserver *observer);

/*
 * Whether the observer may see what is done with the rights in force now.
 */
static inline bool
lbd_observer_sees(LbdObserver *observer)
{
	Oid			user;

	if (observer->sees_all)
		return true;
	user = GetUserId();
	if (user != observer->user)
		observer->sees_user = lbd_observer_sees_user(observer, user);
	return observer->sees_user;
}

#endif							/* LBD_OBSERVER_H */
