/* SPDX-License-Identifier: MIT */
/* TCP where POSIX holds; see net.h. */
#define _POSIX_C_SOURCE 200809L
#include "probe/net.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

double clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

void net_start(void)
{
	/* A peer that is gone is an error of send(); not every system has MSG_NOSIGNAL. */
	signal(SIGPIPE, SIG_IGN);
}

const char *net_lookup(const char *host, const char *port, bool is_ip,
	struct net_address list[NET_ADDRESSES_MAX], size_t *count)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int error;

	hints.ai_flags = is_ip ? AI_NUMERICHOST : 0;
	error = getaddrinfo(host, port, &hints, &found);
	if (error)
		return gai_strerror(error);
	*count = 0;
	for (const struct addrinfo *at = found; at && *count < NET_ADDRESSES_MAX;
		at = at->ai_next) {
		struct net_address *into = &list[*count];

		if (at->ai_addrlen > sizeof(into->bytes))
			continue;
		into->family = at->ai_family;
		into->len = at->ai_addrlen;
		memcpy(into->bytes, at->ai_addr, at->ai_addrlen);
		(*count)++;
	}
	freeaddrinfo(found);
	return NULL;
}

/* What the bytes are, at the alignment that they need. */
static const struct sockaddr *sockaddr_of(
	const struct net_address *address, struct sockaddr_storage *storage)
{
	memcpy(storage, address->bytes, sizeof(address->bytes));
	return (const struct sockaddr *)storage;
}

void net_name(const struct net_address *address, char name[NET_NAME_SIZE])
{
	struct sockaddr_storage storage;

	if (getnameinfo(sockaddr_of(address, &storage), (socklen_t)address->len, name,
		    NET_NAME_SIZE, NULL, 0, NI_NUMERICHOST) != 0)
		name[0] = 0;
}

int net_connect(const struct net_address *address, net_sock *sock)
{
	struct sockaddr_storage storage;
	int fd = socket(address->family, SOCK_STREAM, 0);
	int one = 1;
	int error;

	if (fd < 0)
		return errno;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	/* Small flights that wait for an ACK would be measured as TLS. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	*sock = fd;
	if (connect(fd, sockaddr_of(address, &storage), (socklen_t)address->len) == 0)
		return 0;
	error = errno;
	if (error == EINPROGRESS)
		return NET_LATER;
	close(fd);
	*sock = NET_NONE;
	return error;
}

int net_connected(net_sock sock)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt((int)sock, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return errno;
	return error;
}

bool net_wait(net_sock sock, bool to_write, double deadline_ms)
{
	struct pollfd entry = { .fd = (int)sock, .events = to_write ? POLLOUT : POLLIN };

	for (;;) {
		double left = deadline_ms - clock_ms();
		int ready;

		if (left <= 0)
			return false;
		ready = poll(&entry, 1, (int)left + 1);
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return true; /* an error shows in the call that follows */
	}
}

static int result_of(ssize_t count)
{
	if (count >= 0)
		return (int)count;
	return errno == EAGAIN || errno == EINTR ? NET_LATER : NET_GONE;
}

int net_send(net_sock sock, const unsigned char *bytes, size_t len)
{
	return result_of(send((int)sock, bytes, len, 0));
}

int net_recv(net_sock sock, unsigned char *bytes, size_t len)
{
	return result_of(recv((int)sock, bytes, len, 0));
}

void net_close(net_sock sock)
{
	close((int)sock);
}

bool net_error_is_refusal(int error)
{
	return error == ECONNREFUSED;
}

const char *net_error_text(int error)
{
	return strerror(error);
}
