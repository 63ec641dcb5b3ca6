/*
 * multipart/form-data: what comes out is the same however the bytes are cut.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/http/multipart.h"

#define TYPE       "multipart/form-data; boundary=xyz"
#define HEAD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static char said[8192];

static void note(const char *format, struct hatch_span text)
{
	size_t len = strlen(said);
	assert_true(len + text.len + 32 < sizeof(said));
	sprintf(said + len, format, (int)text.len, text.ptr == NULL ? "" : text.ptr);
}

static int handle(struct hx_multi *multi, int event, struct hatch_span data)
{
	struct hx_part_head head;
	if (event == HX_MULTI_DATA)
		note("%.*s", data);
	if (event == HX_MULTI_END)
		note("%.*s]", hx_span("", 0));
	if (event != HX_MULTI_HEAD)
		return event < 0 ? event : 0;
	if (hx_multi_head(multi, &head) < 0)
		return -400;
	note("%.*s", head.name);
	if (head.filename.ptr != NULL)
		note("|%.*s", head.filename);
	if (head.type.ptr != NULL)
		note("(%.*s)", head.type);
	note("%.*s[", hx_span("", 0));
	return 0;
}

/* 0 and what was said, or the negative of a status; each piece is a block of its own. */
static int parse(const char *type, const char *body, size_t len, size_t piece)
{
	struct hx_multi multi;
	int ret = hx_multi_init(&multi, hatch_str(type));
	said[0] = '\0';
	for (size_t at = 0; ret == 0 && at < len;) {
		size_t size = len - at < piece ? len - at : piece, from = 0;
		char *copy = malloc(size);
		assert_non_null(copy);
		memcpy(copy, body + at, size);
		while (ret == 0 && from < size) {
			struct hatch_span data;
			size_t used;
			int event = hx_multi_take(&multi, copy + from, size - from, &used, &data);
			assert_true(used <= size - from);
			from += used;
			ret = handle(&multi, event, data);
		}
		free(copy);
		at += size;
	}
	if (ret == 0 && multi.state != HX_MULTI_EPILOGUE)
		ret = -1; /* not whole */
	return ret;
}

static const struct {
	const char *body;
	int status;
	const char *said;
} cases[] = {
	{ "--xyz\r\n" HEAD("a") "1\r\n--xyz--\r\n", 0, "a[1]" },
	{ "--xyz\r\n" HEAD("a") "1\r\n--xyz--", 0, "a[1]" },
	{ "--xyz\r\n" HEAD("a") "\r\n--xyz--\r\n", 0, "a[]" },
	{ "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n--xyz--", 0, "a[]" },
	{ "preamble\r\n--xyz\r\n" HEAD("a") "1\r\n--xyz--epilogue\r\n--xyz\r\n", 0, "a[1]" },
	{ "\r\n--xyz\r\n" HEAD("a") "1\r\n--xyz--", 0, "a[1]" },
	{ "--xyz \t \r\n" HEAD("a") "1\r\n--xyz--", 0, "a[1]" },
	{ "--xyz\r\n" HEAD("a") "1\r\n--xyz\r\n" HEAD("b") "22\r\n--xyz--", 0, "a[1]b[22]" },
	{ "--xyz\r\n" HEAD("a") "\r\n--xy\r\n--xy\r\r\n-\r\n--x\r\n--xyz--", 0,
		"a[\r\n--xy\r\n--xy\r\r\n-\r\n--x]" },
	{ "--xyz\r\n" HEAD("a") "\r\r\n\r\n--xyz--", 0, "a[\r\r\n]" },
	{ "--xyz\r\n" HEAD("a") "--xyz--\r\n--xyz--", 0, "a[]" },
	{ "--xyz\r\n" HEAD("a") "\n--xyz--\r\n--xyz--", 0, "a[\n--xyz--]" },
	{ "--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.bin\"\r\n"
	  "Content-Type: image/png\r\n\r\nPNG\r\n--xyz--",
		0, "f|x.bin(image/png)[PNG]" },
	{ "--xyz\r\ncontent-type: a/b\r\ncontent-disposition:form-data;filename=C:;name=n\r\n\r\n"
	  "\r\n--xyz--",
		-400, "" },
	{ "--xyz\r\nContent-Disposition: form-data; name=\"a%22b\"; filename=\"C:\\dir\\q%22.txt\"\r\n\r\n"
	  "1\r\n--xyz--",
		0, "a\"b|q\".txt[1]" },
	{ "--xyz\r\nContent-Disposition: form-data; name=\"a\\\"b\\\\\"; filename=\"../../etc/passwd\"\r\n"
	  "\r\n1\r\n--xyz--",
		0, "a\"b\\|passwd[1]" },
	{ "--xyz\r\nContent-Disposition: form-data; name=\"\"; filename=\"\"\r\n\r\n1\r\n--xyz--",
		0, "|[1]" },
	{ "--xyz\r\nContent-Disposition: form-data; name=\"a;b=c\"; x=\"y\"\r\n\r\n1\r\n--xyz--", 0,
		"a;b=c[1]" },
	/* broken */
	{ "", -1, "" },
	{ "--xyz\r\n" HEAD("a") "1\r\n", -1, NULL },
	{ "--xyz\r\n" HEAD("a") "1\r\n--xyz", -1, NULL },
	{ "--xyz\r\n" HEAD("a") "1\r\n--xyz-", -1, NULL },
	{ "--xyz\r\n" HEAD("a") "1\r\n--xyza\r\n", -400, NULL },
	{ "--xyz\r\n" HEAD("a") "1\r\n--xyz-a\r\n", -400, NULL },
	{ "--xyz\n" HEAD("a") "1\r\n--xyz--", -400, NULL },
	{ "--xyz\r\n\r\n1\r\n--xyz--", -400, NULL },
	{ "--xyz\r\nContent-Type: a/b\r\n\r\n1\r\n--xyz--", -400, NULL },
	{ "--xyz\r\nContent-Disposition: form-data\r\n\r\n1\r\n--xyz--", -400, NULL },
	{ "--xyz\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--xyz--", -400, NULL },
	{ "--xyz\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n--xyz--",
		-400, NULL },
	{ "--xyz\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--xyz--", -400, NULL },
	{ "--xyz\r\nContent-Disposition: form-data; name=\"a\" b\r\n\r\n1\r\n--xyz--", -400, NULL },
	{ "--xyz\r\nContent-Disposition: form-data; name=\r\n\r\n1\r\n--xyz--", -400, NULL },
	{ "--xyz\r\n"
	  "Content-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; "
	  "name=\"b\"\r\n\r\n1\r\n--xyz--",
		-400, NULL },
	{ "--xyz\r\nno colon\r\n" HEAD("a") "1\r\n--xyz--", -400, NULL },
	{ "--xyz\r\nContent-Disposition: form-data; name=\"a\x01\"\r\n\r\n1\r\n--xyz--", -400,
		NULL },
	{ "--xyz\r\nContent-Disposition : form-data; name=\"a\"\r\n\r\n1\r\n--xyz--", -400, NULL },
};

static void bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		size_t len = strlen(cases[i].body);
		for (size_t piece = 1; piece <= len + 1; piece++) {
			int status = parse(TYPE, cases[i].body, len, piece);
			if (status != cases[i].status)
				print_message("%s\n", cases[i].body);
			assert_int_equal(status, cases[i].status);
			if (cases[i].said != NULL && status == 0)
				assert_string_equal(said, cases[i].said);
		}
	}
}

static void types(void **state)
{
	static const struct {
		const char *type;
		int status;
	} types_are[] = {
		{ TYPE, 0 },
		{ "Multipart/Form-Data;boundary=\"xyz\"", 0 },
		{ "multipart/form-data; charset=utf-8; Boundary=xyz", 0 },
		{ "multipart/form-data; boundary=\"x y'()+_,-./:=?z\"", 0 },
		{ "multipart/form-data", -400 },
		{ "multipart/form-data; boundary=", -400 },
		{ "multipart/form-data; boundary=\"\"", -400 },
		{ "multipart/form-data; boundary=\"xyz", -400 },
		{ "multipart/form-data; boundary=\"xyz \"", -400 },
		{ "multipart/form-data; boundary=xyz; boundary=abc", -400 },
		{ "multipart/form-data; boundary=\"x\\\"z\"", -400 },
		{ "multipart/mixed; boundary=xyz", -415 },
		{ "application/json", -415 },
		{ "", -415 },
	};
	struct hx_multi multi;
	char longest[128] = "multipart/form-data; boundary=";
	size_t len = strlen(longest);
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(types_are); i++)
		assert_int_equal(
			hx_multi_init(&multi, hatch_str(types_are[i].type)), types_are[i].status);
	memset(longest + len, 'b', HX_BOUNDARY_MAX);
	assert_int_equal(hx_multi_init(&multi, hatch_str(longest)), 0);
	longest[len + HX_BOUNDARY_MAX] = 'b';
	assert_int_equal(hx_multi_init(&multi, hatch_str(longest)), -400);
}

/* A head of the most bytes, and one more. */
static void heads(void **state)
{
	(void)state;
	for (size_t more = 0; more < 2; more++) {
		char body[1024] = "--xyz\r\nContent-Disposition: form-data; name=\"";
		size_t start = strlen("--xyz\r\n"), len = strlen(body);
		while (len < start + HX_PART_HEAD_MAX - 5 + more)
			body[len++] = 'n';
		strcpy(body + len, "\"\r\n\r\n1\r\n--xyz--");
		assert_int_equal(
			parse(TYPE, body, strlen(body), sizeof(body)), more == 0 ? 0 : -431);
	}
}

/* Before the first part and behind the last there is room for no more than HX_IGNORED_MAX bytes. */
static void ignored(void **state)
{
	static char body[4096];
	(void)state;
	for (int more = 0; more < 2; more++) {
		size_t len = (size_t)(HX_IGNORED_MAX + more);
		memset(body, 'p', len);
		strcpy(body + len, "\r\n--xyz\r\n" HEAD("a") "1\r\n--xyz--");
		assert_int_equal(parse(TYPE, body, strlen(body), 7), more == 0 ? 0 : -400);
		strcpy(body, "--xyz\r\n" HEAD("a") "1\r\n--xyz--");
		size_t at = strlen(body);
		memset(body + at, 'e', len);
		assert_int_equal(parse(TYPE, body, at + len, 7), more == 0 ? 0 : -400);
		memset(body, 0, sizeof(body));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies),
		cmocka_unit_test(types),
		cmocka_unit_test(heads),
		cmocka_unit_test(ignored),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
