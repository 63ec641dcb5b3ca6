/* SPDX-License-Identifier: MIT */
/* See panel.h. */
#include "serve/panel.h"

#include "panel_site.h" /* hatch-embed tools/serve/site */
#include "serve/chat.h"
#include "serve/device.h"
#include "serve/feed.h"
#include "serve/login.h"
#include "serve/preferences.h"
#include "serve/state.h"
#include "serve/watch.h"

/* Nothing from elsewhere, no script but our files, no frame around us; WebSockets are 'self', too.
 */
static const struct hatch_secure_rule rule = {
	.csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
	       "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
};
static const struct hatch_hook fields[] = { { hatch_secure_fields, &rule } };
static const struct hatch_policy page = { .after = fields, .after_count = 1 };

static const struct hatch_hook by_password[] = { { hatch_basic_auth, &login_users } };
static const struct hatch_policy for_programs = { .guards = by_password, .guard_count = 1 };

static const struct hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_GET, "/", hatch_assets, &panel_site, &page),
	HATCH_ROUTE_WITH(HATCH_GET, "/site/*", hatch_assets, &panel_site, &page),
	HATCH_ROUTE_WITH(HATCH_GET, "/metrics", hatch_metrics, NULL, &for_programs),
	HATCH_ROUTE_ARG(HATCH_GET, "/ws/chat", hatch_websocket, &chat),
};

static const struct hatch_route open_api[] = {
	HATCH_ROUTE(HATCH_GET, "/state", state_get),
	HATCH_ROUTE_ARG(HATCH_GET, "/events", hatch_events, &feed_events),
	HATCH_ROUTE(HATCH_GET, "/session", login_state),
	HATCH_ROUTE_WITH(HATCH_POST, "/login", login_in, NULL, &login_collects),
};

static const struct hatch_route members_api[] = {
	HATCH_ROUTE(HATCH_POST, "/logout", login_out),
	HATCH_ROUTE_ARG(HATCH_GET, "/members/events", hatch_events, &feed_members),
	HATCH_ROUTE(HATCH_GET, "/metrics", hatch_metrics_json),
	HATCH_ROUTE_WITH(HATCH_POST, "/settings", preferences_save, NULL, &login_collects),
};

static struct hatch_group groups[4];

void panel_configure(struct hatch_config *config, const struct hatch_group *uploads)
{
	size_t count = 0;
	groups[count++] = device_group;
	groups[count++] = (struct hatch_group)HATCH_GROUP("/api", open_api);
	groups[count++] = (struct hatch_group)HATCH_GROUP_WITH(
		"/api", members_api, &login_required);
	if (uploads != NULL)
		groups[count++] = *uploads;
	state_set_files(uploads != NULL);
	config->routes = routes;
	config->route_count = HATCH_COUNT(routes);
	config->groups = groups;
	config->group_count = count;
	config->observer = &watch_observer;
	config->copy_max = JSON_ROOM;
	config->scratch = HATCH_METRICS_SCRATCH + 128;
	config->live_buffer = FEED_BUFFER;
	config->live_piece = CHAT_MESSAGE;
	config->publish_queue = FEED_QUEUE;
}

int panel_start(struct hatch *srv)
{
	int error = device_start(srv);
	if (error == 0)
		error = watch_start(srv);
	if (error == 0)
		feed_start(srv);
	return error;
}

void panel_stop(void)
{
	feed_stop();
}
