/*
 * hatch - an HTTPS server for microcontrollers
 * SPDX-License-Identifier: MIT
 *
 * This is the whole public API for people who write request handlers.
 * (Files, forms, uploads and logins are in hatch_web.h, server-sent events and
 * WebSockets in hatch_live.h; to drive a connection
 * without sockets, see hatch_conn.h; to bring hatch to
 *  a new board, see hatch_port.h; the numbers behind every default are in
 *  hatch_limits.h.)
 *
 * Conventions, true for every function below:
 *
 *  - Functions that can fail return an int: one of enum hatch_error on failure
 *    (always negative), otherwise 0, a count, or HATCH_LATER (never negative).
 *  - A struct hatch_span is a view: it borrows, and it is not terminated by a
 *    NUL.  Spans that a request gives stay valid until its exchange ends, see
 *    hatch_on_end().
 *  - In configuration structs zero means "the default".  Start from
 *    HATCH_DEFAULTS, set fields by name.  Fields are only ever appended.
 *  - A pointer in a configuration struct is borrowed until hatch_close().
 *  - One task owns a server: the one that calls hatch_poll().  Every function
 *    that takes a request, and every one that does not say otherwise, is
 *    called on that task.  "Safe from any task" is said where it is true.
 *  - hatch allocates once, in hatch_open(), and nothing afterwards.  What the
 *    TLS library allocates is counted for each connection.
 *  - Time is in milliseconds and sizes are in bytes, unless the name says other.
 */
#ifndef HATCH_H
#define HATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hatch_arduino.h"

#define HATCH_VERSION        "0.1.0"
#define HATCH_VERSION_NUMBER 0x000100 /* 0xMMmmpp */

/* clang-format off */
#ifdef __cplusplus
#define HATCH_DEFAULTS { }
extern "C" {
#else
#define HATCH_DEFAULTS { 0 } /* struct hatch_config config = HATCH_DEFAULTS; */
#endif
/* clang-format on */

#if defined(__GNUC__)
#define HATCH_PRINTF(format_at, args_at) __attribute__((format(printf, format_at, args_at)))
#else
#define HATCH_PRINTF(format_at, args_at)
#endif

#define HATCH_COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct hatch;     /* a server */
struct hatch_req; /* one exchange: a request and the response being given to it */

struct hatch_span {
	const char *ptr;
	size_t len;
};

/* The span of a C string; NULL gives an empty one. */
static inline struct hatch_span hatch_str(const char *text)
{
	struct hatch_span span = { text, 0 };
	while (text != NULL && text[span.len] != '\0')
		span.len++;
	return span;
}

enum hatch_error {
	HATCH_EINVAL = -1,  /* the caller broke a documented rule */
	HATCH_ENOMEM = -2,  /* out of memory; at open: the block given is too small */
	HATCH_EIDENT = -3,  /* the certificate or key is unusable; the log says why */
	HATCH_EADDR = -4,   /* the address is not ours, or its port is taken */
	HATCH_EACCESS = -5, /* not allowed, for example a port below 1024 */
	HATCH_EGONE = -6,   /* the client has left */
	HATCH_EBIG = -7,    /* over a configured limit; nothing was taken */
	HATCH_ESTATE = -8,  /* too late or too early: a field after the head, a second response */
	HATCH_EFULL = -9,   /* a queue or table is full; nothing was taken */
	HATCH_ETIME = -10,  /* a deadline has passed */
	HATCH_EHTTP = -11,  /* the client broke HTTP */
	HATCH_ETLS = -12,   /* the client broke TLS, or agreed to nothing we offer */
	HATCH_ECUT = -13,   /* the client closed without saying so (TLS truncation) */
	HATCH_EPORT = -14,  /* the platform failed; the log says how */
	HATCH_ENOSYS = -15, /* not in this version, or not in this build */
};

/* One short sentence; never NULL. */
const char *hatch_strerror(int error);

/*
 * "Not now".  From a handler: the response comes later, see hatch_defer().
 * From a guard: not decided, hatch_resume() asks it again.  From a source:
 * nothing to send yet.  From a sink: the piece was not taken.
 */
enum { HATCH_LATER = 0x7fffffff };

#define HATCH_FOREVER 0xffffffffu /* for a deadline: none */

/* RFC 9110 section 9; PATCH is RFC 5789.  A route takes any set of them. */
enum hatch_method {
	HATCH_GET = 0x01, /* such a route answers HEAD as well */
	HATCH_HEAD = 0x02,
	HATCH_POST = 0x04,
	HATCH_PUT = 0x08,
	HATCH_PATCH = 0x10,
	HATCH_DELETE = 0x20,
	HATCH_OPTIONS = 0x40, /* answered from the table unless a route names it */
	HATCH_OTHER = 0x80,   /* any other token, see hatch_method_name() */
	HATCH_ANY = 0x7f,     /* all but HATCH_OTHER */
};

/* ---- routes ---------------------------------------------------------------- */

/*
 * Answers one request.
 *
 * Called when the head of the request has arrived and all guards have passed,
 * and with the whole body if the route collects one (hatch_policy.body_max).
 * Returns what its last hatch_send_*() returned, or HATCH_LATER after
 * hatch_defer() or hatch_receive().  0 without a response is a mistake: the
 * client gets 500 and the log a line.  So does a negative value, except that
 * after the first byte of a response nothing can be taken back: then the
 * connection is cut.
 *
 * As a guard (see struct hatch_hook) the same function type means: 0 and no
 * response, pass; a response, that is the answer; negative, 500; HATCH_LATER,
 * wait for hatch_resume(), which calls the guard again.  There is no other way
 * past a guard.
 *
 * As an "after" hook it is called once, when the status and fields of the
 * response are settled and before they are encoded: it may add fields.
 */
typedef int hatch_handler(struct hatch_req *req);

/* A guard or an after hook, and what hatch_arg() gives it. */
struct hatch_hook {
	hatch_handler *call;
	const void *arg;
};

/* What a route or a group asks for beyond its handler; a route's body_max goes before its group's.
 */
struct hatch_policy {
	/*
	 * Collect a body up to this size before the handler runs; 0: do not.  More is 413, a POST,
	 * PUT or PATCH that announces none is 411, a Content-Encoding 415.
	 */
	uint32_t body_max;
	const struct hatch_hook *guards; /* run in order, before any of the body is read */
	size_t guard_count;
	const struct hatch_hook *after; /* run in order */
	size_t after_count;
	/*
	 * The handler may take long, and is called on a worker (config.workers), so that the server
	 * goes on.  It is told nothing until it returns: the client's leaving, deadlines.  It may
	 * read its request, collected body and scratch memory, and respond; a body that is not
	 * collected is a 413.  After hooks run there too; sources on the server's task.
	 * Until it returns hatch_find() finds nothing: who is to answer later asks again, or is
	 * told when the handler is done.  Logins, sessions and hatch_log() are for the server's
	 * task.
	 */
	bool worker;
};

/*
 * Within a table the first row whose method and path match wins.  A segment
 * ":name" matches one non-empty segment, a final "*" matches the rest (also an
 * empty one).  A path that matches with another method only is a 405.
 */
struct hatch_route {
	unsigned methods;
	const char *path;
	hatch_handler *handler;
	const void *arg;
	const struct hatch_policy *policy;
};
/* clang-format off */
#define HATCH_ROUTE(methods, path, handler)          { (methods), (path), (handler), NULL, NULL }
#define HATCH_ROUTE_ARG(methods, path, handler, arg) { (methods), (path), (handler), (arg), NULL }
#define HATCH_ROUTE_WITH(methods, path, handler, arg, policy) \
	{ (methods), (path), (handler), (arg), (policy) }
/* clang-format on */

/* Routes under a common prefix ("/api"); their guards run before each route's own. */
struct hatch_group {
	const char *prefix;
	const struct hatch_route *routes;
	size_t route_count;
	const struct hatch_policy *policy;
};
/* clang-format off */
#define HATCH_GROUP(prefix, routes) { (prefix), (routes), HATCH_COUNT(routes), NULL }
#define HATCH_GROUP_WITH(prefix, routes, policy) \
	{ (prefix), (routes), HATCH_COUNT(routes), (policy) }
/* clang-format on */

/*
 * The library's own features are handlers too.  Those that nobody names are
 * left out by the linker; that is the only feature switch there is.
 */
hatch_handler hatch_to_https; /* 308 to the same place over TLS; no arg */

/* ---- identity -------------------------------------------------------------- */

struct hatch_identity;
struct hatch_tls_identity; /* an identity as the TLS engine keeps it */
struct hatch_port;         /* hatch_port.h */

/* Where an identity comes from.  Naming one links it. */
typedef int hatch_identity_source(
	struct hatch_tls_identity *into, const struct hatch_identity *from);
hatch_identity_source hatch_identity_pem;         /* cert: the chain, leaf first; key */
hatch_identity_source hatch_identity_der;         /* the same as DER, certificates end to end */
hatch_identity_source hatch_identity_self_signed; /* made at first start, then kept: see below */
hatch_identity_source hatch_identity_psa;         /* cert; the key is psa_key_id, see below */
hatch_identity_source hatch_identity_signer;      /* cert; sign() below holds the key */

/*
 * Signs a digest with a key that hatch never sees, as one in a secure element.  Returns the length
 * of the signature, HATCH_LATER (it is called again with the same to sign after
 * hatch_identity_resume()), or an error.  Called once in hatch_open(), to see that the key is the
 * certificate's; then in each full handshake, on a worker if there are any, by several at once if
 * there are several.  A P-256 key is the quickest for both sides; TLS 1.3 wants PSS of an RSA key,
 * TLS 1.2 PKCS1.
 */
enum hatch_scheme {
	HATCH_ECDSA = 1,     /* the signature is DER, RFC 3279 section 2.2.3 */
	HATCH_RSA_PKCS1 = 2, /* RSASSA-PKCS1-v1_5, RFC 8017 section 8.2 */
	HATCH_RSA_PSS = 3,   /* RSASSA-PSS with a salt as long as the digest, section 8.1 */
};
struct hatch_to_sign {
	enum hatch_scheme scheme;
	const unsigned char *digest;
	size_t digest_len; /* 32: SHA-256, 48: SHA-384, 64: SHA-512 */
};
typedef int hatch_sign(
	void *arg, const struct hatch_to_sign *what, unsigned char *signature, size_t room);

/*
 * cert and key are read in hatch_open() and hatch_replace_identity() only: what held the key can be
 * wiped after that.
 */
struct hatch_identity {
	hatch_identity_source *source;
	struct hatch_span cert;
	struct hatch_span key;
	const char *names;   /* for SNI, "a.example, *.b.example"; NULL: those of the certificate */
	uint32_t psa_key_id; /* for hatch_identity_psa; it is to be permitted to sign hashes */
	hatch_sign *sign;    /* for hatch_identity_signer */
	void *sign_arg;
	const char *hostname; /* for hatch_identity_self_signed; default "hatch" */
};
/* clang-format off */
/* From C strings, as `hatch-cert --format header` writes them or as read from a file. */
#define HATCH_PEM(cert, key) \
	{ hatch_identity_pem, { (cert), 0 }, { (key), 0 }, NULL, 0, NULL, NULL, NULL }
/* From const arrays of unsigned char, of known size. */
#define HATCH_DER(cert, key) \
	{ hatch_identity_der, { (const char *)(cert), sizeof(cert) }, \
	  { (const char *)(key), sizeof(key) }, NULL, 0, NULL, NULL, NULL }
/* Without any: see below. */
#define HATCH_SELF_SIGNED(hostname) \
	{ hatch_identity_self_signed, { NULL, 0 }, { NULL, 0 }, NULL, 0, NULL, NULL, (hostname) }
/* clang-format on */

/*
 * An identity of its own: a P-256 key and a certificate that it signs itself, for hostname,
 * hostname.local (if hostname has no dot) and up to 16 addresses of the platform, good from 2019
 * to 2049 whatever the clock says.  hostname is one of letters, digits, hyphens and dots, at most
 * 64 of them.
 *
 * hatch_open() makes it when the platform's store has none, or a damaged one, and when the names
 * or addresses have changed; having no address at that time is no change.  Then browsers warn
 * again, and who has trusted it must do so again: give hostname rather than an address to whoever
 * connects, and open when the network is up.  The log has its SHA-256 fingerprint each time, as
 * browsers show it.  A store that cannot be written is a warning, as each start then makes another.
 * HATCH_EPORT if there are no random numbers yet, where the platform can tell: an ESP32 cannot, so
 * open there when Wi-Fi or Bluetooth is on.
 *
 * The key stands in the store as it is: encrypt the flash if others can read it.
 */

/* Has the next hatch_open() make another.  platform NULL: the one that is linked in. */
int hatch_identity_renew(const struct hatch_port *platform);

/* ---- server ---------------------------------------------------------------- */

enum {
	HATCH_PORT_ANY = -1,  /* any free port; hatch_bound_port() tells which */
	HATCH_PORT_NONE = -2, /* do not listen */
};

enum { HATCH_RECORD_BUFFERS_OWN = 0xffff }; /* for config.record_buffers */
enum { HATCH_UNLIMITED = 0xffff };          /* for config.client_..._per_min */

enum hatch_client_certs {
	HATCH_CLIENT_CERTS_NONE = 0,
	HATCH_CLIENT_CERTS_OPTIONAL = 1,
	HATCH_CLIENT_CERTS_REQUIRED = 2,
};

/* How config.client_ca is read.  Naming one links it. */
struct hx_tls_server;
struct hatch_config;
typedef int hatch_client_ca_source(struct hx_tls_server *into, const struct hatch_config *config);
hatch_client_ca_source hatch_client_ca_pem; /* one or several; length 0: a C string */
hatch_client_ca_source hatch_client_ca_der; /* one */

/* How a task is to be. */
struct hatch_task {
	uint32_t stack;  /* bytes; default 8192 (ignored where the system chooses) */
	int8_t priority; /* as the platform counts; default 5 */
	int8_t core;     /* 1 + number of the core to stay on; default any */
};

/*
 * Tasks for what takes long: handlers whose policy says worker, and signatures with RSA keys, PSA
 * keys and signers.  Naming the source links them.
 */
struct hatch_workers;
typedef int hatch_worker_source(struct hatch *srv, const struct hatch_workers *how);
hatch_worker_source hatch_worker_tasks;
struct hatch_workers {
	hatch_worker_source *source;
	uint8_t count;
	struct hatch_task task; /* default 6144 bytes, priority 4 */
};
/* clang-format off */
#define HATCH_WORKERS(count) { hatch_worker_tasks, (count), { 0, 0, 0 } }
/* clang-format on */

struct hatch_observer; /* below */

struct hatch_config {
	/* what it serves */
	const struct hatch_route *routes;
	size_t route_count;
	const struct hatch_group *groups; /* tried after the routes, in order */
	size_t group_count;
	hatch_handler *not_found;     /* default: a plain 404 */
	hatch_handler *plain_handler; /* answers all of the plain port; default: the routes do */

	/* where */
	int32_t port;       /* HTTPS; default 443 */
	int32_t plain_port; /* HTTP; default HATCH_PORT_NONE */
	const char
		*address; /* ours, "192.0.2.1" or "127.0.0.1,::1" (two); default: all, v4 and v6 */
	const struct hatch_port *platform; /* default: the one that is linked in */

	/* who it is */
	const struct hatch_identity *identity; /* required unless port is HATCH_PORT_NONE */
	const struct hatch_identity
		*identities; /* more of them, for clients that name them (SNI) */
	size_t identity_count;
	uint16_t tls_min;       /* 0x0303 (default) or 0x0304 */
	uint16_t tls_max;       /* 0x0304 (default) or 0x0303 */
	uint16_t session_cache; /* TLS 1.2 session IDs remembered; default 8 */
	uint32_t ticket_s;      /* life of a session ticket, seconds; default 86400 */
	bool no_tickets;        /* neither tickets nor session cache */
	/*
	 * Keep the key of TLS 1.3's tickets in the platform's store, so that clients resume after a
	 * restart: only where nobody else can read the store (ESP-IDF: NVS encryption).  Until the
	 * clock is set, and in TLS 1.2, tickets end with the program all the same.
	 */
	bool keep_tickets;
	/*
	 * Whether clients are asked for a certificate of their own, and whose are good: a CA's, in
	 * PEM or DER as the source says.  Required: without a good one there is no connection.
	 * Optional: handlers see, and hatch_client_auth guards.  A session never stands in for a
	 * certificate: who has shown one makes a full handshake each time.  Dates are checked by
	 * the TLS library's clock, so without a clock none is good.
	 */
	enum hatch_client_certs client_certs;
	hatch_client_ca_source *client_ca_source;
	struct hatch_span client_ca;

	/* how much */
	void *memory; /* default: one malloc in hatch_open() */
	size_t memory_len;
	uint16_t max_conns;    /* connections at once; default 8 */
	uint16_t client_conns; /* of one client address; default max_conns - 2, at least 6 */
	uint16_t max_requests; /* requests being read or answered at once; default max_conns / 2 */
	uint16_t max_line;     /* request line; more is 414; default 2048 */
	uint16_t max_head;     /* request line and fields; more is 431; default 6144 */
	uint16_t max_fields;   /* field lines, in trailers too; more is 431; default 64 */
	uint16_t max_trailers; /* bytes after a chunked body; more is 431; default 1024 */
	uint16_t copy_max;     /* body that hatch_send_bytes() can copy; default 1024 */
	uint16_t scratch;      /* bytes for hatch_scratch() in each exchange; default 256 */
	uint16_t bodies;       /* bodies collected at once, if a route collects; default 2 */
	uint16_t posts;        /* calls waiting from hatch_post(); default 16 */
	uint16_t timers;       /* for hatch_every(); default 4 */
	uint32_t discard_max;  /* unclaimed body that is read away; default 65536 */
	uint32_t tls_heap_max; /* heap one TLS connection may take; default 65536 */

	/*
	 * Pairs of TLS record buffers, 21 kB each with the mbedTLS configuration in deps/, that the
	 * connections lend each other; default 3, at most max_conns.  hatch_open() takes them from
	 * the heap, on top of hatch_memory_needed().  A connection has one only while a record is
	 * on its way or a handshake step is being made; when all are taken, others wait.
	 * HATCH_RECORD_BUFFERS_OWN: each connection has its own all the time.  So it also is where
	 * mbedTLS is another than 3.6.3 to 3.6.x, or cannot be given memory by us.
	 */
	uint16_t record_buffers;

	/* how long */
	uint32_t record_ms;    /* for one record, while others wait for its buffers; default 2000 */
	uint32_t handshake_ms; /* TCP accept to TLS finished; default 10000 */
	uint32_t head_ms;      /* first byte of a request to the end of its head; default 10000 */
	uint32_t body_ms;      /* between two pieces of a body; default 10000 */
	uint32_t request_ms;   /* first byte of a request to the last of its body; default 600000 */
	uint32_t respond_ms;   /* until a deferred response begins; default 30000 */
	uint32_t send_ms;      /* without the client taking a byte; default 20000 */
	uint32_t idle_ms;      /* between requests; default 15000 */
	uint32_t goodbye_ms;   /* for the closing handshakes of TLS and TCP; default 2000 */

	/*
	 * How often one client may: an IPv4 address, or the /64 of an IPv6 address.  A tenth of it,
	 * at least 10, at once.  A handshake over it waits for its turn, a request is
	 * answered with 429 and Retry-After.  HATCH_UNLIMITED: no limit.
	 */
	uint16_t client_handshakes_per_min; /* default 300 */
	uint16_t client_requests_per_min;   /* default HATCH_UNLIMITED */

	/* the rest */
	uint8_t log_level;                     /* enum hatch_level and below; default HATCH_INFO */
	uint16_t log_lines_per_s;              /* the rest is counted; default 200 */
	const struct hatch_observer *observer; /* default: none */
	const struct hatch_workers *workers;   /* default: none, and everybody waits */
	void *user;                            /* hatch_user() gives it back */

	/* live connections, hatch_live.h */
	uint16_t max_live;    /* events and WebSockets at once, of which one client may have all but
				 one; below max_conns; default 0: none */
	uint16_t live_buffer; /* bytes that wait to be sent to one of them; default 2048 */
	uint16_t live_piece;  /* bytes of a message that is arriving; default 1024 */
	uint32_t publish_queue; /* bytes published and not handed out yet; default 4096, at least
				   256 */
};

enum hatch_level {
	HATCH_ERROR = 1,
	HATCH_WARN = 2,
	HATCH_INFO = 3,  /* a line for each connection and each request */
	HATCH_DEBUG = 4, /* why a connection ended */
	HATCH_QUIET = 255,
};

/*
 * A line in the server's log, for handlers, guards and hooks: if config.log_level wants it, and
 * within config.log_lines_per_s.  Everything but printable ASCII comes out as \xNN and a backslash
 * as two, so that what a client has sent can be logged as it is; 239 bytes, the rest is cut off.
 */
void hatch_log(struct hatch *srv, enum hatch_level level, const char *format, ...)
	HATCH_PRINTF(3, 4);

/* Bytes that hatch_open() takes from memory for this configuration; 0 if it is not valid. */
size_t hatch_memory_needed(const struct hatch_config *config);

/*
 * Creates a server and starts to listen.  *config itself is copied, what it
 * points to is not.  On failure *out is NULL and the log has the sentence.
 */
int hatch_open(struct hatch **out, const struct hatch_config *config);

/*
 * Ends every connection and exchange, stops and joins a started one.  Not from a handler, and not
 * while another task may still call hatch_post().  NULL is allowed.
 */
void hatch_close(struct hatch *srv);

/* Does what can be done now, waiting up to wait_ms for something to do.  1: stop was asked for. */
int hatch_poll(struct hatch *srv, uint32_t wait_ms);

/* Polls until hatch_stop(). */
int hatch_run(struct hatch *srv);

/* Makes hatch_run() return soon.  Safe from any task, and in a signal handler. */
void hatch_stop(struct hatch *srv);

/* hatch_open(), hatch_run() and hatch_close() in one, for a program that does nothing else. */
int hatch_serve(const struct hatch_config *config);

/* hatch_open(), then hatch_run() in a task of its own.  End it with hatch_close(). */
int hatch_start(
	struct hatch **out, const struct hatch_config *config, const struct hatch_task *task);

/*
 * Runs call(srv, arg) on the server's task, soon.  Safe from any task, not from
 * an interrupt.  HATCH_EFULL when config.posts calls are waiting.  A call that
 * was taken is made exactly once; if the server closes first, then with srv NULL.
 */
typedef void hatch_call(struct hatch *srv, void *arg);
int hatch_post(struct hatch *srv, hatch_call *call, void *arg);

/* Runs call(srv, arg) every so often on the server's task.  HATCH_EFULL: config.timers. */
int hatch_every(struct hatch *srv, uint32_t every_ms, hatch_call *call, void *arg);

/* The port that was bound, 0 if none. */
uint16_t hatch_bound_port(const struct hatch *srv, bool secure);
void *hatch_user(const struct hatch *srv);

/*
 * Another certificate, as after a renewal: which is 0 for config.identity, n for the n-th of
 * config.identities.  Handshakes that are on their way end with the one they began with; no
 * connection is closed.  On failure the log has the sentence, and nothing changes.  Safe from any
 * task where the TLS library has MBEDTLS_THREADING_C (Linux; CONFIG_MBEDTLS_THREADING_C), else
 * through hatch_post().  with->names, if there are any, are borrowed from then on.
 */
int hatch_replace_identity(struct hatch *srv, size_t which, const struct hatch_identity *with);

/* Asks the signers again that said HATCH_LATER.  Safe from any task. */
void hatch_identity_resume(struct hatch *srv);

/* Facts of one TLS connection.  Strings live as long as the connection. */
struct hatch_tls_facts {
	const char *version; /* "TLSv1.3" */
	const char *suite;   /* as the RFCs write it */
	const char *group;   /* of the key exchange, "x25519"; "" where there was none */
	const char *alpn;    /* "" if none was negotiated */
	bool resumed;
	uint32_t handshake_ms;         /* accept to finished, the network's time included */
	uint64_t handshake_cpu_ns;     /* what it took of our CPU; 0: the platform cannot tell */
	uint32_t heap_peak;            /* bytes of the TLS library's heap, during the handshake */
	uint32_t heap_now;             /* and now: without record buffers, if they are lent */
	bool client_verified;          /* the client has shown a certificate, and it is good */
	struct hatch_span client_cert; /* what it has shown, good or not: DER; ptr NULL: none */
};

/* What to tell somebody who watches.  Any member may be NULL; all run on the server's task. */
struct hatch_observer {
	void (*handshake)(void *user, const char *peer, const struct hatch_tls_facts *facts);
	void (*exchange)(void *user, struct hatch_req *req, int status, uint64_t sent, int error);
};

struct hatch_stats {
	uint32_t uptime_ms;
	uint32_t conns, conns_idle, conns_max; /* open now, of these idle, and the most at once */
	uint32_t accepted, evicted, refused;   /* refused: over a client's limit */
	uint32_t handshakes_full, handshakes_resumed, handshakes_failed;
	uint32_t requests;                /* responses begun */
	uint32_t heap_free, heap_largest; /* as the platform says; 0: not known */
	uint32_t memory;                  /* hatch's one block */
	uint32_t tls_heap; /* what the TLS library has for this server, record buffers too */
	uint32_t handshakes_delayed; /* over config.client_handshakes_per_min */
	uint32_t requests_limited;   /* 429: over config.client_requests_per_min */
	uint32_t live, live_dropped; /* live connections, and messages that slow ones have missed */
	uint32_t publish_dropped; /* refused with HATCH_EFULL; those at the same instant may be one
				   */
};
void hatch_get_stats(struct hatch *srv, struct hatch_stats *out);

/* ---- reading a request ----------------------------------------------------- */

enum hatch_method hatch_method_of(const struct hatch_req *req);
struct hatch_span hatch_method_name(const struct hatch_req *req);
struct hatch_span hatch_path(const struct hatch_req *req);      /* decoded once, no dot segments */
struct hatch_span hatch_authority(const struct hatch_req *req); /* Host, or of an absolute target */
struct hatch_span hatch_rest(const struct hatch_req *req); /* what the route's final "*" matched */

/* Values of ":name" and of "?name=", decoded; ptr is NULL if there is none of that name. */
struct hatch_span hatch_param(const struct hatch_req *req, const char *name);
struct hatch_span hatch_query(struct hatch_req *req, const char *name);
struct hatch_span hatch_raw_query(const struct hatch_req *req); /* call before hatch_query() */

/* The value of a field by its name in any case; the first if repeated; ptr is NULL if absent. */
struct hatch_span hatch_field(const struct hatch_req *req, const char *name);

/*
 * All field lines in order:
 *	struct hatch_field f = HATCH_DEFAULTS;
 *	while (hatch_next_field(req, &f)) ...
 */
struct hatch_field {
	struct hatch_span name, value;
	size_t next; /* hatch's own */
};
bool hatch_next_field(const struct hatch_req *req, struct hatch_field *field);

struct hatch_span hatch_body(const struct hatch_req *req); /* collected by hatch_policy.body_max */
bool hatch_is_secure(const struct hatch_req *req);
struct hatch_span hatch_peer(const struct hatch_req *req); /* "192.0.2.7" */
int hatch_tls_facts_of(
	const struct hatch_req *req, struct hatch_tls_facts *out); /* plain: HATCH_ESTATE */
struct hatch *hatch_server(const struct hatch_req *req);
const void *hatch_arg(const struct hatch_req *req); /* of the route, or of the guard that runs */

bool hatch_eq(struct hatch_span a, const char *b);                     /* the same bytes */
int hatch_to_long(struct hatch_span s, long min, long max, long *out); /* all of s, in range */

/* size zeroed bytes that live as long as the exchange; NULL if over the rest of config.scratch. */
void *hatch_scratch(struct hatch_req *req, size_t size);

/*
 * Tells when the exchange is over: call(arg, error) exactly once, on the
 * server's task, with 0 when the response was handed to the network, else why
 * not.  In reverse order of asking.  HATCH_EFULL: more than HATCH_ON_END_MAX.
 */
#define HATCH_ON_END_MAX 4
typedef void hatch_end(void *arg, int error);
int hatch_on_end(struct hatch_req *req, hatch_end *call, void *arg);

/*
 * Takes the body piece by piece, however long it is; the handler returns what
 * this returns.  take is called with each piece and once more with an empty
 * one at the end, where it gives the response.  It returns 0 when it has taken
 * the piece, HATCH_LATER when it has not (the same piece comes again after
 * hatch_resume(), and the client is held back), or an error.
 */
typedef int hatch_sink(struct hatch_req *req, struct hatch_span piece, void *arg);
int hatch_receive(struct hatch_req *req, hatch_sink *take, void *arg);

/*
 * Or pull it, for example from within a source: a count, 0 at the end of the
 * body, HATCH_LATER when no more has arrived yet (a source that passes this on
 * is asked again by itself), HATCH_EGONE, HATCH_EHTTP.
 */
int hatch_read(struct hatch_req *req, void *buf, size_t room);

/* ---- responding ------------------------------------------------------------ */

/*
 * Fields of the response, before it.  hatch_set_field() replaces, hatch_add_field()
 * adds another line.  A value with CR, LF or NUL, a name that is no token, and
 * the fields that frame a message (Content-Length, Transfer-Encoding,
 * Connection, ...) are refused.  An error sticks: it is returned, and the call
 * that sends the response returns it again and sends nothing.
 */
int hatch_set_field(struct hatch_req *req, const char *name, const char *value);
int hatch_add_field(struct hatch_req *req, const char *name, const char *value);
int hatch_add_field_span(struct hatch_req *req, const char *name, struct hatch_span value);

/* Whole responses.  Copied: HATCH_EBIG over config.copy_max.  type may be NULL for none. */
int hatch_send_bytes(
	struct hatch_req *req, int status, const char *type, const void *body, size_t len);
int hatch_send_text(struct hatch_req *req, int status, const char *text);
int hatch_send_empty(struct hatch_req *req, int status);
int hatch_redirect(struct hatch_req *req, int status, const char *location);

/* The same of any length, borrowed: body must stay as it is until the exchange ends. */
int hatch_send_static(
	struct hatch_req *req, int status, const char *type, const void *body, size_t len);

/*
 * JSON from a printf format, copied.  Takes the integer conversions with their
 * length modifiers, the floating ones, %c, %s, %.*s (for spans) and %%.  What %s and %c insert is
 * escaped for JSON, so that a hostile string cannot leave its quotes; it is to
 * be UTF-8.  A number that JSON lacks (nan, inf) becomes null.  %n, %p, %ls,
 * %lc, %Lf and a width of "*" are HATCH_EINVAL.
 */
int hatch_send_json(struct hatch_req *req, int status, const char *format, ...) HATCH_PRINTF(3, 4);

/*
 * A body of any length.  fill is asked for bytes whenever at least
 * HATCH_ROOM_MIN of them fit; it returns how many it wrote, 0 at the end,
 * HATCH_LATER to be left alone until hatch_resume(), for as long as it likes, or an error to cut
 * the connection.  After hatch_set_length() the length is announced, and a body that turns out
 * shorter or longer cuts the connection.
 */
#define HATCH_ROOM_MIN 128
typedef int hatch_source(struct hatch_req *req, char *buf, size_t room, void *arg);
int hatch_set_length(struct hatch_req *req, uint64_t len);
int hatch_send_stream(
	struct hatch_req *req, int status, const char *type, hatch_source *fill, void *arg);

/* Of the response, for after hooks; 0 as long as there is none. */
int hatch_status_of(const struct hatch_req *req);

/* Ends the connection after this response. */
void hatch_close_after(struct hatch_req *req);

/*
 * To respond after the handler has returned: keep hatch_ref_of(), then
 * `return hatch_defer(req, timeout_ms)`, which is HATCH_LATER.  When the time is
 * up (0: config.respond_ms) the client has a 504.  A reference is a number,
 * free to copy and to lose, and may be held by any task; hatch_find() gives
 * NULL once the exchange is over.
 */
struct hatch_ref {
	uint32_t slot, generation;
};
struct hatch_ref hatch_ref_of(const struct hatch_req *req);
int hatch_defer(struct hatch_req *req, uint32_t timeout_ms);
struct hatch_req *hatch_find(struct hatch *srv, struct hatch_ref ref);

/* Asks the guard, sink or source again that said HATCH_LATER.  HATCH_EGONE: the exchange is over.
 */
int hatch_resume(struct hatch *srv, struct hatch_ref ref);

/* The same by itself, so long after it has said so. */
void hatch_resume_after(struct hatch_req *req, uint32_t ms);

#ifdef __cplusplus
}
#endif
#endif /* HATCH_H */
