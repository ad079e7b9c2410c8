/*-------------------------------------------------------------------------
 *
 * rows.h
 *	  The components that have a member for each model: row_data,
 *	  comparison_data and model_metadata_map.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ROWS_H
#define LBD_ROWS_H

#include "context.h"

extern struct LbdScores *lbd_scores_create(const LbdLayout *layout,
										   MemoryContext context);
extern void lbd_scores_read(LbdBuild *build, const LbdModel *model);
extern void lbd_write_row(LbdBuild *build, LbdWriter *writer,
						  const LbdModel *model);
extern void lbd_write_comparison(LbdBuild *build, LbdWriter *writer,
								 const LbdModel *model);
extern void lbd_write_metadata_entry(LbdBuild *build, LbdWriter *writer,
									 const char *name, const LbdItem *meta,
									 const LbdItem *layers);
extern int	lbd_timestamp_text(TimestampTz timestamp, char *room);

/* Room for lbd_timestamp_text. */
#define LBD_TIMESTAMP_TEXT 64

#endif							/* LBD_ROWS_H */
