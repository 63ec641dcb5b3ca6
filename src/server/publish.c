/*
 * publish.c - messages from any task to live connections
 * SPDX-License-Identifier: MIT
 *
 * A ring of whole messages: each stands in one piece, and what is left of the end is skipped.
 * Tasks append under the server's lock; the server's task reads without it, since what is queued
 * does not change, and takes the lock to take a message out.
 */
#include "../base/check.h"
#include "../live/live.h"
#include "server.h"

enum { ALIGN = 16 };
_Static_assert(_Alignof(struct hx_posted) <= ALIGN, "the alignment of the queue");

static size_t size_of(uint32_t len)
{
	return (sizeof(struct hx_posted) + len + ALIGN - 1) / ALIGN * ALIGN;
}

/* ---- the server's task ---- */

static struct hx_posted *posted_at(const struct hx_lives *lives, size_t at)
{
	return (struct hx_posted *)(void *)(lives->queue + at);
}

/* The rest of the ring is not used: the next message begins at its beginning. */
static bool is_skip(const struct hx_lives *lives)
{
	return lives->room - lives->at < sizeof(struct hx_posted) ||
	       posted_at(lives, lives->at)->deliver == NULL;
}

static size_t take_out(struct hatch *srv, size_t size)
{
	struct hx_lives *lives = &srv->lives;
	srv->port->lock(srv->lock);
	lives->at = (lives->at + size) % lives->room;
	lives->used -= size;
	atomic_store(&lives->full, false);
	srv->port->unlock(srv->lock);
	return size;
}

/* What was there when it began: who publishes without pause lets the others have their turn. */
static void deliver_queued(struct hatch *srv)
{
	struct hx_lives *lives = &srv->lives;
	srv->port->lock(srv->lock);
	size_t left = lives->used;
	srv->port->unlock(srv->lock);
	while (left > 0) {
		size_t size = lives->room - lives->at;
		if (!is_skip(lives)) {
			struct hx_posted *posted = posted_at(lives, lives->at);
			size = size_of(posted->len);
			posted->deliver(srv, posted);
		}
		left -= take_out(srv, size);
	}
	srv->port->lock(srv->lock);
	bool more = lives->used > 0;
	if (!more)
		lives->deliver = NULL;
	srv->port->unlock(srv->lock);
	if (more)
		srv->port->wake(srv->net);
}

bool hx_posted_is_for(const struct hx_posted *posted, const struct hx_live *live)
{
	const struct hx_whom *whom = &posted->whom;
	switch (whom->to) {
	case HATCH_TO_PATH: return live->route == whom->key;
	case HATCH_TO_ARG: return live->arg == whom->key;
	case HATCH_TO_ONE:
		return live->slot == whom->one.slot && live->generation == whom->one.generation;
	case HATCH_TO_ALL: break;
	}
	return true;
}

/* ---- any task: the tables do not change ---- */

/* By its path and its handler, as other methods may have the same path. */
static const struct hatch_route *named_in(
	const struct hatch_route *routes, size_t count, const char *path, hatch_handler *handler)
{
	for (size_t i = 0; i < count; i++)
		if (routes[i].handler == handler && strcmp(routes[i].path, path) == 0)
			return &routes[i];
	return NULL;
}

static const struct hatch_route *route_named(
	const struct hatch_config *config, const char *path, hatch_handler *handler)
{
	const struct hatch_route *found = named_in(
		config->routes, config->route_count, path, handler);
	for (size_t i = 0; found == NULL && i < config->group_count; i++) {
		const struct hatch_group *group = &config->groups[i];
		size_t len = strlen(group->prefix);
		if (strncmp(group->prefix, path, len) == 0)
			found = named_in(group->routes, group->route_count, path + len, handler);
	}
	return found;
}

int hx_whom(struct hx_whom *out, const struct hatch_config *config, struct hatch_to to,
	hatch_handler *handler)
{
	memset(out, 0, sizeof(*out));
	out->to = to.kind;
	out->one = to.one;
	out->key = to.kind != HATCH_TO_PATH ? to.arg
		   : to.path == NULL        ? NULL
					    : route_named(config, to.path, handler);
	if (to.kind == HATCH_TO_PATH || to.kind == HATCH_TO_ARG)
		return out->key == NULL ? HATCH_EINVAL : 0;
	if (to.kind == HATCH_TO_ONE)
		return to.one.generation == 0 ? HATCH_EINVAL : 0;
	return to.kind == HATCH_TO_ALL ? 0 : HATCH_EINVAL;
}

/* Where size bytes fit in one piece, behind a skip if need be; NULL: nowhere. */
static struct hx_posted *reserve(struct hx_lives *lives, size_t size)
{
	if (lives->used == 0)
		lives->at = 0;
	size_t tail = lives->at + lives->used;
	bool wrapped = tail >= lives->room;
	tail -= wrapped ? lives->room : 0;
	size_t skip = !wrapped && lives->room - tail < size ? lives->room - tail : 0;
	if (lives->room - lives->used < skip + size)
		return NULL;
	if (skip >= sizeof(struct hx_posted))
		posted_at(lives, tail)->deliver = NULL;
	lives->used += skip + size;
	return posted_at(lives, skip > 0 ? 0 : tail);
}

/* Cores without atomic arithmetic are among ours: tasks that are refused at once may count as one.
 */
static int dropped(struct hx_lives *lives)
{
	atomic_store(&lives->dropped, atomic_load(&lives->dropped) + 1);
	return HATCH_EFULL;
}

int hx_publish_begin(struct hatch *srv, const struct hx_whom *whom, uint32_t len,
	hx_deliver *deliver, struct hx_posted **out)
{
	struct hx_posted head = { .deliver = deliver, .whom = *whom, .len = len };
	struct hx_lives *lives = &srv->lives;
	if (lives->room == 0)
		return HATCH_ESTATE;
	if (len > lives->room || size_of(len) > lives->room / 2)
		return HATCH_EBIG;
	/* Whoever publishes in vain, as fast as it can, does not keep the server from its lock. The
	 * flag is only ever written with it: what is set late would stay. */
	if (atomic_load(&lives->full))
		return dropped(lives);
	srv->port->lock(srv->lock);
	*out = reserve(lives, size_of(len));
	if (*out == NULL) {
		atomic_store(&lives->full, true);
		srv->port->unlock(srv->lock);
		return dropped(lives);
	}
	memcpy(*out, &head, sizeof(head));
	return 0;
}

void hx_publish_end(struct hatch *srv)
{
	bool first = srv->lives.deliver == NULL;
	srv->lives.deliver = deliver_queued;
	srv->port->unlock(srv->lock);
	if (first)
		srv->port->wake(srv->net);
}
