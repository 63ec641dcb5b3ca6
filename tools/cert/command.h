/* SPDX-License-Identifier: MIT */
/* The commands of hatch-cert. Each parses its own command line and returns the exit status. */
#ifndef TOOLS_CERT_COMMAND_H
#define TOOLS_CERT_COMMAND_H

typedef int cert_command(int argc, char **argv);

cert_command command_ca, command_server, command_client, command_self, command_show, command_verify;
cert_command command_batch, command_renew, command_trust, command_untrust;

#endif
