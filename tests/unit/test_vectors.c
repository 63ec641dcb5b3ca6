/*
 * test_vectors.c - runs the requests in tests/vectors, each in every split
 * SPDX-License-Identifier: MIT
 *
 * The folder is HATCH_VECTORS_DIR, from the environment or as the build has
 * defined it; without either, tests/vectors below where we run.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <dirent.h>

#include "exact.h"
#include "request_run.h"
#include "vector_file.h"

#ifndef HATCH_VECTORS_DIR
#define HATCH_VECTORS_DIR "tests/vectors"
#endif

static bool quiet; /* while the tester itself is tested */

static void complain(const struct vector *vector, const char *how, struct hatch_span got)
{
	if (quiet)
		return;
	printf("%.*s (%s)\n--- expected\n%.*s--- got\n%.*s", (int)vector->name.len,
		vector->name.ptr, how, (int)vector->expected.len, vector->expected.ptr,
		(int)got.len, got.ptr);
}

static bool check(const struct vector *vector, const char *how, struct request_split split)
{
	static char room[65536];
	struct hx_text got;

	hx_text_init(&got, room, sizeof(room));
	request_run(&got, vector->request, split);
	if (got.error == 0 && hx_span_same(hx_span(got.ptr, got.len), vector->expected))
		return true;
	complain(vector, how, hx_span(got.ptr, got.len));
	return false;
}

static bool run_vector(const struct vector *vector)
{
	size_t len = vector->request.len;
	struct request_split whole = { len, false }, by_byte = { 0, true };

	if (!check(vector, "whole", whole) || !check(vector, "byte by byte", by_byte))
		return false;
	for (size_t first = 1; first < len; first++) {
		struct request_split split = { first, false };
		char how[40];

		snprintf(how, sizeof(how), "split at byte %zu", first);
		if (!check(vector, how, split))
			return false;
	}
	return true;
}

/* How many cases have passed; -1 if one has failed, or there is none, or the file is bad. */
static int run_text(struct hatch_span text, const char *name)
{
	static struct vector_file file;
	struct vector vector;
	int passed = 0, failed = 0, more;

	file.text = text;
	while ((more = vector_next(&file, &vector)) > 0) {
		bool ok = run_vector(&vector);

		passed += ok;
		failed += !ok;
	}
	if (more < 0 && !quiet)
		printf("%s: %s\n", name, file.problem);
	if (passed + failed == 0 && !quiet)
		printf("%s: no case\n", name);
	return more < 0 || failed > 0 || passed == 0 ? -1 : passed;
}

static int run_file(const char *path)
{
	static char text[262144];
	FILE *file = fopen(path, "rb");

	if (file == NULL)
		return -1;

	size_t len = fread(text, 1, sizeof(text), file);

	fclose(file);
	return len < sizeof(text) ? run_text(hx_span(text, len), path) : -1;
}

static void test_every_file(void **state)
{
	const char *dir = getenv("HATCH_VECTORS_DIR");
	int files = 0, failed = 0;

	(void)state;
	if (dir == NULL)
		dir = HATCH_VECTORS_DIR;

	DIR *list = opendir(dir);

	assert_non_null(list);
	for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
		size_t len = strlen(entry->d_name);
		char path[400];

		if (len < 3 || strcmp(entry->d_name + len - 3, ".md") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);

		int passed = run_file(path);

		printf("%s: %d\n", entry->d_name, passed);
		files++;
		failed += passed < 0;
	}
	closedir(list);
	assert_true(files > 0);
	assert_int_equal(failed, 0);
}

/* ---- the tester, tested ---- */

#define REQUEST  "```http\nGET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\n```\n"
#define BLOCK(x) "```text\n" x "```\n"
#define OUTCOME                                                                                    \
	"method: GET\nversion: 1.1\npath: /\nfield: Host: a\nframing: none\n"                      \
	"after: keep-alive\n"

static int run_quietly(const char *text)
{
	quiet = true;

	int passed = run_text(hatch_str(text), "");

	quiet = false;
	return passed;
}

static void test_good_file(void **state)
{
	(void)state;
	assert_int_equal(run_quietly("# T\n## A\nRFC 1.\n\n" REQUEST "\n" BLOCK(OUTCOME)), 1);
	assert_int_equal(run_quietly("## A\nRFC 1\n" REQUEST BLOCK(
				 OUTCOME) "\n## B\nRFC 1\n" REQUEST BLOCK(OUTCOME)),
		2);
	assert_int_equal(run_quietly("## A\nRFC 1\n```http\n\\{3*a}\\x00\n```\n" BLOCK(
				 "refused 400 in \\{1*h}ead\n")),
		1);
}

static void test_broken_expectation(void **state)
{
	(void)state;
	assert_int_equal(run_quietly("## A\nRFC 1\n" REQUEST BLOCK("refused 400 in head\n")), -1);
	assert_int_equal(run_quietly("## A\nRFC 1\n" REQUEST BLOCK(OUTCOME "left: x\n")), -1);
	assert_int_equal(run_quietly("## A\nRFC 1\n" REQUEST BLOCK("")), -1);
	/* One bad case among good ones. */
	assert_int_equal(run_quietly("## A\nRFC 1\n" REQUEST BLOCK(
				 "") "## B\nRFC 1\n" REQUEST BLOCK(OUTCOME)),
		-1);
}

static void test_broken_file(void **state)
{
	(void)state;
	assert_int_equal(run_quietly(""), -1);
	assert_int_equal(run_quietly("# Only a title\n\nAnd a sentence.\n"), -1);
	assert_int_equal(run_quietly("## A\nNo reason.\n" REQUEST BLOCK(OUTCOME)), -1);
	assert_int_equal(run_quietly("## A\nRFC 1\n" REQUEST), -1);
	assert_int_equal(run_quietly("## A\nRFC 1\n" BLOCK(OUTCOME)), -1);
	assert_int_equal(run_quietly("## A\nRFC 1\n" REQUEST "```text\n" OUTCOME), -1);
	assert_int_equal(run_quietly("RFC 1\n" REQUEST BLOCK(OUTCOME)), -1);
	assert_int_equal(run_quietly("## A\nRFC 1\n" REQUEST BLOCK(OUTCOME) BLOCK(OUTCOME)), -1);
	assert_int_equal(run_quietly("## A\nRFC 1\n```http\n\\q\n```\n" BLOCK("")), -1);
	assert_int_equal(run_quietly("## A\nRFC 1\n```http\n\\x0g\n```\n" BLOCK("")), -1);
	assert_int_equal(run_quietly("## A\nRFC 1\n```http\n\\{*a}\n```\n" BLOCK("")), -1);
}

static void test_escapes(void **state)
{
	static struct vector_file file;
	static const char text[] =
		"## A\nRFC 1\n```http\na\\r\\n\n\\x00\\t\\\\\\{3*b}\n```\n" BLOCK("");
	struct vector vector;

	(void)state;
	file.text = hx_span(text, sizeof(text) - 1);
	assert_int_equal(vector_next(&file, &vector), 1);
	assert_int_equal(vector.request.len, 9);
	assert_memory_equal(vector.request.ptr, "a\r\n\0\t\\bbb", 9);
	assert_int_equal(vector_next(&file, &vector), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_file),
		cmocka_unit_test(test_broken_expectation),
		cmocka_unit_test(test_broken_file),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_every_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
