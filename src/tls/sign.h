/*
 * sign.h - signatures that are made apart from the handshake that wants them
 * SPDX-License-Identifier: MIT
 *
 * By a key that hatch does not see (struct hatch_identity.sign), or by one that is slow, on a
 *worker. The library asks in the middle of a step; it is told "in progress", the step ends without
 *having changed anything that is sent, and is made again once the signature is there.
 *
 *	idle --(the library asks)--> asked --> running --(a worker is done)--> made --(taken)-->
 *free ^          |
 *	                               '--(LATER)-'  and again after hatch_identity_resume()
 *
 * A connection takes one of a few places when it has chosen such an identity, and waits if there is
 * none.  What is running when its connection goes is finished for nobody.
 */
#ifndef HX_TLS_SIGN_H
#define HX_TLS_SIGN_H

#include <mbedtls/md.h>
#include <mbedtls/pk.h>

#include "../base/job.h"
#include "identity.h"

enum { HX_DIGEST_MAX = 64, HX_SIGNATURE_MAX = 512 };

enum hx_sign_state { HX_SIGN_FREE, HX_SIGN_IDLE, HX_SIGN_ASKED, HX_SIGN_RUNNING, HX_SIGN_MADE };

struct hx_signing {
	struct hx_job job;
	enum hx_sign_state state;
	struct hx_tls_server *shared;
	struct hx_tls *owner;                /* NULL: it has gone */
	struct hatch_tls_identity *identity; /* counted */
	struct hatch_to_sign what;
	unsigned char digest[HX_DIGEST_MAX], signature[HX_SIGNATURE_MAX];
	int len;        /* of the signature; or an error */
	uint32_t round; /* of hatch_identity_resume() when it was asked last */
};

/* Through a table, so that only who has such a key, or workers, links it. */
struct hx_sign_ops {
	/* Places for so many, on the library's heap; once.  ENOMEM. */
	int (*open)(struct hx_tls_server *shared);
	void (*close)(struct hx_tls_server *shared);
	/* Before a step: false, it waits for a place or a signature.  And after it. */
	bool (*ready)(struct hx_tls *tls);
	void (*stepped)(struct hx_tls *tls, int ret);
	/* The connection or its handshake is over. */
	void (*forget)(struct hx_tls *tls);
	/* What the library wants signed: 0, it is there; LATER; or an error. */
	int (*ask)(struct hx_tls *tls, enum hatch_scheme scheme, const unsigned char *digest,
		size_t len);
	int (*take)(struct hx_tls *tls, unsigned char *signature, size_t room, size_t *len);
};
extern const struct hx_sign_ops hx_sign_apart;

/* For a key where the library names none, as in TLS 1.2. */
enum hatch_scheme hx_scheme_of(const mbedtls_pk_context *key);

/* A signature at once, on this task: its length, LATER, or an error. */
int hx_sign_now(const struct hatch_tls_identity *identity, const struct hatch_to_sign *what,
	unsigned char *signature, size_t room);

/* Signs once, to see that it can, whether it is the certificate's key, and how long it takes. */
int hx_sign_try(const struct hatch_tls_identity *identity, bool workers);

/* ---- fast_apart.c, or stock_apart.c ---- */

/* False: in this build the library cannot be told to wait. */
bool hx_sign_possible(void);
/* Around a step, on this thread: whoever asks for a signature then, asks for this connection. */
void hx_sign_enter(struct hx_tls *tls);
void hx_sign_leave(void);
/* TLS 1.2: through the library's own callbacks, where it was built with them. */
void hx_sign_conf(struct hx_tls_server *shared);

#endif
