/*-------------------------------------------------------------------------
 *
 * html_page.c
 *	  The frame of an HTML report.
 *
 * A page loads nothing: its policy allows its own style sheet and its own
 * script alone, each by the hash of its text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "report/html_assets.h"
#include "report/html_page.h"
#include "util/html.h"

static char *hash_of(const char *content);

/*
 * Begins a page, up to where its content goes.
 */
void
lbd_html_begin(StringInfo out, const char *title)
{
	appendStringInfo(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
					 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
					 "script-src 'sha256-%s'; style-src 'sha256-%s'; base-uri 'none'; "
					 "form-action 'none'\">\n"
					 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
					 "<title>",
					 hash_of(lbd_report_js), hash_of(lbd_report_css));
	lbd_html_name(out, title);
	appendStringInfo(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n",
					 lbd_report_css);
}

void
lbd_html_end(StringInfo out)
{
	appendStringInfo(out, "</main>\n<script>%s</script>\n</body>\n</html>",
					 lbd_report_js);
}

/* Returns the hash of a text as a policy names it: SHA-256 in base64. */
static char *
hash_of(const char *content)
{
	Datum		bytes = PointerGetDatum(cstring_to_text(content));
	Datum		hash = DirectFunctionCall1(sha256_bytea, bytes);

	return TextDatumGetCString(DirectFunctionCall2(binary_encode, hash,
												   CStringGetTextDatum("base64")));
}
