/*-------------------------------------------------------------------------
 *
 * numeric_header.h
 *	  The header word of a stored numeric.
 *
 * Both forms cannot change as long as pg_upgrade reads old tables.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_NUMERIC_HEADER_H
#define LBD_NUMERIC_HEADER_H

/* The two highest bits tell the form. */
#define LBD_NUMERIC_FORM_MASK		0xC000
#define LBD_NUMERIC_SPECIAL			0xC000
#define LBD_NUMERIC_SHORT			0x8000
#define LBD_NUMERIC_LONG_NEGATIVE	0x4000

/* Of the long form; its weight is in a word of its own. */
#define LBD_NUMERIC_LONG_SCALE		0x3FFF

/* Of the short form. */
#define LBD_NUMERIC_NEGATIVE		0x2000
#define LBD_NUMERIC_SCALE_MASK		0x1F80
#define LBD_NUMERIC_SCALE_SHIFT		7
#define LBD_NUMERIC_WEIGHT_SIGN		0x0040
#define LBD_NUMERIC_WEIGHT_MASK		0x003F

#endif							/* LBD_NUMERIC_HEADER_H */
