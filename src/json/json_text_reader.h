/*-------------------------------------------------------------------------
 *
 * json_text_reader.h
 *	  Counting a text of JSON, as it is, by paths.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_JSON_TEXT_READER_H
#define LBD_JSON_TEXT_READER_H

#include "json/path_stats.h"

extern void lbd_stats_add_text(LbdPathStats *stats, LbdPath *root,
							   const char *text, int len);
extern void lbd_stats_add_quoted_text(LbdPathStats *stats, LbdPath *root,
									  const char *text, int len, int level);
extern void lbd_stats_add_stored_text(LbdPathStats *stats, LbdPath *root,
									  const char *text, int len,
									  const uint8 *costs);
extern int64 lbd_quoted_length(const char *text, int len, int level);

#endif							/* LBD_JSON_TEXT_READER_H */
