/*
 * bsd_sockets.c - see bsd_sockets.h
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* TCP_KEEPIDLE */
#include "bsd_sockets.h"

#if defined(ESP_PLATFORM) /* has it there alone, and before lwIP's sockets.h, which has one too */
#include <sys/poll.h>
#else
#include <poll.h>
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 32, WAKE_SOCKS = 1 };

struct net {
	int wake[2];
	size_t max;
	struct pollfd *fds; /* the wake pair's first, then one for each socket */
};

int hx_bsd_net_open(void **out, size_t max_socks)
{
	struct net *net = calloc(1, sizeof(*net));
	*out = NULL;
	if (net == NULL)
		return HATCH_ENOMEM;
	if (max_socks + WAKE_SOCKS > hx_sockets_max()) {
		free(net);
		return HATCH_EBIG;
	}
	net->fds = calloc(max_socks + 1, sizeof(*net->fds));
	net->max = max_socks;
	if (net->fds == NULL || hx_wake_pair(net->wake) < 0) {
		int error = net->fds == NULL ? HATCH_ENOMEM : HATCH_EPORT;
		free(net->fds);
		free(net);
		return error;
	}
	*out = net;
	return 0;
}

void hx_bsd_net_close(void *self)
{
	struct net *net = self;
	close(net->wake[0]);
	if (net->wake[1] != net->wake[0])
		close(net->wake[1]);
	free(net->fds);
	free(net);
}

static int no_block(int fd)
{
	int flags = fcntl(fd, F_GETFL, 0);
	return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* Nagle's algorithm would hold a small record back until the last one is acknowledged: 44 ms a
 * request. */
static void set_up(int fd)
{
	int on = 1;
	(void)no_block(fd);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/* A stream may pause for hours; whether its client is still there, TCP finds out, within a
	 * minute and a half instead of the usual two hours. */
	int idle_s = 60, every_s = 10, times = 3;
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every_s, sizeof(every_s));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof(times));
}

void hx_bsd_address(struct hatch_address *out, const void *sa)
{
	sa_family_t family;
	memcpy(&family, (const char *)sa + offsetof(struct sockaddr, sa_family), sizeof(family));
	memset(out, 0, sizeof(*out));
	if (family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, sa, sizeof(in));
		out->bytes[10] = out->bytes[11] = 0xff;
		memcpy(out->bytes + 12, &in.sin_addr, 4);
		out->port = ntohs(in.sin_port);
		(void)inet_ntop(AF_INET, &in.sin_addr, out->text, sizeof(out->text));
		return;
	}
	/* IN6_IS_ADDR_V4MAPPED() came with lwIP 2.2, which ESP-IDF has from 5.4 on. */
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct sockaddr_in6 in6;
	memcpy(&in6, sa, sizeof(in6));
	memcpy(out->bytes, &in6.sin6_addr, 16);
	out->port = ntohs(in6.sin6_port);
	if (memcmp(out->bytes, mapped, sizeof(mapped)) == 0)
		(void)inet_ntop(AF_INET, out->bytes + 12, out->text, sizeof(out->text));
	else
		(void)inet_ntop(AF_INET6, &in6.sin6_addr, out->text, sizeof(out->text));
}

/* ---- listening ---- */

struct place {
	struct sockaddr_storage sa;
	socklen_t len;
	int family;
};

static bool place_v4(struct place *place, const char *address, uint16_t port)
{
	struct sockaddr_in in;
	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	in.sin_port = htons(port);
	if (address != NULL && inet_pton(AF_INET, address, &in.sin_addr) != 1)
		return false;
	memcpy(&place->sa, &in, sizeof(in));
	place->len = sizeof(in);
	place->family = AF_INET;
	return true;
}

static bool place_v6(struct place *place, const char *address, uint16_t port)
{
	struct sockaddr_in6 in6;
	memset(&in6, 0, sizeof(in6));
	in6.sin6_family = AF_INET6;
	in6.sin6_port = htons(port);
	if (address != NULL && inet_pton(AF_INET6, address, &in6.sin6_addr) != 1)
		return false;
	memcpy(&place->sa, &in6, sizeof(in6));
	place->len = sizeof(in6);
	place->family = AF_INET6;
	return true;
}

static int error_of_errno(int number)
{
	switch (number) {
	case EADDRINUSE:
	case EADDRNOTAVAIL: return HATCH_EADDR;
	case EACCES:
	case EPERM: return HATCH_EACCESS;
	default: return HATCH_EPORT;
	}
}

static int listen_at(const struct place *place, bool both, hatch_sock *out, uint16_t *bound)
{
	struct sockaddr_storage sa;
	struct hatch_address where;
	socklen_t len = sizeof(sa);
	int on = 1, off = 0;
	int fd = socket(place->family, SOCK_STREAM, 0);
	if (fd < 0)
		return HATCH_EPORT;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (place->family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, both ? &off : &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&place->sa, place->len) < 0 ||
		listen(fd, BACKLOG) < 0 || getsockname(fd, (struct sockaddr *)&sa, &len) < 0 ||
		no_block(fd) < 0) {
		int error = error_of_errno(errno);
		close(fd);
		return error;
	}
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	hx_bsd_address(&where, &sa);
	*bound = where.port;
	*out = fd;
	return 0;
}

/* Without an address one socket takes IPv6 and IPv4; where there is no IPv6, IPv4 alone. */
int hx_bsd_listen(void *net, const char *address, uint16_t port, hatch_sock *out, uint16_t *bound)
{
	struct place place;
	(void)net;
	memset(&place, 0, sizeof(place));
	if (address != NULL) {
		if (!place_v4(&place, address, port) && !place_v6(&place, address, port))
			return HATCH_EADDR;
		return listen_at(&place, false, out, bound);
	}
	if (place_v6(&place, NULL, port)) {
		int error = listen_at(&place, true, out, bound);
		if (error != HATCH_EPORT)
			return error;
	}
	(void)place_v4(&place, NULL, port);
	return listen_at(&place, false, out, bound);
}

int hx_bsd_accept(void *net, hatch_sock listener, hatch_sock *out, struct hatch_address *peer)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	(void)net;
	int fd = accept(listener, (struct sockaddr *)&sa, &len);
	if (fd >= 0) {
		set_up(fd);
		hx_bsd_address(peer, &sa);
		*out = fd;
		return 0;
	}
	switch (errno) {
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM: return HATCH_EPORT;
	default: return HATCH_LATER; /* nobody there, or one who has left again */
	}
}

/* ---- moving bytes ---- */

static bool not_now(int number)
{
	return number == EAGAIN || number == EWOULDBLOCK || number == EINTR || number == ENOBUFS ||
	       number == ENOMEM;
}

static size_t at_most_int(size_t len)
{
	return len > INT_MAX - 1 ? (size_t)INT_MAX - 1 : len; /* INT_MAX itself is HATCH_LATER */
}

int hx_bsd_recv(hatch_sock s, void *buf, size_t len)
{
	ssize_t got = recv(s, buf, at_most_int(len), 0);
	if (got >= 0)
		return (int)got;
	return not_now(errno) ? HATCH_LATER : HATCH_EGONE;
}

int hx_bsd_send(hatch_sock s, const void *buf, size_t len)
{
	ssize_t sent = send(s, buf, at_most_int(len), MSG_NOSIGNAL);
	if (sent >= 0)
		return (int)sent;
	return not_now(errno) ? HATCH_LATER : HATCH_EGONE;
}

void hx_bsd_shutdown(hatch_sock s)
{
	(void)shutdown(s, SHUT_WR);
}

void hx_bsd_close(hatch_sock s)
{
	(void)close(s);
}

/* Where lwIP is built without LWIP_SO_LINGER this is close(). */
void hx_bsd_reset(hatch_sock s)
{
	struct linger at_once = { 1, 0 };
	(void)setsockopt(s, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	(void)close(s);
}

/* ---- waiting ---- */

static uint8_t ready_of(const struct hatch_wait *wait, short events)
{
	if ((events & (POLLERR | POLLHUP | POLLNVAL)) != 0)
		return wait->want;
	return (uint8_t)(((events & POLLIN) != 0 ? HATCH_WAIT_RX : 0) |
			 ((events & POLLOUT) != 0 ? HATCH_WAIT_TX : 0));
}

/* Only what is wanted: poll() refuses more entries than the process may have descriptors. */
int hx_bsd_wait(void *self, struct hatch_wait *set, size_t count, uint32_t ms)
{
	struct net *net = self;
	nfds_t used = 1;
	net->fds[0].fd = net->wake[0];
	net->fds[0].events = POLLIN;
	for (size_t i = 0; i < count; i++) {
		if (set[i].want == 0)
			continue;
		if (used > net->max)
			return HATCH_EINVAL;
		net->fds[used].fd = set[i].sock;
		net->fds[used].events = (short)(((set[i].want & HATCH_WAIT_RX) != 0 ? POLLIN : 0) |
						((set[i].want & HATCH_WAIT_TX) != 0 ? POLLOUT : 0));
		net->fds[used++].revents = 0;
	}
	int found = poll(net->fds, used, ms > INT_MAX ? -1 : (int)ms);
	if (found < 0)
		return errno == EINTR ? 0 : HATCH_EPORT;
	if (net->fds[0].revents != 0)
		hx_wake_read(net->wake[0]);
	used = 1;
	for (size_t i = 0; i < count; i++)
		set[i].ready = set[i].want == 0 ? 0 : ready_of(&set[i], net->fds[used++].revents);
	return 0;
}

void hx_bsd_wake(void *self)
{
	struct net *net = self;
	hx_wake_write(net->wake[1]);
}
