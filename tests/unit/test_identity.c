/*
 * test_identity.c - certificates and keys that hatch_open() takes, and those it refuses
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

#include "core_identity.h"
#include "exact.h"
#include "hatch.h"
#include "hatch_port.h"

static struct core_identity ours, other;
static char log_lines[1024];
static int64_t today = 1700000000; /* 2023-11-14 */
static struct hatch_port platform;

static void keep_line(enum hatch_level level, const char *line)
{
	if (strstr(line, "X25519 and P-256 are ") != NULL)
		return; /* said at each open */
	if (strstr(line, "a signature with this key takes") != NULL)
		return; /* of a slow machine */
	size_t len = strlen(log_lines);
	snprintf(log_lines + len, sizeof(log_lines) - len, "%d %s\n", (int)level, line);
}

static int64_t unix_time(void)
{
	return today;
}

static int set_up(void **state)
{
	(void)state;
	platform = hatch_default_port;
	platform.log = keep_line;
	platform.unix_time = unix_time;
	if (core_identity_make(&ours, false, 256, "20991231235959") != 0)
		return -1;
	return core_identity_make(&other, false, 256, "20991231235959");
}

/* Opens a server with this identity and closes it: what hatch_open() said, and the log. */
static int open_with(struct hatch_identity identity)
{
	struct hatch_config config = HATCH_DEFAULTS;
	struct hatch *srv;
	log_lines[0] = '\0';
	config.port = HATCH_PORT_NONE;
	config.platform = &platform;
	config.identity = &identity;
	int error = hatch_open(&srv, &config);
	assert_int_equal(srv != NULL, error == 0);
	hatch_close(srv);
	return error;
}

static struct hatch_identity der(const struct core_identity *from)
{
	struct hatch_identity identity = { .source = hatch_identity_der };
	identity.cert = (struct hatch_span){ (const char *)from->cert, from->cert_len };
	identity.key = (struct hatch_span){ (const char *)from->key, from->key_len };
	return identity;
}

static struct hatch_identity pem(const char *cert, const char *key)
{
	struct hatch_identity identity = HATCH_PEM(cert, key);
	return identity;
}

static void refused(struct hatch_identity identity, const char *why)
{
	assert_int_equal(open_with(identity), HATCH_EIDENT);
	if (strstr(log_lines, why) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", why, log_lines);
	assert_memory_equal(log_lines, "1 identity: ", 12);
	assert_ptr_equal(strchr(log_lines, '\n'), log_lines + strlen(log_lines) - 1);
}

static void taken(void **state)
{
	struct hatch_identity spans = pem(ours.cert_pem, ours.key_pem);
	(void)state;
	assert_int_equal(open_with(der(&ours)), 0);
	assert_string_equal(log_lines, "");
	assert_int_equal(open_with(spans), 0);
	spans.cert.len = strlen(ours.cert_pem); /* the NUL may be counted or not */
	spans.key.len = strlen(ours.key_pem) + 1;
	assert_int_equal(open_with(spans), 0);
}

static void chains(void **state)
{
	unsigned char two[sizeof(ours.cert) + sizeof(other.cert)];
	char text[sizeof(ours.cert_pem) + sizeof(other.cert_pem)];
	struct hatch_identity identity = der(&ours);
	(void)state;
	memcpy(two, ours.cert, ours.cert_len);
	memcpy(two + ours.cert_len, other.cert, other.cert_len);
	identity.cert.ptr = (const char *)two;
	identity.cert.len = ours.cert_len + other.cert_len;
	assert_int_equal(open_with(identity), 0);
	identity.key = der(&other).key; /* the leaf comes first */
	refused(identity, "the key does not belong to the certificate");
	snprintf(text, sizeof(text), "%s%s", ours.cert_pem, other.cert_pem);
	assert_int_equal(open_with(pem(text, ours.key_pem)), 0);
	refused(pem(text, other.key_pem), "the key does not belong to the certificate");
	/* One that cannot be read spoils the chain. */
	text[strlen(ours.cert_pem) + 60] = '!';
	refused(pem(text, ours.key_pem), "a certificate of the chain cannot be read");
}

/* Cut anywhere, from memory that ends there: refused with a sentence, and nothing is read behind.
 */
static void der_cut_anywhere(void **state)
{
	(void)state;
	for (size_t len = 0; len < ours.cert_len; len += len < 300 ? 1 : 7) {
		struct hatch_identity identity = der(&ours);
		char *copy = exact_copy((const char *)ours.cert, len);
		identity.cert = (struct hatch_span){ copy, len };
		refused(identity, "the certificate");
		free(copy);
	}
	for (size_t len = 0; len < ours.key_len; len++) {
		struct hatch_identity identity = der(&ours);
		char *copy = exact_copy((const char *)ours.key, len);
		identity.key = (struct hatch_span){ copy, len };
		refused(identity, "the key");
		free(copy);
	}
}

static void garbage(void **state)
{
	static const char noise[] = "\x30\x84\xff\xff\xff\xff\x30",
			  endless[] = "\x30\x80\x30\x00\x00";
	struct hatch_identity identity = der(&ours);
	(void)state;
	identity.cert = (struct hatch_span){ noise, sizeof(noise) - 1 };
	refused(identity, "the certificate is no whole DER");
	identity.cert = (struct hatch_span){ endless, sizeof(endless) - 1 };
	refused(identity, "the certificate is no whole DER");
	identity.cert = (struct hatch_span){ NULL, 0 };
	refused(identity, "empty");
	identity = der(&ours);
	identity.key = (struct hatch_span){ NULL, 0 };
	refused(identity, "empty");

	refused(pem("", ours.key_pem), "missing");
	refused(pem(ours.cert_pem, NULL), "missing");
	refused(pem("nonsense", ours.key_pem), "the certificate cannot be read");
	refused(pem(ours.cert_pem, "nonsense"), "the key cannot be read");
	refused(pem(ours.key_pem, ours.cert_pem), "the certificate cannot be read");
	refused(pem(ours.cert_pem, other.key_pem), "the key does not belong to the certificate");

	/* A span that ends in no NUL, neither within its length nor behind it. */
	struct hatch_identity bare = pem(ours.cert_pem, ours.key_pem);
	bare.cert.len = strlen(ours.cert_pem) - 5;
	refused(bare, "missing");
}

static void dates(void **state)
{
	struct core_identity old;
	(void)state;
	assert_int_equal(core_identity_make(&old, false, 256, "20210304050607"), 0);
	assert_int_equal(open_with(der(&old)), 0);
	assert_string_equal(log_lines, "2 the certificate has expired on 2021-03-04: renew it\n");
	today = 1614834367; /* its last second */
	assert_int_equal(open_with(der(&old)), 0);
	assert_string_equal(log_lines, "");
	today++;
	assert_int_equal(open_with(der(&old)), 0);
	assert_non_null(strstr(log_lines, "expired"));
	today = 1577836799; /* 2019-12-31 23:59:59 */
	assert_int_equal(open_with(der(&old)), 0);
	assert_string_equal(log_lines, "2 the certificate is not valid before 2020-01-01\n");
	today++;
	assert_int_equal(open_with(der(&old)), 0);
	assert_string_equal(log_lines, "");
	today = 0; /* not known */
	assert_int_equal(open_with(der(&old)), 0);
	assert_string_equal(log_lines, "");
	today = 1700000000;
}

static void kinds_of_keys(void **state)
{
	struct core_identity made;
	(void)state;
	assert_int_equal(core_identity_make(&made, false, 384, "20991231235959"), 0);
	assert_int_equal(open_with(der(&made)), 0);
	assert_int_equal(core_identity_make(&made, true, 2048, "20991231235959"), 0);
	assert_int_equal(open_with(der(&made)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken),
		cmocka_unit_test(chains),
		cmocka_unit_test(der_cut_anywhere),
		cmocka_unit_test(garbage),
		cmocka_unit_test(dates),
		cmocka_unit_test(kinds_of_keys),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
