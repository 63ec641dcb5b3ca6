/*
 * hatch_port.h - everything hatch asks of a platform
 * SPDX-License-Identifier: MIT
 *
 * A port is one table.  hatch_default_port is the one that is linked in; a
 * server can be given another (hatch_config.platform), which is how tests make
 * a platform fail.  src/port/ has the files behind the table: sockets (BSD, so
 * also lwIP), and one file for each operating system.
 */
#ifndef HATCH_PORT_H
#define HATCH_PORT_H

#include "hatch.h"
#include "hatch_conn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t hatch_sock; /* a descriptor, or an index; negative: none */

enum { HATCH_WAIT_RX = 1, HATCH_WAIT_TX = 2 };
struct hatch_wait {
	hatch_sock sock;
	uint8_t want;  /* HATCH_WAIT_*; 0: skip it */
	uint8_t ready; /* out; an error counts as ready for whatever was wanted */
};

struct hatch_heap {
	uint32_t free, largest; /* bytes; 0: not known, each by itself */
};

struct hatch_port {
	/* Network.  One handle for each server.  None of these blocks but wait(). */
	int (*net_open)(void **net, size_t max_socks); /* EBIG: there are fewer sockets */
	void (*net_close)(void *net);
	/* address NULL: all of them.  port 0: any.  EADDR, EACCESS, EPORT. */
	int (*listen)(
		void *net, const char *address, uint16_t port, hatch_sock *out, uint16_t *bound);
	int (*accept)(void *net, hatch_sock listener, hatch_sock *out,
		struct hatch_address *peer); /* 0; LATER: nobody; EPORT: no socket left */
	int (*recv)(hatch_sock s, void *buf, size_t len);       /* count; 0: closed; LATER; EGONE */
	int (*send)(hatch_sock s, const void *buf, size_t len); /* count; LATER; EGONE */
	void (*shutdown)(hatch_sock s);                         /* nothing more will be sent */
	void (*close)(hatch_sock s);
	/* Instead of close(): what is unsent is forgotten, and the peer, if it is there, told so.
	 */
	void (*reset)(hatch_sock s);
	int (*wait)(void *net, struct hatch_wait *set, size_t count,
		uint32_t ms);    /* until ready, or wake() */
	void (*wake)(void *net); /* from any task; on Linux from a signal handler too */

	/* Time */
	uint32_t (*now_ms)(void);   /* may wrap, must not go back */
	int64_t (*unix_time)(void); /* seconds; 0: not known */

	/* Memory for hatch_open(), and what is left for the TLS library */
	void *(*alloc)(size_t size);
	void (*free)(void *block);
	void (*heap)(struct hatch_heap *out);

	/* Secrets.  random: EPORT until there is entropy.  store: EGONE if there is no such key. */
	int (*random)(void *buf, size_t len);
	int (*store_get)(const char *key, void *buf, size_t *len);
	int (*store_put)(const char *key, const void *buf, size_t len);

	/* Tasks */
	int (*spawn)(void **task, void (*run)(void *arg), void *arg, const struct hatch_task *how);
	void (*join)(void *task);
	int (*lock_open)(void **lock);
	void (*lock)(void *lock);
	void (*unlock)(void *lock);
	void (*lock_close)(void *lock);

	/* Our own addresses, for the certificate and the greeting: how many there are. */
	int (*addresses)(struct hatch_address *out, size_t max);

	void (*log)(enum hatch_level level, const char *line);

	/* CPU time of the task that asks, or of the core where that is all there is, nanoseconds;
	 * NULL: not known.  Only differences count. */
	uint64_t (*cpu_ns)(void);

	/* Does the TLS library run AES on instructions or a unit of its own?  NULL or false: AES is
	 * software, and clients that can are talked to with ChaCha20-Poly1305. */
	bool (*fast_aes)(void);

	/*
	 * For files in a folder: whether a path that begins with dir leads to somewhere inside it,
	 * links followed.  NULL: the platform has no links.
	 */
	bool (*is_inside)(const char *dir, const char *path);

	/*
	 * A count that tasks wait for, for config.workers: give() adds one, wait() takes one or
	 * waits.  NULL, all four: there are no workers here, as tasks do not run beside each other.
	 */
	int (*signal_open)(void **signal);
	void (*signal_give)(void *signal);
	void (*signal_wait)(void *signal);
	void (*signal_close)(void *signal);

	/* Which process this is, so that one that has forked uses no key that was made before;
	 * NULL: there is but one. */
	uint32_t (*process)(void);
};

extern const struct hatch_port hatch_default_port;

/*
 * The size of a block from calloc(), as the allocator knows it.  The one function
 * outside the table: the TLS library's heap belongs to the process, not to a server.
 */
size_t hatch_block_size(void *block);

#ifdef __cplusplus
}
#endif
#endif /* HATCH_PORT_H */
