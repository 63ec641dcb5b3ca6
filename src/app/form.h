/*
 * form.h - whether a request's body is a urlencoded form
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_APP_FORM_H
#define HX_APP_FORM_H

#include "exchange.h"

bool hx_is_form(const struct hatch_req *req);

#endif
