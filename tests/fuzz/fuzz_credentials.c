/*
 * fuzz_credentials.c - parameters of the Authorization field, and the names in them
 * SPDX-License-Identifier: MIT
 *
 * Must hold: names and values lie within the list and one behind the other; progress in every
 * call; a name comes out no longer than it went in; nothing outside of a block is read.
 */
#include <string.h>

#include "fuzz.h"
#include "http/credentials.h"
#include "http/field.h"

const char *const fuzz_seeds[] = {
	"username=\"a\\\"b\", realm=\"door\", uri=\"/\", nc=00000001, qop=auth",
	"username*=UTF-8''J%C3%A4s, , a = \"\\\\\", b=\"c,d\"",
	"a=\"b",
	NULL,
};

static void check_name(struct hatch_span value)
{
	char out[16];
	int len = hx_unquote(value, out, sizeof(out));
	FUZZ_MUST(len >= -1 && len <= (int)sizeof(out) && (len < 0 || (size_t)len <= value.len));
	len = hx_ext_value(value, out, sizeof(out));
	FUZZ_MUST(len >= -1 && len <= (int)sizeof(out) && (len < 0 || (size_t)len <= value.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct hatch_span list = { (const char *)data, len };
	struct hx_auth_param param;
	const char *at = list.ptr, *end = at + len;
	size_t left = len + 1;
	while (hx_auth_param_take(&list, &param) > 0) {
		FUZZ_MUST(list.len < left);
		left = list.len;
		FUZZ_MUST(hx_is_token(param.name) && param.name.ptr >= at);
		FUZZ_MUST(param.value.ptr >= param.name.ptr + param.name.len);
		at = param.value.ptr + param.value.len;
		FUZZ_MUST(at <= end);
		check_name(param.value);
	}
	check_name(hx_span((const char *)data, len));
	return 0;
}
