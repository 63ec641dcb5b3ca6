/*
 * html.h - text as it may stand in a page
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_APP_HTML_H
#define HX_APP_HTML_H

#include "../base/text.h"
#include "../hatch_web.h"

void hx_text_html(struct hx_text *out, struct hatch_span text);

#endif
