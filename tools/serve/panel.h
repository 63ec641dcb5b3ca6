/* SPDX-License-Identifier: MIT */
/* The device with its pages: a site, a login, settings, numbers; and uploads, where there are. */
#ifndef TOOLS_SERVE_PANEL_H
#define TOOLS_SERVE_PANEL_H

#include <hatch.h>

/* Routes, observer and sizes into the configuration.  uploads: a group with them, or NULL. */
void panel_configure(struct hatch_config *config, const struct hatch_group *uploads);

/* After hatch_open(). */
int panel_start(struct hatch *srv);

#endif
