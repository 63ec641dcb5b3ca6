/*
 * block.c - see block.h; VIRTIO 1.1 section 5.2
 * SPDX-License-Identifier: MIT
 */
#include "block.h"

#include "virtio.h"

enum { READ = 0, WRITE = 1, CAPACITY = 0x100 / 4, STATUS_OK = 0 };

static struct virtio_device device;
static struct virtio_queue queue;

uint64_t block_open(void)
{
	if (!virtio_open(&device, VIRTIO_BLOCK))
		return 0;
	virtio_add_queue(&device, &queue, 0);
	virtio_start(&device);
	return (uint64_t)device.regs[CAPACITY + 1] << 32 | device.regs[CAPACITY];
}

static bool transfer(uint32_t type, uint32_t sector, void *buf)
{
	static struct {
		uint32_t type, reserved;
		uint64_t sector;
	} head;
	static uint8_t status;
	uint32_t written;
	struct virtio_part parts[3] = {
		{ &head, sizeof(head), false },
		{ buf, BLOCK_SECTOR, type == READ },
		{ &status, 1, true },
	};
	if (device.regs == NULL)
		return false;
	head.type = type;
	head.sector = sector;
	status = 0xff;
	virtio_offer(&queue, 0, parts, 3);
	while (virtio_take(&queue, &written) < 0)
		board_sleep(board_ticks() + BOARD_TICKS_PER_MS / 10);
	virtio_ack(&device);
	return *(volatile uint8_t *)&status == STATUS_OK;
}

bool block_read(uint32_t sector, void *buf)
{
	return transfer(READ, sector, buf);
}

bool block_write(uint32_t sector, const void *buf)
{
	return transfer(WRITE, sector, (void *)(uintptr_t)buf);
}
