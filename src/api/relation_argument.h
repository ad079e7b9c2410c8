/*-------------------------------------------------------------------------
 *
 * relation_argument.h
 *	  An argument that is a table all of which is to be read.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_RELATION_ARGUMENT_H
#define LBD_RELATION_ARGUMENT_H

#include "fmgr.h"
#include "utils/rel.h"

extern Relation lbd_argument_table(FunctionCallInfo fcinfo, int number);

#endif							/* LBD_RELATION_ARGUMENT_H */
