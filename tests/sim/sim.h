/*
 * sim.h - whole connections of a real server, in memory and in virtual time
 * SPDX-License-Identifier: MIT
 *
 * A world has one server that listens nowhere, and some peers.  Each peer is a
 * client, plain or TLS, a network that can be slow, stop or break, and one
 * struct hatch_conn.  The seed decides everything that is chance, the random
 * numbers of TLS among it, so a run can be repeated exactly.
 *
 *	client --- up[] ---> rx_buf | hatch_conn | tx_buf --- down[] ---> client
 *
 * Time passes only in world_pass(): it jumps from one deadline to the next.
 */
#ifndef SIM_H
#define SIM_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <mbedtls/ssl.h>

#include "../unit/core_identity.h"
#include "hatch.h"
#include "hatch_conn.h"
#include "hatch_port.h"
#include "server/server.h"

enum { PEERS_MAX = 16, LOG_ROOM = 16384 };
enum { SPLIT_NONE = 0, SPLIT_BYTES = 1, SPLIT_RANDOM = 2 };

struct bytes {
	char *ptr;
	size_t len, room;
};
void bytes_add(struct bytes *b, const void *from, size_t len);
void bytes_drop(struct bytes *b, size_t len); /* from the front */
bool bytes_have(const struct bytes *b, const char *text);

/* One piece of what a client says; it waits until what it has heard contains "after". */
struct say {
	const char *text;
	size_t len;        /* 0: a C string */
	const char *after; /* NULL: at once */
};

struct peer {
	struct hatch_conn *conn; /* NULL: closed */
	unsigned want;
	int error; /* why it ended */
	uint32_t ended_at;
	bool ended, fin; /* fin: the server has shut its side down */

	/* what the client says and hears, as plaintext */
	const struct say *script;
	size_t script_count, script_at, said;
	struct bytes heard;

	/* the network */
	struct bytes up, down;
	int split;
	size_t up_total, down_total;        /* bytes that have passed */
	size_t cut_up, cut_down;            /* breaks after so many; 0: never */
	bool cut_rude;                      /* with a reset instead of FIN */
	bool stall_up, stall_down;          /* nothing passes */
	bool told_end, want_fin, up_broken; /* the server knows; the client will say no more */

	/* TLS */
	bool secure, shaken, saw_bye, tls_failed;
	bool bye_when_done; /* close_notify when the script is over */
	int tls_error;
	unsigned tickets;
	mbedtls_ssl_session *keep;
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
};

/* How a TLS client is to be; zero is the default. */
struct tls_wish {
	bool only_12;
	const char **alpn;
	mbedtls_ssl_session *resume;
	mbedtls_ssl_session *keep; /* the newest session goes there */
	bool no_tickets;
};

struct world {
	struct hatch *srv;
	struct hatch_port port;
	struct peer peers[PEERS_MAX];
	size_t peer_count;
	uint64_t random;
	void (*tick)(struct world *w); /* the application's own doings; may be NULL */
	bool ticked;                   /* it has done something */
};

extern uint32_t world_now; /* virtual milliseconds */
extern char world_log[LOG_ROOM];
extern unsigned long world_allocs;

/* Where chance begins; tests add their own. */
uint64_t sim_seed(void);
bool sim_long(void);
uint32_t sim_random(struct world *w, uint32_t below);

/* The identity of this process. */
const struct hatch_identity *sim_identity(void);

/* Opens a server on this configuration, which listens nowhere. */
void world_open(struct world *w, struct hatch_config config, uint64_t seed);

/* Closes what is left, and checks that everything is back where it belongs. */
void world_close(struct world *w);
void world_check_pools(struct world *w);

struct peer *peer_plain(struct world *w, const struct say *script, size_t count);
struct peer *peer_tls(
	struct world *w, const struct say *script, size_t count, const struct tls_wish *wish);
struct peer *peer_text(struct world *w, const char *request);
int peer_try(struct world *w, bool secure, struct peer **out); /* what hatch_conn_open() says */
void peer_hang_up(struct peer *p);                             /* FIN */
void peer_free(struct peer *p);

/* Runs everybody until nothing moves any more, at this moment. */
void world_settle(struct world *w);

/* Lets time pass, with everything that is due on the way. */
void world_pass(struct world *w, uint32_t ms);

/* Until this peer's connection has ended, or ms have passed: true if it has. */
bool world_until_end(struct world *w, struct peer *p, uint32_t ms);

/* Everything that the client has heard, as a C string. */
const char *heard(struct peer *p);

/* sim_tls.c */
void sim_tls_open(struct peer *p, const struct tls_wish *wish);
void sim_tls_pump(struct world *w, struct peer *p);
void sim_tls_free(struct peer *p);
void sim_tls_seed(uint64_t seed);

#endif
