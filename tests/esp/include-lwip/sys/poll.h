/* sys/poll.h - where ESP-IDF has it, who has no poll.h; SPDX-License-Identifier: MIT */
#ifndef STANDIN_SYS_POLL_H
#define STANDIN_SYS_POLL_H

#define POLLIN   (1u << 0)
#define POLLOUT  (1u << 4)
#define POLLERR  (1u << 6)
#define POLLHUP  (1u << 7)
#define POLLNVAL (1u << 8)

struct pollfd {
	int fd;
	short events;
	short revents;
};

typedef unsigned int nfds_t;
int poll(struct pollfd *fds, nfds_t nfds, int timeout);

#endif
