/*
 * Work that takes long, with its progress: open https://localhost:8443/ and press the button.
 *
 * A few seconds: a handler on a worker (hatch_policy.worker, config.workers), which simply takes
 * its time and answers, GET /checksum here.  The client waits for it, and a worker is busy.
 *
 * Minutes: answer at once with 202 and where to look, POST /jobs here, and work on a task of its
 * own.  Connections come and go meanwhile, so how far it is has an address, /jobs/1, and whoever
 * wants to see it move subscribes to /jobs/events.
 *
 * Anybody may start it here, and so may a page of another site in a visitor's browser: where that
 * matters, a session's guard (authentication.c) goes before the routes.
 * README.md says how to start it, and has more of these:
 *
 *	curl -i -X POST https://localhost:8443/jobs
 *	curl https://localhost:8443/jobs/1
 *	curl -N --max-time 2 https://localhost:8443/jobs/events
 *	curl -X DELETE https://localhost:8443/jobs/1
 */
#define _POSIX_C_SOURCE 200809L
#include <hatch_live.h>
#include <hatch_web.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include "localhost.h"

enum { STEP_MS = 100, CANCELLED = -1 }; /* 100 steps, so ten seconds */

static char memory[1024];
static struct hatch_event_stream events; /* filled in by main() */
static sem_t cancel;                     /* said by the server's task, seen by the job's */

/* The server's task's own: handlers and posts run there, so there is no lock. */
static long number; /* of the latest job; 0: there was none */
static int percent;
static bool runs;
static const char *state = "none";

static void sleep_ms(long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };
	nanosleep(&time, NULL);
}

/* Tells it to all who listen, or to one. */
static int tell(struct hatch *server, struct hatch_to to)
{
	char text[80];
	struct hatch_event event = HATCH_DEFAULTS;
	snprintf(text, sizeof(text), "{\"job\":%ld,\"state\":\"%s\",\"percent\":%d}", number, state,
		percent);
	event.data = hatch_str(text);
	return hatch_publish_event(server, to, &event);
}

/* ---- the job, on a task of its own ---- */

/* On the server's task; server is NULL if it has closed. */
static void report(struct hatch *server, void *arg)
{
	int at = (int)(intptr_t)arg;
	if (server == NULL)
		return;
	percent = at == CANCELLED ? percent : at;
	state = at == CANCELLED ? "cancelled" : at == 100 ? "done" : "running";
	runs = at >= 0 && at < 100;
	(void)tell(server, hatch_to_arg(&events));
}

static void *work(void *arg)
{
	struct hatch *server = (struct hatch *)arg;
	int at = 0;
	while (at != CANCELLED && at < 100) {
		sleep_ms(STEP_MS); /* the work */
		at = sem_trywait(&cancel) == 0 ? CANCELLED : at + 1;
		/* A step that finds the queue full is passed over, but not the last one. */
		while (hatch_post(server, report, (void *)(intptr_t)at) == HATCH_EFULL &&
			(at == CANCELLED || at == 100))
			sleep_ms(1);
	}
	return NULL;
}

/* ---- what it is asked ---- */

static int send_state(struct hatch_req *req, int status)
{
	return hatch_send_json(req, status, "{\"job\":%ld,\"state\":\"%s\",\"percent\":%d}\n",
		number, state, percent);
}

static int start(struct hatch_req *req)
{
	pthread_t thread;
	char where[32];
	snprintf(where, sizeof(where), "/jobs/%ld", runs ? number : number + 1);
	int error = hatch_set_field(req, "Location", where);
	if (error < 0)
		return error;
	if (runs)
		return send_state(req, 409); /* one at a time */
	while (sem_trywait(&cancel) == 0)
		; /* that of a job which was done before it looked */
	if (pthread_create(&thread, NULL, work, hatch_server(req)) != 0)
		return HATCH_EPORT;
	pthread_detach(thread);
	number++;
	report(hatch_server(req), (void *)0);
	return send_state(req, 202);
}

static bool is_latest(const struct hatch_req *req)
{
	long asked;
	return hatch_to_long(hatch_param(req, "n"), 1, LONG_MAX, &asked) == 0 && asked == number;
}

static int show(struct hatch_req *req)
{
	return is_latest(req) ? send_state(req, 200) : hatch_send_text(req, 404, "No such job.\n");
}

/* Said, and not yet done: the job sees it at its next step. */
static int stop(struct hatch_req *req)
{
	if (!is_latest(req))
		return hatch_send_text(req, 404, "No such job.\n");
	if (!runs)
		return send_state(req, 409);
	sem_post(&cancel);
	return send_state(req, 202);
}

/* Who subscribes hears how it stands, without waiting for the next step. */
static int greet(struct hatch_req *req, struct hatch_live_ref who)
{
	return tell(hatch_server(req), hatch_to_one(who));
}

/* On a worker: it may take its time, and touches nothing that others do. */
static int checksum(struct hatch_req *req)
{
	uint32_t sum = 1;
	for (uint32_t i = 0; i < 10; i++) {
		sleep_ms(STEP_MS);
		sum = sum * 31 + i;
	}
	return hatch_send_json(req, 200, "{\"checksum\":%lu}\n", (unsigned long)sum);
}

/* ---- the page ---- */

static const char page[] =
	"<!doctype html><html lang=en><meta charset=utf-8><title>Job</title>\n"
	"<meta name=viewport content='width=device-width, initial-scale=1'>\n"
	"<link rel=stylesheet href=/style.css><script src=/job.js defer></script>\n"
	"<h1>Job</h1><p><progress id=bar max=100 value=0></progress> <output id=state></output>\n"
	"<p><button id=start disabled>Start</button> <button id=stop disabled>Cancel</button>\n";

static const char style[] =
	":root { color-scheme: light dark }\n"
	"body { font: 16px/1.5 system-ui; max-width: 40em; margin: 1em auto;"
	" padding: 0 1em }\n"
	"progress { width: 100% } button { font: inherit; padding: .4em 1em }\n";

/* The events alone say how it stands: this page may have been opened while the job ran. */
static const char script[] =
	"const $ = id => document.getElementById(id)\n"
	"let job\n"
	"new EventSource('/jobs/events').onmessage = event => {\n"
	"	job = JSON.parse(event.data)\n"
	"	$('bar').value = job.percent\n"
	"	$('state').textContent = `${job.state}, ${job.percent} %`\n"
	"	$('start').disabled = job.state == 'running'\n"
	"	$('stop').disabled = job.state != 'running'\n"
	"}\n"
	"$('start').onclick = () => fetch('/jobs', { method: 'POST' })\n"
	"$('stop').onclick = () => fetch(`/jobs/${job.job}`, { method: 'DELETE' })\n";

static int send_page(struct hatch_req *req)
{
	return hatch_send_static(req, 200, "text/html", page, sizeof(page) - 1);
}

static int send_style(struct hatch_req *req)
{
	return hatch_send_static(req, 200, "text/css", style, sizeof(style) - 1);
}

static int send_script(struct hatch_req *req)
{
	return hatch_send_static(req, 200, "text/javascript", script, sizeof(script) - 1);
}

/* ---- the server ---- */

static const struct hatch_secure_rule rule = { "default-src 'self'", 0, false };
static const struct hatch_hook fields[] = { { hatch_secure_fields, &rule } };
static const struct hatch_policy page_policy = { 0, NULL, 0, fields, HATCH_COUNT(fields), false };
static const struct hatch_policy on_a_worker = { 0, NULL, 0, NULL, 0, true };

static const struct hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_GET, "/", send_page, NULL, &page_policy),
	HATCH_ROUTE(HATCH_GET, "/style.css", send_style),
	HATCH_ROUTE(HATCH_GET, "/job.js", send_script),
	HATCH_ROUTE(HATCH_POST, "/jobs", start),
	HATCH_ROUTE_ARG(HATCH_GET, "/jobs/events", hatch_events, &events), /* before /jobs/:n */
	HATCH_ROUTE(HATCH_GET, "/jobs/:n", show),
	HATCH_ROUTE(HATCH_DELETE, "/jobs/:n", stop),
	HATCH_ROUTE_WITH(HATCH_GET, "/checksum", checksum, NULL, &on_a_worker),
};
static const struct hatch_identity me = HATCH_DER(localhost_cert, localhost_key);
static const struct hatch_workers workers = HATCH_WORKERS(1);

int main(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	events.memory = memory;
	events.memory_len = sizeof(memory);
	events.open = greet;
	sem_init(&cancel, 0, 0);
	config.port = 8443;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &me;
	config.workers = &workers;
	config.max_conns = 16;
	config.max_live = 8;
	return hatch_serve(&config) < 0;
}
