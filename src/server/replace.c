/*
 * replace.c - another identity for a server that is running
 * SPDX-License-Identifier: MIT
 */
#include "server.h"

/* The caller may be on any task: past the counting of the server's own lines. */
static void say(void *arg, enum hatch_level level, const char *line)
{
	const struct hatch *srv = arg;
	if ((unsigned)level <= srv->config.log_level)
		srv->port->log(level, line);
}

int hatch_replace_identity(struct hatch *srv, size_t which, const struct hatch_identity *with)
{
	struct hatch_tls_identity *made;
	if (!srv->tls_ready || which >= hx_tls_identity_count(srv->tls) || with->source == NULL) {
		say(srv, HATCH_ERROR,
			"hatch_replace_identity(): there is no such identity, or it has no source");
		return HATCH_EINVAL;
	}
	int error = hx_tls_identity_make(&made, srv->tls, with, srv->port->unix_time(), say, srv);
	if (error < 0)
		return error;
	srv->port->lock(srv->lock);
	struct hatch_tls_identity *unused = hx_tls_identity_offer(srv->tls, which, made);
	srv->port->unlock(srv->lock);
	hx_tls_identity_free(unused);
	atomic_store(&srv->replaced, true);
	srv->port->wake(srv->net);
	return 0;
}

void hatch_identity_resume(struct hatch *srv)
{
	atomic_store(&srv->resumed, true);
	srv->port->wake(srv->net);
}

/* Cleared before what it stands for is looked at, so that nothing is missed.  Not an exchange,
   which cores without atomic instructions lack. */
static bool was_set(atomic_bool *flag)
{
	bool set = atomic_load(flag);
	if (set)
		atomic_store(flag, false);
	return set;
}

void hx_replace_settle(struct hatch *srv)
{
	if (was_set(&srv->resumed) && srv->tls_ready)
		hx_tls_signers_resume(srv->tls);
	if (!was_set(&srv->replaced))
		return;
	srv->port->lock(srv->lock);
	hx_tls_identities_settle(srv->tls);
	srv->port->unlock(srv->lock);
	hx_log(srv, HATCH_INFO, "another certificate is in use from now on");
}
