/* netinet/tcp.h - where POSIX has it, in lwIP; SPDX-License-Identifier: MIT */
#include <lwip/inet.h>
#include <lwip/sockets.h>
