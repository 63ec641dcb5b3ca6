/* Hello over HTTPS.  Try: curl --cacert build/made/localhost.pem https://localhost:8443/ */
#include <hatch.h>
#include "localhost.h" /* hatch-cert self --name localhost --format pem,header */

static int hello(struct hatch_req *req)
{
	return hatch_send_text(req, 200, "Hello from a small computer.\n");
}

static const struct hatch_route routes[] = { HATCH_ROUTE(HATCH_GET, "/", hello) };
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
