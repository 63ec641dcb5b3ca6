/*
 * One page with its style, and what else is asked for: a page that says so.  The bytes stay in the
 * program: nothing is copied.  For a whole folder of files there is hatch-embed, see docs/web.md.
 * README.md says how to start it, and has more of these:
 *
 *	curl https://localhost:8443/
 *		<!doctype html><title>Hatch</title><link rel=stylesheet href=/style.css>
 *		<h1>Hello</h1><p>Nobody could read this on its way.
 *	curl -i https://localhost:8443/nothing
 */
#include <hatch_web.h>
#include "localhost.h" /* hatch-cert self --name localhost --format pem,header */

static const char page[] =
	"<!doctype html><title>Hatch</title><link rel=stylesheet href=/style.css>\n"
	"<h1>Hello</h1><p>Nobody could read this on its way.\n";
static const char style[] = "body { font: 16px/1.6 system-ui; margin: 2em }\n";
static const char missing[] =
	"<!doctype html><title>404</title><h1>There is no such page</h1><p><a href=/>Home</a>\n";

static int send_page(struct hatch_req *req)
{
	return hatch_send_static(req, 200, "text/html", page, sizeof(page) - 1);
}

static int send_style(struct hatch_req *req)
{
	/* A browser keeps it for an hour, and does not ask again. */
	int error = hatch_set_field(req, "Cache-Control", "max-age=3600");
	if (error < 0)
		return error;
	return hatch_send_static(req, 200, "text/css", style, sizeof(style) - 1);
}

static int send_missing(struct hatch_req *req)
{
	return hatch_send_static(req, 404, "text/html", missing, sizeof(missing) - 1);
}

/* What a page may load: its own files, and nothing from elsewhere. */
static const struct hatch_secure_rule rule = { "default-src 'self'", 0, false };
static const struct hatch_hook fields[] = { { hatch_secure_fields, &rule } };
static const struct hatch_policy page_policy = { 0, NULL, 0, fields, HATCH_COUNT(fields), false };

static const struct hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_GET, "/", send_page, NULL, &page_policy),
	HATCH_ROUTE(HATCH_GET, "/style.css", send_style),
};
static const struct hatch_identity me = HATCH_DER(localhost_cert, localhost_key);

int main(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	config.port = 8443;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.not_found = send_missing;
	config.identity = &me;
	return hatch_serve(&config) < 0;
}
