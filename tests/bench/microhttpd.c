/* SPDX-License-Identifier: MIT */
/*
 * microhttpd: libmicrohttpd as its manual shows it, for scripts/bench.py to measure Hatch beside.
 *
 *	microhttpd PORT PLAIN-PORT CERT KEY FOLDER
 *
 * One thread for each port, epoll, files by descriptor.  It runs until it is killed.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder;

static enum MHD_Result answer(void *cls, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *len, void **state)
{
	char path[512];
	struct stat info;
	(void)cls;
	(void)method;
	(void)version;
	(void)data;
	(void)len;
	(void)state;
	snprintf(path, sizeof(path), "%s/%s", folder, strrchr(url, '/') + 1);
	int fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &info) != 0)
		return MHD_NO;
	struct MHD_Response *response = MHD_create_response_from_fd((size_t)info.st_size, fd);
	enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

static char *read_text(const char *path)
{
	enum { MOST = 1 << 16 };
	char *text = calloc(1, MOST + 1);
	FILE *file = fopen(path, "rb");
	if (text == NULL || file == NULL || fread(text, 1, MOST, file) == 0)
		exit(1);
	fclose(file);
	return text;
}

static struct MHD_Daemon *serve(unsigned flags, const char *port, const struct MHD_OptionItem *more)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)) };
	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | flags, (uint16_t)atoi(port), NULL,
		NULL, answer, NULL, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&here,
		MHD_OPTION_CONNECTION_TIMEOUT, 600u, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
}

int main(int argc, char **argv)
{
	const struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
	if (argc != 6)
		return 2;
	folder = argv[5];
	const struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, read_text(argv[3]) },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, read_text(argv[4]) },
		{ MHD_OPTION_END, 0, NULL },
	};
	if (serve(MHD_USE_TLS, argv[1], tls) == NULL || serve(0, argv[2], none) == NULL)
		return 1;
	for (;;)
		pause();
}
