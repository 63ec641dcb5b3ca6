/* SPDX-License-Identifier: MIT */
/*
 * Where Linux keeps what it trusts: one store for the system (curl, Python, wget, most of the
 * rest), and one NSS database for each profile of Firefox and for Chrome. See trust.h.
 */
#define _POSIX_C_SOURCE 200809L
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cert/trust.h"
#include "common/files.h"
#include "common/run.h"
#include "common/say.h"

const char trust_stores_help[] =
	"The commands are shown before they run. Those for the system need root, and go through\n"
	"sudo if you are not. The browsers' stores need certutil, from the package libnss3-tools\n"
	"(Debian, Ubuntu), nss-tools (Fedora) or nss (Arch).\n\n"
	"Environment: HATCH_TRUST_SYSTEM_DIR names a folder that gets the certificate in place of\n"
	"the system's store; no root, and nothing else is updated.\n\n"
	"Exit status: 0 done, 1 at least one store could not be changed, 2 wrong use.";

const char trust_certutil_help[] =
	"Firefox or Chrome is here, but not certutil: apt install libnss3-tools "
	"(Fedora: dnf install nss-tools; Arch: pacman -S nss), then run this again";

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* ---- the system --------------------------------------------------------- */

/* A folder for extra CAs, and the program that makes the bundles anew. */
struct system_store {
	const char *folder;
	const char *update;
	const char *argument;
};

static void add_folder_steps(struct trust_plan *plan, const struct system_store *store, bool root)
{
	char file[4096];

	snprintf(file, sizeof(file), "%s/%s.crt", store->folder, plan->name);
	if (plan->remove && !file_exists(file))
		return;
	if (plan->remove)
		trust_add(plan, "system", root, "rm", "-f", file, NULL);
	else
		trust_add(plan, "system", root, "install", "-m", "0644", plan->cert, file, NULL);
	if (store->update)
		trust_add(plan, "system", root, store->update, store->argument, NULL);
}

static void find_system(struct trust_plan *plan)
{
	static const struct system_store stores[] = {
		/* Debian, Ubuntu, Alpine; openSUSE; Fedora, RHEL */
		{ "/usr/local/share/ca-certificates", "update-ca-certificates", NULL },
		{ "/etc/pki/trust/anchors", "update-ca-certificates", NULL },
		{ "/etc/pki/ca-trust/source/anchors", "update-ca-trust", "extract" },
	};
	const char *folder = getenv("HATCH_TRUST_SYSTEM_DIR");

	if (folder && *folder) {
		struct system_store given = { folder, NULL, NULL };

		add_folder_steps(plan, &given, false);
		return;
	}
	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		if (is_folder(stores[i].folder) && run_finds(stores[i].update)) {
			add_folder_steps(plan, &stores[i], true);
			return;
		}
	}
	/* Arch and others: p11-kit. */
	if (run_finds("trust"))
		trust_add(plan, "system", true, "trust", "anchor",
			plan->remove ? "--remove" : "--store", plan->cert, NULL);
	else
		plan->lacks_system = true;
}

/* ---- browsers ----------------------------------------------------------- */

/* certutil -D of a name that is not there fails, which would look like an error. */
static bool nss_has(char *database, char *name)
{
	char certutil[] = "certutil", list[] = "-L", d[] = "-d", n[] = "-n";
	char *argv[] = { certutil, list, d, database, n, name, NULL };

	return run_program(argv, RUN_QUIET) == 0;
}

static void add_nss_steps(struct trust_plan *plan, const char *store, const char *folder)
{
	char *database = path_add("sql:", folder);

	if (!run_finds("certutil"))
		plan->lacks_certutil = true;
	else if (!plan->remove)
		trust_add(plan, store, false, "certutil", "-A", "-d", database, "-t", "C,,", "-n",
			plan->name, "-i", plan->cert, NULL);
	else if (nss_has(database, plan->name))
		trust_add(plan, store, false, "certutil", "-D", "-d", database, "-n", plan->name,
			NULL);
	free(database);
}

/* Every folder that has an NSS database (cert9.db) and fits the pattern below HOME. */
static void add_matching(struct trust_plan *plan, const char *store, const char *pattern)
{
	const char *home = getenv("HOME");
	char *full = path_join(home ? home : "", pattern);
	glob_t found;

	if (glob(full, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			*strrchr(found.gl_pathv[i], '/') = 0;
			add_nss_steps(plan, store, found.gl_pathv[i]);
		}
		globfree(&found);
	}
	free(full);
}

/* Chrome makes its database at the first start: if it has not run yet, we make it. */
static void add_chrome_database(struct trust_plan *plan)
{
	static const char *const programs[] = { "google-chrome", "google-chrome-stable", "chromium",
		"chromium-browser", "microsoft-edge", "brave-browser" };
	const char *home = getenv("HOME");
	char *folder = path_join(home ? home : "", ".pki/nssdb");
	char *file = path_join(folder, "cert9.db");
	char *database = path_add("sql:", folder);
	bool installed = false;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		installed = installed || run_finds(programs[i]);
	if (installed && !plan->remove && !file_exists(file)) {
		if (run_finds("certutil")) {
			trust_add(plan, "Chrome", false, "mkdir", "-p", "-m", "0700", folder, NULL);
			trust_add(plan, "Chrome", false, "certutil", "-N", "-d", database,
				"--empty-password", NULL);
		}
		add_nss_steps(plan, "Chrome", folder);
	}
	free(database);
	free(file);
	free(folder);
}

static void find_browsers(struct trust_plan *plan, bool firefox, bool chrome)
{
	/* As packages, snaps and flatpaks. */
	static const char *const firefox_profiles[] = {
		".mozilla/firefox/*/cert9.db",
		".config/mozilla/firefox/*/cert9.db",
		"snap/firefox/common/.mozilla/firefox/*/cert9.db",
		".var/app/org.mozilla.firefox/.mozilla/firefox/*/cert9.db",
		".var/app/org.mozilla.firefox/config/mozilla/firefox/*/cert9.db",
	};
	static const char *const chrome_databases[] = {
		".pki/nssdb/cert9.db",
		"snap/*/current/.pki/nssdb/cert9.db",
		".var/app/*/.pki/nssdb/cert9.db",
	};

	for (size_t i = 0; firefox && i < sizeof(firefox_profiles) / sizeof(firefox_profiles[0]);
		i++)
		add_matching(plan, "Firefox", firefox_profiles[i]);
	if (chrome)
		add_chrome_database(plan);
	for (size_t i = 0; chrome && i < sizeof(chrome_databases) / sizeof(chrome_databases[0]);
		i++)
		add_matching(plan, "Chrome", chrome_databases[i]);
}

void trust_find(struct trust_plan *plan, const struct trust_choice *choice)
{
	if (choice->system)
		find_system(plan);
	find_browsers(plan, choice->firefox, choice->chrome);
}
