/* SPDX-License-Identifier: MIT */
/*
 * Windows has one store for each user, which Edge, Chrome and curl ask, and from which Firefox 120
 * and newer takes what was added. It needs no administrator; Windows asks in a window before it
 * adds a CA. See trust.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cert/trust.h"
#include "common/run.h"

const char trust_stores_help[] =
	"The command is shown before it runs, and Windows asks once more in a window of its own.\n"
	"It changes the store of this user, which serves Edge, Chrome and curl, and Firefox from\n"
	"version 120 on: --system, --firefox and --chrome choose the same one.\n\n"
	"Exit status: 0 done, 1 the store could not be changed, 2 wrong use.";

const char trust_certutil_help[] = "";

/* By its full path: Mozilla's NSS has another program of that name. */
static const char *certutil(void)
{
	static char path[512];
	const char *root = getenv("SystemRoot");

	snprintf(path, sizeof(path), "%s\\System32\\certutil.exe", root ? root : "C:\\Windows");
	return path;
}

/* Deleting what is not there fails, which would look like an error. */
static bool is_there(const struct trust_plan *plan)
{
	struct trust_plan look = { .count = 0 };
	int status;

	trust_add(&look, "", false, certutil(), "-user", "-store", "Root", plan->sha1, NULL);
	status = run_program(look.step[0].argv, RUN_QUIET);
	trust_free(&look);
	return status == 0;
}

void trust_find(struct trust_plan *plan, const struct trust_choice *choice)
{
	(void)choice;
	if (!plan->remove)
		trust_add(plan, "system", false, certutil(), "-user", "-f", "-addstore", "Root",
			plan->der, NULL);
	else if (is_there(plan))
		trust_add(plan, "system", false, certutil(), "-user", "-delstore", "Root",
			plan->sha1, NULL);
}
