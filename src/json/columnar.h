/*-------------------------------------------------------------------------
 *
 * columnar.h
 *	  An array of objects, turned into an object of arrays.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_COLUMNAR_H
#define LBD_COLUMNAR_H

#include "json/writer.h"

typedef struct LbdColumnar LbdColumnar;

extern LbdColumnar *lbd_columnar_create(MemoryContext context,
										LbdWriter *writer);
extern void lbd_columnar_row(LbdColumnar *columnar);
extern void lbd_columnar_finish(LbdColumnar *columnar);

#endif							/* LBD_COLUMNAR_H */
