/*
 * event_text.c - an event as it stands on the wire
 * SPDX-License-Identifier: MIT
 *
 *	id: 7
 *	event: temperature
 *	data: first line
 *	data: second line
 *	(an empty line)
 */
#include "events.h"

/* A line end or a NUL in a name would be another field, or make clients forget the id. */
static bool is_line(const char *text)
{
	return strpbrk(text, "\r\n") == NULL;
}

int hx_event_check(const struct hatch_event *event)
{
	if (event->id != NULL && (event->id[0] == '\0' || !is_line(event->id)))
		return HATCH_EINVAL;
	if (event->event != NULL && !is_line(event->event))
		return HATCH_EINVAL;
	return event->data.len > 0 && event->data.ptr == NULL ? HATCH_EINVAL : 0;
}

/* Takes a line: CRLF, LF and CR end one, as the clients see it.  False: that was the last. */
static bool take_line(struct hatch_span *left, struct hatch_span *line)
{
	size_t end = 0;
	while (end < left->len && left->ptr[end] != '\r' && left->ptr[end] != '\n')
		end++;
	*line = hx_span(left->ptr, end);
	if (end == left->len)
		return false;
	size_t skip = left->ptr[end] == '\r' && end + 1 < left->len && left->ptr[end + 1] == '\n'
			      ? 2
			      : 1;
	*left = hx_span(left->ptr + end + skip, left->len - end - skip);
	return true;
}

static void put_field(struct hx_text *out, const char *name, struct hatch_span value)
{
	hx_text_str(out, name);
	hx_text_str(out, ": ");
	hx_text_span(out, value);
	hx_text_char(out, '\n');
}

void hx_event_write(struct hx_text *out, const struct hatch_event *event)
{
	struct hatch_span left = event->data, line;
	bool more = true;
	if (event->id != NULL)
		put_field(out, "id", hatch_str(event->id));
	if (event->event != NULL)
		put_field(out, "event", hatch_str(event->event));
	while (more) {
		more = take_line(&left, &line);
		put_field(out, "data", line);
	}
	hx_text_char(out, '\n');
}

size_t hx_event_size(const struct hatch_event *event)
{
	struct hatch_span left = event->data, line;
	size_t size = 1;
	bool more = true;
	size += event->id == NULL ? 0 : sizeof("id: ") + strlen(event->id);
	size += event->event == NULL ? 0 : sizeof("event: ") + strlen(event->event);
	while (more) {
		more = take_line(&left, &line);
		size += sizeof("data: ") + line.len;
	}
	return size;
}
