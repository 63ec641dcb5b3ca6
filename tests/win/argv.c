/* SPDX-License-Identifier: MIT */
/* Stands in for certutil.exe: writes its arguments, a line each, to argv.txt, and gives status 0.
 */
#include <stdio.h>

int main(int argc, char **argv)
{
	FILE *out = fopen("argv.txt", "a");

	if (!out)
		return 1;
	for (int i = 1; i < argc; i++)
		fprintf(out, "%s\n", argv[i]);
	return fclose(out) ? 1 : 0;
}
