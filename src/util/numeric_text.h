/*-------------------------------------------------------------------------
 *
 * numeric_text.h
 *	  The text of a numeric, as the server prints it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_NUMERIC_TEXT_H
#define LBD_NUMERIC_TEXT_H

#include "utils/numeric.h"

/* Size of a buffer that holds the text of nearly every number without a palloc. */
#define LBD_NUMERIC_BUFFER	64

extern char *lbd_numeric_text(Numeric number, char *buffer, int *len);

#endif							/* LBD_NUMERIC_TEXT_H */
