/*
 * entropy.c - see entropy.h
 * SPDX-License-Identifier: MIT
 */
#include "entropy.h"

#include <string.h>

#include <mbedtls/entropy.h>

#include "virtio.h"

static struct virtio_device device;
static struct virtio_queue queue;

void entropy_open(void)
{
	if (!virtio_open(&device, VIRTIO_ENTROPY))
		board_fail("no virtio-rng: start QEMU with -device virtio-rng-device");
	virtio_add_queue(&device, &queue, 0);
	virtio_start(&device);
}

/* A device may give fewer bytes than it was asked for (section 5.4.6). */
void entropy_read(void *buf, size_t len)
{
	static unsigned char bytes[64];
	unsigned char *at = buf;
	while (len > 0) {
		uint32_t want = len < sizeof(bytes) ? (uint32_t)len : (uint32_t)sizeof(bytes),
			 got = 0;
		struct virtio_part part = { bytes, want, true };
		virtio_offer(&queue, 0, &part, 1);
		while (virtio_take(&queue, &got) < 0)
			board_sleep(board_ticks() + BOARD_TICKS_PER_MS / 10);
		virtio_ack(&device);
		got = got < want ? got : want;
		memcpy(at, bytes, got);
		memset(bytes, 0, sizeof(bytes));
		at += got;
		len -= got;
	}
}

/* What mbedTLS of a build without a platform's own entropy asks (MBEDTLS_ENTROPY_HARDWARE_ALT). */
int mbedtls_hardware_poll(void *data, unsigned char *buf, size_t len, size_t *got)
{
	(void)data;
	entropy_read(buf, len);
	*got = len;
	return 0;
}
