/*-------------------------------------------------------------------------
 *
 * attempt.h
 *	  Work whose error is returned and not raised.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ATTEMPT_H
#define LBD_ATTEMPT_H

extern ErrorData *lbd_attempt(void (*work) (void *arg), void *arg);

#endif							/* LBD_ATTEMPT_H */
