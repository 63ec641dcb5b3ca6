/* SPDX-License-Identifier: MIT */
/* IP addresses on Windows; see address.h. */
#include "common/address.h"

#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>

/* Windows takes some of 01.2.3.4, as octal or as decimal depending on its age. */
static bool has_leading_zero(const char *text)
{
	for (bool first = true; *text; first = *text++ == '.') {
		if (first && text[0] == '0' && text[1] >= '0' && text[1] <= '9')
			return true;
	}
	return false;
}

size_t address_parse(const char *text, unsigned char bytes[ADDRESS_MAX])
{
	if (!strchr(text, ':') && has_leading_zero(text))
		return 0;
	if (inet_pton(AF_INET, text, bytes) == 1)
		return 4;
	return inet_pton(AF_INET6, text, bytes) == 1 ? 16 : 0;
}

bool address_text(const unsigned char *bytes, size_t len, char *text, size_t size)
{
	if (len != 4 && len != 16)
		return false;
	return inet_ntop(len == 4 ? AF_INET : AF_INET6, bytes, text, size) != NULL;
}
