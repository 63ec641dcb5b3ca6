/*
 * anyport.c - preloaded by test_examples.py: a program that binds a fixed port gets a free one
 * SPDX-License-Identifier: MIT
 *
 * ANYPORT names a file that gets a line "wanted got" for each.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The port stands at the same place for both families. */
static unsigned port_of(const struct sockaddr *sa)
{
	struct sockaddr_in in;
	memcpy(&in, sa, sizeof(in));
	return ntohs(in.sin_port);
}

int bind(int fd, const struct sockaddr *sa, socklen_t len)
{
	int (*real)(int, const struct sockaddr *, socklen_t);
	void *found = dlsym(RTLD_NEXT, "bind");
	struct sockaddr_storage any;
	memcpy(&real, &found, sizeof(real));
	if (len < sizeof(struct sockaddr_in) || len > sizeof(any) || port_of(sa) == 0)
		return real(fd, sa, len);
	memcpy(&any, sa, len);
	memset((char *)&any + offsetof(struct sockaddr_in, sin_port), 0, sizeof(in_port_t));
	int ret = real(fd, (struct sockaddr *)&any, len);
	FILE *file = ret == 0 ? fopen(getenv("ANYPORT"), "a") : NULL;
	if (file != NULL) {
		socklen_t size = sizeof(any);
		getsockname(fd, (struct sockaddr *)&any, &size);
		fprintf(file, "%u %u\n", port_of(sa), port_of((struct sockaddr *)&any));
		fclose(file);
	}
	return ret;
}
