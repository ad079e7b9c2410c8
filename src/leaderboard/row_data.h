/*-------------------------------------------------------------------------
 *
 * row_data.h
 *	  The components that have a member for each model: row_data,
 *	  comparison_data and model_metadata_map.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ROW_DATA_H
#define LBD_ROW_DATA_H

#include "leaderboard/scores.h"

extern void lbd_write_row(LbdScores *scores, LbdWriter *writer,
						  const LbdModel *model);
extern void lbd_write_comparison(LbdScores *scores, LbdWriter *writer,
								 const LbdModel *model);
extern void lbd_write_metadata_entry(LbdWriter *writer, const char *name,
									 const LbdItem *meta,
									 const LbdItem *layers, bool with_layers);
extern int	lbd_timestamp_text(TimestampTz timestamp, char *buffer);

/* Size of lbd_timestamp_text's buffer. */
#define LBD_TIMESTAMP_TEXT 64

#endif							/* LBD_ROW_DATA_H */
