/*-------------------------------------------------------------------------
 *
 * metadata_map.h
 *	  model_metadata_map: the metadata of models by their names.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_METADATA_MAP_H
#define LBD_METADATA_MAP_H

#include "json/writer.h"
#include "leaderboard/models.h"

typedef struct LbdMetadataNames LbdMetadataNames;

extern LbdMetadataNames *lbd_metadata_names_create(MemoryContext context);
extern void lbd_metadata_names_add(LbdMetadataNames *names,
								   const LbdModel *model, int64 number);
extern void lbd_write_metadata_map(LbdMetadataNames *names, LbdModels *models,
								   LbdWriter *writer, bool with_layers);

#endif							/* LBD_METADATA_MAP_H */
