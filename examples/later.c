/*
 * An answer that comes later, from another thread: a sensor that takes half a second to read.
 * Nobody else waits meanwhile; if the client leaves, the reading is thrown away.  HTTP on port
 * 8080 leads to HTTPS on port 8443.
 *
 *	curl --cacert build/made/localhost.pem https://localhost:8443/sensor
 *	curl -L --cacert build/made/localhost.pem http://localhost:8080/sensor
 */
#define _POSIX_C_SOURCE 200809L
#include <hatch.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include "localhost.h"

struct reading {
	struct hatch *server;
	struct hatch_ref ref; /* a number: free to copy, and to outlive the request */
	double celsius;
};

/* Back on the server's task. */
static void deliver(struct hatch *server, void *arg)
{
	struct reading *reading = (struct reading *)arg;
	struct hatch_req *req = server == NULL ? NULL : hatch_find(server, reading->ref);
	if (req != NULL)
		(void)hatch_send_json(req, 200, "{\"celsius\":%.1f}\n", reading->celsius);
	free(reading);
}

static void *read_slowly(void *arg)
{
	struct reading *reading = (struct reading *)arg;
	struct timespec half = { 0, 500000000 };
	nanosleep(&half, NULL);
	reading->celsius = 21.5;
	if (hatch_post(reading->server, deliver, reading) < 0)
		free(reading); /* the queue is full: the client will have a 504 */
	return NULL;
}

static int sensor(struct hatch_req *req)
{
	pthread_t thread;
	struct reading *reading = (struct reading *)malloc(sizeof(*reading));
	if (reading == NULL)
		return HATCH_ENOMEM;
	reading->server = hatch_server(req);
	reading->ref = hatch_ref_of(req);
	if (pthread_create(&thread, NULL, read_slowly, reading) != 0) {
		free(reading);
		return HATCH_EPORT;
	}
	pthread_detach(thread);
	return hatch_defer(req, 5000);
}

static const struct hatch_route routes[] = { HATCH_ROUTE(HATCH_GET, "/sensor", sensor) };
static const struct hatch_identity me = HATCH_DER(localhost_cert, localhost_key);

int main(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	config.port = 8443;
	config.plain_port = 8080;
	config.plain_handler = hatch_to_https;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &me;
	return hatch_serve(&config) < 0;
}
