/*
 * clear.c - the engine that does nothing: what is on the wire is the plaintext
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "engine.h"

/* The engine is the first member. */
static struct hx_clear *clear_of(struct hx_engine *e)
{
	return (struct hx_clear *)(void *)e;
}

static int clear_handshake(struct hx_engine *e)
{
	(void)e;
	return 0;
}

static int clear_peek(struct hx_engine *e)
{
	struct hx_clear *clear = clear_of(e);
	if (clear->ahead_len > 0)
		return 1;
	int got = hx_wire_recv(e->wire, clear->ahead, sizeof(clear->ahead));
	if (got <= 0 || got == HATCH_LATER)
		return got;
	clear->ahead_len = (uint8_t)got;
	return 1;
}

static int clear_read(struct hx_engine *e, void *buf, size_t len)
{
	struct hx_clear *clear = clear_of(e);
	/* Bytes may have arrived where an earlier peek() had asked for them. */
	if (clear->ahead_len == 0 && e->wire->rx == clear->ahead && e->wire->rx_len > 0)
		clear->ahead_len = (uint8_t)hx_wire_recv(
			e->wire, clear->ahead, sizeof(clear->ahead));
	if (clear->ahead_len == 0)
		return hx_wire_recv(e->wire, buf, len);
	size_t take = clear->ahead_len < len ? clear->ahead_len : len;
	memcpy(buf, clear->ahead, take);
	memmove(clear->ahead, clear->ahead + take, clear->ahead_len - take);
	clear->ahead_len = (uint8_t)(clear->ahead_len - take);
	return (int)take;
}

static int clear_write(struct hx_engine *e, const void *buf, size_t len)
{
	return hx_wire_send(e->wire, buf, len);
}

static int clear_close(struct hx_engine *e)
{
	(void)e;
	return 0;
}

static unsigned clear_rest(struct hx_engine *e)
{
	(void)e;
	return 0;
}

static void clear_abandon(struct hx_engine *e)
{
	(void)e;
}

static void clear_facts(struct hx_engine *e, struct hatch_tls_facts *out)
{
	(void)e;
	memset(out, 0, sizeof(*out));
	out->version = out->suite = out->group = out->alpn = "";
}

static void clear_free(struct hx_engine *e)
{
	memset(clear_of(e)->ahead, 0, sizeof(clear_of(e)->ahead));
}

static const struct hx_engine_ops clear_ops = {
	.handshake = clear_handshake,
	.peek = clear_peek,
	.read = clear_read,
	.write = clear_write,
	.close = clear_close,
	.rest = clear_rest,
	.abandon = clear_abandon,
	.facts = clear_facts,
	.free = clear_free,
};

void hx_clear_init(struct hx_clear *clear, struct hx_wire *wire)
{
	memset(clear, 0, sizeof(*clear));
	clear->engine.ops = &clear_ops;
	clear->engine.wire = wire;
}
