/*-------------------------------------------------------------------------
 *
 * ranking.h
 *	  The score that decides a model's rank.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_RANKING_H
#define LBD_RANKING_H

#include "json/jsonb_reader.h"

extern bool lbd_deciding_number(struct varlena *scores, const char *benchmark,
								int benchmark_len, bool binary, int64 model_id,
								Datum *number);
extern void lbd_check_score(const LbdItem *element, int number,
							int64 model_id);

#endif							/* LBD_RANKING_H */
