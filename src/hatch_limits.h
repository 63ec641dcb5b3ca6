/*
 * hatch_limits.h - the numbers behind every default of struct hatch_config
 * SPDX-License-Identifier: MIT
 *
 * A build may give others, the same to the library and to the program: ESP-IDF's component does so
 * from menuconfig, PlatformIO by build_flags = -DHATCH_MAX_CONNS=4.  A server may, by its config.
 *
 * Not "limits.h": Arduino puts this folder on the include path, where that
 * name would hide the one of the C library.
 */
#ifndef HATCH_LIMITS_H
#define HATCH_LIMITS_H

#include <assert.h>

/* A browser opens six connections at once; two are left for somebody else. */
#ifndef HATCH_MAX_CONNS
#define HATCH_MAX_CONNS 8
#endif

#ifndef HATCH_CLIENT_CONNS_MIN
#define HATCH_CLIENT_CONNS_MIN 6
#endif

/* A desktop browser sends 0.5 to 1 kB of fields, and up to 4 kB of one site's cookies. */
#ifndef HATCH_MAX_LINE
#define HATCH_MAX_LINE 2048
#endif
#ifndef HATCH_MAX_HEAD
#define HATCH_MAX_HEAD 6144
#endif
#ifndef HATCH_MAX_FIELDS
#define HATCH_MAX_FIELDS 64
#endif
#ifndef HATCH_MAX_TRAILERS
#define HATCH_MAX_TRAILERS 1024
#endif

/* Room behind the head in which a body arrives. */
#ifndef HATCH_BODY_ROOM
#define HATCH_BODY_ROOM 1024
#endif

/* Status line and fields of a response; the body that is copied comes on top. */
#ifndef HATCH_RESPONSE_HEAD
#define HATCH_RESPONSE_HEAD 1024
#endif
#ifndef HATCH_COPY_MAX
#define HATCH_COPY_MAX 1024
#endif

#ifndef HATCH_SCRATCH
#define HATCH_SCRATCH 256
#endif
#ifndef HATCH_BODIES
#define HATCH_BODIES 2
#endif
#ifndef HATCH_POSTS
#define HATCH_POSTS 16
#endif
#ifndef HATCH_TIMERS
#define HATCH_TIMERS 4
#endif
/* Of each live connection: what waits to be sent, and what has arrived of a message. */
#ifndef HATCH_LIVE_BUFFER
#define HATCH_LIVE_BUFFER 2048
#endif
#ifndef HATCH_LIVE_PIECE
#define HATCH_LIVE_PIECE 1024
#endif

/* What tasks have published and the server has not handed out yet. */
#ifndef HATCH_PUBLISH_QUEUE
#define HATCH_PUBLISH_QUEUE 4096
#endif

#ifndef HATCH_LOG_LINES_PER_S
#define HATCH_LOG_LINES_PER_S 200
#endif
#ifndef HATCH_DISCARD_MAX
#define HATCH_DISCARD_MAX 65536
#endif
#ifndef HATCH_TLS_HEAP_MAX
#define HATCH_TLS_HEAP_MAX 65536
#endif

/* Heap that newcomers leave alone: TCP/IP's buffers, and the program's own needs. */
#ifndef HATCH_HEAP_RESERVE
#define HATCH_HEAP_RESERVE 6144
#endif

/* Two handshakes at once, and one for those that have theirs behind them. */
#ifndef HATCH_RECORD_BUFFERS
#define HATCH_RECORD_BUFFERS 3
#endif

/* Five in a second take a tenth of a 160 MHz core; a browser opens six at once. */
#ifndef HATCH_CLIENT_HANDSHAKES_PER_MIN
#define HATCH_CLIENT_HANDSHAKES_PER_MIN 300
#endif

#ifndef HATCH_SESSION_CACHE
#define HATCH_SESSION_CACHE 8
#endif
#ifndef HATCH_TICKET_S
#define HATCH_TICKET_S 86400
#endif

/* The longest parameter list of one route. */
#ifndef HATCH_PARAMS_MAX
#define HATCH_PARAMS_MAX 8
#endif

/* Chunk extensions of one body, all together: nobody needs them (RFC 9112 section 7.1.1). */
#ifndef HATCH_CHUNK_EXT_MAX
#define HATCH_CHUNK_EXT_MAX 256
#endif

#ifndef HATCH_RECORD_MS
#define HATCH_RECORD_MS 2000
#endif
#ifndef HATCH_HANDSHAKE_MS
#define HATCH_HANDSHAKE_MS 10000
#endif
#ifndef HATCH_HEAD_MS
#define HATCH_HEAD_MS 10000
#endif
#ifndef HATCH_BODY_MS
#define HATCH_BODY_MS 10000
#endif
#ifndef HATCH_REQUEST_MS
#define HATCH_REQUEST_MS 600000
#endif
#ifndef HATCH_RESPOND_MS
#define HATCH_RESPOND_MS 30000
#endif
#ifndef HATCH_SEND_MS
#define HATCH_SEND_MS 20000
#endif
#ifndef HATCH_IDLE_MS
#define HATCH_IDLE_MS 15000
#endif
#ifndef HATCH_GOODBYE_MS
#define HATCH_GOODBYE_MS 2000
#endif

/* Somebody who has not finished a head by then makes room when others wait for its place. */
#ifndef HATCH_HEAD_GRACE_MS
#define HATCH_HEAD_GRACE_MS 1000
#endif

/* So does somebody who has left a handshake where it is for that long. */
#ifndef HATCH_HANDSHAKE_GRACE_MS
#define HATCH_HANDSHAKE_GRACE_MS 1000
#endif

/* config.worker_task */
#ifndef HATCH_WORKER_STACK
#define HATCH_WORKER_STACK 6144
#endif
#ifndef HATCH_WORKER_PRIORITY
#define HATCH_WORKER_PRIORITY 4
#endif

/* struct hatch_config has 16 bits for these. */
static_assert(HATCH_MAX_CONNS > 0 && HATCH_MAX_CONNS <= 0xffff, "HATCH_MAX_CONNS: 1 to 65535");
static_assert(HATCH_MAX_LINE <= 0xffff && HATCH_MAX_HEAD <= 0xffff && HATCH_MAX_FIELDS <= 0xffff,
	"HATCH_MAX_LINE, HATCH_MAX_HEAD, HATCH_MAX_FIELDS: at most 65535");
static_assert(HATCH_COPY_MAX <= 0xffff && HATCH_SCRATCH <= 0xffff && HATCH_MAX_TRAILERS <= 0xffff,
	"HATCH_COPY_MAX, HATCH_SCRATCH, HATCH_MAX_TRAILERS: at most 65535");

#endif /* HATCH_LIMITS_H */
