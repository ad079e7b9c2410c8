/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  What differs between the supported versions of PostgreSQL.
 *
 * All that depends on PG_VERSION_NUM stands here.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_COMPAT_H
#define LBD_COMPAT_H

#include "storage/buf_internals.h"
#include "utils/rel.h"
#if PG_VERSION_NUM >= 160000
/* PostgreSQL 16 took the VAR macros out of postgres.h. */
#include "varatt.h"
#endif

#if PG_VERSION_NUM < 150000
#error "lbdiag needs PostgreSQL 15 or later: InitMaterializedSRF is new there"
#endif

/*
 * Whether a buffer's tag is of a relation.  PostgreSQL 16 took the
 * RelFileNode, renamed RelFileLocator, out of the tag.
 */
static inline bool
lbd_tag_is_of(const BufferTag *tag, Relation relation)
{
#if PG_VERSION_NUM >= 160000
	return BufTagMatchesRelFileLocator(tag, &relation->rd_locator);
#else
	return RelFileNodeEquals(tag->rnode, relation->rd_node);
#endif
}

#endif							/* LBD_COMPAT_H */
