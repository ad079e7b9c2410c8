/*-------------------------------------------------------------------------
 *
 * observer.c
 *	  Who looks at a trace, and what that role may see.
 *
 * A trace must not show more than EXPLAIN ANALYZE and pg_stat_statements show
 * to whoever takes it.  What runs with the rights of a role that the observer
 * could not become itself is therefore part of the place that it was called
 * from: that place has its time, and none of its statements, rows and calls
 * are shown.
 * A SECURITY DEFINER function of such a role is a place without places below;
 * what the server does as the owner of a table (foreign keys, for example) has
 * no place at all.
 *
 * The rights in force are asked for, rather than the attributes of functions:
 * there are many ways to run something as another role.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "utils/acl.h"

#include "compat.h"
#include "trace/observer.h"

/*
 * Makes the current user the observer.
 */
void
lbd_observer_init(LbdObserver *observer)
{
	observer->role = GetUserId();
	observer->session_user = GetSessionUserId();
	observer->sees_all = has_privs_of_role(observer->role,
										   ROLE_PG_READ_ALL_STATS);
	observer->user = observer->role;
	observer->sees_user = true;
	observer->nhidden = 0;
}

/*
 * Whether the observer may see what user does, which is remembered for the
 * user that was asked for last.
 */
bool
lbd_observer_sees_user(LbdObserver *observer, Oid user)
{
	bool		result = lbd_may_become(observer->role, user);

	observer->user = user;
	return result;
}

/*
 * Whether the session belongs to somebody else now.  SET ROLE does not count:
 * the session's user can take it back at any time.
 */
bool
lbd_observer_is_gone(const LbdObserver *observer)
{
	return GetSessionUserId() != observer->session_user;
}

/*
 * Whether the current user may see what the observer has seen.
 */
bool
lbd_observer_may_be_read(const LbdObserver *observer)
{
	return lbd_may_become(GetUserId(), observer->role);
}
