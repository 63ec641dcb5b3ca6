/*
 * One server on both ports.  What anybody may see is served on both; what matters is led to HTTPS,
 * or refused where that would come too late: a form has sent its secret already.
 * README.md says how to start it, and has more of these:
 *
 *	curl http://localhost:8080/
 *		plain
 *	curl https://localhost:8443/
 *		secure
 *	curl -L http://localhost:8080/settings
 *		secret
 */
#include <hatch.h>
#include "localhost.h"

static int hello(struct hatch_req *req)
{
	return hatch_send_text(req, 200, hatch_is_secure(req) ? "secure\n" : "plain\n");
}

static int settings(struct hatch_req *req)
{
	return hatch_send_text(req, 200, "secret\n");
}

static int change(struct hatch_req *req)
{
	return hatch_send_text(req, 200, "changed\n");
}

/* Two guards.  To lead everything to HTTPS: config.plain_handler = hatch_to_https. */
static int lead_to_https(struct hatch_req *req)
{
	return hatch_is_secure(req) ? 0 : hatch_to_https(req);
}

static int only_https(struct hatch_req *req)
{
	if (hatch_is_secure(req))
		return 0;
	return hatch_send_text(req, 403, "Others could read this: use https://\n");
}

static const struct hatch_hook leading[] = { { lead_to_https, NULL } };
static const struct hatch_policy led = { 0, leading, HATCH_COUNT(leading), NULL, 0, false };
static const struct hatch_hook refusing[] = { { only_https, NULL } };
static const struct hatch_policy secret = { 100, refusing, HATCH_COUNT(refusing), NULL, 0, false };

static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", hello),
	HATCH_ROUTE_WITH(HATCH_GET, "/settings", settings, NULL, &led),
	HATCH_ROUTE_WITH(HATCH_POST, "/settings", change, NULL, &secret),
};
static const struct hatch_identity me = HATCH_DER(localhost_cert, localhost_key);

int main(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	config.port = 8443;
	config.plain_port = 8080;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &me;
	return hatch_serve(&config) < 0;
}
