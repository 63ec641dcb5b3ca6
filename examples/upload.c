/*
 * An upload of any length, piece by piece into a file, from constant memory.  Whatever becomes of
 * the client, the file is closed exactly once, and half an upload never takes the place of a whole.
 *
 *	curl --cacert build/made/localhost.pem -T big.bin https://localhost:8443/upload
 */
#include <hatch.h>
#include <stdio.h>
#include "localhost.h"

struct upload {
	FILE *file;
	long size;
};

static bool busy; /* there is one upload.part */

static int take(struct hatch_req *req, struct hatch_span piece, void *arg)
{
	struct upload *upload = (struct upload *)arg;
	if (piece.len == 0) /* the end: now the response */
		return fflush(upload->file) == 0 && rename("upload.part", "upload.bin") == 0
			       ? hatch_send_json(req, 201, "{\"bytes\":%ld}\n", upload->size)
			       : hatch_send_json(req, 500, "{\"error\":\"could not be kept\"}\n");
	upload->size += (long)piece.len;
	return fwrite(piece.ptr, 1, piece.len, upload->file) == piece.len ? 0 : HATCH_EPORT;
}

static void done(void *arg, int error)
{
	struct upload *upload = (struct upload *)arg;
	busy = false;
	fclose(upload->file);
	if (error != 0)
		remove("upload.part");
	printf("upload of %ld bytes: %s\n", upload->size, hatch_strerror(error));
	fflush(stdout);
}

static int put(struct hatch_req *req)
{
	struct upload *upload = (struct upload *)hatch_scratch(req, sizeof(*upload));
	if (upload == NULL)
		return HATCH_ENOMEM;
	if (busy)
		return hatch_send_json(req, 503, "{\"error\":\"one at a time\"}\n");
	upload->file = fopen("upload.part", "wb");
	if (upload->file == NULL)
		return HATCH_EPORT;
	int error = hatch_on_end(req, done, upload);
	if (error < 0) {
		fclose(upload->file);
		return error;
	}
	busy = true;
	return hatch_receive(req, take, upload);
}

static const struct hatch_route routes[] = { HATCH_ROUTE(HATCH_PUT, "/upload", put) };
static const struct hatch_identity me = HATCH_DER(localhost_cert, localhost_key);

int main(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	config.port = 8443;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &me;
	return hatch_serve(&config) < 0;
}
