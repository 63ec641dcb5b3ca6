/*
 * lwipopts.h - lwIP as on an ESP32: sockets, threads, one heap for everybody
 * SPDX-License-Identifier: MIT
 *
 * The sizes are those of ESP-IDF's defaults, unless a line says why not.
 */
#ifndef VIRT_LWIPOPTS_H
#define VIRT_LWIPOPTS_H

/* ---- structure ---- */

#define NO_SYS                    0
#define LWIP_SOCKET               1
#define LWIP_NETCONN              1
#define LWIP_SOCKET_POLL          1
#define LWIP_SOCKET_SELECT        0
#define LWIP_COMPAT_SOCKETS       1 /* recv() is lwip_recv(), and so on */
#define LWIP_ERRNO_STDINCLUDE     1
#define LWIP_TIMEVAL_PRIVATE      0
#define LWIP_TCPIP_CORE_LOCKING   1
#define SYS_LIGHTWEIGHT_PROT      0 /* nothing interrupts a thread: there is nothing to protect from */
#define LWIP_COMPAT_MUTEX         1
#define LWIP_COMPAT_MUTEX_ALLOWED 1 /* without preemption there is no priority to invert */

/* ---- memory: everything from malloc(), none set aside ---- */

#define MEM_LIBC_MALLOC  1
#define MEMP_MEM_MALLOC  1
#define MEM_ALIGNMENT    4
#define MEMP_NUM_NETCONN 64 /* so many sockets; ESP-IDF: 10, at most 253 */

/* ---- protocols ---- */

#define LWIP_IPV4            1
#define LWIP_IPV6            1
#define LWIP_IPV6_AUTOCONFIG 1
#define LWIP_IPV6_DHCP6      0
#define LWIP_DHCP            1
#define LWIP_DHCP_DOES_ACD_CHECK                                                                   \
	0 /* QEMU gives its address to nobody else: no waiting for proof                           \
	   */
#define LWIP_ACD                   0
#define LWIP_DNS                   0
#define LWIP_NETIF_HOSTNAME        1 /* what DHCP tells the router */
#define LWIP_RAW                   0
#define LWIP_NETIF_STATUS_CALLBACK 1
#define LWIP_HAVE_LOOPIF           1
#define LWIP_NETIF_LOOPBACK        1 /* how poll() is woken */
#define ARP_QUEUEING               1 /* or SYN-ACKs are lost behind the first look-up */

/* ---- TCP ---- */

#define TCP_MSS                   1440
#define TCP_WND                   (4 * TCP_MSS)
#define TCP_SND_BUF               (4 * TCP_MSS)
#define TCP_SND_QUEUELEN          (4 * TCP_SND_BUF / TCP_MSS)
#define TCP_QUEUE_OOSEQ           1
#define TCP_OOSEQ_MAX_PBUFS       8    /* per connection: a bound on what loss can pile up */
#define TCP_MSL                   2000 /* a dead connection leaves soon: tests make thousands */
#define TCP_LISTEN_BACKLOG        1
#define DEFAULT_ACCEPTMBOX_SIZE   32 /* not less than what bsd_sockets.c gives to listen() */
#define DEFAULT_TCP_RECVMBOX_SIZE 6
#define DEFAULT_UDP_RECVMBOX_SIZE 6
#define LWIP_TCP_RTO_TIME         1500
#define LWIP_SO_LINGER            1 /* not in ESP-IDF: a client that has vanished leaves nothing behind */
#define LWIP_TCP_KEEPALIVE        1
#define SO_REUSE                  1
#define LWIP_TCP_SACK_OUT         1

/* ---- the TCP/IP thread ---- */

#define TCPIP_THREAD_NAME        "tcpip"
#define TCPIP_THREAD_STACKSIZE   3072
#define TCPIP_MBOX_SIZE          32
#define TCPIP_THREAD_PRIO        1
#define DEFAULT_THREAD_STACKSIZE 3072
#define DEFAULT_THREAD_PRIO      1

#define LWIP_STATS 0

#endif
