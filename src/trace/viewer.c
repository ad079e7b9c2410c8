/*-------------------------------------------------------------------------
 *
 * viewer.c
 *	  Who looks at a trace, and what that role may see.
 *
 * A trace must not show more than EXPLAIN ANALYZE and pg_stat_statements show
 * to whoever takes it.  What runs with the rights of a role that the viewer
 * could not become itself is therefore part of the place that it was called
 * from: that place has its time, and no statement, row or call of it is told.
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
#include "trace/viewer.h"

/*
 * Makes the current user the viewer.
 */
void
lbd_viewer_init(LbdViewer *viewer)
{
	viewer->role = GetUserId();
	viewer->session_user = GetSessionUserId();
	viewer->sees_all = has_privs_of_role(viewer->role,
										 ROLE_PG_READ_ALL_STATS);
	viewer->user = viewer->role;
	viewer->sees_user = true;
	viewer->nhidden = 0;
}

/*
 * Whether the viewer may see what user does, which is remembered for the user
 * that was asked for last.
 */
bool
lbd_viewer_sees_user(LbdViewer *viewer, Oid user)
{
	bool		result = lbd_may_become(viewer->role, user);

	viewer->user = user;
	return result;
}

/*
 * Whether the session belongs to somebody else now.  Who only changes the
 * current role, which the session's user can always take back, has not gone.
 */
bool
lbd_viewer_is_gone(const LbdViewer *viewer)
{
	return GetSessionUserId() != viewer->session_user;
}

/*
 * Whether the current user may see what the viewer has seen.
 */
bool
lbd_viewer_may_be_read(const LbdViewer *viewer)
{
	return lbd_may_become(GetUserId(), viewer->role);
}
