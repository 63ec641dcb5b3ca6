/*
 * Bodies: a small one is collected before the handler runs, a large one comes back piece by piece
 * from constant memory.  Who reads slowly slows the sender down.
 * README.md says how to start it, and has more of these:
 *
 *	curl -d hello https://localhost:8443/echo
 *	curl -T big.bin https://localhost:8443/stream | cmp - big.bin
 *	curl -T big.bin https://localhost:8443/echo
 *		413 Content Too Large
 */
#include <hatch.h>
#include "localhost.h"

static int echo(struct hatch_req *req)
{
	struct hatch_span body = hatch_body(req);
	return hatch_send_static(req, 200, "application/octet-stream", body.ptr, body.len);
}

/* Asked for bytes whenever some fit: gives what has arrived. */
static int pass_on(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	(void)arg;
	return hatch_read(req, buf, room);
}

static int stream(struct hatch_req *req)
{
	return hatch_send_stream(req, 200, "application/octet-stream", pass_on, NULL);
}

/* More than this is answered with 413, before any of it is kept. */
static const struct hatch_policy small_body = { 1024, NULL, 0, NULL, 0, false };

static const struct hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_PUT | HATCH_POST, "/echo", echo, NULL, &small_body),
	HATCH_ROUTE(HATCH_PUT | HATCH_POST, "/stream", stream),
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
