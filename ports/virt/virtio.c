/*
 * virtio.c - see virtio.h
 * SPDX-License-Identifier: MIT
 */
#include "virtio.h"

#include <string.h>

/* Section 4.2.2, as indices of words. */
enum {
	MAGIC = 0x000 / 4,
	VERSION = 0x004 / 4,
	DEVICE_ID = 0x008 / 4,
	DRIVER_FEATURES = 0x020 / 4,
	DRIVER_FEATURES_SEL = 0x024 / 4,
	QUEUE_SEL = 0x030 / 4,
	QUEUE_NUM = 0x038 / 4,
	QUEUE_READY = 0x044 / 4,
	QUEUE_NOTIFY = 0x050 / 4,
	INTERRUPT_STATUS = 0x060 / 4,
	INTERRUPT_ACK = 0x064 / 4,
	STATUS = 0x070 / 4,
	QUEUE_DESC = 0x080 / 4,
	QUEUE_DRIVER = 0x090 / 4,
	QUEUE_DEVICE = 0x0a0 / 4,
};
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };
enum { DESC_NEXT = 1, DESC_WRITE = 2 };
enum { MAGIC_VALUE = 0x74726976, MODERN = 2 };

/* The device must see what we wrote in that order (section 2.6.13). */
static void order(void)
{
	__asm__ volatile("fence" ::: "memory");
}

bool virtio_open(struct virtio_device *device, unsigned kind)
{
	for (unsigned n = 0; n < BOARD_VIRTIO_COUNT; n++) {
		volatile uint32_t *regs = board_reg(BOARD_VIRTIO + 0x1000u * n);
		if (regs[MAGIC] != MAGIC_VALUE || regs[VERSION] != MODERN ||
			regs[DEVICE_ID] != kind)
			continue;
		device->regs = regs;
		device->line = 1 + n;
		regs[STATUS] = 0;
		regs[STATUS] = ACKNOWLEDGE;
		regs[STATUS] = ACKNOWLEDGE | DRIVER;
		regs[DRIVER_FEATURES_SEL] = 0;
		regs[DRIVER_FEATURES] = 0;
		regs[DRIVER_FEATURES_SEL] = 1;
		regs[DRIVER_FEATURES] = 1; /* VIRTIO_F_VERSION_1 is bit 32 */
		regs[STATUS] = ACKNOWLEDGE | DRIVER | FEATURES_OK;
		return (regs[STATUS] & FEATURES_OK) != 0;
	}
	return false;
}

void virtio_add_queue(struct virtio_device *device, struct virtio_queue *queue, uint32_t number)
{
	volatile uint32_t *regs = device->regs;
	memset(queue, 0, sizeof(*queue));
	queue->device = device;
	queue->number = number;
	regs[QUEUE_SEL] = number;
	regs[QUEUE_NUM] = VIRTIO_QUEUE_LEN;
	regs[QUEUE_DESC] = (uint32_t)(uintptr_t)queue->desc;
	regs[QUEUE_DESC + 1] = 0;
	regs[QUEUE_DRIVER] = (uint32_t)(uintptr_t)&queue->avail;
	regs[QUEUE_DRIVER + 1] = 0;
	regs[QUEUE_DEVICE] = (uint32_t)(uintptr_t)&queue->used;
	regs[QUEUE_DEVICE + 1] = 0;
	regs[QUEUE_READY] = 1;
}

void virtio_start(struct virtio_device *device)
{
	device->regs[STATUS] = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
}

void virtio_ack(struct virtio_device *device)
{
	device->regs[INTERRUPT_ACK] = device->regs[INTERRUPT_STATUS];
}

void virtio_offer(
	struct virtio_queue *queue, unsigned slot, const struct virtio_part *parts, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct virtio_desc *desc = &queue->desc[slot + i];
		desc->address = (uintptr_t)parts[i].bytes;
		desc->len = parts[i].len;
		desc->flags = (uint16_t)((i + 1 < count ? DESC_NEXT : 0) |
					 (parts[i].to_write ? DESC_WRITE : 0));
		desc->next = (uint16_t)(slot + i + 1);
	}
	queue->avail.ring[queue->avail.index % VIRTIO_QUEUE_LEN] = (uint16_t)slot;
	order();
	queue->avail.index++;
	order();
	queue->device->regs[QUEUE_NOTIFY] = queue->number;
}

int virtio_take(struct virtio_queue *queue, uint32_t *len)
{
	uint16_t index = *(volatile uint16_t *)&queue->used.index;
	if (queue->seen == index)
		return -1;
	order();
	unsigned at = queue->seen++ % VIRTIO_QUEUE_LEN;
	*len = queue->used.ring[at].len;
	return (int)queue->used.ring[at].id;
}
