/*
 * ws_offer.h - what is agreed on of permessage-deflate, RFC 7692 section 7.1
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_LIVE_WS_OFFER_H
#define HX_LIVE_WS_OFFER_H

#include "../base/text.h"

enum { HX_BITS_MIN = 9, HX_BITS_MAX = 15 };

/*
 * Of a field Sec-WebSocket-Extensions, the first offer that suits windows of so many bits both
 * ways: its answer.  False: none does.
 */
bool hx_ws_offer_answer(struct hatch_span offers, unsigned bits, struct hx_text *out);

#endif
