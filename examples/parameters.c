/*
 * What stands in the address: a segment with a name, a query, and all that is left of a path.  All
 * of it comes decoded, as spans: with a length, and without a NUL at the end.
 * README.md says how to start it, and has more of these:
 *
 *	curl https://localhost:8443/hello/Ada
 *		Hello, Ada!
 *	curl 'https://localhost:8443/hello/A%20B?greeting=Good+day'
 *		Good day, A B!
 */
#include <hatch.h>
#include <stdio.h>
#include "localhost.h"

static int hello(struct hatch_req *req)
{
	struct hatch_span name = hatch_param(req, "name");
	struct hatch_span greeting = hatch_query(req, "greeting");
	char text[160]; /* what is longer is cut, not written behind it */
	if (greeting.ptr == NULL)
		greeting = hatch_str("Hello");
	snprintf(text, sizeof(text), "%.*s, %.*s!\n", (int)greeting.len, greeting.ptr,
		(int)name.len, name.ptr);
	return hatch_send_text(req, 200, text);
}

/* JSON is escaped: no name gets out of its quotes. */
static int as_json(struct hatch_req *req)
{
	struct hatch_span name = hatch_param(req, "name");
	return hatch_send_json(req, 200, "{\"hello\":\"%.*s\"}\n", (int)name.len, name.ptr);
}

/* What "*" matched.  It is borrowed until the exchange ends, so it may be of any length. */
static int rest(struct hatch_req *req)
{
	struct hatch_span rest = hatch_rest(req);
	return hatch_send_static(req, 200, "text/plain", rest.ptr, rest.len);
}

static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/hello/:name", hello),
	HATCH_ROUTE(HATCH_GET, "/json/:name", as_json),
	HATCH_ROUTE(HATCH_GET,
		"/files/"
		"*",
		rest),
};
static const struct hatch_identity me = HATCH_DER(localhost_cert, localhost_key);

int main(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	config.port = 8443;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &me;
	return hatch_serve(&config) < 0;
}
