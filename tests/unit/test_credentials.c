/*
 * test_credentials.c - the Authorization field, and what Digest computes
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/digest.h"
#include "exact.h"
#include "http/credentials.h"
#include "http/uri.h"

static void assert_text(struct hatch_span got, const char *expected)
{
	assert_non_null(got.ptr);
	assert_int_equal(got.len, strlen(expected));
	assert_memory_equal(got.ptr, expected, got.len);
}

static void test_schemes(void **state)
{
	static const char *const none[] = { "", "X: Digest a=b\r\n", "Authorization: Digest\r\n",
		"Authorization: Digests a=b\r\n", "Authorization: Basic YQ==\r\n",
		"Authorization: Digest a=b\r\nAuthorization: Digest a=b\r\n" };
	(void)state;
	assert_text(hx_credentials(hatch_str("Authorization: dIgest  a=b \r\n"), "Digest"), "a=b");
	for (size_t i = 0; i < HATCH_COUNT(none); i++)
		assert_null(hx_credentials(hatch_str(none[i]), "Digest").ptr);
}

/* "name|value" for each, joined by spaces; "!" where it is broken. */
static void params_of(const char *list, char out[256])
{
	char *block = exact_copy(list, strlen(list));
	struct hatch_span left = { block, strlen(list) };
	struct hx_auth_param param;
	int ret;
	size_t len = 0;
	while ((ret = hx_auth_param_take(&left, &param)) > 0)
		len += (size_t)snprintf(out + len, 256 - len, "%.*s|%.*s%s ", (int)param.name.len,
			param.name.ptr, (int)param.value.len, param.value.ptr,
			param.escaped ? "~" : "");
	snprintf(out + len, 256 - len, "%s", ret < 0 ? "!" : "");
	free(block);
}

static void test_params(void **state)
{
	static const struct {
		const char *list, *found;
	} cases[] = {
		{ "", "" },
		{ "a=b", "a|b " },
		{ " a = b , c\t=\"d, e\" ,,", "a|b c|d, e " },
		{ "a=\"\"", "a| " },
		{ "a=\"x\\\"y\"", "a|x\\\"y~ " },
		{ "a=\"x\\\\\"", "a|x\\\\~ " },
		{ "username*=UTF-8''J%C3%A4s", "username*|UTF-8''J%C3%A4s " },
		{ "a=b, c", "a|b !" },
		{ "a=", "!" },
		{ "=b", "!" },
		{ "a b=c", "!" },
		{ "a=b c", "!" },
		{ "a=\"b", "!" },
		{ "a=\"b\\\"", "!" },
		{ "a=\"b\\", "!" },
		{ "a=\"", "!" },
		{ "a=\"b\"c", "!" },
		{ "a=b\"c\"", "!" },
		{ "a=\"b\"\"c\"", "!" },
		{ "a=b;c", "!" },
	};
	char found[256];
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		params_of(cases[i].list, found);
		assert_string_equal(found, cases[i].found);
	}
}

static void test_names(void **state)
{
	static const struct {
		const char *value, *text; /* NULL: refused */
	} quoted[] = { { "", "" }, { "ada", "ada" }, { "a\\\"d\\\\a", "a\"d\\a" }, { "\\a", "a" },
		{ "12345678", "12345678" }, { "1234567\\8", "12345678" }, { "123456789", NULL } },
	  ext[] = { { "UTF-8''ada", "ada" }, { "utf-8'en'a%20b", "a b" },
		  { "UTF-8''%C3%a4", "\xc3\xa4" }, { "UTF-8''12345678", "12345678" },
		  { "UTF-8''123456789", NULL }, { "UTF-8''%4", NULL }, { "UTF-8''%4x", NULL },
		  { "UTF-8''%", NULL }, { "UTF-8''a b", NULL }, { "UTF-8''a*", NULL },
		  { "UTF-8'ada", NULL }, { "UTF-8", NULL }, { "", NULL },
		  { "ISO-8859-1''%E4", NULL } };
	char out[8];
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(quoted); i++) {
		int len = hx_unquote(hatch_str(quoted[i].value), out, sizeof(out));
		assert_int_equal(len < 0, quoted[i].text == NULL);
		if (len >= 0)
			assert_text((struct hatch_span){ out, (size_t)len }, quoted[i].text);
	}
	for (size_t i = 0; i < HATCH_COUNT(ext); i++) {
		char *block = exact_copy(ext[i].value, strlen(ext[i].value));
		int len = hx_ext_value(
			(struct hatch_span){ block, strlen(ext[i].value) }, out, sizeof(out));
		assert_int_equal(len < 0, ext[i].text == NULL);
		if (len >= 0)
			assert_text((struct hatch_span){ out, (size_t)len }, ext[i].text);
		free(block);
	}
}

/* Whether uri stands for the target that a request line has. */
static bool is_target(const char *line, const char *uri)
{
	char *target = exact_copy(line, strlen(line)), *other = exact_copy(uri, strlen(uri));
	struct hx_target parsed;
	assert_int_equal(hx_target_parse(&parsed, target, strlen(line), false), 0);
	bool same = hx_target_is(&parsed, (struct hatch_span){ other, strlen(uri) });
	free(target);
	free(other);
	return same;
}

static void test_targets(void **state)
{
	static const struct {
		const char *line, *uri;
		bool same;
	} cases[] = {
		{ "/", "/", true },
		{ "/a", "/a", true },
		{ "/a%20b", "/a%20b", true },
		{ "/a%7Eb", "/a~b", true },
		{ "/a%3Fb?c", "/a%3Fb?c", true },
		{ "/a?b=c%20d", "/a?b=c%20d", true },
		{ "/a?", "/a?", true },
		{ "http://sim/a", "/a", true },
		{ "/a", "/A", false },
		{ "/a", "/ab", false },
		{ "/ab", "/a", false },
		{ "/a", "", false },
		{ "/a", "/a?", false },
		{ "/a?", "/a", false },
		{ "/a?b", "/a?c", false },
		{ "/a?b", "/a?bb", false },
		{ "/a?%62", "/a?b", false }, /* a query is what it is */
		{ "/a%3Fb", "/a?b", false },
		{ "/a", "/b/../a", false },
		{ "/b/../a", "/b/../a", false }, /* dot segments name nothing */
		{ "/a%20", "/a%2", false },
		{ "/a%20", "/a%", false },
		{ "/a", "/a%zz", false },
		{ "/a", "http://sim/a", false },
	};
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(cases); i++)
		if (is_target(cases[i].line, cases[i].uri) != cases[i].same)
			fail_msg("%s, %s", cases[i].line, cases[i].uri);
}

/* RFC 7616 section 3.9.1, with SHA-256. */
static void test_the_rfcs_example(void **state)
{
	static const struct hatch_account people[] = { { "Mufasa", "Circle of life" },
		{ "Mufasa", "Circle of Life" }, { "Scar", "Circle of Life" } };
	static const struct hatch_accounts users = {
		.users = people, .count = 3, .realm = "http-auth@example.org"
	};
	static const struct hatch_digest digest = { .users = &users },
					 hashing = { .users = &users, .userhash = true };
	struct hx_digest_field field = { .count = 1 };
	struct hatch_span who = { NULL, 0 }, get = hatch_str("GET"), name = hatch_str("Mufasa");
	(void)state;
	field.of[HX_DIGEST_URI] = hatch_str("/dir/index.html");
	field.of[HX_DIGEST_NONCE] = hatch_str("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v");
	field.of[HX_DIGEST_NC] = hatch_str("00000001");
	field.of[HX_DIGEST_CNONCE] = hatch_str("f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
	field.of[HX_DIGEST_QOP] = hatch_str("auth");
	field.of[HX_DIGEST_RESPONSE] = hatch_str(
		"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
	assert_int_equal(hx_digest_user(&digest, &field, get, name, &who), 0);
	assert_text(who, "Mufasa");
	who.ptr = NULL;
	assert_int_equal(hx_digest_user(&digest, &field, hatch_str("POST"), name, &who), 0);
	assert_null(who.ptr);
	assert_int_equal(hx_digest_user(&digest, &field, get, hatch_str("Scar"), &who), 0);
	assert_null(who.ptr);
	/* sha256("Mufasa:http-auth@example.org") */
	struct hatch_span hash = hatch_str(
		"a947aad205e80e429958a387394944c6b496301e79f89d35a4cc23b6ee12b5b6");
	field.of[HX_DIGEST_USERHASH] = hatch_str("true");
	assert_int_equal(hx_digest_user(&digest, &field, get, hash, &who), 0);
	assert_null(who.ptr); /* not offered */
	assert_int_equal(hx_digest_user(&hashing, &field, get, hash, &who), 0);
	assert_text(who, "Mufasa");
	who.ptr = NULL;
	assert_int_equal(hx_digest_user(&hashing, &field, get, name, &who), 0);
	assert_null(who.ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schemes),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_the_rfcs_example),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
