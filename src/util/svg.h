/*-------------------------------------------------------------------------
 *
 * svg.h
 *	  Pictures as text of SVG, for HTML.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SVG_H
#define LBD_SVG_H

#include "lib/stringinfo.h"

#include "util/boxes.h"

typedef enum LbdUnit
{
	LBD_UNIT_BYTES,
	LBD_UNIT_MS
} LbdUnit;

typedef struct LbdPicture
{
	const char *kind;			/* class of the picture */
	const char *title;			/* what it shows */
	LbdUnit		unit;			/* of weights */
	double		width;			/* in units of its own, at full size pixels */
	double		height;			/* likewise */
	char	  **labels;			/* of a tree's nodes */
} LbdPicture;

extern void lbd_svg_amount(StringInfo out, double amount, LbdUnit unit);
extern void lbd_svg_begin(StringInfo out, const LbdPicture *picture);
extern void lbd_svg_end(StringInfo out);
extern void lbd_svg_nothing(StringInfo out, const LbdPicture *picture);
extern void lbd_svg_boxes(StringInfo out, const LbdPicture *picture,
						  const LbdTree *tree, const LbdBoxes *boxes);

#endif							/* LBD_SVG_H */
