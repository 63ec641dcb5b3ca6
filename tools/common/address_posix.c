/* SPDX-License-Identifier: MIT */
/* IP addresses where POSIX holds; see address.h. */
#define _POSIX_C_SOURCE 200809L
#include "common/address.h"

#include <arpa/inet.h>

size_t address_parse(const char *text, unsigned char bytes[ADDRESS_MAX])
{
	if (inet_pton(AF_INET, text, bytes) == 1)
		return 4;
	return inet_pton(AF_INET6, text, bytes) == 1 ? 16 : 0;
}

bool address_text(const unsigned char *bytes, size_t len, char *text, size_t size)
{
	if (len != 4 && len != 16)
		return false;
	return inet_ntop(len == 4 ? AF_INET : AF_INET6, bytes, text, (socklen_t)size) != NULL;
}
