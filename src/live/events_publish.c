/*
 * events_publish.c - events from any task to streams and subscribers
 * SPDX-License-Identifier: MIT
 *
 * The text is made in the publisher's task, in the queue; the server's task moves it to the stream.
 */
#include "../base/check.h"
#include "live.h"

static void wake_subscribers(struct hatch *srv, const struct hatch_event_stream *stream)
{
	struct hx_live *live;
	for (uint32_t i = 0; i < hx_config(srv)->max_live; i++)
		if ((live = hx_live_at(srv, i)) != NULL && live->ops == &hx_events_ops &&
			live->as.events.stream == stream)
			hx_live_wake(live);
}

static void add_to(struct hatch *srv, const void *arg, struct hatch_span text)
{
	struct hatch_event_stream *stream = (struct hatch_event_stream *)(uintptr_t)arg;
	if (hx_stream_add(stream, text) < 0)
		hx_log(srv, HATCH_WARN, "an event of %lu bytes is longer than its stream's memory",
			(unsigned long)text.len);
	wake_subscribers(srv, stream);
}

/* Two routes may have one stream: each is marked when it has got the event. */
static void each_in_table(struct hatch *srv, const struct hatch_route *routes, size_t count,
	const struct hatch_span *text)
{
	for (size_t i = 0; i < count; i++) {
		struct hatch_event_stream *stream =
			(struct hatch_event_stream *)(uintptr_t)routes[i].arg;
		if (routes[i].handler != hatch_events || stream == NULL)
			continue;
		if (text != NULL && !stream->marked)
			add_to(srv, stream, *text);
		stream->marked = text != NULL;
	}
}

/* text NULL: takes the marks away. */
static void each_stream(struct hatch *srv, const struct hatch_span *text)
{
	const struct hatch_config *config = hx_config(srv);
	each_in_table(srv, config->routes, config->route_count, text);
	for (size_t i = 0; i < config->group_count; i++)
		each_in_table(srv, config->groups[i].routes, config->groups[i].route_count, text);
}

static void deliver_to_one(struct hatch *srv, const struct hx_posted *posted)
{
	struct hx_live *live = hx_live_find(srv, posted->whom.one);
	if (live == NULL || live->ops != &hx_events_ops || live->stopping)
		return;
	if (!hx_events_put(live, posted->bytes, posted->len))
		hx_live_count_drop(srv, 1);
	hx_live_wake(live);
}

static void deliver(struct hatch *srv, const struct hx_posted *posted)
{
	struct hatch_span text = hx_span(posted->bytes, posted->len);
	if (posted->whom.to == HATCH_TO_ONE) {
		deliver_to_one(srv, posted);
	} else if (posted->whom.to == HATCH_TO_ALL) {
		each_stream(srv, NULL);
		each_stream(srv, &text);
	} else {
		add_to(srv, posted->whom.key, text);
	}
}

static bool has_stream(const struct hatch_route *routes, size_t count, const void *stream)
{
	for (size_t i = 0; i < count; i++)
		if (routes[i].handler == hatch_events && routes[i].arg == stream)
			return true;
	return false;
}

/* Somebody else's argument is not taken for a stream. */
static bool is_stream(const struct hatch_config *config, const void *stream)
{
	bool found = has_stream(config->routes, config->route_count, stream);
	for (size_t i = 0; !found && i < config->group_count; i++)
		found = has_stream(config->groups[i].routes, config->groups[i].route_count, stream);
	return found;
}

int hx_events_find(struct hx_whom *whom, const struct hatch_config *config, struct hatch_to to)
{
	int error = hx_whom(whom, config, to, hatch_events);
	if (error == 0 && whom->to == HATCH_TO_PATH) {
		const struct hatch_route *route = whom->key;
		whom->to = HATCH_TO_ARG;
		whom->key = route->arg;
	}
	return error == 0 && whom->to == HATCH_TO_ARG && !is_stream(config, whom->key)
		       ? HATCH_EINVAL
		       : error;
}

static bool is_too_long(const struct hatch_config *config, const struct hx_whom *whom, size_t size)
{
	const struct hatch_event_stream *stream = whom->to == HATCH_TO_ARG ? whom->key : NULL;
	return size > 0xffff || size + HX_EVENT_CHUNK > config->live_buffer ||
	       (stream != NULL && size + HX_EVENT_PREFIX > stream->memory_len);
}

int hatch_publish_event(struct hatch *srv, struct hatch_to to, const struct hatch_event *event)
{
	const struct hatch_config *config = hx_config(srv);
	struct hx_posted *posted;
	struct hx_whom whom;
	struct hx_text text;
	HX_TRY(hx_event_check(event));
	HX_TRY(hx_events_find(&whom, config, to));
	size_t size = hx_event_size(event);
	if (is_too_long(config, &whom, size))
		return HATCH_EBIG;
	HX_TRY(hx_publish_begin(srv, &whom, (uint32_t)size, deliver, &posted));
	hx_text_init(&text, posted->bytes, size);
	hx_event_write(&text, event);
	hx_publish_end(srv);
	return 0;
}
