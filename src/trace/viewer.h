/*-------------------------------------------------------------------------
 *
 * viewer.h
 *	  Who looks at a trace, and what that role may see.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_VIEWER_H
#define LBD_VIEWER_H

#include "miscadmin.h"

typedef struct LbdViewer
{
	Oid			role;			/* who has begun the trace */
	Oid			session_user;	/* whose session it is */
	bool		sees_all;		/* role may see what all roles do */
	Oid			user;			/* whose rights were in force last */
	bool		sees_user;		/* role may see what that one does */
	int			nhidden;		/* statements that run now and are not seen */
} LbdViewer;

extern void lbd_viewer_init(LbdViewer *viewer);
extern bool lbd_viewer_sees_user(LbdViewer *viewer, Oid user);
extern bool lbd_viewer_is_gone(const LbdViewer *viewer);
extern bool lbd_viewer_may_be_read(const LbdViewer *viewer);

/*
 * Whether the viewer may see what is done with the rights in force now.
 */
static inline bool
lbd_viewer_sees(LbdViewer *viewer)
{
	Oid			user;

	if (viewer->sees_all)
		return true;
	user = GetUserId();
	if (user != viewer->user)
		viewer->sees_user = lbd_viewer_sees_user(viewer, user);
	return viewer->sees_user;
}

#endif							/* LBD_VIEWER_H */
