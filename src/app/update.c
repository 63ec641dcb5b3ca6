/*
 * update.c - new firmware by upload, into a writer of three functions
 * SPDX-License-Identifier: MIT
 *
 * Whatever goes wrong before finish(), the old image stays: the writer is told to forget what it
 * has.  Only what has the promised length and digest is finished.
 */
#include "../base/base64.h"
#include "../base/hash.h"
#include "../base/secret.h"
#include "../hatch_web.h"
#include "../http/field.h"
#include "exchange.h"
#include "respond.h"

struct upload {
	struct hatch_updater *update;
	struct hx_hash hash;
	unsigned char wanted[HX_HASH_LEN];
	bool has_digest, begun, finished;
	uint64_t len;
};

_Static_assert(sizeof(struct upload) <= 192, "it is to fit into the default config.scratch");

/* ---- the digest that the client gives ---- */

static int hex_of(char c)
{
	char lower = hx_lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool from_hex(struct hatch_span text, unsigned char out[HX_HASH_LEN])
{
	if (text.len != 2 * HX_HASH_LEN)
		return false;
	for (size_t i = 0; i < HX_HASH_LEN; i++) {
		int high = hex_of(text.ptr[2 * i]), low = hex_of(text.ptr[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

/* Content-Digest: sha-256=:BASE64: (RFC 9530 section 2). */
static bool from_field(struct hatch_req *req, struct hatch_span value, unsigned char *out)
{
	struct hatch_span start = hatch_str("sha-256=:"), element;
	while (hx_list_take(&value, &element)) {
		if (element.len <= start.len || element.ptr[element.len - 1] != ':' ||
			!hx_span_same_nocase(hx_span(element.ptr, start.len), start))
			continue;
		char *text = req->in + (element.ptr - req->in) + start.len;
		int len = hx_base64_decode(text, element.len - start.len - 1);
		if (len != HX_HASH_LEN)
			return false;
		memcpy(out, text, HX_HASH_LEN);
		return true;
	}
	return false;
}

/* False: there is one that cannot be read.  For people with curl it may be in the query, too. */
static bool read_digest(struct hatch_req *req, struct upload *upload)
{
	struct hatch_span field = hatch_field(req, "Content-Digest");
	struct hatch_span query = hatch_query(req, "sha256");
	upload->has_digest = field.ptr != NULL || query.ptr != NULL;
	if (field.ptr != NULL)
		return from_field(req, field, upload->wanted);
	return query.ptr == NULL || from_hex(query, upload->wanted);
}

/* ---- the upload ---- */

static int say(struct hatch_req *req, int status, const char *sentence)
{
	return hatch_send_text(req, status, sentence);
}

static void end_update(void *arg, int error)
{
	struct upload *upload = arg;
	(void)error;
	hx_hash_free(&upload->hash);
	if (upload->begun && !upload->finished)
		upload->update->abort(upload->update->arg);
	upload->update->busy = false;
}

static int finish(struct hatch_req *req, struct upload *upload)
{
	unsigned char found[HX_HASH_LEN];
	int error = hx_hash_end(&upload->hash, found);
	if (error < 0)
		return error;
	if (upload->len == 0)
		return say(req, 400, "There is no image in this request.\n");
	if (upload->has_digest && memcmp(found, upload->wanted, sizeof(found)) != 0)
		return say(
			req, 422, "The image is not what its SHA-256 says: nothing was changed.\n");
	error = upload->update->finish(upload->update->arg);
	upload->finished = error == 0;
	if (error < 0)
		return say(
			req, 422, "The image is none that can be started: nothing was changed.\n");
	return say(req, 200, "Updated.\n");
}

static int take(struct hatch_req *req, struct hatch_span piece, void *arg)
{
	struct upload *upload = arg;
	struct hatch_updater *update = upload->update;
	if (piece.len == 0)
		return finish(req, upload);
	if (piece.len > update->max - upload->len)
		return say(req, 413, "The image is larger than its place.\n");
	int error = hx_hash_add(&upload->hash, piece.ptr, piece.len);
	if (error == 0)
		error = update->write(update->arg, piece);
	if (error < 0)
		return say(req, 507, "The image could not be written: nothing was changed.\n");
	upload->len += piece.len;
	return 0;
}

static int begin(struct hatch_req *req, struct upload *upload)
{
	struct hatch_updater *update = upload->update;
	int error = hx_hash_begin(&upload->hash);
	if (error == 0)
		error = hatch_on_end(req, end_update, upload);
	if (error < 0) {
		hx_hash_free(&upload->hash);
		return error;
	}
	update->busy = true;
	bool known = req->framing.kind == HX_BODY_LENGTH;
	error = update->begin(update->arg, known ? req->framing.length : 0);
	upload->begun = error == 0;
	if (error < 0)
		return say(req, 500, "There is no place for an image.\n");
	return hatch_receive(req, take, upload);
}

int hatch_update(struct hatch_req *req)
{
	/* The application's own, which its route's argument cannot say. */
	struct hatch_updater *update = (struct hatch_updater *)(uintptr_t)hx_arg(
		req, "struct hatch_updater");
	if (update == NULL)
		return HATCH_EINVAL;
	struct upload *upload = hatch_scratch(req, sizeof(*upload));
	if (upload == NULL)
		return HATCH_ENOMEM;
	upload->update = update;
	if (update->busy)
		return say(req, 409, "Another update is on its way.\n");
	if (!read_digest(req, upload))
		return say(req, 400, "The SHA-256 cannot be read.\n");
	if (update->needs_digest && !upload->has_digest)
		return say(req, 400, "Give its SHA-256: ?sha256=..., or Content-Digest.\n");
	if (req->framing.kind == HX_BODY_LENGTH && req->framing.length > update->max)
		return say(req, 413, "The image is larger than its place.\n");
	return begin(req, upload);
}
