/*
 * error.c - what went wrong, in a sentence
 * SPDX-License-Identifier: MIT
 */
#include "../hatch.h"

const char *hatch_strerror(int error)
{
	switch (error) {
	case 0: return "no error";
	case HATCH_EINVAL: return "the caller broke a documented rule";
	case HATCH_ENOMEM: return "out of memory";
	case HATCH_EIDENT: return "the certificate or key is unusable";
	case HATCH_EADDR: return "the address is not ours, or its port is taken";
	case HATCH_EACCESS: return "not allowed";
	case HATCH_EGONE: return "the client has left";
	case HATCH_EBIG: return "over a configured limit";
	case HATCH_ESTATE: return "too late or too early for this call";
	case HATCH_EFULL: return "a queue or table is full";
	case HATCH_ETIME: return "a deadline has passed";
	case HATCH_EHTTP: return "the client broke HTTP";
	case HATCH_ETLS: return "the client broke TLS, or agreed to nothing we offer";
	case HATCH_ECUT: return "the client closed without saying so";
	case HATCH_EPORT: return "the platform failed";
	case HATCH_ENOSYS: return "not in this version, or not in this build";
	case HATCH_LATER: return "not now";
	default: return "unknown error";
	}
}
