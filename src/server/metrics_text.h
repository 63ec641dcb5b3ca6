/*
 * metrics_text.h - the numbers as text, a line at a time
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_SERVER_METRICS_TEXT_H
#define HX_SERVER_METRICS_TEXT_H

#include "metrics.h"

extern const uint16_t hx_times_limit[HX_TIMES - 1]; /* ms */

#endif
