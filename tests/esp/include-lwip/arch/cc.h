/* arch/cc.h - the compiler, for lwIP; SPDX-License-Identifier: MIT */
#include <sys/time.h>
#define LWIP_PLATFORM_DIAG(x)
#define LWIP_PLATFORM_ASSERT(x)
