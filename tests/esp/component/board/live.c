/*
 * live.c - the live example's page, chat and events on this machine, with a Wi-Fi that stands in
 * SPDX-License-Identifier: MIT
 *
 * live CERT KEY [alone]: its strength goes from -40 down to -90 dBm and begins again; alone: there
 * is none, which is said.
 */
#include <esp_wifi.h>
#include <hatch.h>
#include <stdio.h>
#include <string.h>

#include "served.h"

void pages_configure(struct hatch_config *config);
hatch_call pages_begin;

static bool alone;

esp_err_t esp_wifi_sta_get_ap_info(wifi_ap_record_t *ap_info)
{
	static int measured;
	if (alone) {
		puts("no Wi-Fi");
		return ESP_FAIL;
	}
	memset(ap_info, 0, sizeof(*ap_info));
	ap_info->rssi = (int8_t)(-40 - measured++ % 51);
	return ESP_OK;
}

int main(int argc, char **argv)
{
	static struct hatch_config config = HATCH_DEFAULTS;
	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	alone = argc > 3 && strcmp(argv[3], "alone") == 0;
	pages_configure(&config);
	return serve_this(&config, pages_begin, argv[1], argv[2]);
}
