/*
 * bsd_sockets.h - the network half of a port over BSD sockets: Linux, lwIP
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_PORT_BSD_SOCKETS_H
#define HX_PORT_BSD_SOCKETS_H

#include "../hatch_port.h"

int hx_bsd_net_open(void **net, size_t max_socks);
void hx_bsd_net_close(void *net);
int hx_bsd_listen(void *net, const char *address, uint16_t port, hatch_sock *out, uint16_t *bound);
int hx_bsd_accept(void *net, hatch_sock listener, hatch_sock *out, struct hatch_address *peer);
int hx_bsd_recv(hatch_sock s, void *buf, size_t len);
int hx_bsd_send(hatch_sock s, const void *buf, size_t len);
void hx_bsd_shutdown(hatch_sock s);
void hx_bsd_close(hatch_sock s);
void hx_bsd_reset(hatch_sock s);
int hx_bsd_wait(void *net, struct hatch_wait *set, size_t count, uint32_t ms);
void hx_bsd_wake(void *net);

/* clang-format off */
/* These in a port's table: all of its network but wait, which some platforms have to do more for. */
#define HX_BSD_NET \
	.net_open = hx_bsd_net_open, .net_close = hx_bsd_net_close, .listen = hx_bsd_listen, \
	.accept = hx_bsd_accept, .recv = hx_bsd_recv, .send = hx_bsd_send, \
	.shutdown = hx_bsd_shutdown, .close = hx_bsd_close, .reset = hx_bsd_reset, \
	.wake = hx_bsd_wake
/* clang-format on */

/* An address as text and as 16 bytes; sa is a struct sockaddr *. */
void hx_bsd_address(struct hatch_address *out, const void *sa);

/* From the operating system's file: a pair to wake poll() with, [0] read, [1] written, none blocks.
 */
int hx_wake_pair(int pair[2]);
void hx_wake_write(int fd); /* on Linux also in a signal handler */
void hx_wake_read(int fd);

/* How many sockets there can be, those in use included: net_open() refuses to promise more. */
size_t hx_sockets_max(void);

#endif
