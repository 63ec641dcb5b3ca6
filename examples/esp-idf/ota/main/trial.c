/*
 * trial.c - a new image has to show that it can be replaced again
 * SPDX-License-Identifier: MIT
 *
 * The boot loader starts a new image once.  If it is not confirmed before the next start, whatever
 * the reason, the old image is back.  Here it is confirmed when somebody with the password has
 * reached it over HTTPS: from then on it can at least be updated.  Who does not come within ten
 * minutes has the old one again.
 */
#include <esp_log.h>
#include <esp_ota_ops.h>

#include "app.h"

enum { TRIAL_MS = 10 * 60 * 1000 };

static const char tag[] = "ota";
static bool on_trial;

/* Before the network: one that is not there is what it is for. */
void trial_init(void)
{
	esp_ota_img_states_t state;
	if (esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) != ESP_OK ||
		state != ESP_OTA_IMG_PENDING_VERIFY)
		return;
	ESP_LOGW(tag, "a new image: log in within ten minutes, or the old one comes back");
	on_trial = true;
	restart_in(TRIAL_MS);
}

int trial_pass(struct hatch_req *req)
{
	(void)req;
	if (!on_trial)
		return 0;
	esp_err_t error = esp_ota_mark_app_valid_cancel_rollback();
	if (error != ESP_OK) {
		ESP_LOGE(tag, "confirm: %s", esp_err_to_name(error));
		return HATCH_EPORT; /* 500, and the trial goes on */
	}
	on_trial = false;
	restart_never();
	ESP_LOGI(tag, "the new image is confirmed");
	return 0;
}
