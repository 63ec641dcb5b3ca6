/*
 * store.c - see store.h
 * SPDX-License-Identifier: MIT
 *
 * The medium is a row of slots of eight sectors.  A slot is a header sector and seven of data.  Of
 * the slots with the same key the one with the highest generation counts; the others, and those
 * whose header is no header, are free.
 */
#include "store.h"

#include <string.h>

#include "../../src/hatch.h"
#include "block.h"
#include "board.h"

enum { SLOTS_MAX = 16, SLOT_SECTORS = 8, KEY_ROOM = 16 };
enum { MAGIC = 0x31565348 }; /* "HSV1" */

struct header {
	uint32_t magic, generation, len, data_crc;
	char key[KEY_ROOM];
	uint32_t crc; /* of all before it */
};

static union {
	struct header header;
	unsigned char bytes[BLOCK_SECTOR];
} sector;

static struct {
	char key[KEY_ROOM];
	uint32_t generation; /* 0: the slot is free */
} slots[SLOTS_MAX];
static unsigned slot_count;

/* CRC-32 as in ISO-HDLC, continued from an earlier one. */
static uint32_t crc_of(uint32_t crc, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	crc = ~crc;
	while (len-- > 0) {
		crc ^= *at++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1u)));
	}
	return ~crc;
}

static bool header_is_good(const struct header *header)
{
	return header->magic == MAGIC && header->generation != 0 &&
	       header->len <= STORE_VALUE_MAX && memchr(header->key, '\0', KEY_ROOM) != NULL &&
	       header->crc == crc_of(0, header, offsetof(struct header, crc));
}

void store_open(void)
{
	uint64_t sectors = block_open();
	memset(slots, 0, sizeof(slots));
	if (sectors < SLOT_SECTORS)
		board_fail("no flash: start QEMU with -device virtio-blk-device");
	slot_count = sectors / SLOT_SECTORS < SLOTS_MAX ? (unsigned)(sectors / SLOT_SECTORS)
							: (unsigned)SLOTS_MAX;
	for (unsigned i = 0; i < slot_count; i++) {
		if (!block_read(i * SLOT_SECTORS, sector.bytes) || !header_is_good(&sector.header))
			continue;
		memcpy(slots[i].key, sector.header.key, KEY_ROOM);
		slots[i].generation = sector.header.generation;
	}
}

/* The slot that holds the key's value; -1: there is none. */
static int current_of(const char *key)
{
	int found = -1;
	for (unsigned i = 0; i < slot_count; i++)
		if (slots[i].generation != 0 && strcmp(slots[i].key, key) == 0 &&
			(found < 0 || slots[i].generation > slots[found].generation))
			found = (int)i;
	return found;
}

/* A free slot, if there are at least that many; -1: there are not. */
static int find_free(unsigned least)
{
	int found = -1;
	for (unsigned i = 0; i < slot_count; i++) {
		if (slots[i].generation != 0 && current_of(slots[i].key) == (int)i)
			continue;
		found = found < 0 ? (int)i : found;
		least -= least > 0 ? 1 : 0;
	}
	return least == 0 ? found : -1;
}

static int check_key(const char *key)
{
	size_t len = strlen(key);
	return len == 0 || len >= KEY_ROOM ? HATCH_EINVAL : 0;
}

/* The sectors of data, one by one: true if all of them came and their checksum is right. */
static bool read_data(uint32_t first, unsigned char *buf, size_t len, uint32_t expected)
{
	uint32_t crc = 0;
	for (size_t done = 0; done < len;) {
		size_t part = len - done < BLOCK_SECTOR ? len - done : (size_t)BLOCK_SECTOR;
		if (!block_read(first++, sector.bytes))
			return false;
		memcpy(buf + done, sector.bytes, part);
		crc = crc_of(crc, sector.bytes, part);
		done += part;
	}
	return crc == expected;
}

int store_get(const char *key, void *buf, size_t *len)
{
	int error = check_key(key), slot = error == 0 ? current_of(key) : -1;
	if (error < 0)
		return error;
	if (slot < 0)
		return HATCH_EGONE;
	uint32_t at = (uint32_t)slot * SLOT_SECTORS;
	if (!block_read(at, sector.bytes) || !header_is_good(&sector.header) ||
		strcmp(sector.header.key, key) != 0)
		return HATCH_EPORT;
	struct header header = sector.header;
	if (header.len > *len)
		return HATCH_EBIG;
	bool good = read_data(at + 1, buf, header.len, header.data_crc);
	memset(sector.bytes, 0, sizeof(sector.bytes)); /* it may have been a key */
	if (!good)
		return HATCH_EPORT;
	*len = header.len;
	return 0;
}

static bool write_data(uint32_t first, const unsigned char *buf, size_t len)
{
	for (size_t done = 0; done < len;) {
		size_t part = len - done < BLOCK_SECTOR ? len - done : (size_t)BLOCK_SECTOR;
		memset(sector.bytes, 0, sizeof(sector.bytes));
		memcpy(sector.bytes, buf + done, part);
		if (!block_write(first++, sector.bytes))
			return false;
		done += part;
	}
	return true;
}

static bool write_header(
	uint32_t at, const char *key, uint32_t generation, uint32_t len, uint32_t crc)
{
	memset(sector.bytes, 0, sizeof(sector.bytes));
	struct header *header = &sector.header;
	header->magic = MAGIC;
	header->generation = generation;
	header->len = len;
	header->data_crc = crc;
	memcpy(header->key, key, strlen(key));
	header->crc = crc_of(0, header, offsetof(struct header, crc));
	return block_write(at, sector.bytes);
}

/* What a replaced value said is overwritten: it may have been a key. */
static bool erase(unsigned slot)
{
	memset(sector.bytes, 0, sizeof(sector.bytes));
	slots[slot].generation = 0;
	bool good = true;
	for (uint32_t i = 0; i < SLOT_SECTORS; i++)
		good = block_write(slot * SLOT_SECTORS + i, sector.bytes) && good;
	return good;
}

int store_put(const char *key, const void *buf, size_t len)
{
	int error = check_key(key);
	if (error < 0)
		return error;
	if (len > STORE_VALUE_MAX)
		return HATCH_EBIG;
	/* A new key leaves one slot free, or no value could be replaced any more. */
	int old = current_of(key), slot = find_free(old < 0 ? 2 : 1);
	if (slot < 0)
		return HATCH_EFULL;
	uint32_t generation = old < 0 ? 1 : slots[old].generation + 1;
	uint32_t at = (uint32_t)slot * SLOT_SECTORS;
	bool good = write_data(at + 1, buf, len) &&
		    write_header(at, key, generation, (uint32_t)len, crc_of(0, buf, len));
	memset(sector.bytes, 0, sizeof(sector.bytes));
	if (!good)
		return HATCH_EPORT;
	memset(slots[slot].key, 0, KEY_ROOM);
	memcpy(slots[slot].key, key, strlen(key));
	slots[slot].generation = generation;
	return old < 0 || erase((unsigned)old) ? 0 : HATCH_EPORT;
}
