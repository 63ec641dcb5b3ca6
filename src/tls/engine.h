/*
 * engine.h - the seam between a connection and what encrypts it
 * SPDX-License-Identifier: MIT
 *
 * An engine turns the bytes of a wire into plaintext and back.  There are two:
 * mbedTLS, and one that does nothing (plain HTTP).  Neither blocks; a call that
 * said HATCH_LATER is made again with the same arguments after the wire has
 * moved.  An engine that has returned an error is only closed and freed.
 */
#ifndef HX_TLS_ENGINE_H
#define HX_TLS_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "../hatch.h"
#include "../hatch_web.h"
#include "../base/job.h"
#include "wire.h"

struct hx_engine {
	const struct hx_engine_ops *ops;
	struct hx_wire *wire;
	bool hold; /* do not begin another record */
	bool held; /* one has come, and was not begun for that reason */
};

/* What an engine has in hand between two steps; any mix. */
enum hx_rest {
	HX_REST_HOLDS = 1,   /* a pair of record buffers, with something half done in it */
	HX_REST_WAITS = 2,   /* for one */
	HX_REST_GAVE = 4,    /* one came back: somebody else may have it */
	HX_REST_MOVED = 8,   /* a record was begun or finished since the last time */
	HX_REST_UNREAD = 16, /* plaintext stands in it that was not asked for yet */
	HX_REST_WORKS = 32   /* it waits for a signature, and the peer for us */
};

/* What heap a connection takes from the TLS library. */
struct hx_heap_account {
	uint32_t now, peak, max; /* max 0: no limit */
	uint32_t largest;        /* single block so far */
	uint32_t refused;        /* allocations that were over max, or failed */
	uint32_t fail_at;        /* for tests: this many more succeed, less one; 0: all */
};

struct hx_engine_ops {
	/* 0: done.  1: one step further, others may have their turn.  LATER, or an error. */
	int (*handshake)(struct hx_engine *e);
	/* 1: plaintext is there.  0: the peer has said its last.  LATER, or an error. */
	int (*peek)(struct hx_engine *e);
	/* A count, 0 at the end, LATER, or an error. */
	int (*read)(struct hx_engine *e, void *buf, size_t len);
	/* How much of buf was taken (at least 1), LATER, or an error. */
	int (*write)(struct hx_engine *e, const void *buf, size_t len);
	/* Says goodbye: 0 when that has been handed to the wire, LATER, or an error. */
	int (*close)(struct hx_engine *e);
	/* At the end of a step: gives back what is lent, if it can.  See enum hx_rest. */
	unsigned (*rest)(struct hx_engine *e);
	/* Gives it back in any case: then only free() may follow.  Nothing is sent any more. */
	void (*abandon)(struct hx_engine *e);
	void (*facts)(struct hx_engine *e, struct hatch_tls_facts *out);
	void (*free)(struct hx_engine *e);
};

/* The engine that does nothing. */
struct hx_clear {
	struct hx_engine engine;
	unsigned char ahead[16]; /* what peek() took from the wire */
	uint8_t ahead_len;
};
void hx_clear_init(struct hx_clear *clear, struct hx_wire *wire);

/* ---- TLS: tls/mbedtls_*.c ---- */

struct hx_tls_server; /* what all connections of a server share */
struct hx_tls;        /* one connection */

size_t hx_tls_server_size(void);
size_t hx_tls_size(void);

/* A sentence for the log, without the peer's bytes. */
typedef void hx_tls_say(void *arg, enum hatch_level level, const char *line);

/* jobs: whom to give work, and who is woken.  now: unix time for the certificate's dates, 0 if not
 * known.  EIDENT, EPORT, ENOMEM, ENOSYS. */
int hx_tls_server_open(struct hx_tls_server *shared, const struct hatch_config *config, int64_t now,
	const struct hx_jobs *jobs, hx_tls_say *say, void *say_arg);
void hx_tls_server_close(struct hx_tls_server *shared);
uint32_t hx_tls_server_heap(const struct hx_tls_server *shared); /* what belongs to no connection */

/*
 * Identities.  One is made on any task (where the library's random numbers are not locked, on the
 * server's), offered for a place under the server's lock, which gives back one that was offered
 * before and has not been taken, and takes its place on the server's task.
 */
int hx_tls_identity_make(struct hatch_tls_identity **out, const struct hx_tls_server *shared,
	const struct hatch_identity *from, int64_t now, hx_tls_say *say, void *say_arg);
void hx_tls_identity_free(struct hatch_tls_identity *identity); /* one that has no place */
size_t hx_tls_identity_count(const struct hx_tls_server *shared);
struct hatch_tls_identity *hx_tls_identity_offer(
	struct hx_tls_server *shared, size_t which, struct hatch_tls_identity *identity);
void hx_tls_identities_settle(struct hx_tls_server *shared);

/* Signers that said LATER may be asked again. */
void hx_tls_signers_resume(struct hx_tls_server *shared);

/* The heap that a connection takes about at the most, and the largest block of it. */
uint32_t hx_tls_heap_guess(const struct hx_tls_server *shared, uint32_t *largest);

/* Work for quiet moments, an eighth of a handshake at a time: ms until there is some, HATCH_FOREVER
   for none, and doing it. */
uint32_t hx_tls_spare_wait_ms(const struct hx_tls_server *shared, uint32_t now);
void hx_tls_spare_make(struct hx_tls_server *shared, uint32_t now);

/* The engine of a new connection, in memory of hx_tls_size() bytes.  ENOMEM. */
int hx_tls_open(struct hx_tls *tls, struct hx_tls_server *shared, struct hx_wire *wire,
	struct hx_heap_account *account);
struct hx_engine *hx_tls_engine(struct hx_tls *tls);

/*
 * The certificate that the client has shown, if it was asked for one: whether it is good, and its
 * DER.  Of a good one what it says: its subject as text, EBIG, or EGONE where there is none; its
 * n-th subjectAltName; the common name.
 */
bool hx_tls_client_cert(const struct hx_tls *tls, struct hatch_span *der);
int hx_tls_client_subject(const struct hx_tls *tls, char *buf, size_t room);
bool hx_tls_client_san(const struct hx_tls *tls, size_t n, struct hatch_san *out);
struct hatch_span hx_tls_client_common_name(const struct hx_tls *tls);

/* Why it failed, in the words of the TLS library; and whether the peer spoke plain HTTP. */
void hx_tls_reason(const struct hx_tls *tls, char *buf, size_t room);
bool hx_tls_got_plain_http(const struct hx_tls *tls);

#endif
