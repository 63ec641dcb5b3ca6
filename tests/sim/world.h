/*
 * world.h - a server, a client and the net between them, in memory and virtual time
 * SPDX-License-Identifier: MIT
 *
 * Everything follows from a seed.  The net may deliver a byte at a time, random
 * pieces or all there is; it may stop one direction and cut the line.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <hatch_conn.h>
#include <hatch_port.h>

enum { WORLD_ROOM = 1 << 21 };

struct line { /* one direction */
	unsigned char *bytes;
	size_t len, taken; /* written, and delivered */
	size_t cut_at;     /* the line is cut before this byte; 0: never */
	size_t piece;      /* at most so many bytes at once; 0: random */
	bool stopped, ended;
};

struct client; /* a TLS client, tls_client.c */

struct world {
	struct hatch *srv;
	struct hatch_conn *c;
	struct line up, down; /* client to server, server to client: what is on the wire */
	struct client *tls;   /* NULL: plain */
	bool stays;           /* the client does not close when the server has */
	uint32_t seed;
	unsigned want;
	unsigned steps;
};

/* Virtual time for all servers that use world_platform; it begins just before it wraps. */
extern uint32_t world_now;
extern struct hatch_port world_platform;
extern char world_log[8192]; /* the lines, each with a newline */
extern unsigned world_allocs;

uint32_t world_random(struct world *w);
void world_reset(void);

/* Connects; a TLS world has its handshake still before it. */
void world_connect(struct world *w, struct hatch *srv, bool secure, uint32_t seed);
void world_close(struct world *w);

/* What the client sends, as plaintext. */
void world_say(struct world *w, const void *bytes, size_t len);

/*
 * Lets everything happen that can, without time passing.  False: the connection has ended.  A
 * driver that never comes to rest fails the test.
 */
bool world_settle(struct world *w);

/* One step and one move in each direction: false if nothing changed. */
bool world_once(struct world *w);
void world_pass(struct world *w, uint32_t ms); /* time passes, then settle */

/* What the client has received so far, as plaintext. */
const char *world_heard(struct world *w, size_t *len);

/* ---- the TLS client ---- */

struct tls_options {
	int version; /* 0x0303, 0x0304; 0: both */
	const char **alpn;
	bool resume; /* with what the last client got */
	bool no_tickets;
	bool no_ems;                  /* without the extended master secret of RFC 7627 */
	const int *suites;            /* in this order; NULL: the library's */
	const uint16_t *groups;       /* the same; the key share is for the first */
	const char *name;             /* for SNI */
	const struct sim_cert *shows; /* its own certificate, certs.h */
};
extern struct tls_options tls_options;
extern int64_t tls_client_ahead_ms, tls_server_ahead_ms; /* of the library's clock */
struct client *tls_client_open(struct world *w);
void tls_client_close(struct client *client);
bool tls_client_step(struct client *client);  /* true: something moved */
void tls_client_leave(struct client *client); /* close_notify */
/* A record of this type in one piece, once the handshake is over; at most 4 kB. */
void tls_client_record(struct client *client, int type, const void *bytes, size_t len);
void tls_client_say(struct client *client, const void *bytes, size_t len);
const char *tls_client_heard(struct client *client, size_t *len);
bool tls_client_done(const struct client *client); /* handshake over */
/* The DER of the server's certificate; empty if it has sent none. */
struct hatch_span tls_client_met(const struct client *client);
bool tls_client_saw_close(const struct client *client); /* close_notify */
int tls_client_error(const struct client *client);      /* the library's, 0: none */
int tls_client_tickets(const struct client *client);
void tls_client_forget(void); /* the session to resume */

/* A P-256 identity, made once. */
const struct hatch_identity *sim_identity(void);

#endif
