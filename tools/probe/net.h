/* SPDX-License-Identifier: MIT */
/*
 * TCP as the probe needs it: sockets that never wait by themselves, and one wait with a deadline.
 * net_posix.c or net_windows.c. Errors are the system's numbers, for net_error_text().
 */
#ifndef TOOLS_PROBE_NET_H
#define TOOLS_PROBE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef intptr_t net_sock;

enum {
	NET_NONE = -1, /* no socket */
	NET_LATER = -2,
	NET_GONE = -3, /* the connection is over */
	NET_ADDRESSES_MAX = 16,
	NET_NAME_SIZE = 64,
};

struct net_address {
	int family;
	size_t len;
	unsigned char bytes[128]; /* a struct sockaddr_storage */
};

double clock_ms(void); /* since some moment in the past; never runs backwards */

void net_start(void); /* once, before all of the others */

/* The addresses of a host, as many as fit. NULL, or why there are none. */
const char *net_lookup(const char *host, const char *port, bool is_ip,
	struct net_address list[NET_ADDRESSES_MAX], size_t *count);
void net_name(const struct net_address *address, char name[NET_NAME_SIZE]); /* as numbers */

/* 0: connected; NET_LATER: net_connected() says how it went, once it can be written; an error. */
int net_connect(const struct net_address *address, net_sock *sock);
int net_connected(net_sock sock); /* 0, or an error */

/* Until the socket can be read (or written), or has failed; false when the deadline is over. */
bool net_wait(net_sock sock, bool to_write, double deadline_ms);

/* A count, NET_LATER or NET_GONE. */
int net_send(net_sock sock, const unsigned char *bytes, size_t len);
int net_recv(net_sock sock, unsigned char *bytes, size_t len);
void net_close(net_sock sock);

bool net_error_is_refusal(int error); /* nothing listens there */
const char *net_error_text(int error);

#endif
