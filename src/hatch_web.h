/*
 * hatch_web.h - what web pages and their forms need: handlers and guards to name in routes
 * SPDX-License-Identifier: MIT
 *
 * Each is linked only if the program names it.  The conventions are those of hatch.h.
 */
#ifndef HATCH_WEB_H
#define HATCH_WEB_H

#include "hatch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- files inside the program ---------------------------------------------- */

/*
 * One file in each coding that is worth having; the tables are made by hatch-embed.  A coding that
 * is not there has an empty span.
 */
struct hatch_asset {
	const char *path; /* without a slash before it: "index.html", "img/a.png" */
	const char *type; /* Content-Type */
	const char *etag; /* strong, of the content, in its quotes; per coding one of its own */
	struct hatch_span plain, gzip, brotli;
};

struct hatch_site {
	const struct hatch_asset *assets; /* in the order of strcmp() of their paths */
	size_t asset_count;
	uint32_t max_age_s; /* for Cache-Control; 0: no-cache, so that it is asked for each time */
	const char *fallback; /* the asset for a path that names none, for a page that routes by
				 itself; NULL: 404 */
};

/*
 * Route: HATCH_ROUTE_ARG(HATCH_GET, "/" "*", hatch_assets, &site).  A folder is its index.html.
 * Answers with ETag, If-None-Match, If-Match, Range, HEAD, and in gzip or Brotli to who takes it.
 */
hatch_handler hatch_assets;

/* Content-Type by the end of a name; "application/octet-stream" if it is not known. */
const char *hatch_type_of(struct hatch_span name);

/* ---- files in a folder ------------------------------------------------------ */

struct hatch_folder {
	const char *dir; /* "/littlefs/www", without a slash behind it */
	uint32_t max_age_s;
	const char *fallback; /* a file of it, as above; NULL: 404 */
	hatch_handler *list;  /* for a folder without index.html: hatch_files_list; NULL: 404 */
	uint64_t upload_max;  /* for hatch_files_put: bytes; default 1 MB */
};

/*
 * Through fopen() and stat(), so on SPIFFS, LittleFS, SD and Linux alike.  Route with "/" "*".
 * Answers as hatch_assets does, with Last-Modified as well; "a.js.gz" and "a.js.br" beside "a.js"
 * are its codings.  Nothing outside the folder is reached: no dot segment, no backslash, no name
 * that begins with a dot, and on Linux no link that leads out.
 */
hatch_handler hatch_files;

/* What is in a folder, for hatch_folder.list.  Names that begin with a dot are not shown. */
hatch_handler hatch_files_list;

/*
 * PUT into the folder, with a guard before it: streamed to a temporary name and renamed when it is
 * whole.  201, or 204 if it replaced one; 409 where a folder on the way is missing; 412 for
 * "If-None-Match: *" if there is one; 413 over upload_max; 507 when the medium is full.  Takes
 * HATCH_FILES_PUT_SCRATCH bytes of hatch_scratch(): config.scratch is to have them.
 */
#define HATCH_FILES_PUT_SCRATCH 640
hatch_handler hatch_files_put;

/* ---- forms ------------------------------------------------------------------ */

/*
 * A value of a body that was collected (hatch_policy.body_max) and is
 * application/x-www-form-urlencoded, decoded; ptr is NULL if there is none of that name, or the
 * body is no such form.  The body is decoded in place: hatch_body() is of no use after that.
 */
struct hatch_span hatch_form(struct hatch_req *req, const char *name);

/*
 * multipart/form-data (RFC 7578), of any size, part by part from constant memory.  Names, file
 * names and types are spans that live until the part's end; a file name is what the client says:
 * without a path, but otherwise not to be trusted.
 */
struct hatch_part {
	struct hatch_span name;
	struct hatch_span filename; /* ptr NULL: not a file */
	struct hatch_span type;     /* "text/plain" if the client does not say */
	uint64_t len;               /* bytes so far */
};

struct hatch_parts {
	/* A part begins; may be NULL.  Others than 0 end the request: a response, or an error. */
	int (*begin)(struct hatch_req *req, const struct hatch_part *part, void *arg);
	/* Content; as a hatch_sink, so HATCH_LATER is possible. */
	int (*data)(struct hatch_req *req, const struct hatch_part *part, struct hatch_span piece,
		void *arg);
	/* It is whole; may be NULL. */
	int (*end)(struct hatch_req *req, const struct hatch_part *part, void *arg);
	/* All of them are: gives the response. */
	int (*done)(struct hatch_req *req, void *arg);
	uint64_t part_max, total_max; /* bytes; over them 413; 0: no limit */
	uint16_t parts_max;           /* default 16; over it 413 */
};

/*
 * The handler returns what this returns.  400 for a broken body, 415 for another type.  Takes
 * HATCH_PARTS_SCRATCH bytes of hatch_scratch(): config.scratch is to have them.
 */
#define HATCH_PARTS_SCRATCH 768
int hatch_receive_parts(struct hatch_req *req, const struct hatch_parts *how, void *arg);

#ifdef __cplusplus
}
#endif
#endif /* HATCH_WEB_H */
