/*
 * cc.h - what lwIP asks of a compiler and a platform
 * SPDX-License-Identifier: MIT
 */
#ifndef VIRT_ARCH_CC_H
#define VIRT_ARCH_CC_H

#include <fcntl.h> /* before lwIP defines O_NONBLOCK its own way */
#include <stdint.h>
#include <sys/time.h>
#include <sys/types.h>

uint32_t virt_random32(void);
_Noreturn void virt_assert_failed(const char *what, const char *file, int line);

#define LWIP_RAND()             virt_random32()
#define LWIP_PLATFORM_ASSERT(x) virt_assert_failed((x), __FILE__, __LINE__)
#define LWIP_NO_UNISTD_H        0

#endif
