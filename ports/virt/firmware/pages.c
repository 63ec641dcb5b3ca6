/*
 * pages.c - the demo with its pages and a login
 * SPDX-License-Identifier: MIT
 */
#include "firmware/demo.h"
#include "serve/login.h"
#include "serve/panel.h"

int demo_configure(struct hatch_config *config, const char **password)
{
	*password = login_invent();
	panel_configure(config, NULL);
	return *password == NULL ? HATCH_EPORT : 0;
}

int demo_start(struct hatch *srv)
{
	return panel_start(srv);
}
