/* SPDX-License-Identifier: MIT */
/* Files that their owner alone may open; see owner.h. */
#include "common/owner.h"

#include <stdio.h>
#include <stdlib.h>

#include <aclapi.h>
#include <sddl.h>

#include "common/say.h"

/* The SID of this user. Allocated, and as long as the program runs. */
static PSID this_user(void)
{
	static TOKEN_USER *user;
	HANDLE token;
	DWORD size = 0;

	if (user)
		return user->User.Sid;
	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
		die("Windows does not say who you are");
	GetTokenInformation(token, TokenUser, NULL, 0, &size);
	user = malloc(size);
	if (!user || !GetTokenInformation(token, TokenUser, user, size, &size))
		die("Windows does not say who you are");
	CloseHandle(token);
	return user->User.Sid;
}

SECURITY_ATTRIBUTES *owner_only(void)
{
	static SECURITY_ATTRIBUTES attributes;
	char sddl[256];
	char *sid;

	if (attributes.nLength > 0)
		return &attributes;
	if (!ConvertSidToStringSidA(this_user(), &sid))
		die("Windows does not say who you are");
	/* Protected (P); full access (FA); files (OI) and folders (CI) below inherit it. */
	snprintf(sddl, sizeof(sddl), "O:%sD:P(A;OICI;FA;;;%s)", sid, sid);
	LocalFree(sid);
	attributes.nLength = sizeof(attributes);
	if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(
		    sddl, SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL))
		die("Windows cannot make a file for one user only");
	return &attributes;
}

static bool is_expected(PSID who)
{
	return EqualSid(who, this_user()) || IsWellKnownSid(who, WinLocalSystemSid) ||
	       IsWellKnownSid(who, WinBuiltinAdministratorsSid) ||
	       IsWellKnownSid(who, WinCreatorOwnerSid) ||
	       IsWellKnownSid(who, WinCreatorOwnerRightsSid);
}

static bool has_strangers(PACL list)
{
	const DWORD reads = FILE_READ_DATA | GENERIC_READ | GENERIC_ALL;

	for (DWORD i = 0; i < list->AceCount; i++) {
		void *entry;
		ACCESS_ALLOWED_ACE *ace;

		if (!GetAce(list, i, &entry))
			return true;
		ace = entry;
		if (ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE && (ace->Mask & reads) &&
			!is_expected(&ace->SidStart))
			return true;
	}
	return false;
}

bool owner_is_not_alone(const wchar_t *path)
{
	PSECURITY_DESCRIPTOR whole;
	PACL list;
	bool strangers;

	/* Where nothing can be asked (FAT has no owners), somebody else may read it. */
	if (GetNamedSecurityInfoW(path, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
		    &list, NULL, &whole) != ERROR_SUCCESS)
		return true;
	strangers = !list || has_strangers(list);
	LocalFree(whole);
	return strangers;
}
