/* poll.h - where POSIX has it, in lwIP; SPDX-License-Identifier: MIT */
#include <lwip/sockets.h>
