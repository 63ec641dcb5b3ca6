/*
 * encode.h - the head of a response and the frames of its body, RFC 9112
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_HTTP_ENCODE_H
#define HX_HTTP_ENCODE_H

#include "../base/text.h"

/*
 * One field line.  HATCH_EINVAL if the name is no token, the value has a byte
 * that no value has, or it is one of those that frame the message and are not
 * the application's: Connection, Content-Length, Date, Keep-Alive, TE, Trailer,
 * Transfer-Encoding, Upgrade.  HATCH_EBIG if it does not fit.  On an error
 * nothing is written.
 */
int hx_encode_field(struct hx_text *out, struct hatch_span name, struct hatch_span value);

enum hx_length { HX_LENGTH_NONE, HX_LENGTH_KNOWN, HX_LENGTH_CHUNKED, HX_LENGTH_CLOSE };

struct hx_response_head {
	int status;
	int64_t unix_time; /* 0: no Date */
	const char *type;  /* Content-Type; NULL: none */
	const char *allow; /* NULL: none */
	enum hx_length length;
	uint64_t content_length;
	bool close;               /* Connection: close */
	const char *upgrade;      /* Upgrade, and "Connection: Upgrade"; NULL: none */
	bool keep_alive_10;       /* an HTTP/1.0 client has asked for keep-alive and gets it */
	struct hatch_span fields; /* lines from hx_encode_field() */
};

/*
 * The whole head with its empty line; out->error sticks.  HATCH_EINVAL if type
 * or allow has a byte that no value has.  A 1xx and a 204 get no length, and
 * HX_LENGTH_CLOSE gets its "Connection: close", whatever the rest says.
 */
void hx_encode_head(struct hx_text *out, const struct hx_response_head *head);

/*
 * A chunk is written around content that is already in place: HX_CHUNK_PREFIX
 * bytes before it, HX_CHUNK_SUFFIX bytes after it.  len is 1 to 0xffff.
 */
enum { HX_CHUNK_PREFIX = 6, HX_CHUNK_SUFFIX = 2 };
void hx_encode_chunk(char prefix[HX_CHUNK_PREFIX], size_t len, char suffix[HX_CHUNK_SUFFIX]);

#define HX_LAST_CHUNK "0\r\n\r\n"

#endif
