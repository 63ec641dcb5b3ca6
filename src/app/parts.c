/*
 * parts.c - multipart/form-data, handed to the application part by part
 * SPDX-License-Identifier: MIT
 */
#include "../hatch_web.h"
#include "../http/field.h"
#include "../http/multipart.h"
#include "exchange.h"
#include "respond.h"

enum { PARTS_DEFAULT = 16 };

struct receiver {
	struct hx_multi multi;
	const struct hatch_parts *how;
	void *arg;
	struct hatch_part part;
	uint64_t total;
	size_t at;               /* of the piece: what is before it has been looked at */
	struct hatch_span waits; /* data that was not taken */
	unsigned count;
};

_Static_assert(sizeof(struct receiver) <= HATCH_PARTS_SCRATCH, "HATCH_PARTS_SCRATCH");

static bool is_over(const struct hatch_req *req)
{
	return req->phase >= HX_RESPONDED;
}

static int refuse(struct hatch_req *req, int status)
{
	hx_respond_plain(req, status);
	return 0;
}

/* What begin(), end() and done() may say. */
static int checked(const struct hatch_req *req, int ret)
{
	return ret == 0 || ret < 0 || is_over(req) ? ret : HATCH_EINVAL;
}

static int begin_part(struct hatch_req *req, struct receiver *r)
{
	struct hx_part_head head;
	unsigned most = r->how->parts_max == 0 ? (unsigned)PARTS_DEFAULT : r->how->parts_max;
	if (hx_multi_head(&r->multi, &head) != 0)
		return refuse(req, 400);
	if (r->count++ == most)
		return refuse(req, 413);
	r->part.name = head.name;
	r->part.filename = head.filename;
	r->part.type = head.type.ptr == NULL ? hatch_str("text/plain") : head.type;
	r->part.len = 0;
	return r->how->begin == NULL ? 0 : checked(req, r->how->begin(req, &r->part, r->arg));
}

static bool is_too_much(const struct receiver *r, size_t len)
{
	const struct hatch_parts *how = r->how;
	return (how->part_max != 0 && len > how->part_max - r->part.len) ||
	       (how->total_max != 0 && len > how->total_max - r->total);
}

static int give_data(struct hatch_req *req, struct receiver *r, struct hatch_span data)
{
	if (is_too_much(r, data.len))
		return refuse(req, 413);
	int ret = r->how->data(req, &r->part, data, r->arg);
	r->waits = ret == HATCH_LATER && !is_over(req) ? data : hx_span(NULL, 0);
	if (ret != 0)
		return ret;
	r->part.len += data.len;
	r->total += data.len;
	return 0;
}

static int handle(struct hatch_req *req, struct receiver *r, int event, struct hatch_span data)
{
	if (event < 0)
		return refuse(req, -event);
	if (event == HX_MULTI_HEAD)
		return begin_part(req, r);
	if (event == HX_MULTI_DATA)
		return give_data(req, r, data);
	if (event == HX_MULTI_END && r->how->end != NULL)
		return checked(req, r->how->end(req, &r->part, r->arg));
	return 0;
}

static int take(struct hatch_req *req, struct hatch_span piece, void *arg)
{
	struct receiver *r = arg;
	int ret = 0;
	if (piece.len == 0)
		return r->multi.state == HX_MULTI_EPILOGUE ? checked(req, r->how->done(req, r->arg))
							   : refuse(req, 400);
	if (r->waits.len > 0)
		ret = give_data(req, r, r->waits);
	while (ret == 0 && !is_over(req) && r->at < piece.len) {
		struct hatch_span data;
		size_t used;
		int event = hx_multi_take(
			&r->multi, piece.ptr + r->at, piece.len - r->at, &used, &data);
		r->at += used;
		ret = handle(req, r, event, data);
	}
	if (ret == 0)
		r->at = 0;
	return ret;
}

int hatch_receive_parts(struct hatch_req *req, const struct hatch_parts *how, void *arg)
{
	if (how == NULL || how->data == NULL || how->done == NULL)
		return HATCH_EINVAL;
	struct receiver *r = hatch_scratch(req, sizeof(*r));
	if (r == NULL)
		return HATCH_ENOMEM;
	int status = hx_multi_init(&r->multi, hx_field_find(req->head.fields, "Content-Type"));
	if (status < 0)
		return hatch_send_text(req, -status,
			status == -415 ? "multipart/form-data is wanted.\n"
				       : "The multipart boundary cannot be read.\n");
	r->how = how;
	r->arg = arg;
	return hatch_receive(req, take, r);
}
