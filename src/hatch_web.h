/*
 * hatch_web.h - what web pages and their forms need: handlers and guards to name in routes
 * SPDX-License-Identifier: MIT
 *
 * Each is linked only if the program names it.  The conventions are those of hatch.h.
 */
#ifndef HATCH_WEB_H
#define HATCH_WEB_H

#include "hatch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- files inside the program ---------------------------------------------- */

/*
 * One file in each coding that is worth having; the tables are made by hatch-embed.  A coding that
 * is not there has an empty span.
 */
struct hatch_asset {
	const char *path; /* without a slash before it: "index.html", "img/a.png" */
	const char *type; /* Content-Type */
	const char *etag; /* strong, of the content, in its quotes; per coding one of its own */
	struct hatch_span plain, gzip, brotli;
};

struct hatch_site {
	const struct hatch_asset *assets; /* in the order of strcmp() of their paths */
	size_t asset_count;
	uint32_t max_age_s; /* for Cache-Control; 0: no-cache, so that it is asked for each time */
	const char *fallback; /* the asset for a path that names none, for a page that routes by
				 itself; NULL: 404 */
};

/*
 * Route: HATCH_ROUTE_ARG(HATCH_GET, "/" "*", hatch_assets, &site).  A folder is its index.html.
 * Answers with ETag, If-None-Match, If-Match, Range, HEAD, and in gzip or Brotli to who takes it.
 */
hatch_handler hatch_assets;

/* Content-Type by the end of a name; "application/octet-stream" if it is not known. */
const char *hatch_type_of(struct hatch_span name);

/* ---- files in a folder ------------------------------------------------------ */

struct hatch_folder {
	const char *dir; /* "/littlefs/www", without a slash behind it */
	uint32_t max_age_s;
	const char *fallback; /* a file of it, as above; NULL: 404 */
	hatch_handler *list;  /* for a folder without index.html: hatch_files_list; NULL: 404 */
	uint64_t upload_max;  /* for hatch_files_put: bytes; default 1 MB */
};

/*
 * Through fopen() and stat(), so on SPIFFS, LittleFS, SD and Linux alike.  Route with "/" "*".
 * Answers as hatch_assets does, with Last-Modified as well; "a.js.gz" and "a.js.br" beside "a.js"
 * are its codings.  Nothing outside the folder is reached: no dot segment, no backslash, no name
 * that begins with a dot, and on Linux no link that leads out.
 */
hatch_handler hatch_files;

/* What is in a folder, for hatch_folder.list.  Names that begin with a dot are not shown. */
hatch_handler hatch_files_list;

/*
 * PUT into the folder, with a guard before it: streamed to a temporary name and renamed when it is
 * whole.  201, or 204 if it replaced one; 409 where a folder on the way is missing; 412 for
 * "If-None-Match: *" if there is one; 413 over upload_max; 507 when the medium is full.  Takes
 * HATCH_FILES_PUT_SCRATCH bytes of hatch_scratch(): config.scratch is to have them.
 */
#define HATCH_FILES_PUT_SCRATCH 512
hatch_handler hatch_files_put;

/* ---- forms ------------------------------------------------------------------ */

/*
 * A value of a body that was collected (hatch_policy.body_max) and is
 * application/x-www-form-urlencoded, decoded; ptr is NULL if there is none of that name, or the
 * body is no such form.  The body is decoded in place: hatch_body() is of no use after that.
 */
struct hatch_span hatch_form(struct hatch_req *req, const char *name);

/*
 * multipart/form-data (RFC 7578), of any size, part by part from constant memory.  Names, file
 * names and types are spans that live until the part's end; a file name is what the client says:
 * without a path, but otherwise not to be trusted.
 */
struct hatch_part {
	struct hatch_span name;
	struct hatch_span filename; /* ptr NULL: not a file */
	struct hatch_span type;     /* "text/plain" if the client does not say */
	uint64_t len;               /* bytes so far */
};

struct hatch_parts {
	/* A part begins; may be NULL.  Others than 0 end the request: a response, or an error. */
	int (*begin)(struct hatch_req *req, const struct hatch_part *part, void *arg);
	/* Content; as a hatch_sink, so HATCH_LATER is possible. */
	int (*data)(struct hatch_req *req, const struct hatch_part *part, struct hatch_span piece,
		void *arg);
	/* It is whole; may be NULL. */
	int (*end)(struct hatch_req *req, const struct hatch_part *part, void *arg);
	/* All of them are: gives the response. */
	int (*done)(struct hatch_req *req, void *arg);
	uint64_t part_max, total_max; /* bytes; over them 413; 0: no limit */
	uint16_t parts_max;           /* default 16; over it 413 */
};

/*
 * The handler returns what this returns.  400 for a broken body, 415 for another type.  Takes
 * HATCH_PARTS_SCRATCH bytes of hatch_scratch(): config.scratch is to have them.
 */
#define HATCH_PARTS_SCRATCH 768
int hatch_receive_parts(struct hatch_req *req, const struct hatch_parts *how, void *arg);

/* ---- pages ------------------------------------------------------------------ */

/*
 * text for a page, between tags or in an attribute that stands in quotation marks: the characters
 * & < > " ' are written as references.  The length, with a NUL behind it; HATCH_EBIG if room bytes
 * are too few, and then buf is an empty string.  6 * text.len + 1 bytes always suffice.  For a
 * script, a style or an address it is not the right thing.
 */
int hatch_escape_html(char *buf, size_t room, struct hatch_span text);

/* ---- firmware ------------------------------------------------------------------- */

/*
 * Where a new image goes.  On ESP-IDF: esp_ota_begin(), esp_ota_write(), and esp_ota_end() with
 * esp_ota_set_boot_partition().  All run on the server's task; negative is an error.
 */
struct hatch_updater {
	int (*begin)(void *arg, uint64_t len); /* len 0: the client does not say */
	int (*write)(void *arg, struct hatch_span piece);
	int (*finish)(void *arg); /* it is whole: the next start is with it */
	void (*abort)(void *arg); /* after begin(), whenever finish() did not succeed */
	void *arg;
	uint64_t max;      /* bytes, required; more is 413 */
	bool needs_digest; /* without a SHA-256: 400 */
	bool busy;         /* hatch's own */
};

/*
 * PUT or POST of the image as it is; arg: struct hatch_updater *.  A SHA-256 in Content-Digest (RFC
 * 9530) or in the query, "?sha256=" and 64 hexadecimal digits, is checked before finish(): 422 if
 * it is another.  One at a time, else 409.  Guard it.
 */
hatch_handler hatch_update;

/* ---- who may ---------------------------------------------------------------- */

/*
 * Failures by client address, shared by all guards that name it.  After the third one the address
 * has to wait before its next attempt is looked at: a quarter of a second, twice as long each time,
 * at most 8 s.  A guard waits itself for up to a second, and answers 429 with Retry-After where it
 * would be longer, whatever the attempt is worth.  Failures are forgotten ten minutes after the
 * last; a success changes nothing, or somebody with a password of his own could guess that of
 * another. Zeroed, and kept for as long as the server.
 */
#define HATCH_ATTEMPT_CLIENTS 16
struct hatch_attempts {
	struct {
		uint8_t client[16];
		uint32_t at, until; /* ms */
		uint8_t failures;
		bool used;
	} entry[HATCH_ATTEMPT_CLIENTS]; /* hatch's own */
};

struct hatch_account {
	const char *name, *password; /* for bearer tokens: whose, and the token */
};

/* Compared in constant time, all of them.  check, if it is set, is asked instead of the list. */
struct hatch_accounts {
	const struct hatch_account *users;
	size_t count;
	bool (*check)(void *arg, struct hatch_span name, struct hatch_span password);
	void *arg;
	const char *realm;               /* default "hatch"; without quotation marks
					    and backslashes */
	struct hatch_attempts *attempts; /* NULL: failures have no consequence */
};

/*
 * Guards; arg: const struct hatch_accounts *.  401 with what is wanted, and 403 over plain HTTP,
 * where everybody could read it.
 */
hatch_handler hatch_basic_auth;  /* RFC 7617 */
hatch_handler hatch_bearer_auth; /* RFC 6750 */

/*
 * By the certificate that the client has shown (config.client_certs), and which is good; arg: const
 * struct hatch_client_rule *, or NULL for any that config.client_ca has signed.  403 without, also
 * for a request that another site has the browser send.  hatch_who() is its common name, or its
 * first other name.
 */
struct hatch_client_rule {
	const char *names; /* "ada@example.org, pump-7": any of its subjectAltNames, or its common
			      name; NULL: all */
};
hatch_handler hatch_client_auth;

/* What a good certificate says; of another, or without one, nothing. */
enum hatch_san_kind { /* RFC 5280 section 4.2.1.6 */
	HATCH_SAN_EMAIL = 1,
	HATCH_SAN_DNS = 2,
	HATCH_SAN_URI = 6,
	HATCH_SAN_ADDRESS = 7, /* 4 or 16 bytes */
};
struct hatch_san {
	enum hatch_san_kind kind; /* others are possible: their DER */
	struct hatch_span value;
};
/* "CN=ada, O=lab" and a NUL; its length, EBIG, or EGONE: there is none. */
int hatch_client_subject(const struct hatch_req *req, char *buf, size_t room);
struct hatch_span hatch_client_common_name(const struct hatch_req *req);
bool hatch_client_san(const struct hatch_req *req, size_t n, struct hatch_san *out);

/*
 * HTTP Digest with SHA-256 and qop=auth (RFC 7616): the password itself does not go over the wire,
 * so that plain HTTP is allowed, too.  Who listens there reads everything else, may try passwords
 * at home against what was heard, and who is in between may change the bodies: prefer HTTPS.
 * Clients of MD5 alone, and of auth-int, are not let in.
 */
#define HATCH_DIGEST_NONCES 8
struct hatch_digest {
	const struct hatch_accounts *users; /* names and passwords; check is refused, as no
					       password arrives that it could be asked about */
	uint32_t nonce_s; /* how long a nonce is good; default 300, at most 20 days */
	bool userhash; /* names may come hashed (section 3.4.4): other listeners do not see them */
	bool keyed;    /* from here on hatch's own */
	unsigned char key[32];
	uint64_t issued, floor;
	struct {
		uint64_t number;
		uint32_t count, seen;
	} nonce[HATCH_DIGEST_NONCES];
};

/*
 * A guard; arg: struct hatch_digest *, zeroed but for the settings, and kept for as long as the
 * server; before guards that read the query.  400 where the field is broken, or its uri is not the
 * request's target (one with dot segments is none); 401 with a new nonce where the password is
 * wrong, and with "stale=true" where the nonce is over or the request came before.
 */
hatch_handler hatch_digest_auth;

/* Who that is, once a guard has let somebody through; ptr is NULL without one. */
struct hatch_span hatch_who(const struct hatch_req *req);

/* For a login form: 0, and then hatch_who() says who; HATCH_EACCESS, also for a request from
 * another site; or HATCH_ETIME while the address has to wait. */
int hatch_login(struct hatch_req *req, const struct hatch_accounts *users, struct hatch_span name,
	struct hatch_span password);

/* ---- sessions --------------------------------------------------------------- */

#define HATCH_SESSION_NAME 24
struct hatch_session { /* hatch's own, but for user */
	char id[33], csrf[33], who[HATCH_SESSION_NAME + 1];
	uint32_t made, seen; /* ms */
	bool used;
	void *user; /* the application's; NULL when it begins */
};

/*
 * A login that lasts, in a cookie: 128 random bits, HttpOnly, Secure, SameSite=Strict, for this
 * host alone (RFC 6265bis: "__Host-").  When all slots are taken, whoever has not been seen for
 * longest is logged out.
 */
struct hatch_sessions {
	struct hatch_session *slots; /* zeroed, and kept for as long as the server */
	size_t count;
	uint32_t idle_s;   /* default 1,800 */
	uint32_t life_s;   /* default 43,200; at most 20 days */
	const char *login; /* where a browser that wants a page is led (303); NULL: 401 */
};

/*
 * Before the response.  out may be NULL; it is good until the handler returns, as other logins may
 * take its place later.  HATCH_ESTATE over plain HTTP; HATCH_EPORT without random numbers;
 * HATCH_EINVAL for a name over HATCH_SESSION_NAME.
 */
int hatch_session_begin(struct hatch_req *req, struct hatch_sessions *sessions,
	struct hatch_span who, struct hatch_session **out);
/* The session is over, and the cookie is taken back.  Without a session nothing happens. */
int hatch_session_end(struct hatch_req *req, struct hatch_sessions *sessions);
/* NULL: there is none that is still good. */
struct hatch_session *hatch_session_of(struct hatch_req *req, struct hatch_sessions *sessions);

/*
 * A guard; arg: struct hatch_sessions *.  A request that may change something (not GET, HEAD or
 * OPTIONS) also has to come from our own pages: 403 if Origin or Sec-Fetch-Site say other, and
 * unless the session's token is in a field X-CSRF-Token, or in the "csrf" of a urlencoded form that
 * the route collects, which is looked at before the handler runs.  A multipart form needs the
 * field.
 */
hatch_handler hatch_session_guard;

/* 32 hexadecimal digits for a form's hidden field "csrf"; "" without a session.  And the same check
 * for routes without the guard. */
const char *hatch_csrf(struct hatch_req *req, struct hatch_sessions *sessions);
bool hatch_csrf_ok(struct hatch_req *req, struct hatch_sessions *sessions);

/* ---- fields for browsers ------------------------------------------------------ */

/* Fetch's CORS protocol: pages of other origins may read what the routes say. */
struct hatch_cors_rule {
	const char *origins; /* "https://a.example, https://b.example", or "*" */
	const char *methods; /* for preflights; default "GET, HEAD, POST" */
	const char *headers; /* the same; default none */
	uint32_t max_age_s;  /* how long a preflight is good; default 600 */
	bool credentials;    /* cookies too; not together with "*" */
};
hatch_handler hatch_cors;           /* an after hook; arg: const struct hatch_cors_rule * */
hatch_handler hatch_cors_preflight; /* a handler for HATCH_OPTIONS; the same arg */

struct hatch_secure_rule {
	const char *csp; /* Content-Security-Policy; NULL: none */
	uint32_t hsts_s; /* Strict-Transport-Security; 0: none.  Only with a certificate that
			    browsers trust, or nobody gets past its warning any more */
	bool may_be_framed;
};
/* An after hook: X-Content-Type-Options, X-Frame-Options, Referrer-Policy, and these; arg may be
 * NULL. */
hatch_handler hatch_secure_fields;

/* An after hook: X-Request-Id, the numbers of hatch_ref_of(). */
hatch_handler hatch_request_id;

/* ---- what is going on ----------------------------------------------------------- */

/*
 * All that the server counts: connections, refusals by reason, handshakes with their times,
 * responses by status, bytes, heap.  For Prometheus (text format 0.0.4), and as JSON.  Guard them.
 * They take HATCH_METRICS_SCRATCH bytes of hatch_scratch(): config.scratch is to have them.
 */
#define HATCH_METRICS_SCRATCH 384
hatch_handler hatch_metrics;
hatch_handler hatch_metrics_json;

#ifdef __cplusplus
}
#endif
#endif /* HATCH_WEB_H */
