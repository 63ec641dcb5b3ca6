/*
 * block.h - emulated flash: virtio-blk, in sectors
 * SPDX-License-Identifier: MIT
 */
#ifndef VIRT_BLOCK_H
#define VIRT_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum { BLOCK_SECTOR = 512 };

uint64_t block_open(void); /* how many sectors it has; 0: there is no such device */

/* One sector; a write is on the medium when it returns.  False: the device failed. */
bool block_read(uint32_t sector, void *buf);
bool block_write(uint32_t sector, const void *buf);

#endif
