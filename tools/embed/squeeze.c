/* SPDX-License-Identifier: MIT */
/* squeeze.c: see squeeze.h */
#include "embed/squeeze.h"

#include <stdlib.h>
#include <zlib.h>

#include "common/say.h"

enum { WINDOW_BITS = 15, GZIP = 16, MEMORY_LEVEL = 9 };

unsigned char *squeeze(const unsigned char *bytes, size_t len, size_t *out_len)
{
	z_stream z = { 0 };
	if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, WINDOW_BITS + GZIP, MEMORY_LEVEL,
		    Z_DEFAULT_STRATEGY) != Z_OK)
		die("out of memory");
	size_t room = deflateBound(&z, (uLong)len);
	unsigned char *out = malloc(room);
	if (out == NULL)
		die("out of memory");
	z.next_in = (z_const Bytef *)bytes;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		die("zlib fails: %s", z.msg == NULL ? "no reason given" : z.msg);
	*out_len = (size_t)z.total_out;
	(void)deflateEnd(&z);
	return out;
}
