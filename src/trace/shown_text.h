/*-------------------------------------------------------------------------
 *
 * shown_text.h
 *	  The text of a statement without its values.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SHOWN_TEXT_H
#define LBD_SHOWN_TEXT_H

extern char *lbd_shown_text(const char *text, int len);

#endif							/* LBD_SHOWN_TEXT_H */
