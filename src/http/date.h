/*
 * date.h - IMF-fixdate, RFC 9110 section 5.6.7
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_HTTP_DATE_H
#define HX_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

#define HX_DATE_LEN 29 /* "Sun, 06 Nov 1994 08:49:37 GMT" */

/* Writes HX_DATE_LEN characters and a NUL.  Years 1970 to 9999; false outside. */
bool hx_date_format(int64_t unix_time, char out[HX_DATE_LEN + 1]);

/*
 * Reads the three forms that RFC 9110 asks recipients to take; false if it is
 * none of them.  Two digits of a year are 1970 to 2069.
 */
bool hx_date_parse(const char *text, unsigned len, int64_t *unix_time);

#endif
