/* SPDX-License-Identifier: MIT */
/* What to connect to; see target.h. */
#include "probe/target.h"

#include <stdio.h>
#include <string.h>

#include "common/address.h"

/* Takes the host; returns where it ends, or NULL. */
static const char *take_host(struct target *target, const char *at)
{
	bool brackets = *at == '[';
	size_t len = brackets ? strcspn(++at, "]") : strcspn(at, ":/?#");

	if (len == 0 || len >= sizeof(target->host) || (brackets && at[len] != ']'))
		return NULL;
	for (size_t i = 0; i < len; i++) {
		/* Also keeps the Host field and the terminal safe. */
		if (at[i] <= ' ' || at[i] > '~' || strchr("@\\\"'<>", at[i]))
			return NULL;
	}
	memcpy(target->host, at, len);
	target->host[len] = 0;
	return at + len + brackets;
}

static const char *take_port(struct target *target, const char *at)
{
	unsigned long port = 0;
	size_t digits = 0;

	if (*at != ':') {
		memcpy(target->port, "443", 4);
		return at;
	}
	for (at++; *at >= '0' && *at <= '9' && digits < 6; at++, digits++)
		port = port * 10 + (unsigned long)(*at - '0');
	if (port == 0 || port > 65535)
		return NULL;
	snprintf(target->port, sizeof(target->port), "%lu", port);
	return at;
}

static bool take_path(struct target *target, const char *at)
{
	size_t len = strcspn(at, "#");

	if (*at != '/')
		target->path[0] = '/';
	if (len + (*at != '/') >= sizeof(target->path))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (at[i] <= ' ' || at[i] > '~')
			return false;
	}
	memcpy(target->path + (*at != '/'), at, len);
	target->path[len + (*at != '/')] = 0;
	return true;
}

const char *target_parse(struct target *target, const char *url)
{
	const char *at = url;

	if (strncmp(url, "https://", 8) == 0)
		at = url + 8;
	else if (strstr(url, "://"))
		return "is not https";
	at = take_host(target, at);
	if (!at)
		return "has no host that could be looked up";
	at = take_port(target, at);
	if (!at)
		return "has a port outside of 1..65535";
	if (*at && !strchr("/?#", *at))
		return "has something odd after the host (an IPv6 address stands in brackets)";
	if (!take_path(target, at))
		return "has a path that is too long, or not percent-encoded";
	target->address_len = address_parse(target->host, target->address);
	target->is_ip = target->address_len > 0;
	return NULL;
}
