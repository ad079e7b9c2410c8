/*-------------------------------------------------------------------------
 *
 * tree_export.h
 *	  Call trees as files for other tools.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_TREE_EXPORT_H
#define LBD_TREE_EXPORT_H

#include "util/call_tree_rows.h"

typedef enum LbdExportFormat
{
	LBD_EXPORT_FOLDED,			/* flamegraph.pl, inferno; us */
	LBD_EXPORT_SPEEDSCOPE,		/* speedscope.app; ms */
	LBD_EXPORT_CALLGRIND,		/* kcachegrind, callgrind_annotate; ns */
	LBD_EXPORT_PSTATS			/* Python's pstats, in base64; s */
} LbdExportFormat;

/* Names of the formats, in their order. */
extern const char *const lbd_export_formats[LBD_EXPORT_PSTATS + 1];

extern char *lbd_tree_export(const LbdTreeRows *rows, LbdExportFormat format,
							 const char *title);

#endif							/* LBD_TREE_EXPORT_H */
