/*
 * config.c - the defaults, and what hatch_open() refuses
 * SPDX-License-Identifier: MIT
 */
#include "../app/router.h"
#include "server.h"

#define DEFAULT(field, value)                                                                      \
	do {                                                                                       \
		if ((field) == 0)                                                                  \
			(field) = (value);                                                         \
	} while (0)

static void fill_sizes(struct hatch_config *c)
{
	DEFAULT(c->port, 443);
	DEFAULT(c->plain_port, HATCH_PORT_NONE);
	DEFAULT(c->platform, &hatch_default_port);
	DEFAULT(c->tls_min, 0x0303);
	DEFAULT(c->tls_max, 0x0304);
	DEFAULT(c->session_cache, HATCH_SESSION_CACHE);
	DEFAULT(c->ticket_s, HATCH_TICKET_S);
	DEFAULT(c->max_conns, HATCH_MAX_CONNS);
	if (c->client_conns == 0)
		c->client_conns = c->max_conns >= HATCH_CLIENT_CONNS_MIN + 2
					  ? (uint16_t)(c->max_conns - 2)
					  : (uint16_t)HATCH_CLIENT_CONNS_MIN;
	DEFAULT(c->max_requests, (uint16_t)((c->max_conns + 1) / 2));
	DEFAULT(c->max_line, HATCH_MAX_LINE);
	DEFAULT(c->max_head, HATCH_MAX_HEAD);
	DEFAULT(c->max_fields, HATCH_MAX_FIELDS);
	DEFAULT(c->max_trailers, HATCH_MAX_TRAILERS);
	DEFAULT(c->copy_max, HATCH_COPY_MAX);
	DEFAULT(c->scratch, HATCH_SCRATCH);
	DEFAULT(c->bodies, HATCH_BODIES);
	DEFAULT(c->posts, HATCH_POSTS);
	DEFAULT(c->timers, HATCH_TIMERS);
	DEFAULT(c->discard_max, HATCH_DISCARD_MAX);
	DEFAULT(c->tls_heap_max, HATCH_TLS_HEAP_MAX);
	DEFAULT(c->record_buffers, HATCH_RECORD_BUFFERS);
	DEFAULT(c->live_buffer, HATCH_LIVE_BUFFER);
	DEFAULT(c->live_piece, HATCH_LIVE_PIECE);
	DEFAULT(c->publish_queue, HATCH_PUBLISH_QUEUE);
	DEFAULT(c->client_handshakes_per_min, HATCH_CLIENT_HANDSHAKES_PER_MIN);
	DEFAULT(c->client_requests_per_min, HATCH_UNLIMITED);
}

static void fill_times(struct hatch_config *c)
{
	DEFAULT(c->record_ms, HATCH_RECORD_MS);
	DEFAULT(c->handshake_ms, HATCH_HANDSHAKE_MS);
	DEFAULT(c->head_ms, HATCH_HEAD_MS);
	DEFAULT(c->body_ms, HATCH_BODY_MS);
	DEFAULT(c->request_ms, HATCH_REQUEST_MS);
	DEFAULT(c->respond_ms, HATCH_RESPOND_MS);
	DEFAULT(c->send_ms, HATCH_SEND_MS);
	DEFAULT(c->idle_ms, HATCH_IDLE_MS);
	DEFAULT(c->goodbye_ms, HATCH_GOODBYE_MS);
	DEFAULT(c->log_level, HATCH_INFO);
	DEFAULT(c->log_lines_per_s, HATCH_LOG_LINES_PER_S);
	if (c->log_level == HATCH_QUIET)
		c->log_level = 0;
}

static bool table_has_worker(const struct hatch_route *routes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (routes[i].policy != NULL && routes[i].policy->worker)
			return true;
	return false;
}

static bool has_worker(const struct hatch_config *c)
{
	bool found = table_has_worker(c->routes, c->route_count);
	for (size_t i = 0; i < c->group_count && !found; i++)
		found = (c->groups[i].policy != NULL && c->groups[i].policy->worker) ||
			table_has_worker(c->groups[i].routes, c->groups[i].route_count);
	return found;
}

static const char *bad_value(const struct hatch_config *c)
{
	if (c->port < HATCH_PORT_NONE || c->port > 65535 || c->plain_port < HATCH_PORT_NONE ||
		c->plain_port > 65535)
		return "config.port and plain_port are 1 to 65535, HATCH_PORT_ANY or HATCH_PORT_NONE";
	if (c->port != HATCH_PORT_NONE && c->identity == NULL)
		return "config.identity is needed for HTTPS";
	if (c->identity != NULL && c->identity->source == NULL)
		return "config.identity has no source";
	if (c->identities != NULL && c->identity_count == 0)
		return "config.identities without identity_count";
	if (c->client_ca.ptr != NULL && c->client_certs == HATCH_CLIENT_CERTS_NONE)
		return "config.client_ca without client_certs";
	if (c->identity_count > 0 && (c->identity == NULL || c->identities == NULL))
		return "config.identity_count without config.identity or config.identities";
	for (size_t i = 0; i < c->identity_count; i++)
		if (c->identities[i].source == NULL)
			return "one of config.identities has no source";
	if (c->client_certs != HATCH_CLIENT_CERTS_NONE &&
		(c->identity == NULL || c->client_ca_source == NULL || c->client_ca.ptr == NULL))
		return "config.client_certs needs client_ca and client_ca_source, and HTTPS";
	if (c->client_certs > HATCH_CLIENT_CERTS_REQUIRED)
		return "config.client_certs is one of enum hatch_client_certs";
	if (c->tls_min < 0x0303 || c->tls_max > 0x0304 || c->tls_min > c->tls_max)
		return "config.tls_min and tls_max are 0x0303 or 0x0304, in order";
	if (c->keep_tickets && c->no_tickets)
		return "config.keep_tickets and no_tickets exclude each other";
	if (c->max_line > c->max_head || c->max_head < 128)
		return "config.max_head is at least 128, and max_line not over it";
	if (c->copy_max < 256)
		return "config.copy_max is at least 256";
	if (c->workers == NULL && has_worker(c))
		return "a policy says worker, and there are no config.workers";
	if (c->workers != NULL && (c->workers->source == NULL || c->workers->count == 0))
		return "config.workers has no source, or none of them";
	if (c->max_requests > c->max_conns)
		return "config.max_requests is not over max_conns";
	if (c->max_live >= c->max_conns)
		return "config.max_live is below max_conns, as live connections make no room for others";
	if (c->max_live > 0 && (c->live_buffer < 256 || c->live_piece < 128))
		return "config.live_buffer is at least 256, and live_piece 128";
	if (c->max_live > 0 && c->publish_queue < 256)
		return "config.publish_queue is at least 256";
	if (c->plain_handler != NULL && c->plain_port == HATCH_PORT_NONE)
		return "config.plain_handler without plain_port";
	if (hatch_str(c->address).len > 0 && strchr(c->address, ',') != strrchr(c->address, ','))
		return "config.address is one address, or two with a comma between them";
	if (c->memory != NULL && (uintptr_t)c->memory % _Alignof(max_align_t) != 0)
		return "config.memory is not aligned as malloc() aligns";
	return NULL;
}

int hx_config_complete(struct hatch_config *out, const struct hatch_config *in, const char **why)
{
	*out = *in;
	if (hx_router_check(in, why) < 0)
		return HATCH_EINVAL;
	fill_sizes(out);
	fill_times(out);
	*why = bad_value(out);
	return *why == NULL ? 0 : HATCH_EINVAL;
}

static uint32_t table_body_size(const struct hatch_route *routes, size_t count)
{
	uint32_t size = 0;
	for (size_t i = 0; i < count; i++)
		if (routes[i].policy != NULL && routes[i].policy->body_max > size)
			size = routes[i].policy->body_max;
	return size;
}

/* The largest body that any route collects. */
uint32_t hx_config_body_size(const struct hatch_config *config)
{
	uint32_t size = table_body_size(config->routes, config->route_count);
	for (size_t i = 0; i < config->group_count; i++) {
		const struct hatch_group *group = &config->groups[i];
		uint32_t of_group = table_body_size(group->routes, group->route_count);
		size = of_group > size ? of_group : size;
		if (group->policy != NULL && group->policy->body_max > size)
			size = group->policy->body_max;
	}
	return size;
}
