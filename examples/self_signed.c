/*
 * No certificate to bring: the program makes a key and a certificate at its first start, and keeps
 * both ($HATCH_STORE names the folder).  Nobody has vouched for it, so browsers warn: compare the
 * fingerprint that they show with the one in the log.  A client that has a copy needs no -k:
 *
 *	curl -k -o /dev/null -w '%{certs}' https://localhost:8443/ > me.pem
 *	curl --cacert me.pem https://localhost:8443/
 */
#include <hatch.h>
#include <stdio.h>

static int facts(struct hatch_req *req)
{
	struct hatch_tls_facts facts;
	int error = hatch_tls_facts_of(req, &facts);
	if (error < 0)
		return error;
	return hatch_send_json(req, 200,
		"{\"version\":\"%s\",\"suite\":\"%s\",\"group\":\"%s\",\"resumed\":%s}\n",
		facts.version, facts.suite, facts.group, facts.resumed ? "true" : "false");
}

static const struct hatch_route routes[] = { HATCH_ROUTE(HATCH_GET, "/", facts) };

/* Good for localhost, localhost.local and the addresses of this computer. */
static const struct hatch_identity me = HATCH_SELF_SIGNED("localhost");

int main(int argc, char **argv)
{
	struct hatch_config config = HATCH_DEFAULTS;
	(void)argv;
	/* Any argument: another certificate from this start on.  Before a device is given away. */
	if (argc > 1 && hatch_identity_renew(NULL) < 0)
		fprintf(stderr, "there is nothing to renew, or the store cannot be written\n");
	config.port = 8443;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &me;
	return hatch_serve(&config) < 0;
}
