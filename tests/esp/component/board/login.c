/*
 * login.c - the first_login example's account and pages on this machine, over NVS in files
 * SPDX-License-Identifier: MIT
 *
 * login CERT KEY [unopened|unwritable]: NVS that cannot be opened, or takes nothing.  The log goes
 * to the error output, as the stand-in has it.
 */
#include <esp_log.h>
#include <hatch.h>
#include <stdio.h>
#include <string.h>

#include "served.h"
#include "standin.h"

extern const struct hatch_route page_routes[];
extern const size_t page_route_count;
void account_init(void);
void pages_init(void);

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	esp_log_level_set("first_login", ESP_LOG_INFO);
	if (argc > 3 && strcmp(argv[3], "unopened") == 0)
		standin.nvs_open = ESP_FAIL;
	if (argc > 3 && strcmp(argv[3], "unwritable") == 0)
		standin.nvs_set = ESP_FAIL;
	account_init();
	pages_init();
	return serve_here(page_routes, page_route_count, argv[1], argv[2]);
}
