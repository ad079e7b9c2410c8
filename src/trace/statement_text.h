/*-------------------------------------------------------------------------
 *
 * statement_text.h
 *	  The places of statements, by their texts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_STATEMENT_TEXT_H
#define LBD_STATEMENT_TEXT_H

#include "trace/call_tree.h"

extern char *lbd_statement_label(const char *prefix, const char *shown);
extern LbdPlace *lbd_statement_part(LbdTrace *trace, LbdPlace *statement,
									LbdPlaceKind kind, const char *prefix);
extern LbdPlace *lbd_statement_place(LbdTrace *trace, LbdPlaceKind kind,
									 const char *source, int location,
									 int len, const char *command);

#endif							/* LBD_STATEMENT_TEXT_H */
