/*-------------------------------------------------------------------------
 *
 * profile.c
 *	  The profile of a build: its call tree.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "leaderboard/profile.h"
#include "util/progress.h"
#include "util/reference_load.h"

static void profile_run(const LbdRequest *request, LbdEncoding encoding,
						bool keep);

static const LbdFunction root_function = {
	"get_ag_grid_context", __FILE__, __LINE__, "build"
};

/*
 * Builds the payload that is asked for runs times, after once more to warm up
 * where there are several, and returns the call tree, in context.  reference
 * gets the ns of the reference load before each run and after the last one.
 */
LbdCallTree *
lbd_build_profile(LbdRequest request, LbdEncoding encoding, int runs,
				  MemoryContext context, int64 *reference)
{
	const char *function = request.progress;
	LbdProgress progress;

	request.profile = lbd_scopes_create(context, &root_function,
										lbd_writer_leaves, runs);
	if (runs > 1)
		profile_run(&request, encoding, false);
	/* From here on between the repetitions only: it would be in the times. */
	request.progress = NULL;
	lbd_progress_start(&progress, function, "repetition", "repetitions",
					   runs);
	for (int i = 0; i < runs; i++)
	{
		reference[i] = lbd_reference_load();
		profile_run(&request, encoding, true);
		lbd_progress_add(&progress);
	}
	reference[runs] = lbd_reference_load();
	return request.profile;
}

/*
 * Builds the payload once.  Its text is consumed as an audit consumes it, in
 * the order in which a page sends it.
 */
static void
profile_run(const LbdRequest *request, LbdEncoding encoding, bool keep)
{
	LbdBuild   *build;

	lbd_scopes_start(request->profile);
	build = lbd_build_open(request);
	lbd_build_writers(build, false);
	lbd_build_stream(build,
					 lbd_encoder_create(encoding, build->context,
										request->profile));
	lbd_build_run(build, true, NULL, NULL);
	lbd_scopes_stop(request->profile, keep);
	lbd_build_close(build);
}
