/*-------------------------------------------------------------------------
 *
 * reference_load.h
 *	  A fixed amount of work, as a unit for times.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_REFERENCE_LOAD_H
#define LBD_REFERENCE_LOAD_H

extern int64 lbd_reference_load(void);

#endif							/* LBD_REFERENCE_LOAD_H */
