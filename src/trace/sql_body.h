/*-------------------------------------------------------------------------
 *
 * sql_body.h
 *	  Whether the body of a function in SQL is a single expression.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SQL_BODY_H
#define LBD_SQL_BODY_H

extern bool lbd_text_is_expression(const char *text);
extern bool lbd_body_is_expression(const char *nodes);

#endif							/* LBD_SQL_BODY_H */
