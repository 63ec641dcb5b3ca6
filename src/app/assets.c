/*
 * assets.c - files inside the program
 * SPDX-License-Identifier: MIT
 */
#include "../hatch_web.h"
#include "content.h"
#include "respond.h"

/* Like strcmp(): the path of an asset against a and b, one behind the other. */
static int compare(const char *path, struct hatch_span a, struct hatch_span b)
{
	size_t len = strlen(path);
	for (size_t i = 0; i < a.len + b.len; i++) {
		unsigned char want = (unsigned char)(i < a.len ? a.ptr[i] : b.ptr[i - a.len]);
		unsigned char have = i < len ? (unsigned char)path[i] : 0;
		if (i == len || have != want)
			return (int)have - (int)want;
	}
	return len > a.len + b.len ? 1 : 0;
}

static const struct hatch_asset *find(
	const struct hatch_site *site, struct hatch_span a, struct hatch_span b)
{
	size_t low = 0, high = site->asset_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(site->assets[middle].path, a, b);
		if (order == 0)
			return &site->assets[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* "a/" is "a/index.html"; "a", if that is a folder, is led to "a/". */
static const struct hatch_asset *look_up(
	const struct hatch_site *site, struct hatch_span path, bool *is_folder)
{
	static const char index[] = "index.html";
	const struct hatch_span name = { index, sizeof(index) - 1 };
	*is_folder = false;
	if (path.len == 0 || path.ptr[path.len - 1] == '/')
		return find(site, path, name);
	const struct hatch_asset *asset = find(site, path, hx_span(NULL, 0));
	if (asset == NULL)
		*is_folder = find(site, path, hatch_str("/index.html")) != NULL;
	return asset;
}

/* The representation: its coding, NULL for none. */
static const char *choose_coding(const struct hatch_req *req, const struct hatch_asset *asset,
	struct hatch_span *data, char mark[2])
{
	struct hatch_span lines = req->head.fields;
	mark[0] = mark[1] = '\0';
	if (asset->brotli.len > 0 && hx_accepts_coding(lines, "br")) {
		*data = asset->brotli;
		mark[0] = 'b';
		return "br";
	}
	if (asset->gzip.len > 0 && hx_accepts_coding(lines, "gzip")) {
		*data = asset->gzip;
		mark[0] = 'z';
		return "gzip";
	}
	*data = asset->plain;
	return NULL;
}

/* Each coding is another representation, and a strong tag is of one alone (RFC 9110 8.8.3.3). */
static int send_asset(
	struct hatch_req *req, const struct hatch_site *site, const struct hatch_asset *asset)
{
	char etag[48], mark[2];
	struct hatch_span data;
	struct hx_range range;
	struct hx_text text;
	struct hx_content content = { .max_age_s = site->max_age_s };
	content.encoding = choose_coding(req, asset, &data, mark);
	content.size = data.len;
	content.varies = asset->gzip.len > 0 || asset->brotli.len > 0;
	struct hatch_span tag = hatch_str(asset->etag);
	if (tag.len >= 2) {
		hx_text_init(&text, etag, sizeof(etag) - 1);
		hx_text_span(&text, hx_span(tag.ptr, tag.len - 1));
		hx_text_str(&text, mark);
		hx_text_char(&text, '"');
		etag[text.len] = '\0';
		content.have.etag = text.error == 0 ? etag : NULL;
	}
	if (data.len == 0 && content.varies) /* hatch-embed --no-plain */
		return hatch_send_text(req, 406, "This is here in gzip only.\n");
	int status = hx_content_begin(req, &content, &range);
	if (status <= 0)
		return status;
	return hatch_send_static(
		req, status, asset->type, data.ptr + range.first, (size_t)range.len);
}

int hatch_assets(struct hatch_req *req)
{
	const struct hatch_site *site = hx_arg(req, "struct hatch_site");
	if (site == NULL)
		return HATCH_EINVAL;
	bool is_folder;
	const struct hatch_asset *asset = look_up(site, hatch_rest(req), &is_folder);
	if (is_folder)
		return hx_content_to_folder(req);
	if (asset == NULL && site->fallback != NULL)
		(void)hatch_add_field(req, "Vary", "Accept");
	if (asset == NULL && site->fallback != NULL && hx_wants_page(req->head.fields))
		asset = find(site, hatch_str(site->fallback), hx_span(NULL, 0));
	if (asset == NULL)
		return hatch_send_text(req, 404, "404 Not Found\n");
	return send_asset(req, site, asset);
}
