/*-------------------------------------------------------------------------
 *
 * statement_text.h
 *	  The text of a statement without its literals.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_STATEMENT_TEXT_H
#define LBD_STATEMENT_TEXT_H

#include "trace/trace.h"

extern char *lbd_statement_normalize(const char *text, int len);
extern char *lbd_statement_label(const char *prefix, const char *normalized);
extern LbdPlace *lbd_statement_part(LbdTrace *trace, LbdPlace *statement,
									LbdPlaceKind kind, const char *prefix);
extern LbdPlace *lbd_statement_place(LbdTrace *trace, LbdPlaceKind kind,
									 const char *source, int location,
									 int len, const char *command);

#endif							/* LBD_STATEMENT_TEXT_H */
