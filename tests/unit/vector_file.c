/*
 * vector_file.c - test cases written in Markdown
 * SPDX-License-Identifier: MIT
 */
#include "vector_file.h"

#include <string.h>

#include "base/text.h"
#include "http/chars.h"

#define FENCE "```"

static bool begins(struct hatch_span s, const char *with)
{
	size_t len = strlen(with);

	return s.len >= len && memcmp(s.ptr, with, len) == 0;
}

static struct hatch_span peek_line(const struct vector_file *file)
{
	const char *lf = file->text.len > 0 ? memchr(file->text.ptr, '\n', file->text.len) : NULL;

	return hx_span(file->text.ptr, lf != NULL ? (size_t)(lf - file->text.ptr) : file->text.len);
}

static struct hatch_span take_line(struct vector_file *file)
{
	struct hatch_span line = peek_line(file);
	size_t step = line.len < file->text.len ? line.len + 1 : line.len;

	file->text = hx_span(file->text.ptr + step, file->text.len - step);
	return line;
}

static int fail(struct vector_file *file, const char *problem)
{
	file->problem = problem;
	return -1;
}

/* The lines up to the closing fence, each with its line feed. */
static int take_block(struct vector_file *file, struct hatch_span *block)
{
	*block = hx_span(file->text.ptr, 0);
	while (file->text.len > 0) {
		struct hatch_span line = take_line(file);

		if (begins(line, FENCE)) {
			block->len = (size_t)(line.ptr - block->ptr);
			return 0;
		}
	}
	return fail(file, "a block is not closed");
}

/* \{12*a}: twelve times the character a.  Returns how long the escape is, 0 if it is none. */
static size_t unescape_repeat(struct hx_text *out, struct hatch_span s)
{
	unsigned long count = 0;
	size_t at = 2;

	for (; at < s.len && hx_is_digit(s.ptr[at]) && count < 100000; at++)
		count = count * 10 + (unsigned long)(s.ptr[at] - '0');
	if (at == 2 || s.len - at < 3 || s.ptr[at] != '*' || s.ptr[at + 2] != '}')
		return 0;
	while (count-- > 0)
		hx_text_char(out, s.ptr[at + 1]);
	return at + 3;
}

static size_t unescape_one(struct hx_text *out, struct hatch_span s)
{
	if (s.len < 2)
		return 0;
	switch (s.ptr[1]) {
	case 'r': hx_text_char(out, '\r'); return 2;
	case 'n': hx_text_char(out, '\n'); return 2;
	case 't': hx_text_char(out, '\t'); return 2;
	case '\\': hx_text_char(out, '\\'); return 2;
	case '{': return unescape_repeat(out, s);
	case 'x': break;
	default: return 0;
	}

	int high = s.len >= 4 ? hx_hex_value(s.ptr[2]) : -1;
	int low = s.len >= 4 ? hx_hex_value(s.ptr[3]) : -1;

	if (high < 0 || low < 0)
		return 0;
	hx_text_char(out, (char)(high * 16 + low));
	return 4;
}

static int unescape(struct vector_file *file, struct hatch_span block, struct hatch_span *request)
{
	struct hx_text out;
	size_t at = 0;

	hx_text_init(&out, file->room, sizeof(file->room));
	while (at < block.len) {
		size_t step = 1;

		if (block.ptr[at] == '\\')
			step = unescape_one(&out, hx_span(block.ptr + at, block.len - at));
		else if (block.ptr[at] != '\n')
			hx_text_char(&out, block.ptr[at]);
		if (step == 0)
			return fail(file, "an escape that does not exist");
		at += step;
	}
	if (out.error != 0)
		return fail(file, "the request is too long");
	*request = hx_span(out.ptr, out.len);
	return 0;
}

/* The lines between the heading and the first block have to name their reason. */
static bool take_reason(struct vector_file *file)
{
	bool named = false;

	while (file->text.len > 0 && !begins(peek_line(file), FENCE) &&
		!begins(peek_line(file), "#")) {
		struct hatch_span line = take_line(file);

		for (size_t i = 0; i < line.len; i++)
			named |= begins(hx_span(line.ptr + i, line.len - i), "RFC ");
	}
	return named;
}

static int take_fenced(struct vector_file *file, const char *fence, struct hatch_span *block)
{
	while (file->text.len > 0 && peek_line(file).len == 0)
		take_line(file);
	if (!hx_span_same(peek_line(file), hatch_str(fence)))
		return fail(file, "a block is missing: http, then text");
	take_line(file);
	return take_block(file, block);
}

/* Of the escapes only the repetition is one here: a backslash begins each byte that is shown. */
static int write_out(struct vector_file *file, struct hatch_span block, struct hatch_span *expected)
{
	struct hx_text out;
	size_t at = 0;

	hx_text_init(&out, file->text_room, sizeof(file->text_room));
	while (at < block.len) {
		struct hatch_span rest = hx_span(block.ptr + at, block.len - at);
		size_t step = begins(rest, "\\{") ? unescape_repeat(&out, rest) : 0;

		if (step == 0) {
			hx_text_char(&out, block.ptr[at]);
			step = 1;
		}
		at += step;
	}
	if (out.error != 0)
		return fail(file, "the outcome is too long");
	*expected = hx_span(out.ptr, out.len);
	return 0;
}

int vector_next(struct vector_file *file, struct vector *vector)
{
	struct hatch_span block;

	while (file->text.len > 0 && !begins(peek_line(file), "## ")) {
		if (begins(take_line(file), FENCE))
			return fail(file, "a block outside of a case");
	}
	if (file->text.len == 0)
		return 0;
	vector->name = take_line(file);
	if (!take_reason(file))
		return fail(file, "a case does not name the RFC it stands on");
	if (take_fenced(file, FENCE "http", &block) < 0 ||
		unescape(file, block, &vector->request) < 0)
		return -1;
	if (take_fenced(file, FENCE "text", &block) < 0 ||
		write_out(file, block, &vector->expected) < 0)
		return -1;
	return 1;
}
