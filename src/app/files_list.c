/*
 * files_list.c - what is in a folder, as a page
 * SPDX-License-Identifier: MIT
 *
 * In the order of the file system: sorting would take memory for all of them.
 */
#include <dirent.h>

#include "../http/uri.h"
#include "exchange.h"
#include "files.h"
#include "html.h"

static const char head[] = "<!doctype html><meta charset=utf-8>"
			   "<meta name=viewport content=\"width=device-width\">"
			   "<title>Files</title><style>body{font:16px/1.6 system-ui;margin:2em}"
			   "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}"
			   "a{color:#8bf}}</style><h1>Files</h1><p><a href=\"../\">../</a>";

enum { ENTRY_MAX = 96 }; /* bytes of the longest name that is shown */

struct list {
	DIR *dir;
	bool begun;
};

static void close_list(void *arg, int error)
{
	struct list *list = arg;
	(void)error;
	(void)closedir(list->dir);
}

/* "./" before a name keeps one with a colon from being a scheme. */
static void put_entry(struct hx_text *out, const char *name)
{
	char encoded[3 * ENTRY_MAX];
	struct hx_text url;
	struct hatch_span text = hatch_str(name);
	hx_text_init(&url, encoded, sizeof(encoded));
	hx_path_encode(&url, text);
	hx_text_str(out, "<br><a href=\"./");
	hx_text_html(out, hx_span(encoded, url.len));
	hx_text_str(out, "\">");
	hx_text_html(out, text);
	hx_text_str(out, "</a>\n");
}

/* One entry at a time; HATCH_ROOM_MIN bytes are too few for the longest, so that is left out. */
static int fill(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	struct list *list = arg;
	struct hx_text out;
	(void)req;
	hx_text_init(&out, buf, room);
	if (!list->begun) {
		list->begun = true;
		hx_text_str(&out, head);
		return (int)out.len;
	}
	while (out.len == 0) {
		const struct dirent *entry = readdir(list->dir);
		if (entry == NULL)
			return 0;
		size_t len = strlen(entry->d_name);
		if (entry->d_name[0] == '.' || len > ENTRY_MAX)
			continue;
		put_entry(&out, entry->d_name);
		if (out.error < 0)
			hx_text_init(&out, buf, room);
	}
	return (int)out.len;
}

int hatch_files_list(struct hatch_req *req)
{
	char path[HX_PATH_MAX];
	struct list *list = hatch_scratch(req, sizeof(*list));
	if (list == NULL)
		return HATCH_ENOMEM;
	if (!hx_files_path(hatch_arg(req), hatch_rest(req), path))
		return hatch_send_text(req, 404, "404 Not Found\n");
	list->dir = opendir(path);
	if (list->dir == NULL)
		return hatch_send_text(req, 404, "404 Not Found\n");
	int error = hatch_on_end(req, close_list, list);
	if (error < 0) {
		close_list(list, error);
		return error;
	}
	return hatch_send_stream(req, 200, "text/html; charset=utf-8", fill, list);
}
