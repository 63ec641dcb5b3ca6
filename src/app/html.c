/*
 * html.c - text as it may stand in a page
 * SPDX-License-Identifier: MIT
 */
#include "html.h"

/* NULL: as it is.  The five with which text could leave its place, in a quoted attribute too. */
static const char *reference_of(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return NULL;
	}
}

void hx_text_html(struct hx_text *out, struct hatch_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		const char *reference = reference_of(text.ptr[i]);
		if (reference != NULL)
			hx_text_str(out, reference);
		else
			hx_text_char(out, text.ptr[i]);
	}
}

int hatch_escape_html(char *buf, size_t room, struct hatch_span text)
{
	struct hx_text out;
	if (room == 0)
		return HATCH_EBIG;
	hx_text_init(&out, buf, room - 1);
	hx_text_html(&out, text);
	buf[out.error < 0 ? 0 : out.len] = '\0';
	return out.error < 0 ? out.error : (int)out.len;
}
