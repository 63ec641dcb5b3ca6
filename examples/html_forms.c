/*
 * A page with two forms: one is collected and read by name, one brings a file of any length, part
 * by part.  What was typed comes back in a page, where it is text and never markup.
 * README.md says how to start it, and has more of these:
 *
 *	curl --data-urlencode 'name=<b>Ada</b>' https://localhost:8443/greet
 *	curl -F 'note=a picture' -F file=@big.bin https://localhost:8443/upload
 */
#include <hatch_web.h>
#include <stdio.h>
#include <string.h>
#include "localhost.h"

enum { NAME_MAX_LEN = 40, NOTE_MAX_LEN = 40, FILE_MAX = 10000000 };

static const char page[] =
	"<!doctype html><meta charset=utf-8><title>Forms</title>\n"
	"<form method=post action=/greet><input name=name required><button>Greet</button></form>\n"
	"<form method=post action=/upload enctype=multipart/form-data>\n"
	"<input name=note><input type=file name=file required><button>Send</button></form>\n";

static int send_page(struct hatch_req *req)
{
	return hatch_send_static(req, 200, "text/html", page, sizeof(page) - 1);
}

static int greet(struct hatch_req *req)
{
	struct hatch_span name = hatch_form(req, "name");
	char escaped[6 * NAME_MAX_LEN + 1], answer[400];
	if (name.len == 0 || name.len > NAME_MAX_LEN)
		return hatch_send_text(req, 400, "A name has 1 to 40 bytes.\n");
	hatch_escape_html(escaped, sizeof(escaped), name);
	int len = snprintf(answer, sizeof(answer),
		"<!doctype html><meta charset=utf-8><title>Hello</title><p>Hello, %s!\n", escaped);
	return hatch_send_bytes(req, 200, "text/html", answer, (size_t)len);
}

struct upload {
	char note[NOTE_MAX_LEN];
	size_t note_len;
	unsigned long bytes;
};

/* A part with a file name is a file: counted here, and kept nowhere. */
static int take(
	struct hatch_req *req, const struct hatch_part *part, struct hatch_span piece, void *arg)
{
	struct upload *upload = (struct upload *)arg;
	if (part->filename.ptr != NULL) {
		upload->bytes += (unsigned long)piece.len;
	} else if (hatch_eq(part->name, "note")) {
		if (piece.len > sizeof(upload->note) - upload->note_len)
			return hatch_send_text(req, 400, "A note has at most 40 bytes.\n");
		memcpy(upload->note + upload->note_len, piece.ptr, piece.len);
		upload->note_len += piece.len;
	}
	return 0;
}

static int done(struct hatch_req *req, void *arg)
{
	const struct upload *upload = (const struct upload *)arg;
	struct hatch_span note = { upload->note, upload->note_len };
	char escaped[6 * NOTE_MAX_LEN + 1], answer[400];
	hatch_escape_html(escaped, sizeof(escaped), note);
	int len = snprintf(answer, sizeof(answer),
		"<!doctype html><meta charset=utf-8><title>Thanks</title><p>%s: %lu bytes\n",
		escaped, upload->bytes);
	return hatch_send_bytes(req, 200, "text/html", answer, (size_t)len);
}

/* begin, data, end, done; part_max, total_max, parts_max */
static const struct hatch_parts parts = { NULL, take, NULL, done, FILE_MAX, 0, 4 };

static int receive(struct hatch_req *req)
{
	void *upload = hatch_scratch(req, sizeof(struct upload));
	return upload == NULL ? HATCH_ENOMEM : hatch_receive_parts(req, &parts, upload);
}

static const struct hatch_policy short_form = { 200, NULL, 0, NULL, 0, false };
static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", send_page),
	HATCH_ROUTE_WITH(HATCH_POST, "/greet", greet, NULL, &short_form),
	HATCH_ROUTE(HATCH_POST, "/upload", receive),
};
static const struct hatch_identity me = HATCH_DER(localhost_cert, localhost_key);

int main(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	config.port = 8443;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &me;
	config.scratch = HATCH_PARTS_SCRATCH + sizeof(struct upload) + 16;
	return hatch_serve(&config) < 0;
}
