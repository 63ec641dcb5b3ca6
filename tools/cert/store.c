/* SPDX-License-Identifier: MIT */
/* The folder of the CA; see store.h. */
#include "cert/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert/check.h"
#include "cert/pem.h"
#include "common/files.h"
#include "common/say.h"
#include "common/system.h"

static char *default_folder(void)
{
	char *data = system_data_folder();
	char *ours = path_join(data, "hatch");
	char *folder = path_join(ours, "ca");

	free(ours);
	free(data);
	return folder;
}

void store_open(struct ca_store *store, const char *folder, enum cert_purpose purpose)
{
	char *servers;

	if (folder && !*folder)
		die_usage("--ca wants a folder");
	servers = folder ? path_add(folder, "") : default_folder();
	store->purpose = purpose;
	store->folder = purpose == FOR_CLIENTS ? path_join(servers, "clients")
					       : path_add(servers, "");
	store->cert = path_join(store->folder, "ca.pem");
	store->der = path_join(store->folder, "ca.der");
	store->key = path_join(store->folder, "ca.key");
	free(servers);
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

/* "Hatch local CA user@host": the list of a browser should say whose it is. 64 characters fit. */
static void default_name(enum cert_purpose purpose, char *name, size_t size)
{
	char user[64], host[64];

	system_user(user, sizeof(user));
	system_host(host, sizeof(host));
	snprintf(name, size, "Hatch %s CA %.20s@%.27s", purpose == FOR_CLIENTS ? "client" : "local",
		user, host);
}

/* The command that makes this CA. */
static const char *make_command(const struct ca_store *store)
{
	return store->purpose == FOR_CLIENTS ? "hatch-cert ca --clients" : "hatch-cert ca";
}

static void store_write(struct ca_store *store, const struct identity *ca, bool replace)
{
	struct file_set set = { 0 };
	struct text pem = { 0 }, key = { 0 };
	int error;

	pem_add_cert(&pem, &ca->cert);
	pem_add_key(&key, ca);
	/* The certificate comes last: where it is, the key is. */
	error = file_set_add(&set, store->key, key.bytes, key.len, true);
	if (error == 0)
		error = file_set_add(&set, store->der, ca->cert.raw.p, ca->cert.raw.len, false);
	if (error == 0)
		error = file_set_add(&set, store->cert, pem.bytes, pem.len, false);
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
	struct cert_plan plan = { .is_ca = true, .purpose = store->purpose, .key = MBED_P256 };
	char name[SUBJECT_CN_MAX + 1];
	char *dn;

	if (!filled.common_name) {
		default_name(store->purpose, name, sizeof(name));
		filled.common_name = name;
	}
	dn = subject_to_dn(&filled);
	if (folder_make(store->folder, true) < 0)
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
	const char *then = store->purpose == FOR_CLIENTS
				   ? "give your server the new config.client_ca"
				   : "trust it with \"hatch-cert trust\"";

	if (mbedtls_x509_time_is_past(to))
		die("the CA in %s expired on %04d-%02d-%02d: make a new one with \"%s --force\", "
		    "%s, and make the certificates anew",
			store->folder, to->year, to->mon, to->day, make_command(store), then);
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
		die("there is no CA in %s: make one with \"%s\"", store->folder,
			make_command(store));
	must_read(store->cert, &bytes, &len);
	error = mbedtls_x509_crt_parse(cert, bytes, len + 1);
	file_forget(bytes, len);
	if (error)
		die("%s is not a certificate: %s", store->cert, mbed_error(error));
	if (!mbedtls_x509_crt_get_ca_istrue(cert))
		die("%s is not the certificate of a CA: move it away and make one with \"%s\"",
			store->cert, make_command(store));
	if (!purpose_allows(cert, store->purpose))
		die("%s is the certificate of a CA that is not for %ss: name another folder with "
		    "--ca",
			store->cert, purpose_name(store->purpose));
}

void store_load(const struct ca_store *store, struct identity *ca)
{
	char why[REASON_SIZE];
	unsigned char *bytes;
	size_t len;
	int error;

	store_load_cert(store, &ca->cert);
	check_dates(store, &ca->cert);
	if (file_is_open_to_others(store->key))
		warn("others may read %s: let only its owner (chmod 600), or everybody on this "
		     "machine can sign",
			store->key);
	must_read(store->key, &bytes, &len);
	error = mbed_key_parse(&ca->key, bytes, len + 1);
	file_forget(bytes, len);
	if (error)
		die("%s is not a private key: %s", store->key, mbed_error(error));
	if (mbed_key_pair(&ca->cert.pk, &ca->key) != 0)
		die("%s and %s do not belong together: make a new CA with \"%s --force\"",
			store->cert, store->key, make_command(store));
	if (!check_chain(&ca->cert, &ca->cert, why))
		die("the CA in %s is not usable: %s", store->folder, why);
}
