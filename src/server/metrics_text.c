/*
 * metrics_text.c - hatch_metrics: everything that is counted, for Prometheus or as JSON
 * SPDX-License-Identifier: MIT
 *
 * Prometheus' text format 0.0.4.  The answer is made a line at a time, whenever there is room for
 * one; its numbers are those of the moment in which it began.
 */
#include "metrics_text.h"

#include <stdio.h>

#include "../hatch_web.h"
#include "server.h"

enum { LINE_ROOM = 128 }; /* HATCH_ROOM_MIN: the longest line fits */

struct page {
	struct hatch_stats stats;
	struct hx_metrics metrics;
	unsigned line, part; /* what comes next: a row of the table, and a sample of it */
	bool json, comma;
};

_Static_assert(sizeof(struct page) <= HATCH_METRICS_SCRATCH, "HATCH_METRICS_SCRATCH");

/* ---- the table ---- */

typedef uint64_t value_of(const struct page *page);

#define STAT(name)                                                                                 \
	static uint64_t name##_of(const struct page *page)                                         \
	{                                                                                          \
		return page->stats.name;                                                           \
	}
STAT(conns)
STAT(conns_idle)
STAT(conns_max)
STAT(accepted)
STAT(evicted)
STAT(handshakes_full)
STAT(handshakes_resumed)
STAT(handshakes_failed)
STAT(handshakes_delayed)
STAT(requests)
STAT(requests_limited)
STAT(heap_free)
STAT(heap_largest)
STAT(memory)
STAT(tls_heap)
STAT(live)
STAT(live_dropped)
STAT(publish_dropped)

static uint64_t uptime_of(const struct page *page)
{
	return page->stats.uptime_ms / 1000;
}

static uint64_t received_of(const struct page *page)
{
	return page->metrics.received;
}

static uint64_t sent_of(const struct page *page)
{
	return page->metrics.sent;
}

static uint64_t share_of(const struct page *page)
{
	return page->metrics.refused_share;
}

static uint64_t other_of(const struct page *page)
{
	return page->metrics.refused_other;
}

static uint64_t heap_min_of(const struct page *page)
{
	return page->metrics.heap_free_min;
}

/* Rows of the same name stand together; the first has the help. */
static const struct {
	const char *name, *label, *help; /* help NULL: another sample of the row before */
	bool counter;
	value_of *value;
} rows[] = {
	{ "uptime_seconds", "", "Since the server was opened.", false, uptime_of },
	{ "connections", "", "Open now.", false, conns_of },
	{ "connections_idle", "", "Open and between requests.", false, conns_idle_of },
	{ "connections_highest", "", "The most at once.", false, conns_max_of },
	{ "accepted_total", "", "Connections.", true, accepted_of },
	{ "evicted_total", "", "Connections that made room for others.", true, evicted_of },
	{ "refused_total", "reason=\"share\"", "Connections refused.", true, share_of },
	{ "refused_total", "reason=\"other\"", NULL, true, other_of },
	{ "handshakes_total", "kind=\"full\"", "TLS handshakes.", true, handshakes_full_of },
	{ "handshakes_total", "kind=\"resumed\"", NULL, true, handshakes_resumed_of },
	{ "handshakes_total", "kind=\"failed\"", NULL, true, handshakes_failed_of },
	{ "handshakes_delayed_total", "", "Over a client's rate.", true, handshakes_delayed_of },
	{ "requests_total", "", "Responses begun.", true, requests_of },
	{ "requests_limited_total", "", "Answered with 429.", true, requests_limited_of },
	{ "received_bytes_total", "", "On the wire.", true, received_of },
	{ "sent_bytes_total", "", "On the wire.", true, sent_of },
	{ "heap_free_bytes", "", "As the platform says; 0: unknown.", false, heap_free_of },
	{ "heap_free_lowest_bytes", "", "The least seen.", false, heap_min_of },
	{ "heap_largest_bytes", "", "The largest free block.", false, heap_largest_of },
	{ "block_bytes", "", "The server's own block.", false, memory_of },
	{ "tls_heap_bytes", "", "The TLS library's, for this server.", false, tls_heap_of },
	{ "live", "", "Events and WebSockets open now.", false, live_of },
	{ "live_dropped_total", "", "Messages that slow clients missed.", true, live_dropped_of },
	{ "publish_dropped_total", "", "Messages the queue had no room for.", true,
		publish_dropped_of },
};

static const char *const kinds[2] = { "full", "resumed" };

/* ---- lines ---- */

static int head_of(char *out, const char *name, const char *type, const char *help)
{
	return snprintf(
		out, LINE_ROOM, "# HELP hatch_%s %s\n# TYPE hatch_%s %s\n", name, help, name, type);
}

/* A row: its head first, as a line of its own. */
static int row_line(struct page *page, char *out)
{
	unsigned i = page->line;
	unsigned long long value = rows[i].value(page);
	if (rows[i].help != NULL && page->part == 0) {
		page->part = 1;
		return head_of(
			out, rows[i].name, rows[i].counter ? "counter" : "gauge", rows[i].help);
	}
	page->part = 0;
	page->line++;
	if (rows[i].label[0] == '\0')
		return snprintf(out, LINE_ROOM, "hatch_%s %llu\n", rows[i].name, value);
	return snprintf(out, LINE_ROOM, "hatch_%s{%s} %llu\n", rows[i].name, rows[i].label, value);
}

static int status_line(struct page *page, char *out)
{
	const char *name = "responses_total";
	unsigned i = page->part++;
	if (i == 0)
		return head_of(out, name, "counter", "Responses by status.");
	if (i > HX_STATUSES) {
		page->part = 0;
		page->line++;
		return 0;
	}
	unsigned status = page->metrics.statuses[i - 1].status;
	unsigned long count = (unsigned long)page->metrics.statuses[i - 1].count;
	if (count == 0)
		return 0;
	if (status == 0)
		return snprintf(out, LINE_ROOM, "hatch_%s{status=\"other\"} %lu\n", name, count);
	return snprintf(out, LINE_ROOM, "hatch_%s{status=\"%u\"} %lu\n", name, status, count);
}

/* A histogram: buckets, that each count what is below them too, the sum, the count. */
static int time_line(struct page *page, char *out)
{
	enum { PER_KIND = HX_TIMES + 2 };
	const char *name = "handshake_seconds";
	unsigned i = page->part++;
	if (i == 0)
		return head_of(out, name, "histogram", "From accept to finished.");
	unsigned kind = (i - 1) / PER_KIND, at = (i - 1) % PER_KIND;
	if (kind == 2) {
		page->part = 0;
		page->line++;
		return 0;
	}
	const struct hx_times *times = &page->metrics.handshakes[kind];
	unsigned long below = 0;
	for (unsigned n = 0; n < HX_TIMES && n <= at; n++)
		below += times->count[n];
	if (at < HX_TIMES - 1)
		return snprintf(out, LINE_ROOM, "hatch_%s_bucket{kind=\"%s\",le=\"%u.%03u\"} %lu\n",
			name, kinds[kind], hx_times_limit[at] / 1000u, hx_times_limit[at] % 1000u,
			below);
	if (at == HX_TIMES - 1)
		return snprintf(out, LINE_ROOM, "hatch_%s_bucket{kind=\"%s\",le=\"+Inf\"} %lu\n",
			name, kinds[kind], below);
	if (at == HX_TIMES)
		return snprintf(out, LINE_ROOM, "hatch_%s_sum{kind=\"%s\"} %llu.%03llu\n", name,
			kinds[kind], (unsigned long long)(times->sum_ms / 1000),
			(unsigned long long)(times->sum_ms % 1000));
	return snprintf(
		out, LINE_ROOM, "hatch_%s_count{kind=\"%s\"} %lu\n", name, kinds[kind], below);
}

static int next_line(struct page *page, char *out)
{
	if (page->line < HATCH_COUNT(rows))
		return row_line(page, out);
	return page->line == HATCH_COUNT(rows) ? status_line(page, out) : time_line(page, out);
}

/* ---- as JSON ---- */

/* "refused_total" of the reason "share" is "refused_share". */
static int json_row(struct page *page, char *out)
{
	unsigned i = page->line++;
	char name[48];
	const char *total = strstr(rows[i].name, "_total");
	const char *label = strchr(rows[i].label, '"');
	int len = (int)(total == NULL ? strlen(rows[i].name) : (size_t)(total - rows[i].name));
	if (label == NULL)
		snprintf(name, sizeof(name), "%.*s", len, rows[i].name);
	else
		snprintf(name, sizeof(name), "%.*s_%.*s", len, rows[i].name,
			(int)strlen(label + 1) - 1, label + 1);
	return snprintf(out, LINE_ROOM, "%s\"%s\":%llu", i == 0 ? "{" : ",\n", name,
		(unsigned long long)rows[i].value(page));
}

static int json_statuses(struct page *page, char *out)
{
	unsigned i = page->part++;
	if (i == 0) {
		page->comma = false;
		return snprintf(out, LINE_ROOM, ",\n\"responses\":{");
	}
	if (i > HX_STATUSES) {
		page->part = 0;
		page->line++;
		return snprintf(out, LINE_ROOM, "}");
	}
	unsigned status = page->metrics.statuses[i - 1].status;
	unsigned long count = (unsigned long)page->metrics.statuses[i - 1].count;
	const char *comma = page->comma ? "," : "";
	if (count == 0)
		return 0;
	page->comma = true;
	if (status == 0)
		return snprintf(out, LINE_ROOM, "%s\"other\":%lu", comma, count);
	return snprintf(out, LINE_ROOM, "%s\"%u\":%lu", comma, status, count);
}

/* How many took up to so many milliseconds, each by itself. */
static int json_times(struct page *page, char *out)
{
	unsigned i = page->part++, kind = i / (HX_TIMES + 1), at = i % (HX_TIMES + 1);
	if (kind == 2) {
		page->line++;
		return snprintf(out, LINE_ROOM, "}\n");
	}
	if (at == HX_TIMES)
		return snprintf(out, LINE_ROOM, "}");
	unsigned long count = (unsigned long)page->metrics.handshakes[kind].count[at];
	if (at == 0)
		return snprintf(out, LINE_ROOM, ",\n\"handshake_ms_%s\":{\"%u\":%lu", kinds[kind],
			hx_times_limit[0], count);
	if (at == HX_TIMES - 1)
		return snprintf(out, LINE_ROOM, ",\"more\":%lu", count);
	return snprintf(out, LINE_ROOM, ",\"%u\":%lu", hx_times_limit[at], count);
}

static int next_json(struct page *page, char *out)
{
	if (page->line < HATCH_COUNT(rows))
		return json_row(page, out);
	return page->line == HATCH_COUNT(rows) ? json_statuses(page, out) : json_times(page, out);
}

/* ---- the handler ---- */

static int fill(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	struct page *page = arg;
	size_t len = 0;
	(void)req;
	while (room - len >= LINE_ROOM && page->line < HATCH_COUNT(rows) + 2)
		len += (size_t)(page->json ? next_json : next_line)(page, buf + len);
	return (int)len;
}

static int send_page(struct hatch_req *req, const char *type, bool json)
{
	struct page *page = hatch_scratch(req, sizeof(*page));
	if (page == NULL)
		return HATCH_ENOMEM;
	hatch_get_stats(req->srv, &page->stats);
	page->metrics = req->srv->metrics;
	page->json = json;
	(void)hatch_set_field(req, "Cache-Control", "no-store");
	return hatch_send_stream(req, 200, type, fill, page);
}

int hatch_metrics(struct hatch_req *req)
{
	return send_page(req, "text/plain; version=0.0.4; charset=utf-8", false);
}

int hatch_metrics_json(struct hatch_req *req)
{
	return send_page(req, "application/json", true);
}
