/*
 * test_self_signed.c - an identity that the device makes for itself: what is in it, when it is kept
 * and when it is made anew
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <mbedtls/oid.h>
#include <mbedtls/platform.h>
#include <psa/crypto.h>

#include "hatch.h"
#include "hatch_port.h"
#include "tls/heap.h"
#include "tls/self_cert.h"

/* ---- a platform in memory ---- */

static unsigned char stored[4096];
static size_t stored_len;
static bool has_stored;
static int get_error, put_error, random_error, addresses_error;
static unsigned puts_done;
static struct hatch_address ours[20];
static size_t ours_count;
static int64_t today;
static char log_lines[4096];
static struct hatch_port platform;

static int store_get(const char *key, void *buf, size_t *len)
{
	assert_string_equal(key, "hatch-identity");
	assert_true(strlen(key) <= 15); /* the NVS of an ESP32 takes no longer one */
	if (get_error != 0)
		return get_error;
	if (!has_stored)
		return HATCH_EGONE;
	if (stored_len > *len)
		return HATCH_EBIG;
	memcpy(buf, stored, stored_len);
	*len = stored_len;
	return 0;
}

static int store_put(const char *key, const void *buf, size_t len)
{
	assert_string_equal(key, "hatch-identity");
	assert_true(len <= sizeof(stored));
	if (put_error != 0)
		return put_error;
	memcpy(stored, buf, len);
	stored_len = len;
	has_stored = true;
	puts_done++;
	return 0;
}

static int random_bytes(void *buf, size_t len)
{
	return random_error != 0 ? random_error : hatch_default_port.random(buf, len);
}

static int addresses(struct hatch_address *out, size_t max)
{
	size_t count = ours_count < max ? ours_count : max;
	if (addresses_error != 0)
		return addresses_error;
	memcpy(out, ours, count * sizeof(out[0]));
	return (int)count;
}

static int64_t unix_time(void)
{
	return today;
}

static void keep_line(enum hatch_level level, const char *line)
{
	if (strstr(line, "X25519 and P-256 are ") != NULL)
		return; /* said at each open */
	size_t len = strlen(log_lines);
	snprintf(log_lines + len, sizeof(log_lines) - len, "%d %s\n", (int)level, line);
}

static void v4(uint8_t last)
{
	struct hatch_address *address = &ours[ours_count++];
	memset(address, 0, sizeof(*address));
	address->bytes[10] = address->bytes[11] = 0xff;
	address->bytes[12] = 192;
	address->bytes[14] = 2;
	address->bytes[15] = last;
}

static void v6(uint8_t last)
{
	struct hatch_address *address = &ours[ours_count++];
	memset(address, 0, sizeof(*address));
	address->bytes[0] = 0xfd;
	address->bytes[15] = last;
}

static int fresh(void **state)
{
	(void)state;
	has_stored = false;
	get_error = put_error = random_error = addresses_error = 0;
	puts_done = 0;
	ours_count = 0;
	v4(7);
	v6(1);
	today = 1700000000; /* 2023-11-14 */
	platform = hatch_default_port;
	platform.store_get = store_get;
	platform.store_put = store_put;
	platform.random = random_bytes;
	platform.addresses = addresses;
	platform.unix_time = unix_time;
	platform.log = keep_line;
	return psa_crypto_init() == PSA_SUCCESS ? 0 : -1;
}

/* ---- opening ---- */

static int open_as(const struct hatch_identity *identity)
{
	struct hatch_config config = HATCH_DEFAULTS;
	struct hatch *srv;
	log_lines[0] = '\0';
	config.port = HATCH_PORT_NONE;
	config.platform = &platform;
	config.identity = identity;
	int error = hatch_open(&srv, &config);
	assert_int_equal(srv != NULL, error == 0);
	hatch_close(srv);
	return error;
}

static int open_named(const char *hostname)
{
	struct hatch_identity identity = HATCH_SELF_SIGNED(hostname);
	return open_as(&identity);
}

static void said(const char *what)
{
	if (strstr(log_lines, what) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", what, log_lines);
}

static void not_said(const char *what)
{
	if (strstr(log_lines, what) != NULL)
		fail_msg("\"%s\" is in \"%s\"", what, log_lines);
}

/* What was kept, as X.509; the fingerprint in the log is its own. */
static void read_kept(mbedtls_x509_crt *cert)
{
	unsigned char digest[32];
	char text[97];
	size_t len;
	int cert_len = hx_record_open(stored, stored_len);
	assert_true(cert_len > 0);
	mbedtls_x509_crt_init(cert);
	assert_int_equal(
		mbedtls_x509_crt_parse_der(cert, stored + HX_RECORD_CERT, (size_t)cert_len), 0);
	assert_int_equal(psa_hash_compute(PSA_ALG_SHA_256, cert->raw.p, cert->raw.len, digest,
				 sizeof(digest), &len),
		PSA_SUCCESS);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(text + 3 * i, 4, "%02X%s", digest[i], i < 31 ? ":" : "");
	said(text);
}

/* A start that makes one. */
static void made(const char *hostname)
{
	unsigned char before[sizeof(stored)];
	size_t len = has_stored ? stored_len : 0;
	memcpy(before, stored, len);
	unsigned puts_before = puts_done;
	assert_int_equal(open_named(hostname), 0);
	said("made now; SHA-256 fingerprint ");
	assert_int_equal(puts_done, puts_before + 1);
	assert_false(len == stored_len && memcmp(before, stored, len) == 0);
}

/* A start that takes what there is, says nothing else and writes nothing. */
static void kept(const char *hostname)
{
	mbedtls_x509_crt cert;
	unsigned puts_before = puts_done;
	random_error = HATCH_EPORT; /* a key that is there needs none */
	assert_int_equal(open_named(hostname), 0);
	random_error = 0;
	said("from the store; SHA-256 fingerprint ");
	assert_ptr_equal(strchr(log_lines, '\n'), log_lines + strlen(log_lines) - 1);
	assert_int_equal(puts_done, puts_before);
	read_kept(&cert);
	mbedtls_x509_crt_free(&cert);
}

/* ---- what is in it ---- */

static void entries(const mbedtls_x509_crt *cert, char *text, size_t room)
{
	const mbedtls_x509_sequence *at = &cert->subject_alt_names;
	size_t len = 0;
	text[0] = '\0';
	for (; at != NULL && at->buf.p != NULL; at = at->next) {
		bool address = (at->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) ==
			       MBEDTLS_X509_SAN_IP_ADDRESS;
		assert_true(len + 64 < room);
		if (!address)
			len += (size_t)snprintf(text + len, room - len, "%.*s ", (int)at->buf.len,
				(const char *)at->buf.p);
		else
			len += (size_t)snprintf(text + len, room - len, "%u:%02x..%u ",
				(unsigned)at->buf.len, at->buf.p[0], at->buf.p[at->buf.len - 1]);
	}
}

static void has_entries(const char *hostname, const char *expected)
{
	mbedtls_x509_crt cert;
	char text[1024];
	made(hostname);
	read_kept(&cert);
	entries(&cert, text, sizeof(text));
	assert_string_equal(text, expected);
	mbedtls_x509_crt_free(&cert);
	kept(hostname);
}

static void names_and_addresses(void **state)
{
	(void)state;
	has_entries("esp32", "esp32 esp32.local 4:c0..7 16:fd..1 ");
	has_entries(NULL, "hatch hatch.local 4:c0..7 16:fd..1 ");
	has_entries("ESP32-a.Lan", "esp32-a.lan 4:c0..7 16:fd..1 ");
	has_entries("esp32.local", "esp32.local 4:c0..7 16:fd..1 ");
	ours_count = 0;
	v6(9);
	v4(200);
	v6(9); /* the same on another interface */
	v4(3);
	memset(&ours[ours_count++], 0, sizeof(ours[0]));
	v4(0);
	memset(ours[ours_count - 1].bytes + 12, 0, 4);
	has_entries("a", "a a.local 4:c0..3 4:c0..200 16:fd..9 ");
	ours_count = 0;
	has_entries("none", "none none.local ");
	addresses_error = HATCH_EPORT;
	has_entries("fails", "fails fails.local ");
}

static void sixteen_addresses(void **state)
{
	mbedtls_x509_crt cert;
	char host[65], text[2048];
	(void)state;
	memset(host, 'h', 63);
	host[63] = '\0';
	ours_count = 0;
	for (uint8_t i = 1; i <= 16; i++)
		v6(i);
	/* The largest there is: the longest names, and all addresses of 16 bytes. */
	made(host);
	not_said("more addresses");
	read_kept(&cert);
	entries(&cert, text, sizeof(text));
	assert_non_null(strstr(text, "..16 "));
	assert_true(cert.raw.len <= HX_CERT_MAX);
	mbedtls_x509_crt_free(&cert);
	v6(17);
	assert_int_equal(open_named(host), 0);
	said("2 identity: more addresses than fit");
	said("from the store");
}

/* Runs the library's own check of a chain, with the certificate as its own anchor. */
static void certificate(void **state)
{
	mbedtls_x509_crt cert, other;
	uint32_t flags;
	char dn[80];
	(void)state;
	made("esp32");
	read_kept(&cert);
	assert_int_equal(cert.version, 3);
	assert_int_equal(mbedtls_pk_get_bitlen(&cert.pk), 256);
	assert_true(mbedtls_x509_dn_gets(dn, sizeof(dn), &cert.subject) > 0);
	assert_string_equal(dn, "CN=esp32");
	assert_true(mbedtls_x509_dn_gets(dn, sizeof(dn), &cert.issuer) > 0);
	assert_string_equal(dn, "CN=esp32");
	assert_int_equal(mbedtls_x509_crt_get_ca_istrue(&cert), 0);
	assert_true(mbedtls_x509_crt_has_ext_type(&cert, MBEDTLS_X509_EXT_BASIC_CONSTRAINTS));
	assert_int_equal(
		mbedtls_x509_crt_check_key_usage(&cert, MBEDTLS_X509_KU_DIGITAL_SIGNATURE), 0);
	assert_int_not_equal(
		mbedtls_x509_crt_check_key_usage(&cert, MBEDTLS_X509_KU_KEY_CERT_SIGN), 0);
	assert_int_equal(mbedtls_x509_crt_check_extended_key_usage(
				 &cert, "\x2b\x06\x01\x05\x05\x07\x03\x01", 8),
		0);
	assert_int_not_equal(mbedtls_x509_crt_check_extended_key_usage(
				     &cert, "\x2b\x06\x01\x05\x05\x07\x03\x02", 8),
		0);
	assert_int_equal(cert.serial.len, 16);
	assert_true(cert.serial.p[0] >= 0x40 && cert.serial.p[0] < 0x80);
	assert_int_equal(
		mbedtls_x509_crt_verify(&cert, &cert, NULL, "esp32.local", &flags, NULL, NULL), 0);
	assert_int_not_equal(
		mbedtls_x509_crt_verify(&cert, &cert, NULL, "esp33", &flags, NULL, NULL), 0);
	/* Nothing of it comes twice. */
	assert_int_equal(hatch_identity_renew(&platform), 0);
	made("esp32");
	said("3 identity: a new one was asked for");
	read_kept(&other);
	assert_memory_not_equal(cert.serial.p, other.serial.p, 16);
	assert_memory_not_equal(cert.pk_raw.p + 27, other.pk_raw.p + 27, 64);
	mbedtls_x509_crt_free(&cert);
	mbedtls_x509_crt_free(&other);
}

static bool contains(const mbedtls_x509_buf *buf, const char *what)
{
	size_t len = strlen(what);
	for (size_t i = 0; i + len <= buf->len; i++)
		if (memcmp(buf->p + i, what, len) == 0)
			return true;
	return false;
}

/* The same whether the clock is right, wrong or not there; and no warning about them. */
static void dates(void **state)
{
	static const int64_t clocks[] = { 0, 1700000000, 1577836800, 2500000000 };
	(void)state;
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		mbedtls_x509_crt cert;
		has_stored = false;
		today = clocks[i];
		made("esp32");
		not_said("valid");
		not_said("expired");
		read_kept(&cert);
		assert_int_equal(cert.valid_from.year, 2019);
		/* Before July 2019, or Apple's systems want 825 days. */
		assert_true(cert.valid_from.mon < 7);
		assert_int_equal(cert.valid_to.year, 2049);
		assert_int_equal(cert.valid_to.mon, 12);
		assert_int_equal(cert.valid_to.day, 31);
		/* Both as UTCTime, which everybody reads. */
		assert_true(contains(&cert.tbs, "\x30\x1e\x17\x0d"
						"190101000000Z"
						"\x17\x0d"
						"491231235959Z"));
		mbedtls_x509_crt_free(&cert);
		today = 0;
		kept("esp32");
	}
}

static void host_names(void **state)
{
	static const char *const bad[] = { "", ".", "a.", ".a", "a..b", "-a", "a-", "a b", "a_b",
		"a,CN=b", "192.0.2.1", "a.1", "::1", "*.a", "caf\xc3\xa9" };
	char name[70];
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(open_named(bad[i]), HATCH_EIDENT);
		said("1 identity: the hostname ");
		assert_false(has_stored);
	}
	memset(name, 'a', sizeof(name));
	name[63] = '\0';
	made(name);
	memset(name, 'a', sizeof(name));
	name[64] = '\0';
	assert_int_equal(open_named(name), HATCH_EIDENT); /* a label of 64 */
	said("is no host name");
	name[31] = '.';
	made(name);
	name[64] = 'a';
	name[65] = '\0';
	assert_int_equal(open_named(name), HATCH_EIDENT);
	said("longer than 64");
}

/* Fields of another source are refused, not ignored. */
static void other_fields(void **state)
{
	struct hatch_identity self = HATCH_SELF_SIGNED("a"), der = HATCH_DER("x", "y"),
			      pem = HATCH_PEM("x", "y");
	(void)state;
	self.key = hatch_str("x");
	assert_int_equal(open_as(&self), HATCH_EIDENT);
	said("takes no cert and no key");
	self.key = hatch_str(NULL);
	self.cert = hatch_str("x");
	assert_int_equal(open_as(&self), HATCH_EIDENT);
	der.hostname = pem.hostname = "a";
	assert_int_equal(open_as(&der), HATCH_EIDENT);
	said("a hostname is for");
	assert_int_equal(open_as(&pem), HATCH_EIDENT);
	said("a hostname is for");
}

/* ---- when it is made anew ---- */

static void changes(void **state)
{
	(void)state;
	made("esp32");
	not_said("changed");
	kept("esp32");
	kept("ESP32");
	struct hatch_address first = ours[0];
	ours[0] = ours[1];
	ours[1] = first;
	kept("esp32"); /* their order is nothing */
	made("esp33");
	said("2 identity: names or addresses have changed");
	kept("esp33");
	v4(8);
	made("esp33");
	said("have changed");
	kept("esp33");
	ours_count--;
	made("esp33");
	said("have changed");
	ours[0].bytes[15]++;
	made("esp33");
	kept("esp33");
	/* Not connected yet: that is no change of address, but the names must be right. */
	ours_count = 0;
	kept("esp33");
	addresses_error = HATCH_EPORT;
	kept("esp33");
	made("esp32");
	kept("esp32");
	addresses_error = 0;
	v4(8);
	made("esp32"); /* now there are addresses, and it is for none */
}

static void renewed(void **state)
{
	(void)state;
	assert_int_equal(hatch_identity_renew(&platform), 0); /* with nothing to be forgotten */
	made("a");
	kept("a");
	unsigned char before[HX_RECORD_KEY];
	memcpy(before, stored + HX_RECORD_KEY_AT, sizeof(before));
	assert_int_equal(hatch_identity_renew(&platform), 0);
	assert_int_equal(stored_len, 8); /* nothing is left of the key */
	made("a");
	assert_memory_not_equal(before, stored + HX_RECORD_KEY_AT, sizeof(before));
	put_error = HATCH_EPORT;
	assert_int_equal(hatch_identity_renew(&platform), HATCH_EPORT);
	put_error = 0;
	kept("a");
}

static void damaged_is_made_anew(const unsigned char *record, size_t len)
{
	memcpy(stored, record, len);
	stored_len = len;
	made("a");
	said("2 identity: what is stored is damaged or not ours");
	kept("a");
}

/* Every bit is looked at, at every length it is seen to be cut; the whole way for some of them. */
static void damaged(void **state)
{
	unsigned char good[HX_RECORD_MAX], bad[HX_RECORD_MAX + 1];
	(void)state;
	made("a");
	size_t len = stored_len;
	memcpy(good, stored, len);
	assert_true(hx_record_open(good, len) > 0);
	for (size_t i = 0; i < len * 8; i++) {
		memcpy(bad, good, len);
		bad[i / 8] = (unsigned char)(bad[i / 8] ^ 1u << i % 8);
		assert_int_equal(hx_record_open(bad, len), HATCH_EINVAL);
	}
	for (size_t cut = 0; cut < len; cut++) {
		unsigned char *exact = malloc(cut + 1);
		assert_non_null(exact);
		memcpy(exact, good, cut);
		assert_int_equal(hx_record_open(exact, cut), HATCH_EINVAL);
		free(exact);
	}
	memcpy(bad, good, len);
	bad[len] = 0;
	assert_int_equal(hx_record_open(bad, len + 1), HATCH_EINVAL);
	bad[100] ^= 1;
	damaged_is_made_anew(bad, len);
	damaged_is_made_anew(good, len - 1);
	damaged_is_made_anew(good, 0);
	damaged_is_made_anew((const unsigned char *)"nonsense", 8);
	stored_len = HX_RECORD_MAX + 1; /* too long to be ours: EBIG of the store */
	made("a");
	said("damaged or not ours");
}

/* Well sealed, and still not what we would have made: another's key, no key, no certificate. */
static void foreign(void **state)
{
	unsigned char one[HX_RECORD_MAX], two[HX_RECORD_MAX];
	(void)state;
	made("a");
	size_t len = stored_len, cert = len - HX_RECORD_CERT - HX_RECORD_HASH;
	memcpy(one, stored, len);
	has_stored = false;
	made("a");
	memcpy(two, one, len);
	memcpy(two + HX_RECORD_KEY_AT, stored + HX_RECORD_KEY_AT, HX_RECORD_KEY);
	assert_int_equal(hx_record_seal(two, cert), len);
	damaged_is_made_anew(two, len);
	memset(two + HX_RECORD_KEY_AT, 0, HX_RECORD_KEY);
	assert_int_equal(hx_record_seal(two, cert), len);
	damaged_is_made_anew(two, len);
	memset(two + HX_RECORD_KEY_AT, 0xff, HX_RECORD_KEY); /* over the order of the curve */
	assert_int_equal(hx_record_seal(two, cert), len);
	damaged_is_made_anew(two, len);
	memcpy(two, one, len);
	two[HX_RECORD_CERT] ^= 1;
	assert_int_equal(hx_record_seal(two, cert), len);
	damaged_is_made_anew(two, len);
	memcpy(two, one, len);
	two[HX_RECORD_CERT + cert] = 0; /* a byte behind the certificate */
	assert_int_equal(hx_record_seal(two, cert + 1), len + 1);
	damaged_is_made_anew(two, len + 1);
	/* Sealed again as it was, it is taken: only what was changed has spoilt it. */
	assert_int_equal(hx_record_seal(one, cert), len);
	memcpy(stored, one, len);
	stored_len = len;
	kept("a");
}

/* ---- what fails ---- */

static void store_that_fails(void **state)
{
	(void)state;
	put_error = HATCH_EPORT;
	assert_int_equal(open_named("a"), 0);
	said("2 identity: the store cannot be written: the certificate changes at every start");
	said("made now");
	assert_false(has_stored);
	put_error = 0;
	get_error = HATCH_EPORT;
	made("a");
	said("2 identity: the store cannot be read");
	get_error = 0;
	kept("a");
}

static void no_entropy(void **state)
{
	(void)state;
	random_error = HATCH_EPORT;
	assert_int_equal(open_named("a"), HATCH_EPORT);
	said("1 identity: no random numbers yet");
	not_said("fingerprint");
	assert_false(has_stored);
	random_error = 0;
	made("a");
	/* One that must be remade, and cannot be: what is stored stays. */
	random_error = HATCH_EPORT;
	size_t len = stored_len;
	assert_int_equal(open_named("b"), HATCH_EPORT);
	assert_int_equal(stored_len, len);
	random_error = 0;
	kept("a");
}

/* ---- memory ---- */

static void say(void *arg, enum hatch_level level, const char *line)
{
	(void)arg;
	keep_line(level, line);
}

static uint32_t stays; /* on the heap, of the last identity */

/* The source alone, on an account of its own, whose nth allocation fails. */
static int source_alone(struct hx_heap_account *account, uint32_t fail_at)
{
	struct hatch_identity identity = HATCH_SELF_SIGNED("esp32");
	struct hatch_tls_identity into;
	memset(&into, 0, sizeof(into));
	memset(account, 0, sizeof(*account));
	account->fail_at = fail_at;
	into.port = &platform;
	into.say = say;
	log_lines[0] = '\0';
	struct hx_heap_account *before = hx_heap_enter(account);
	mbedtls_x509_crt_init(&into.chain);
	mbedtls_pk_init(&into.key);
	int error = hatch_identity_self_signed(&into, &identity);
	stays = account->now;
	mbedtls_x509_crt_free(&into.chain);
	mbedtls_pk_free(&into.key);
	hx_heap_leave(before);
	assert_int_equal(account->now, 0);
	return error;
}

/* Where the library can do without: it is whole all the same. */
static void done_without(bool from_store, unsigned puts_before)
{
	mbedtls_x509_crt cert;
	char text[256];
	said(from_store ? "from the store" : "made now");
	assert_int_equal(puts_done, puts_before + (from_store ? 0 : 1));
	read_kept(&cert);
	entries(&cert, text, sizeof(text));
	assert_string_equal(text, "esp32 esp32.local 4:c0..7 16:fd..1 ");
	mbedtls_x509_crt_free(&cert);
}

static void every_allocation_fails(bool from_store)
{
	struct hx_heap_account account;
	unsigned n, step = getenv("HATCH_LONG") != NULL ? 1 : 17, refused = 0;
	has_stored = false;
	made("esp32"); /* what the library allocates once is there now */
	for (n = 1;; n += n < 200 ? 1 : step) {
		unsigned char before[sizeof(stored)];
		unsigned puts_before = puts_done;
		size_t len = stored_len;
		memcpy(before, stored, len);
		has_stored = from_store;
		int error = source_alone(&account, n);
		if (error == 0)
			done_without(from_store, puts_before);
		if (account.refused == 0)
			break;
		if (error == 0)
			continue;
		/* A lack of memory is no reason to make another, and none is half made. */
		assert_int_equal(error, HATCH_ENOMEM);
		said("1 identity: there is not enough memory to open it\n");
		not_said("fingerprint");
		assert_int_equal(puts_done, puts_before);
		assert_true(stored_len == len && memcmp(before, stored, len) == 0);
		refused++;
	}
	assert_true(refused > 20);
}

static void no_memory(void **state)
{
	(void)state;
	if (!hx_heap_install())
		skip();
	every_allocation_fails(true);
	every_allocation_fails(false);
}

static unsigned blocks_freed, keys_seen;

static bool holds_key(const unsigned char *at)
{
	const unsigned char *key = stored + HX_RECORD_KEY_AT;
	unsigned forward = 0, backward = 0; /* as a number the library has it the other way round */
	while (forward < 8 && at[forward] == key[forward])
		forward++;
	while (backward < 8 && at[backward] == key[HX_RECORD_KEY - 1 - backward])
		backward++;
	return forward == 8 || backward == 8;
}

static void looking_free(void *block)
{
	size_t size = block == NULL ? 0 : hatch_block_size(block);
	blocks_freed++;
	for (size_t i = 0; has_stored && i + 8 <= size; i++)
		keys_seen += holds_key((const unsigned char *)block + i);
	free(block);
}

/* No block that is given back has the key in it. */
static void the_key_is_wiped(void **state)
{
	struct hx_heap_account account;
	(void)state;
	if (!hx_heap_install() || mbedtls_platform_set_calloc_free(calloc, looking_free) != 0)
		skip();
	blocks_freed = keys_seen = 0;
	assert_int_equal(source_alone(&account, 0), 0);
	said("made now");
	assert_int_equal(source_alone(&account, 0), 0);
	said("from the store");
	assert_true(hx_heap_install());
	assert_true(blocks_freed > 40);
	assert_int_equal(keys_seen, 0);
}

/* What stays on the heap, and what is needed for a moment: for a device that has 100 kB. */
static void heap(void **state)
{
	struct hx_heap_account account;
	(void)state;
	if (!hx_heap_install())
		skip();
	made("esp32");
	has_stored = false;
	assert_int_equal(source_alone(&account, 0), 0);
	print_message("made: peak %u, stays %u\n", (unsigned)account.peak, (unsigned)stays);
	assert_true(stays < 3000);
	assert_true(account.peak < 8000);
	assert_int_equal(source_alone(&account, 0), 0);
	print_message("read: peak %u, stays %u\n", (unsigned)account.peak, (unsigned)stays);
	assert_true(stays < 3000);
	assert_true(account.peak < 8000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(names_and_addresses, fresh),
		cmocka_unit_test_setup(sixteen_addresses, fresh),
		cmocka_unit_test_setup(certificate, fresh),
		cmocka_unit_test_setup(dates, fresh),
		cmocka_unit_test_setup(host_names, fresh),
		cmocka_unit_test_setup(other_fields, fresh),
		cmocka_unit_test_setup(changes, fresh),
		cmocka_unit_test_setup(renewed, fresh),
		cmocka_unit_test_setup(damaged, fresh),
		cmocka_unit_test_setup(foreign, fresh),
		cmocka_unit_test_setup(store_that_fails, fresh),
		cmocka_unit_test_setup(no_entropy, fresh),
		cmocka_unit_test_setup(no_memory, fresh),
		cmocka_unit_test_setup(the_key_is_wiped, fresh),
		cmocka_unit_test_setup(heap, fresh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
