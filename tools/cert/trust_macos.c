/* SPDX-License-Identifier: MIT */
/*
 * macOS has one store, which Safari, Chrome and curl ask, and from which Firefox 120 and newer
 * takes what was added. See trust.h.
 */
#include <stddef.h>

#include "cert/trust.h"

#define KEYCHAIN "/Library/Keychains/System.keychain"

const char trust_stores_help[] =
	"The commands are shown before they run. They need root, and go through sudo if you are\n"
	"not. The system's store serves Safari, Chrome and curl, and Firefox from version 120 on:\n"
	"--firefox and --chrome choose the same one.\n\n"
	"Exit status: 0 done, 1 the store could not be changed, 2 wrong use.";

const char trust_certutil_help[] = "";

void trust_find(struct trust_plan *plan, const struct trust_choice *choice)
{
	(void)choice;
	if (plan->remove) {
		trust_add(plan, "system", true, "security", "remove-trusted-cert", "-d", plan->cert,
			NULL);
		trust_add(plan, "system", true, "security", "delete-certificate", "-Z", plan->sha1,
			KEYCHAIN, NULL);
	} else {
		trust_add(plan, "system", true, "security", "add-trusted-cert", "-d", "-r",
			"trustRoot", "-k", KEYCHAIN, plan->cert, NULL);
	}
}
