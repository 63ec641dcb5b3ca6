/*
 * virtio.h - a virtio device on the memory bus, and one of its queues
 * SPDX-License-Identifier: MIT
 *
 * Virtual I/O Device (VIRTIO) Version 1.1, sections 2.6 (split queues), 3.1.1 (initialization) and
 * 4.2 (over MMIO), the parts that a polling driver with a fixed number of buffers needs.
 */
#ifndef VIRT_VIRTIO_H
#define VIRT_VIRTIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board.h"

enum { VIRTIO_NET = 1, VIRTIO_BLOCK = 2, VIRTIO_ENTROPY = 4 }; /* section 5 */
enum { VIRTIO_QUEUE_LEN = 8 };

struct virtio_device {
	volatile uint32_t *regs;
	unsigned line; /* its interrupt */
};

struct virtio_desc {
	uint64_t address;
	uint32_t len;
	uint16_t flags, next;
};
struct virtio_queue {
	struct virtio_desc desc[VIRTIO_QUEUE_LEN];
	struct {
		uint16_t flags, index, ring[VIRTIO_QUEUE_LEN], event;
	} avail;
	uint32_t pad;
	struct {
		uint16_t flags, index;
		struct {
			uint32_t id, len;
		} ring[VIRTIO_QUEUE_LEN];
		uint16_t event;
	} used;
	uint16_t seen; /* of used */
	struct virtio_device *device;
	uint32_t number;
};

/* The first device of that kind, reset, with no feature but VIRTIO_F_VERSION_1 (section 6): QEMU
 * needs -global virtio-mmio.force-legacy=false.  False: there is none. */
bool virtio_open(struct virtio_device *device, unsigned kind);
void virtio_add_queue(struct virtio_device *device, struct virtio_queue *queue, uint32_t number);
void virtio_start(struct virtio_device *device);

/* Answers the interrupt. */
void virtio_ack(struct virtio_device *device);

/* A buffer for the device: to read, or to write into. */
struct virtio_part {
	void *bytes;
	uint32_t len;
	bool to_write;
};

/* Offers parts as one chain, described in slot and the ones after it. */
void virtio_offer(
	struct virtio_queue *queue, unsigned slot, const struct virtio_part *parts, unsigned count);

/* The slot of a chain that the device is done with, and how much it wrote; -1: none. */
int virtio_take(struct virtio_queue *queue, uint32_t *len);

#endif
