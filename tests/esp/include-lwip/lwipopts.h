/*
 * lwipopts.h - lwIP as ESP-IDF's options leave it, as far as its headers differ by it
 * SPDX-License-Identifier: MIT
 */
#ifndef STANDIN_LWIPOPTS_H
#define STANDIN_LWIPOPTS_H

#define LWIP_IPV4             1
#define LWIP_IPV6             1
#define LWIP_SOCKET           1
#define LWIP_NETCONN          1
#define LWIP_SOCKET_SELECT    1
#define LWIP_SOCKET_POLL      0 /* poll() is ESP-IDF's own, over select() */
#define LWIP_COMPAT_SOCKETS   1
#define LWIP_ERRNO_STDINCLUDE 1
#define LWIP_TIMEVAL_PRIVATE  0
#define LWIP_TCP_KEEPALIVE    1
#define LWIP_SO_LINGER        0
#define SO_REUSE              1
#define LWIP_NETIF_LOOPBACK   1

#endif
