/*
 * json.c - JSON from a printf format
 * SPDX-License-Identifier: MIT
 *
 * The compiler checks the arguments against the format as it does for printf();
 * numbers are then left to snprintf(), and text is escaped (RFC 8259 section 7).
 */
#include <stdarg.h>
#include <stdio.h>

#include "respond.h"

enum { SPEC_MAX = 16, NUMBER_MAX = 64, PRECISION_MAX = 10000 };

/* One conversion: "%-8.3lu". */
struct spec {
	char text[SPEC_MAX];
	size_t len;
	int longs; /* l, ll */
	char size; /* 'h', 'z', 'j', 't' or 0 */
	char conversion;
	int precision; /* -1: none */
	bool star;     /* it is an argument: "%.*s" */
};

/* What snprintf() wrote; nan and inf, in any spelling, are no JSON. */
static void put_number(struct hx_text *out, const char *digits, int len)
{
	if (len < 0 || len >= NUMBER_MAX) {
		out->error = HATCH_EBIG;
		return;
	}
	for (int i = 0; i < len; i++)
		if (digits[i] == 'n' || digits[i] == 'N') {
			hx_text_str(out, "null");
			return;
		}
	hx_text_span(out, hx_span(digits, (size_t)len));
}

static void put_escaped_char(struct hx_text *out, char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	for (size_t i = 0; i + 1 < sizeof(named); i += 2)
		if (c == named[i]) {
			hx_text_char(out, '\\');
			hx_text_char(out, named[i + 1]);
			return;
		}
	/* Escaping < keeps "</script>" inert where JSON stands within a page. */
	if ((unsigned char)c >= 0x20 && c != 0x7f && c != '<') {
		hx_text_char(out, c);
		return;
	}
	hx_text_str(out, "\\u00");
	hx_text_char(out, hex[((unsigned char)c >> 4) & 15]);
	hx_text_char(out, hex[(unsigned char)c & 15]);
}

static void put_string(struct hx_text *out, const char *s, int precision)
{
	if (s == NULL)
		s = "";
	for (int i = 0; (precision < 0 || i < precision) && s[i] != '\0'; i++)
		put_escaped_char(out, s[i]);
}

/* Reads the conversion behind a '%'; NULL if it is none that JSON can use. */
static const char *read_spec(const char *at, struct spec *spec)
{
	memset(spec, 0, sizeof(*spec));
	spec->precision = -1;
	spec->text[spec->len++] = '%';
	for (; spec->len < SPEC_MAX - 1; at++) {
		char c = *at;
		spec->text[spec->len++] = c;
		if (c == 'l')
			spec->longs++;
		else if (c == 'h' || c == 'z' || c == 'j' || c == 't')
			spec->size = c;
		else if (c == '.')
			spec->precision = 0;
		else if (c == '*' && spec->precision == 0 && *(at - 1) == '.')
			spec->star = true;
		else if (c >= '0' && c <= '9' && spec->precision >= PRECISION_MAX)
			return NULL;
		else if (c >= '0' && c <= '9' && spec->precision >= 0)
			spec->precision = spec->precision * 10 + (c - '0');
		else if (c == '\0' || ((c < '0' || c > '9') && strchr("-+ #", c) == NULL)) {
			spec->conversion = c;
			return c == '\0' ? NULL : at + 1;
		}
	}
	return NULL;
}

static int put_signed(struct hx_text *out, const struct spec *spec, va_list *args)
{
	char digits[NUMBER_MAX];
	int len;
	if (spec->longs >= 2)
		len = snprintf(digits, sizeof(digits), spec->text, va_arg(*args, long long));
	else if (spec->longs == 1)
		len = snprintf(digits, sizeof(digits), spec->text, va_arg(*args, long));
	else if (spec->size == 'z')
		len = snprintf(digits, sizeof(digits), spec->text, va_arg(*args, size_t));
	else if (spec->size == 'j')
		len = snprintf(digits, sizeof(digits), spec->text, va_arg(*args, intmax_t));
	else if (spec->size == 't')
		len = snprintf(digits, sizeof(digits), spec->text, va_arg(*args, ptrdiff_t));
	else
		len = snprintf(digits, sizeof(digits), spec->text, va_arg(*args, int));
	put_number(out, digits, len);
	return 0;
}

static int put_real(struct hx_text *out, const struct spec *spec, va_list *args)
{
	char digits[NUMBER_MAX];
	int len = snprintf(digits, sizeof(digits), spec->text, va_arg(*args, double));
	char *comma = len > 0 && len < NUMBER_MAX ? strchr(digits, ',') : NULL;
	if (comma != NULL)
		*comma = '.'; /* the application has set a locale */
	put_number(out, digits, len);
	return 0;
}

/* A span is no C string: its length comes first, as an int. */
static int put_text(struct hx_text *out, const struct spec *spec, va_list *args)
{
	if (spec->longs > 0)
		return HATCH_EINVAL;
	int precision = spec->star ? va_arg(*args, int) : spec->precision;
	put_string(out, va_arg(*args, const char *), precision);
	return 0;
}

static int put_one(struct hx_text *out, const struct spec *spec, va_list *args)
{
	if (spec->star && spec->conversion != 's')
		return HATCH_EINVAL;
	switch (spec->conversion) {
	case '%': hx_text_char(out, '%'); return 0;
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		/* Unsigned ones have the same size and representation (C11 6.5.2.2). */
		return put_signed(out, spec, args);
	case 'f':
	case 'F':
	case 'e':
	case 'E':
	case 'g':
	case 'G': return put_real(out, spec, args);
	case 'c':
		if (spec->longs > 0)
			return HATCH_EINVAL;
		put_escaped_char(out, (char)va_arg(*args, int));
		return 0;
	case 's': return put_text(out, spec, args);
	default: return HATCH_EINVAL;
	}
}

static int put_format(struct hx_text *out, const char *format, va_list *args)
{
	struct spec spec;
	while (*format != '\0') {
		if (*format != '%') {
			hx_text_char(out, *format++);
			continue;
		}
		format = read_spec(format + 1, &spec);
		if (format == NULL || put_one(out, &spec, args) < 0)
			return HATCH_EINVAL;
	}
	return 0;
}

int hatch_send_json(struct hatch_req *req, int status, const char *format, ...)
{
	struct hx_text body;
	va_list args;
	int error = hx_respond_begin(req, status, "application/json", &body);
	if (error < 0)
		return error;
	va_start(args, format);
	error = put_format(&body, format, &args);
	va_end(args);
	if (error < 0) {
		hx_log(req->srv, HATCH_ERROR, "hatch_send_json() knows no such conversion: %s",
			format);
		body.error = error;
	}
	return hx_respond_copied(req, &body);
}
