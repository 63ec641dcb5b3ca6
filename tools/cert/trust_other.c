/* SPDX-License-Identifier: MIT */
/* The steps on systems where this program does not run, or cannot do them. See trust.h. */
#include <stdio.h>

#include "cert/print.h"
#include "cert/trust.h"

static void print_command(const char *before, const char *path, const char *after)
{
	printf("    %s", before);
	print_quoted(path);
	printf("%s\n", after);
}

static void print_trust(const char *pem, const char *der)
{
	printf("On other machines, with a copy of the certificate (never of ca.key):\n");
	printf("  macOS, in a terminal:\n");
	print_command("sudo security add-trusted-cert -d -r trustRoot \\\n"
		      "      -k /Library/Keychains/System.keychain ",
		pem, "");
	printf("  Windows, in a command prompt as administrator:\n");
	print_command("certutil -addstore -f Root ", der, "");
	printf("  Android: copy ca.pem over; Settings > Security > Encryption & credentials >\n"
	       "    Install a certificate > CA certificate. Chrome then trusts it; Firefox does\n"
	       "    after Settings > About Firefox, five taps on the logo, then Secret Settings >\n"
	       "    Use third party CA certificates.\n");
	printf("  iPhone, iPad: send ca.pem over (AirDrop, mail); Settings > Profile Downloaded >\n"
	       "    Install; then Settings > General > About > Certificate Trust Settings: on.\n");
	printf("  Firefox anywhere: Settings > Privacy & Security > View Certificates >\n"
	       "    Authorities > Import, \"to identify websites\".\n");
}

static void print_untrust(const char *pem, const char *der)
{
	(void)der;
	printf("On other machines:\n");
	printf("  macOS, in a terminal:\n");
	print_command("sudo security remove-trusted-cert -d ", pem, "");
	printf("  Windows: certlm.msc > Trusted Root Certification Authorities > Certificates:\n"
	       "    delete the one called \"Hatch local CA ...\".\n");
	printf("  Android: Settings > Security > Encryption & credentials > Trusted credentials >\n"
	       "    User: remove it.\n");
	printf("  iPhone, iPad: Settings > General > VPN & Device Management: remove the profile.\n");
	printf("  Firefox anywhere: Settings > Privacy & Security > View Certificates >\n"
	       "    Authorities: delete it.\n");
}

void trust_print_elsewhere(const char *pem, const char *der, bool remove)
{
	if (remove)
		print_untrust(pem, der);
	else
		print_trust(pem, der);
}
