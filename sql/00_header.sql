/* lbdiag 1.0: install script */

\echo Use "CREATE EXTENSION lbdiag" to load this file. \quit

/*
 * Bodies of SQL functions are parsed here and now (BEGIN ATOMIC), with nothing
 * but pg_catalog on the search path: neither what other users have put into
 * the extension's schema nor a caller's search path changes what they mean.
 * A function of ours is called with all of its arguments, each of the exact
 * type: a function of the same name that another user has put into the
 * extension's schema cannot fit better.
 * Functions that look for the source relations must not set a search path of
 * their own: relations with their default names are found through the
 * caller's.
 */
SET LOCAL search_path = pg_catalog, pg_temp;

