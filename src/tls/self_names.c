/*
 * self_names.c - see self_names.h
 * SPDX-License-Identifier: MIT
 */
#include "self_names.h"

#include <string.h>

#include "../base/span.h"

enum { LABEL_MAX = 63, V4_AT = 12 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One label: letters, digits and hyphens, these not at its ends (RFC 1123 section 2.1). */
static bool label_ok(const char *label, size_t len)
{
	if (len == 0 || len > LABEL_MAX || label[0] == '-' || label[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_digit(label[i]) && label[i] != '-' &&
			(hx_lower(label[i]) < 'a' || hx_lower(label[i]) > 'z'))
			return false;
	return true;
}

/* NULL, or what is wrong with it. */
static const char *host_wrong(const char *host)
{
	size_t len = 0;
	if (strlen(host) > HX_SELF_HOST_MAX)
		return "is longer than 64 characters";
	for (const char *at = host;; at += len + 1) {
		len = strcspn(at, ".");
		if (!label_ok(at, len))
			return "is no host name: letters, digits and hyphens, with single dots between";
		if (at[len] == '\0' && strspn(at, "0123456789") == len)
			return "ends in a number: addresses come from the platform by themselves";
		if (at[len] == '\0')
			return NULL;
	}
}

static void add(struct hx_self_names *names, bool is_address, const void *bytes, size_t len)
{
	struct hx_self_name *name = &names->item[names->count++];
	name->is_address = is_address;
	name->bytes = bytes;
	name->len = (uint8_t)len;
}

static void add_host(struct hx_self_names *names, const char *hostname)
{
	size_t len = strlen(hostname);
	for (size_t i = 0; i < len; i++)
		names->host[i] = hx_lower(hostname[i]);
	add(names, false, names->host, len);
	if (memchr(hostname, '.', len) == NULL) {
		memcpy(names->local, names->host, len);
		memcpy(names->local + len, ".local", sizeof(".local"));
		add(names, false, names->local, len + sizeof(".local") - 1);
	}
	names->hosts = names->count;
}

/* By insertion: there are few of them. */
static void sort(struct hatch_address *address, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct hatch_address moved = address[i];
		size_t at = i;
		for (; at > 0 && memcmp(address[at - 1].bytes, moved.bytes, 16) > 0; at--)
			address[at] = address[at - 1];
		address[at] = moved;
	}
}

static void add_address(struct hx_self_names *names, const struct hatch_address *address)
{
	static const unsigned char v4[V4_AT] = { [10] = 0xff, [11] = 0xff };
	static const unsigned char none[16];
	const unsigned char *bytes = address->bytes;
	bool is_v4 = memcmp(bytes, v4, V4_AT) == 0;
	size_t skip = is_v4 ? V4_AT : 0;
	/* An interface without an address yet: 0.0.0.0 or :: */
	if (memcmp(bytes + skip, none, 16 - skip) == 0)
		return;
	add(names, true, bytes + skip, 16 - skip);
}

int hx_self_names_collect(struct hx_self_names *names, const char *hostname,
	const struct hatch_port *port, const char **why)
{
	memset(names, 0, sizeof(*names));
	if (hostname == NULL)
		hostname = "hatch";
	*why = host_wrong(hostname);
	if (*why != NULL)
		return HATCH_EINVAL;
	add_host(names, hostname);
	/* One more than there is place for, to see whether there are more. */
	int found = port->addresses(names->address, HX_SELF_ADDRESSES + 1);
	size_t count = found < 0 ? 0 : (size_t)found;
	names->more = count > HX_SELF_ADDRESSES;
	if (names->more)
		count = HX_SELF_ADDRESSES;
	sort(names->address, count);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || memcmp(names->address[i - 1].bytes, names->address[i].bytes, 16) != 0)
			add_address(names, &names->address[i]);
	return 0;
}
