/*-------------------------------------------------------------------------
 *
 * key_look.h
 *	  Whether the key of an object looks like data.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_KEY_LOOK_H
#define LBD_KEY_LOOK_H

typedef enum LbdKeyLook
{
	LBD_KEY_NAME,				/* like a name */
	LBD_KEY_CODE,				/* like a code, if there are many like it */
	LBD_KEY_DATA				/* like a number, a date, an id, a path, a
								 * code of a language, a country or a currency */
} LbdKeyLook;

extern LbdKeyLook lbd_key_look(const char *key, int len);

#endif							/* LBD_KEY_LOOK_H */
