/*-------------------------------------------------------------------------
 *
 * parameter_hint.h
 *	  What to do about parameters in the text of a caller's statement.
 *
 * A statement that was copied from an application often has $1 in it, and the
 * server says no more than that there is no such parameter.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PARAMETER_HINT_H
#define LBD_PARAMETER_HINT_H

extern void lbd_parameter_hint(void *arg);

#endif							/* LBD_PARAMETER_HINT_H */
