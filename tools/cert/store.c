/* SPDX-License-Identifier: MIT */
/* The folder of the CA; see store.h. */
#define _POSIX_C_SOURCE 200809L
#include "cert/store.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cert/check.h"
#include "cert/pem.h"
#include "common/files.h"
#include "common/say.h"

static char *default_folder(void)
{
	const char *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");

	/* The XDG specification: a relative path is to be ignored. */
	if (data && data[0] == '/')
		return path_join(data, "hatch/ca");
	if (home && home[0] == '/')
		return path_join(home, ".local/share/hatch/ca");
	die("HOME is not set: say with --ca DIR where the CA lives");
}

void store_open(struct ca_store *store, const char *folder)
{
	if (folder && !*folder)
		die_usage("--ca wants a folder");
	store->folder = folder ? path_add(folder, "") : default_folder();
	store->cert = path_join(store->folder, "ca.pem");
	store->der = path_join(store->folder, "ca.der");
	store->key = path_join(store->folder, "ca.key");
}

void store_close(struct ca_store *store)
{
	free(store->folder);
	free(store->cert);
	free(store->der);
	free(store->key);
}

bool store_has_ca(const struct ca_store *store)
{
	return file_exists(store->cert) || file_exists(store->key);
}

/* "Hatch local CA user@host": the list of a browser should say whose it is. */
static void default_name(char *name, size_t size)
{
	const struct passwd *user = getpwuid(getuid());
	char host[64] = "";

	/* A host name that is cut need not end in a NUL; the array was zeroed. */
	if (gethostname(host, sizeof(host) - 1) < 0 || !host[0])
		snprintf(host, sizeof(host), "localhost");
	snprintf(name, size, "Hatch local CA %.20s@%.28s", user ? user->pw_name : "user", host);
}

static void store_write(struct ca_store *store, const struct identity *ca, bool replace)
{
	struct file_set set = { 0 };
	struct text pem = { 0 }, key = { 0 };
	int error;

	pem_add_cert(&pem, &ca->cert);
	pem_add_key(&key, ca);
	/* The certificate comes last: where it is, the key is. */
	error = file_set_add(&set, store->key, key.bytes, key.len, 0600);
	if (error == 0)
		error = file_set_add(&set, store->der, ca->cert.raw.p, ca->cert.raw.len, 0644);
	if (error == 0)
		error = file_set_add(&set, store->cert, pem.bytes, pem.len, 0644);
	if (error == 0)
		error = file_set_commit(&set, replace);
	text_forget(&key);
	text_forget(&pem);
	if (error < 0) {
		error = errno;
		file_set_drop(&set);
		die("cannot write the CA to %s: %s", store->folder, strerror(error));
	}
}

void store_make(struct ca_store *store, struct identity *ca, const struct subject *subject,
	long days, bool replace)
{
	struct subject filled = *subject;
	struct cert_plan plan = { .is_ca = true, .key = MBED_P256 };
	char name[SUBJECT_CN_MAX + 1];
	char *dn;

	if (!filled.common_name) {
		default_name(name, sizeof(name));
		filled.common_name = name;
	}
	dn = subject_to_dn(&filled);
	if (folder_make(store->folder, 0700) < 0)
		die("cannot make the folder %s: %s", store->folder, strerror(errno));
	plan.dn = dn;
	plan.not_before = time(NULL) - DAY_S;
	plan.not_after = plan.not_before + (time_t)days * DAY_S - 1;
	identity_make(ca, &plan, NULL);
	store_write(store, ca, replace);
	free(dn);
	/* From the disk again, with all the checks. */
	identity_free(ca);
	identity_init(ca);
	store_load(store, ca);
}

/* ---- loading ------------------------------------------------------------ */

static void must_read(const char *path, unsigned char **bytes, size_t *len)
{
	if (file_read(path, CERT_FILE_MAX, bytes, len) < 0)
		die("cannot read %s: %s", path, strerror(errno));
}

static void check_dates(const struct ca_store *store, const mbedtls_x509_crt *cert)
{
	const mbedtls_x509_time *to = &cert->valid_to;

	if (mbedtls_x509_time_is_past(to))
		die("the CA in %s expired on %04d-%02d-%02d: make a new one with \"hatch-cert ca "
		    "--force\", trust it with \"hatch-cert trust\", and make the certificates anew",
			store->folder, to->year, to->mon, to->day);
	if (mbedtls_x509_time_is_future(&cert->valid_from))
		die("the CA in %s is not valid yet: is the clock of this machine right?",
			store->folder);
}

void store_load_cert(const struct ca_store *store, mbedtls_x509_crt *cert)
{
	unsigned char *bytes;
	size_t len;
	int error;

	if (!store_has_ca(store))
		die("there is no CA in %s: make one with \"hatch-cert ca\"", store->folder);
	must_read(store->cert, &bytes, &len);
	error = mbedtls_x509_crt_parse(cert, bytes, len + 1);
	file_forget(bytes, len);
	if (error)
		die("%s is not a certificate: %s", store->cert, mbed_error(error));
	if (!mbedtls_x509_crt_get_ca_istrue(cert))
		die("%s is not the certificate of a CA: move it away and make one with "
		    "\"hatch-cert ca\"",
			store->cert);
}

static void warn_if_shared(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & 077) != 0)
		warn("others may read %s: chmod 600 it, or everybody on this machine can sign",
			path);
}

void store_load(const struct ca_store *store, struct identity *ca)
{
	char why[REASON_SIZE];
	unsigned char *bytes;
	size_t len;
	int error;

	store_load_cert(store, &ca->cert);
	check_dates(store, &ca->cert);
	warn_if_shared(store->key);
	must_read(store->key, &bytes, &len);
	error = mbed_key_parse(&ca->key, bytes, len + 1);
	file_forget(bytes, len);
	if (error)
		die("%s is not a private key: %s", store->key, mbed_error(error));
	if (mbed_key_pair(&ca->cert.pk, &ca->key) != 0)
		die("%s and %s do not belong together: make a new CA with \"hatch-cert ca "
		    "--force\"",
			store->cert, store->key);
	if (!check_chain(&ca->cert, &ca->cert, why))
		die("the CA in %s is not usable: %s", store->folder, why);
}
