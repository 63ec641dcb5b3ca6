/*
 * hatch_limits.h - the numbers behind every default of struct hatch_config
 * SPDX-License-Identifier: MIT
 *
 * Not "limits.h": Arduino puts this folder on the include path, where that
 * name would hide the one of the C library.
 */
#ifndef HATCH_LIMITS_H
#define HATCH_LIMITS_H

enum hatch_limits {
	/* A browser opens six connections at once; two are left for somebody else. */
	HATCH_MAX_CONNS = 8,
	HATCH_CLIENT_CONNS_MIN = 6,

	/* A desktop browser sends 0.5 to 1 kB of fields, and up to 4 kB of one site's cookies. */
	HATCH_MAX_LINE = 2048,
	HATCH_MAX_HEAD = 6144,
	HATCH_MAX_FIELDS = 64,
	HATCH_MAX_TRAILERS = 1024,

	/* Room behind the head in which a body arrives. */
	HATCH_BODY_ROOM = 1024,

	/* Status line and fields of a response; the body that is copied comes on top. */
	HATCH_RESPONSE_HEAD = 1024,
	HATCH_COPY_MAX = 1024,

	HATCH_SCRATCH = 256,
	HATCH_BODIES = 2,
	HATCH_POSTS = 16,
	HATCH_TIMERS = 4,
	HATCH_LOG_LINES_PER_S = 200,
	HATCH_DISCARD_MAX = 65536,
	HATCH_TLS_HEAP_MAX = 65536,
	/* Heap that newcomers leave alone: TCP/IP's buffers, and the program's own needs. */
	HATCH_HEAP_RESERVE = 6144,
	/* Two handshakes at once, and one for those that have theirs behind them. */
	HATCH_RECORD_BUFFERS = 3,
	/* Five in a second take a tenth of a 160 MHz core; a browser opens six at once. */
	HATCH_CLIENT_HANDSHAKES_PER_MIN = 300,
	HATCH_SESSION_CACHE = 8,
	HATCH_TICKET_S = 86400,

	/* The longest parameter list of one route. */
	HATCH_PARAMS_MAX = 8,

	/* Chunk extensions of one body, all together: nobody needs them (RFC 9112 section 7.1.1).
	 */
	HATCH_CHUNK_EXT_MAX = 256,

	HATCH_RECORD_MS = 2000,
	HATCH_HANDSHAKE_MS = 10000,
	HATCH_HEAD_MS = 10000,
	HATCH_BODY_MS = 10000,
	HATCH_REQUEST_MS = 600000,
	HATCH_RESPOND_MS = 30000,
	HATCH_SEND_MS = 20000,
	HATCH_IDLE_MS = 15000,
	HATCH_GOODBYE_MS = 2000,

	/* Somebody who has not finished a head by then makes room when others wait for its place.
	 */
	HATCH_HEAD_GRACE_MS = 1000,
	/* So does somebody who has left a handshake where it is for that long. */
	HATCH_HANDSHAKE_GRACE_MS = 1000,
};

#endif /* HATCH_LIMITS_H */
