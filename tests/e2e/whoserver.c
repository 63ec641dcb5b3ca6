/*
 * whoserver.c - a server with several identities, for the end-to-end tests
 * SPDX-License-Identifier: MIT
 *
 * whoserver DIR [signer]: certificates and keys in DIR: a.pem for whoever asks for nothing else,
 * b.pem for its own names; certificates of clients from ca.pem.  With "signer" a.pem's key, an RSA
 * one, is held by a slow device: each signature waits for a POST to /release.  Prints its ports.
 */
#define _POSIX_C_SOURCE 200809L
#include <hatch_web.h>
#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <psa/crypto.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 16384 };

static const struct hatch_workers workers = HATCH_WORKERS(2);
static const char *dir;
static struct hatch *server;

/* A file of DIR as a C string, to be freed. */
static char *read_file(const char *name, const char *ending)
{
	char path[512], *text = calloc(1, FILE_MAX);
	snprintf(path, sizeof(path), "%s/%s%s", dir, name, ending);
	FILE *file = fopen(path, "rb");
	if (text == NULL || file == NULL || fread(text, 1, FILE_MAX - 1, file) == 0) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(1);
	}
	fclose(file);
	return text;
}

/* ---- a slow device with an RSA key ---- */

static mbedtls_pk_context device_key;
static sem_t released;
static atomic_int asked;

static int sign(void *arg, const struct hatch_to_sign *what, unsigned char *signature, size_t room)
{
	static const mbedtls_pk_type_t types[] = { MBEDTLS_PK_NONE, MBEDTLS_PK_ECDSA,
		MBEDTLS_PK_RSA, MBEDTLS_PK_RSASSA_PSS };
	mbedtls_md_type_t md = what->digest_len == 32 ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_SHA384;
	size_t len;
	(void)arg;
	if (asked++ > 0) /* the first is hatch_open()'s */
		while (sem_wait(&released) != 0)
			;
	int error = mbedtls_pk_sign_ext(types[what->scheme], &device_key, md, what->digest,
		what->digest_len, signature, room, &len, mbedtls_psa_get_random,
		MBEDTLS_PSA_RANDOM_STATE);
	return error == 0 ? (int)len : HATCH_EPORT;
}

static void device_open(void)
{
	char *key = read_file("a", ".key");
	sem_init(&released, 0, 0);
	mbedtls_pk_init(&device_key);
	if (psa_crypto_init() != PSA_SUCCESS ||
		mbedtls_pk_parse_key(&device_key, (unsigned char *)key, strlen(key) + 1, NULL, 0,
			mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE) != 0)
		exit(1);
	free(key);
}

/* ---- replacing, from another thread than the server's ---- */

static sem_t wanted;
static char wanted_name[32];
static atomic_int replaced;
static atomic_bool ends;

static void replace(void)
{
	char *cert = read_file(wanted_name, ".pem"), *key = read_file(wanted_name, ".key");
	struct hatch_identity with = HATCH_PEM(cert, key);
	int error = hatch_replace_identity(server, 0, &with);
	free(cert); /* it has been read */
	free(key);
	if (error == 0)
		replaced++;
}

static int ask_to_replace(struct hatch_req *req)
{
	struct hatch_span name = hatch_query(req, "name");
	snprintf(wanted_name, sizeof(wanted_name), "%.*s", (int)name.len, name.ptr);
	sem_post(&wanted);
	return hatch_send_empty(req, 202);
}

/* ---- routes ---- */

static int who(struct hatch_req *req)
{
	char subject[128] = "";
	struct hatch_tls_facts facts = { .version = "" };
	(void)hatch_tls_facts_of(req, &facts);
	(void)hatch_client_subject(req, subject, sizeof(subject));
	return hatch_send_json(req, 200,
		"{\"version\":\"%s\",\"resumed\":%d,\"verified\":%d,\"subject\":\"%s\",\"who\":\"%.*s\"}\n",
		facts.version, facts.resumed, facts.client_verified, subject,
		(int)hatch_who(req).len, hatch_who(req).ptr == NULL ? "" : hatch_who(req).ptr);
}

static int counts(struct hatch_req *req)
{
	return hatch_send_json(
		req, 200, "{\"asked\":%d,\"replaced\":%d}\n", (int)asked, (int)replaced);
}

static int release(struct hatch_req *req)
{
	sem_post(&released);
	return hatch_send_empty(req, 204);
}

static const struct hatch_hook by_cert[] = { { hatch_client_auth, NULL } };
static const struct hatch_policy with_cert = { .guards = by_cert, .guard_count = 1 };
static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/who", who),
	HATCH_ROUTE_WITH(HATCH_GET, "/guarded", who, NULL, &with_cert),
	HATCH_ROUTE(HATCH_GET, "/counts", counts),
	HATCH_ROUTE(HATCH_POST, "/replace", ask_to_replace),
	HATCH_ROUTE(HATCH_POST, "/release", release),
};

static void on_signal(int number)
{
	(void)number;
	ends = true;
	sem_post(&wanted);
}

int main(int argc, char **argv)
{
	struct hatch_config config = HATCH_DEFAULTS;
	if (argc < 2)
		return 2;
	dir = argv[1];
	bool signer = argc > 2 && strcmp(argv[2], "signer") == 0;
	sem_init(&wanted, 0, 0);
	char *cert = read_file("a", ".pem"), *key = read_file("a", ".key");
	char *second = read_file("b", ".pem"), *second_key = read_file("b", ".key");
	char *ca = read_file("ca", ".pem");
	struct hatch_identity first = HATCH_PEM(cert, key);
	struct hatch_identity more[] = { HATCH_PEM(second, second_key) };
	if (signer) {
		device_open();
		first = (struct hatch_identity){ .source = hatch_identity_signer, .sign = sign };
		first.cert.ptr = cert;
	}
	config.identity = &first;
	config.identities = more;
	config.identity_count = 1;
	config.client_certs = HATCH_CLIENT_CERTS_OPTIONAL;
	config.client_ca_source = hatch_client_ca_pem;
	config.client_ca = hatch_str(ca);
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.port = HATCH_PORT_ANY;
	config.plain_port = HATCH_PORT_ANY;
	config.address = "127.0.0.1";
	config.workers = &workers;
	config.max_conns = 40;
	config.client_conns = 40;
	config.max_requests = 40;
	config.record_buffers = 8;
	config.client_handshakes_per_min = HATCH_UNLIMITED;
	config.handshake_ms = 60000;
	if (hatch_start(&server, &config, NULL) < 0)
		return 1;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	printf("%u %u\n", hatch_bound_port(server, true), hatch_bound_port(server, false));
	fflush(stdout);
	for (;;) {
		while (sem_wait(&wanted) != 0)
			;
		if (ends)
			break;
		replace();
	}
	for (int i = 0; i < 100; i++) /* nobody waits any more */
		sem_post(&released);
	hatch_close(server);
	mbedtls_pk_free(&device_key);
	free(cert);
	free(key);
	free(second);
	free(second_key);
	free(ca);
	return 0;
}
