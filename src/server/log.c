/*
 * log.c - one line at a time, and not too many of them
 * SPDX-License-Identifier: MIT
 *
 * Whatever comes from the peer is escaped: by ourselves before it gets here, in lines of the
 * application as a whole.  All lines share an allowance, so that a flood of refusals does not
 * become a flood of lines; what was left out is counted.
 */
#include <stdarg.h>
#include <stdio.h>

#include "../http/status.h"
#include "server.h"

enum { LINE_MAX = 240 };

/* Whether this line is within the second's allowance. */
static bool allowed(struct hatch *srv, enum hatch_level level)
{
	uint32_t second = srv->port->now_ms() / 1000;
	/* Errors have as much again: a client may know how to bring some about. */
	uint32_t most = srv->config.log_lines_per_s * (level <= HATCH_ERROR ? 2u : 1u);
	if (srv->config.log_level >= HATCH_DEBUG)
		return true;
	if (second != srv->log_second) {
		srv->log_second = second;
		srv->log_lines = 0;
	}
	if (srv->log_lines < most) {
		srv->log_lines++;
		return true;
	}
	srv->log_dropped++;
	return false;
}

/* Whether a line of this level is wanted now; then it is said first how many were not. */
static bool begin_line(struct hatch *srv, enum hatch_level level)
{
	char line[40];
	if ((unsigned)level > srv->config.log_level || !allowed(srv, level))
		return false;
	if (srv->log_dropped > 0) {
		snprintf(line, sizeof(line), "(%lu lines left out)",
			(unsigned long)srv->log_dropped);
		srv->log_dropped = 0;
		srv->port->log(HATCH_WARN, line);
	}
	return true;
}

void hx_log(const struct hatch *const_srv, enum hatch_level level, const char *format, ...)
{
	/* The allowance is not what const means to protect. */
	struct hatch *srv = (struct hatch *)(uintptr_t)const_srv;
	char line[LINE_MAX];
	va_list args;
	if (!begin_line(srv, level))
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	srv->port->log(level, line);
}

void hatch_log(struct hatch *srv, enum hatch_level level, const char *format, ...)
{
	char line[LINE_MAX];
	va_list args;
	if (!begin_line(srv, level))
		return;
	va_start(args, format);
	int len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (len < 0)
		return;
	size_t kept = (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1;
	line[hx_escape(line, kept, sizeof(line) - 1)] = '\0';
	srv->port->log(level, line);
}

/* "192.0.2.7 GET /api/status 200 87 B 3 ms" */
static void log_exchange(struct hatch_conn *c, int error)
{
	const struct hatch_req *req = c->ex;
	char what[120];
	struct hx_text text;
	hx_text_init(&text, what, sizeof(what) - 1);
	hx_text_escaped(&text, req->head.method.ptr == NULL ? hatch_str("-") : req->head.method);
	hx_text_char(&text, ' ');
	struct hatch_span path = req->target.path.ptr == NULL ? hatch_str("-") : req->target.path;
	hx_text_escaped(&text, hx_span(path.ptr, path.len < 80 ? path.len : 80));
	what[text.len] = '\0';
	if (error == 0)
		hx_log(c->srv, HATCH_INFO, "%s %s %d %llu B %lu ms", c->peer.text, what,
			req->status, (unsigned long long)req->sent,
			(unsigned long)(c->now - c->began));
	else
		hx_log(c->srv, HATCH_INFO, "%s %s %d: %s", c->peer.text, what, req->status,
			hatch_strerror(error));
}

void hx_count_exchange(struct hatch_conn *c, int error)
{
	struct hatch *srv = c->srv;
	const struct hatch_observer *observer = srv->config.observer;
	srv->stats.requests++;
	hx_metrics_status(&srv->metrics, c->ex->status);
	log_exchange(c, error);
	if (observer != NULL && observer->exchange != NULL)
		observer->exchange(srv->config.user, c->ex, c->ex->status, c->ex->sent, error);
}

void hx_count_handshake(struct hatch_conn *c, const struct hatch_tls_facts *facts)
{
	struct hatch *srv = c->srv;
	const struct hatch_observer *observer = srv->config.observer;
	if (facts == NULL) {
		srv->stats.handshakes_failed++;
		return;
	}
	hx_metrics_handshake(&srv->metrics, facts->resumed, facts->handshake_ms);
	if (facts->resumed)
		srv->stats.handshakes_resumed++;
	else
		srv->stats.handshakes_full++;
	if (observer != NULL && observer->handshake != NULL)
		observer->handshake(srv->config.user, c->peer.text, facts);
}

void hx_count_delayed(struct hatch_conn *c)
{
	c->delayed = true;
	c->srv->stats.handshakes_delayed++;
	hx_log(c->srv, HATCH_INFO, "%s waits: more handshakes than this client may have",
		c->peer.text);
}
