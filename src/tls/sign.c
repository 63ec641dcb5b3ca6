/*
 * sign.c - see sign.h
 * SPDX-License-Identifier: MIT
 */
#include "sign.h"

#include <string.h>

#include <mbedtls/platform.h>

#include "../base/check.h"
#include "../base/wipe.h"
#include "heap.h"
#include "mbedtls_shared.h"

enum { PLACES_BESIDES = 3 }; /* more than workers: who has one may still be on its way to ask */

/* ---- places ---- */

static int open_places(struct hx_tls_server *shared)
{
	if (shared->signings != NULL)
		return 0;
	size_t count = (size_t)shared->workers + PLACES_BESIDES;
	struct hx_heap_account *before = hx_heap_enter(&shared->account);
	shared->signings = mbedtls_calloc(count, sizeof(*shared->signings));
	hx_heap_leave(before);
	if (shared->signings == NULL)
		return HATCH_ENOMEM;
	shared->signing_count = count;
	hx_sign_conf(shared);
	return 0;
}

static void release(struct hx_signing *s)
{
	struct hx_tls_server *shared = s->shared;
	if (s->owner != NULL)
		s->owner->signing = NULL;
	hx_identity_unref(shared, s->identity);
	hx_wipe(s, sizeof(*s));
	shared->jobs.wake(shared->jobs.self);
}

static void close_places(struct hx_tls_server *shared)
{
	for (size_t i = 0; i < shared->signing_count; i++)
		if (shared->signings[i].state != HX_SIGN_FREE)
			release(&shared->signings[i]);
	mbedtls_free(shared->signings);
	shared->signings = NULL;
	shared->signing_count = 0;
}

static struct hx_signing *take_place(struct hx_tls *tls)
{
	struct hx_tls_server *shared = tls->shared;
	for (size_t i = 0; i < shared->signing_count; i++) {
		struct hx_signing *s = &shared->signings[i];
		if (s->state != HX_SIGN_FREE)
			continue;
		s->state = HX_SIGN_IDLE;
		s->shared = shared;
		s->owner = tls;
		s->identity = tls->identity;
		s->identity->refs++;
		return s;
	}
	return NULL;
}

/* ---- making one ---- */

static void run(struct hx_job *job)
{
	struct hx_signing *s = (struct hx_signing *)(void *)job; /* its first member */
	s->len = hx_sign_now(s->identity, &s->what, s->signature, sizeof(s->signature));
}

static void settle(struct hx_signing *s)
{
	s->state = s->len == HATCH_LATER ? HX_SIGN_ASKED : HX_SIGN_MADE;
	if (s->len > (int)sizeof(s->signature) && s->len != HATCH_LATER)
		s->len = HATCH_EINVAL;
	if (s->len <= 0 && s->owner != NULL)
		s->shared->say(s->shared->say_arg, HATCH_ERROR,
			"identity: the signer has failed, so a handshake does");
}

static void done(struct hx_job *job)
{
	struct hx_signing *s = (struct hx_signing *)(void *)job;
	struct hx_jobs jobs = s->shared->jobs;
	settle(s);
	if (s->owner == NULL)
		release(s);
	jobs.wake(jobs.self);
}

static void start(struct hx_signing *s)
{
	s->round = s->shared->resumed;
	if (s->shared->jobs.submit == NULL || s->identity->signs_here) {
		run(&s->job);
		settle(s);
		return;
	}
	s->state = HX_SIGN_RUNNING;
	s->job.run = run;
	s->job.done = done;
	s->shared->jobs.submit(s->shared->jobs.self, &s->job);
}

/* ---- a connection's ---- */

static bool ready(struct hx_tls *tls)
{
	tls->works = false;
	if (tls->has_signed)
		return true;
	if (tls->signing == NULL)
		tls->signing = take_place(tls);
	struct hx_signing *s = tls->signing;
	if (s != NULL && s->state == HX_SIGN_ASKED && s->round != tls->shared->resumed)
		start(s);
	tls->works = s == NULL || s->state == HX_SIGN_ASKED || s->state == HX_SIGN_RUNNING;
	return !tls->works;
}

static void stepped(struct hx_tls *tls, int ret)
{
	tls->works = tls->suspended;
	tls->suspended = false;
	/* Who waits for its peer has no claim to a place. */
	if (ret != 0 && tls->signing != NULL && tls->signing->state == HX_SIGN_IDLE)
		release(tls->signing);
}

static void forget(struct hx_tls *tls)
{
	struct hx_signing *s = tls->signing;
	tls->signing = NULL;
	if (s == NULL)
		return;
	s->owner = NULL;
	if (s->state != HX_SIGN_RUNNING)
		release(s);
}

static bool same(const struct hx_signing *s, enum hatch_scheme scheme, const unsigned char *digest,
	size_t len)
{
	return s->what.scheme == scheme && s->what.digest_len == len &&
	       memcmp(s->digest, digest, len) == 0;
}

static int ask(
	struct hx_tls *tls, enum hatch_scheme scheme, const unsigned char *digest, size_t len)
{
	struct hx_signing *s = tls->signing;
	if (s == NULL || len > sizeof(s->digest))
		return HATCH_ESTATE;
	if (s->state == HX_SIGN_IDLE) {
		memcpy(s->digest, digest, len);
		s->what = (struct hatch_to_sign){ scheme, s->digest, len };
		start(s);
	}
	if (s->state != HX_SIGN_MADE) {
		tls->suspended = true;
		return HATCH_LATER;
	}
	return s->len > 0 && same(s, scheme, digest, len) ? 0 : HATCH_EIDENT;
}

static int take(struct hx_tls *tls, unsigned char *signature, size_t room, size_t *len)
{
	struct hx_signing *s = tls->signing;
	if (s == NULL)
		return HATCH_ESTATE;
	if (s->state != HX_SIGN_MADE) {
		tls->suspended = true;
		return HATCH_LATER;
	}
	if (s->len <= 0 || (size_t)s->len > room)
		return HATCH_EIDENT;
	*len = (size_t)s->len;
	memcpy(signature, s->signature, *len);
	tls->has_signed = true;
	release(s);
	return 0;
}

const struct hx_sign_ops hx_sign_apart = {
	.open = open_places,
	.close = close_places,
	.ready = ready,
	.stepped = stepped,
	.forget = forget,
	.ask = ask,
	.take = take,
};
