/*
 * web.c - what is served: how it is, and the place for new firmware
 * SPDX-License-Identifier: MIT
 */
#include <assert.h>
#include <esp_app_desc.h>
#include <esp_ota_ops.h>
#include <sdkconfig.h>

#include "app.h"

static_assert(sizeof(CONFIG_OTA_PASSWORD) > 12,
	"idf.py menuconfig, OTA: admin needs a password of at least 12 characters");

static int status(struct hatch_req *req)
{
	return hatch_send_json(req, 200, "{\"version\":\"%s\",\"place\":\"%s\"}\n",
		esp_app_get_description()->version, esp_ota_get_running_partition()->label);
}

static const struct hatch_account people[] = { { "admin", CONFIG_OTA_PASSWORD } };
static struct hatch_attempts attempts;
static const struct hatch_accounts users = {
	.users = people, .count = HATCH_COUNT(people), .realm = "firmware", .attempts = &attempts
};

/* In this order: only who has the password ends the trial. */
static const struct hatch_hook guards[] = { { hatch_basic_auth, &users }, { trial_pass, NULL } };
static const struct hatch_policy guarded = { .guards = guards, .guard_count = HATCH_COUNT(guards) };

const struct hatch_route web_routes[] = {
	HATCH_ROUTE_WITH(HATCH_GET, "/", status, NULL, &guarded),
	HATCH_ROUTE_WITH(HATCH_PUT, "/update", hatch_update, &update, &guarded),
};
const size_t web_route_count = HATCH_COUNT(web_routes);
