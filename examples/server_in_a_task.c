/*
 * The server has a task of its own, and the main thread goes on with its work: here it measures,
 * and posts each value to the server's task, the only one that touches what handlers read.  So
 * there is no lock.
 * README.md says how to start it, and has more of these:
 *
 *	curl https://localhost:8443/
 *	curl -X POST https://localhost:8443/quit
 *		Bye.
 */
#define _POSIX_C_SOURCE 200809L
#include <hatch.h>
#include <semaphore.h>
#include <stdint.h>
#include <time.h>
#include "localhost.h"

static sem_t quit;     /* said by the server's task, seen by the main thread */
static intptr_t count; /* the server's task's own: handlers and posts run there */

static int value(struct hatch_req *req)
{
	return hatch_send_json(req, 200, "{\"measured\":%ld}\n", (long)count);
}

static int stop(struct hatch_req *req)
{
	sem_post(&quit);
	return hatch_send_text(req, 200, "Bye.\n");
}

/* On the server's task; server is NULL if it closed before. */
static void keep(struct hatch *server, void *arg)
{
	if (server != NULL)
		count = (intptr_t)arg;
}

static intptr_t measure(void)
{
	static intptr_t measured;
	struct timespec slowly = { 0, 50000000 };
	nanosleep(&slowly, NULL);
	return ++measured;
}

static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", value),
	HATCH_ROUTE(HATCH_POST, "/quit", stop),
};
static const struct hatch_identity me = HATCH_DER(localhost_cert, localhost_key);

int main(void)
{
	struct hatch *server;
	struct hatch_config config = HATCH_DEFAULTS;
	config.port = 8443;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &me;
	sem_init(&quit, 0, 0);
	if (hatch_start(&server, &config, NULL) < 0)
		return 1; /* the log says why */
	while (sem_trywait(&quit) < 0)
		if (hatch_post(server, keep, (void *)measure()) < 0)
			continue; /* its queue is full: this value is lost, the next one will do */
	hatch_close(server);      /* ends its task, and what is left of its connections */
	return 0;
}
