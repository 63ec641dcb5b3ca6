/*
 * router.c - see router.h
 * SPDX-License-Identifier: MIT
 *
 * The tables are searched as they are: a device has tens of routes, and a
 * linear search over flash needs no memory and no start-up.
 */
#include "router.h"

static const struct {
	enum hatch_method method;
	const char *name;
} names[] = {
	{ HATCH_GET, "GET" },
	{ HATCH_HEAD, "HEAD" },
	{ HATCH_POST, "POST" },
	{ HATCH_PUT, "PUT" },
	{ HATCH_PATCH, "PATCH" },
	{ HATCH_DELETE, "DELETE" },
	{ HATCH_OPTIONS, "OPTIONS" },
};

enum hatch_method hx_method_parse(struct hatch_span name)
{
	for (size_t i = 0; i < HATCH_COUNT(names); i++)
		if (hatch_eq(name, names[i].name))
			return names[i].method;
	return HATCH_OTHER;
}

void hx_router_allow(struct hx_text *out, unsigned methods)
{
	const char *comma = "";
	for (size_t i = 0; i < HATCH_COUNT(names); i++) {
		if ((methods & (unsigned)names[i].method) == 0)
			continue;
		hx_text_str(out, comma);
		hx_text_str(out, names[i].name);
		comma = ", ";
	}
}

/* Takes "/segment" from the front; false when nothing is left. */
static bool segment_take(struct hatch_span *path, struct hatch_span *segment)
{
	if (path->len == 0 || path->ptr[0] != '/')
		return false;
	size_t end = 1;
	while (end < path->len && path->ptr[end] != '/')
		end++;
	*segment = hx_span(path->ptr + 1, end - 1);
	*path = hx_span(path->ptr + end, path->len - end);
	return true;
}

static bool match(struct hatch_req *req, const char *pattern, struct hatch_span path)
{
	struct hatch_span want = hatch_str(pattern), ask, have;
	req->param_count = 0;
	req->rest = hx_span(NULL, 0);
	while (segment_take(&want, &ask)) {
		if (hatch_eq(ask, "*") && want.len == 0) {
			if (path.len == 0)
				return false;
			req->rest = hx_span(path.ptr + 1, path.len - 1);
			return true;
		}
		if (!segment_take(&path, &have))
			return false;
		if (ask.len > 0 && ask.ptr[0] == ':') {
			if (have.len == 0)
				return false;
			struct hx_param *param = &req->params[req->param_count++];
			param->name = hx_span(ask.ptr + 1, ask.len - 1);
			param->value = have;
		} else if (!hx_span_same(ask, have)) {
			return false;
		}
	}
	return path.len == 0;
}

/* What a route takes: GET brings HEAD with it (RFC 9110 section 9.3.2). */
static unsigned methods_of(const struct hatch_route *route)
{
	return route->methods | ((route->methods & HATCH_GET) != 0 ? (unsigned)HATCH_HEAD : 0u);
}

/* The first that takes the method; *methods collects those that match by path. */
static const struct hatch_route *find_in(struct hatch_req *req, const struct hatch_route *routes,
	size_t count, struct hatch_span path, unsigned *methods)
{
	for (size_t i = 0; i < count; i++) {
		if (!match(req, routes[i].path, path))
			continue;
		*methods |= methods_of(&routes[i]);
		if ((methods_of(&routes[i]) & (unsigned)req->method) != 0)
			return &routes[i];
	}
	return NULL;
}

/* path without the prefix; false if it is not under it.  "/api" holds "/api" and "/api/x", not
 * "/apix". */
static bool under(struct hatch_span *path, const char *prefix)
{
	struct hatch_span want = hatch_str(prefix);
	if (want.len > path->len || !hx_span_same(want, hx_span(path->ptr, want.len)))
		return false;
	*path = hx_span(path->ptr + want.len, path->len - want.len);
	return path->len == 0 || path->ptr[0] == '/';
}

int hx_router_find(struct hatch_req *req, unsigned *methods)
{
	const struct hatch_config *config = hx_config(req->srv);
	*methods = 0;
	req->group = NULL;
	req->route = find_in(req, config->routes, config->route_count, req->target.path, methods);
	for (size_t i = 0; req->route == NULL && i < config->group_count; i++) {
		const struct hatch_group *group = &config->groups[i];
		struct hatch_span path = req->target.path;
		if (!under(&path, group->prefix))
			continue;
		if (path.len == 0)
			path = hatch_str("/");
		req->route = find_in(req, group->routes, group->route_count, path, methods);
		req->group = req->route == NULL ? NULL : group;
	}
	if (req->route != NULL)
		return 0;
	req->param_count = 0;
	req->rest = hx_span(NULL, 0);
	if (*methods == 0)
		return 404;
	*methods |= HATCH_OPTIONS;
	return req->method == HATCH_OPTIONS ? 200 : 405;
}

unsigned hx_router_methods(const struct hatch_config *config)
{
	unsigned methods = HATCH_OPTIONS;
	for (size_t i = 0; i < config->route_count; i++)
		methods |= methods_of(&config->routes[i]);
	for (size_t g = 0; g < config->group_count; g++)
		for (size_t i = 0; i < config->groups[g].route_count; i++)
			methods |= methods_of(&config->groups[g].routes[i]);
	return methods;
}

/* ---- what hatch_open() looks at ---- */

static const char *check_path(const char *path)
{
	struct hatch_span left = hatch_str(path), segment;
	unsigned params = 0;
	if (left.len == 0 || left.ptr[0] != '/')
		return "a route's path does not begin with a slash";
	while (segment_take(&left, &segment)) {
		if (hatch_eq(segment, ":"))
			return "a route has a parameter without a name";
		if (segment.len > 0 && segment.ptr[0] == ':' && ++params > HATCH_PARAMS_MAX)
			return "a route has more than HATCH_PARAMS_MAX parameters";
		if (hatch_eq(segment, "*") && left.len > 0)
			return "a route has a * that is not its last segment";
	}
	return NULL;
}

static const char *check_policy(const struct hatch_policy *policy)
{
	if (policy == NULL)
		return NULL;
	for (size_t i = 0; i < policy->guard_count; i++)
		if (policy->guards[i].call == NULL)
			return "a guard has no function";
	for (size_t i = 0; i < policy->after_count; i++)
		if (policy->after[i].call == NULL)
			return "an after hook has no function";
	return NULL;
}

static const char *check_table(const struct hatch_route *routes, size_t count)
{
	const char *why = count > 0 && routes == NULL ? "route_count without routes" : NULL;
	for (size_t i = 0; why == NULL && i < count; i++) {
		if (routes[i].handler == NULL)
			why = "a route has no handler";
		else if ((routes[i].methods & ~(unsigned)(HATCH_ANY | HATCH_OTHER)) != 0 ||
			 routes[i].methods == 0)
			why = "a route's methods are not from enum hatch_method";
		else
			why = check_path(routes[i].path);
		if (why == NULL)
			why = check_policy(routes[i].policy);
	}
	return why;
}

int hx_router_check(const struct hatch_config *config, const char **why)
{
	*why = check_table(config->routes, config->route_count);
	if (*why == NULL && config->group_count > 0 && config->groups == NULL)
		*why = "group_count without groups";
	for (size_t i = 0; *why == NULL && i < config->group_count; i++) {
		const struct hatch_group *group = &config->groups[i];
		struct hatch_span prefix = hatch_str(group->prefix);
		if (prefix.len < 2 || prefix.ptr[0] != '/' || prefix.ptr[prefix.len - 1] == '/')
			*why = "a group's prefix is to look like \"/api\"";
		if (*why == NULL)
			*why = check_policy(group->policy);
		if (*why == NULL)
			*why = check_table(group->routes, group->route_count);
	}
	return *why == NULL ? 0 : HATCH_EINVAL;
}
