/* SPDX-License-Identifier: MIT */
/* What a server says in the clear; see hello.h. */
#include "probe/hello.h"

#include <stdio.h>
#include <string.h>

enum {
	RECORD_HANDSHAKE = 22,
	RECORD_CHANGE_CIPHER = 20,
	RECORD_ALERT = 21,
	MESSAGE_HELLO = 2,
	MESSAGE_CERTIFICATE = 11,
	MESSAGE_KEY_EXCHANGE = 12,
	EXT_PRE_SHARED_KEY = 41,
	EXT_VERSIONS = 43,
	EXT_KEY_SHARE = 51,
	CURVE_NAMED = 3,
	PLAIN_MAX = 32768, /* handshake bytes that are looked at */
};

/* A window that is read from the front. The first read beyond its end empties it for good. */
struct window {
	const uint8_t *at;
	size_t left;
};

static struct window take(struct window *from, size_t len)
{
	struct window part = { from->at, len };

	if (len > from->left) {
		from->left = 0;
		part.left = 0;
		return part;
	}
	from->at += len;
	from->left -= len;
	return part;
}

static uint32_t take_number(struct window *from, size_t bytes)
{
	struct window part = take(from, bytes);
	uint32_t number = 0;

	for (size_t i = 0; i < part.left; i++)
		number = number << 8 | part.at[i];
	return number;
}

static void parse_extension(struct hello *hello, uint32_t type, struct window body)
{
	if (type == EXT_VERSIONS)
		hello->version = (uint16_t)take_number(&body, 2);
	else if (type == EXT_KEY_SHARE)
		hello->group = (uint16_t)take_number(&body, 2);
	else if (type == EXT_PRE_SHARED_KEY)
		hello->resumed = true;
}

static void parse_hello(struct hello *hello, struct window body)
{
	/* RFC 8446 section 4.1.3: a ServerHello with this random is a HelloRetryRequest. */
	static const uint8_t retry[32] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe,
		0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c,
		0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };
	struct window random, extensions;

	hello->version = (uint16_t)take_number(&body, 2);
	random = take(&body, sizeof(retry));
	if (random.left == sizeof(retry) && memcmp(random.at, retry, sizeof(retry)) == 0) {
		hello->retried = true;
		return;
	}
	(void)take(&body, take_number(&body, 1)); /* the session identifier */
	hello->suite = (uint16_t)take_number(&body, 2);
	(void)take_number(&body, 1); /* no compression */
	extensions = take(&body, take_number(&body, 2));
	while (extensions.left >= 4) {
		uint32_t type = take_number(&extensions, 2);

		parse_extension(hello, type, take(&extensions, take_number(&extensions, 2)));
	}
	hello->seen = true;
}

/* Returns false when nothing more can be read in the clear. */
static bool parse_message(struct hello *hello, uint32_t type, struct window body)
{
	if (type == MESSAGE_HELLO) {
		parse_hello(hello, body);
		return !hello->seen || hello->version == 0x0303;
	}
	if (type == MESSAGE_CERTIFICATE)
		hello->cert_len = body.left;
	if (type == MESSAGE_KEY_EXCHANGE && take_number(&body, 1) == CURVE_NAMED)
		hello->group = (uint16_t)take_number(&body, 2);
	return true;
}

static void parse_messages(struct hello *hello, struct window plain)
{
	bool more = true;

	while (more && plain.left >= 4) {
		uint32_t type = take_number(&plain, 1);
		uint32_t len = take_number(&plain, 3);

		if (len > plain.left)
			break;
		more = parse_message(hello, type, take(&plain, len));
	}
	if (hello->seen && hello->version == 0x0303)
		hello->resumed = hello->cert_len == 0;
}

void hello_parse(struct hello *hello, const uint8_t *bytes, size_t len)
{
	static uint8_t plain[PLAIN_MAX];
	struct window from = { bytes, len };
	struct window messages = { plain, 0 };

	memset(hello, 0, sizeof(*hello));
	hello->alert = -1;
	while (from.left >= 5) {
		uint32_t type = take_number(&from, 1);
		struct window body;

		(void)take_number(&from, 2); /* the version in front of a record says nothing */
		body = take(&from, take_number(&from, 2));
		/* TLS 1.3 puts one after a HelloRetryRequest, for the eyes of middleboxes. */
		if (type == RECORD_CHANGE_CIPHER && messages.left > 0) {
			parse_messages(hello, messages);
			if (hello->seen)
				return;
			continue;
		}
		if (type == RECORD_ALERT && body.left == 2)
			hello->alert = body.at[1];
		if (type != RECORD_HANDSHAKE || body.left > sizeof(plain) - messages.left)
			break;
		memcpy(plain + messages.left, body.at, body.left);
		messages.left += body.left;
	}
	parse_messages(hello, messages);
}

const char *hello_alert_name(int alert)
{
	static const struct {
		int alert;
		const char *name;
	} names[] = {
		{ 0, "close_notify (0)" },
		{ 40, "handshake_failure (40)" },
		{ 47, "illegal_parameter (47)" },
		{ 50, "decode_error (50)" },
		{ 70, "protocol_version (70)" },
		{ 71, "insufficient_security (71)" },
		{ 80, "internal_error (80)" },
		{ 112, "unrecognized_name (112)" },
		{ 116, "certificate_required (116)" },
	};
	static char number[16];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].alert == alert)
			return names[i].name;
	}
	snprintf(number, sizeof(number), "number %d", alert);
	return number;
}

const char *hello_group_name(uint16_t group)
{
	static const struct {
		uint16_t group;
		const char *name;
	} names[] = {
		{ 0x0017, "P-256" },
		{ 0x0018, "P-384" },
		{ 0x0019, "P-521" },
		{ 0x001d, "X25519" },
		{ 0x001e, "X448" },
		{ 0x11ec, "X25519MLKEM768" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].group == group)
			return names[i].name;
	}
	return NULL;
}
