/* SPDX-License-Identifier: MIT */
/* TCP on Windows; see net.h. */
#include "probe/net.h"

#include <stdio.h>
#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>

#include "common/say.h"

double clock_ms(void)
{
	LARGE_INTEGER ticks, per_s;

	QueryPerformanceFrequency(&per_s);
	QueryPerformanceCounter(&ticks);
	return (double)ticks.QuadPart * 1e3 / (double)per_s.QuadPart;
}

void net_start(void)
{
	WSADATA data;

	if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
		die("Windows has no sockets");
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
		return net_error_text(error);
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
	SOCKET s = socket(address->family, SOCK_STREAM, 0);
	u_long on = 1;
	BOOL no_delay = TRUE;
	int error;

	if (s == INVALID_SOCKET)
		return WSAGetLastError();
	ioctlsocket(s, (long)FIONBIO, &on);
	/* Small flights that wait for an ACK would be measured as TLS. */
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (const char *)&no_delay, sizeof(no_delay));
	*sock = (net_sock)s;
	if (connect(s, sockaddr_of(address, &storage), (int)address->len) == 0)
		return 0;
	error = WSAGetLastError();
	if (error == WSAEWOULDBLOCK)
		return NET_LATER;
	closesocket(s);
	*sock = NET_NONE;
	return error;
}

int net_connected(net_sock sock)
{
	int error = 0;
	int len = sizeof(error);

	if (getsockopt((SOCKET)sock, SOL_SOCKET, SO_ERROR, (char *)&error, &len) != 0)
		return WSAGetLastError();
	return error;
}

/* select(), because WSAPoll() of older systems never tells of a connection that was refused. */
bool net_wait(net_sock sock, bool to_write, double deadline_ms)
{
	for (;;) {
		double left = deadline_ms - clock_ms();
		struct timeval time;
		fd_set wanted, failed;
		int ready;

		if (left <= 0)
			return false;
		time.tv_sec = (long)(left / 1e3);
		time.tv_usec = (long)((left - (double)time.tv_sec * 1e3) * 1e3) + 1;
		FD_ZERO(&wanted);
		wanted.fd_array[wanted.fd_count++] = (SOCKET)sock;
		failed = wanted;
		ready = select(
			0, to_write ? NULL : &wanted, to_write ? &wanted : NULL, &failed, &time);
		if (ready != 0)
			return true; /* an error shows in the call that follows */
	}
}

static int result_of(int count)
{
	if (count >= 0)
		return count;
	return WSAGetLastError() == WSAEWOULDBLOCK ? NET_LATER : NET_GONE;
}

static int cut(size_t len)
{
	const size_t most = 1 << 20;

	return (int)(len < most ? len : most);
}

int net_send(net_sock sock, const unsigned char *bytes, size_t len)
{
	return result_of(send((SOCKET)sock, (const char *)bytes, cut(len), 0));
}

int net_recv(net_sock sock, unsigned char *bytes, size_t len)
{
	return result_of(recv((SOCKET)sock, (char *)bytes, cut(len), 0));
}

void net_close(net_sock sock)
{
	closesocket((SOCKET)sock);
}

bool net_error_is_refusal(int error)
{
	return error == WSAECONNREFUSED;
}

const char *net_error_text(int error)
{
	static char text[256];
	DWORD len = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
					   FORMAT_MESSAGE_MAX_WIDTH_MASK,
		NULL, (DWORD)error, MAKELANGID(LANG_ENGLISH, SUBLANG_DEFAULT), text, sizeof(text),
		NULL);

	while (len > 0 && strchr(". \r\n", text[len - 1]))
		len--;
	text[len] = 0;
	if (len == 0)
		snprintf(text, sizeof(text), "error %d", error);
	return text;
}
