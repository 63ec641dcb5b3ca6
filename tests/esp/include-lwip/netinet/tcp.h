/* netinet/tcp.h - where ESP-IDF has it; SPDX-License-Identifier: MIT */
#include <lwip/inet.h>
#include <lwip/sockets.h>
