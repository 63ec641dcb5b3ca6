/* SPDX-License-Identifier: MIT */
/* Certificates and keys as text and as C; see pem.h. */
#include "cert/pem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/base64.h>
#include <mbedtls/pem.h>
#include <mbedtls/platform_util.h>

#include "common/files.h"
#include "common/say.h"

enum {
	ROW = 12, /* bytes in a line of a C array */
};

static void text_reserve(struct text *text, size_t more)
{
	size_t size = text->size ? text->size : 1024;
	unsigned char *bytes;

	if (text->size - text->len > more)
		return;
	while (size - text->len <= more)
		size *= 2;
	/* Not realloc(): it would leave a copy of a key behind. */
	bytes = malloc(size);
	if (!bytes)
		die("out of memory");
	if (text->bytes)
		memcpy(bytes, text->bytes, text->len + 1);
	file_forget(text->bytes, text->size);
	text->bytes = bytes;
	text->size = size;
}

void text_add(struct text *text, const void *bytes, size_t len)
{
	text_reserve(text, len);
	if (len > 0)
		memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	text->bytes[text->len] = 0;
}

void text_print(struct text *text, const char *format, ...)
{
	char line[1024];
	va_list list;
	int len;

	va_start(list, format);
	len = vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	if (len < 0 || (size_t)len >= sizeof(line))
		die("a line is too long to be written");
	text_add(text, line, (size_t)len);
	mbedtls_platform_zeroize(line, (size_t)len);
}

void text_forget(struct text *text)
{
	file_forget(text->bytes, text->size);
	*text = (struct text){ 0 };
}

void pem_add_cert(struct text *text, const mbedtls_x509_crt *cert)
{
	size_t size = cert->raw.len * 2 + 128;
	unsigned char *pem = malloc(size);
	size_t len;

	if (!pem)
		die("out of memory");
	if (mbedtls_pem_write_buffer("-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n",
		    cert->raw.p, cert->raw.len, pem, size, &len) < 0)
		die("cannot write the certificate as PEM");
	text_add(text, pem, len - 1); /* it counts the NUL */
	free(pem);
}

void pem_add_key(struct text *text, const struct identity *identity)
{
	unsigned char pem[2 * KEY_DER_MAX];

	if (mbedtls_pk_write_key_pem(&identity->key, pem, sizeof(pem)) < 0)
		die("cannot write the key as PEM");
	text_add(text, pem, strlen((const char *)pem));
	mbedtls_platform_zeroize(pem, sizeof(pem));
}

void header_add_array(struct text *text, const char *symbol, const unsigned char *bytes, size_t len)
{
	text_print(text, "static const unsigned char %s[%zu] = {", symbol, len);
	for (size_t i = 0; i < len; i++)
		text_print(text, "%s0x%02x,", i % ROW ? " " : "\n\t", bytes[i]);
	text_print(text, "\n};\n");
}

struct text header_find_array(const char *header, const char *symbol)
{
	struct text text = { 0 };
	char start[256];
	const char *at;
	char *end;

	text_reserve(&text, 0);
	snprintf(start, sizeof(start), "static const unsigned char %s[", symbol);
	at = strstr(header, start);
	at = at ? strchr(at, '{') : NULL;
	while (at && (at = strpbrk(at, "x}")) != NULL && *at == 'x') {
		unsigned char byte = (unsigned char)strtoul(at + 1, &end, 16);

		text_add(&text, &byte, 1);
		at = end;
	}
	return text;
}

void nvs_add_blob(struct text *text, const char *key, const unsigned char *bytes, size_t len)
{
	size_t size = len * 2 + 8;
	unsigned char *base64 = malloc(size);
	size_t count;

	if (!base64)
		die("out of memory");
	if (mbedtls_base64_encode(base64, size, &count, bytes, len) != 0)
		die("cannot write base64");
	text_print(text, "%s,data,base64,", key);
	text_add(text, base64, count);
	text_add(text, "\n", 1);
	file_forget(base64, size);
}

struct text nvs_find_blob(const char *csv, const char *key)
{
	struct text text = { 0 };
	char start[64];
	const char *at;
	size_t len, count;

	text_reserve(&text, 0);
	snprintf(start, sizeof(start), "\n%s,data,base64,", key);
	at = strstr(csv, start);
	if (!at)
		return text;
	at += strlen(start);
	len = strcspn(at, "\r\n");
	text_reserve(&text, len);
	if (mbedtls_base64_decode(
		    text.bytes, text.size - 1, &count, (const unsigned char *)at, len) == 0)
		text.len = count;
	return text;
}
