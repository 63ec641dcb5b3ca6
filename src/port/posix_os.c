/*
 * posix_os.c - the port for Linux and its like: clock, tasks, log, and the table
 * SPDX-License-Identifier: MIT
 *
 * Empty for Arduino, which compiles every file of src/: there freertos_os.c is the port.
 */
#ifndef ARDUINO

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <malloc.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bsd_sockets.h"
#include "posix_store.h"

/* ---- waking ---- */

int hx_wake_pair(int pair[2])
{
	return pipe2(pair, O_NONBLOCK | O_CLOEXEC) == 0 ? 0 : HATCH_EPORT;
}

/* A full pipe wakes just as well, and errno is the interrupted program's. */
void hx_wake_write(int fd)
{
	int saved = errno;
	ssize_t ignored = write(fd, "", 1);
	(void)ignored;
	errno = saved;
}

void hx_wake_read(int fd)
{
	char bytes[64];
	while (read(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
		;
}

size_t hx_sockets_max(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return SIZE_MAX;
	return (size_t)limit.rlim_cur;
}

/* ---- time ---- */

static uint32_t now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)((uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u);
}

static uint64_t cpu_ns(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A machine that thinks it is before 2024 has not been told the time. */
static int64_t unix_time(void)
{
	const time_t plausible = 1704067200;
	time_t now = time(NULL);
	return now < plausible ? 0 : (int64_t)now;
}

/* ---- memory and secrets ---- */

static void *alloc(size_t size)
{
	return malloc(size);
}

static void heap(struct hatch_heap *out)
{
	out->free = out->largest = 0; /* a PC does not run out */
}

size_t hatch_block_size(void *block)
{
	return malloc_usable_size(block);
}

static int random_bytes(void *buf, size_t len)
{
	unsigned char *at = buf;
	while (len > 0) {
		ssize_t got = getrandom(at, len, 0);
		if (got < 0 && errno != EINTR)
			return HATCH_EPORT;
		if (got > 0) {
			at += got;
			len -= (size_t)got;
		}
	}
	return 0;
}

/* ---- tasks ---- */

struct task {
	pthread_t thread;
	void (*run)(void *arg);
	void *arg;
};

static void *task_main(void *self)
{
	struct task *task = self;
	task->run(task->arg);
	return NULL;
}

/* Stack, priority and core are the system's choice here. */
static int spawn(void **out, void (*run)(void *arg), void *arg, const struct hatch_task *how)
{
	struct task *task = malloc(sizeof(*task));
	(void)how;
	*out = NULL;
	if (task == NULL)
		return HATCH_ENOMEM;
	task->run = run;
	task->arg = arg;
	*out = task; /* before the thread can look */
	if (pthread_create(&task->thread, NULL, task_main, task) != 0) {
		*out = NULL;
		free(task);
		return HATCH_EPORT;
	}
	return 0;
}

static void join(void *self)
{
	struct task *task = self;
	(void)pthread_join(task->thread, NULL);
	free(task);
}

static int lock_open(void **out)
{
	pthread_mutex_t *mutex = malloc(sizeof(*mutex));
	*out = NULL;
	if (mutex == NULL)
		return HATCH_ENOMEM;
	if (pthread_mutex_init(mutex, NULL) != 0) {
		free(mutex);
		return HATCH_EPORT;
	}
	*out = mutex;
	return 0;
}

static void lock(void *mutex)
{
	(void)pthread_mutex_lock(mutex);
}

static void unlock(void *mutex)
{
	(void)pthread_mutex_unlock(mutex);
}

static void lock_close(void *mutex)
{
	(void)pthread_mutex_destroy(mutex);
	free(mutex);
}

/* ---- signals ---- */

struct signal {
	pthread_mutex_t mutex;
	pthread_cond_t given;
	unsigned count;
};

static int signal_open(void **out)
{
	struct signal *made = calloc(1, sizeof(*made));
	*out = made;
	if (made == NULL)
		return HATCH_ENOMEM;
	(void)pthread_mutex_init(&made->mutex, NULL);
	(void)pthread_cond_init(&made->given, NULL);
	return 0;
}

static void signal_give(void *self)
{
	struct signal *to = self;
	(void)pthread_mutex_lock(&to->mutex);
	to->count++;
	(void)pthread_cond_signal(&to->given);
	(void)pthread_mutex_unlock(&to->mutex);
}

static void signal_wait(void *self)
{
	struct signal *from = self;
	(void)pthread_mutex_lock(&from->mutex);
	while (from->count == 0)
		(void)pthread_cond_wait(&from->given, &from->mutex);
	from->count--;
	(void)pthread_mutex_unlock(&from->mutex);
}

static void signal_close(void *self)
{
	struct signal *signal = self;
	(void)pthread_cond_destroy(&signal->given);
	(void)pthread_mutex_destroy(&signal->mutex);
	free(signal);
}

/* ---- addresses ---- */

static bool is_ours(const struct ifaddrs *at)
{
	if (at->ifa_addr == NULL || (at->ifa_flags & IFF_UP) == 0 ||
		(at->ifa_flags & IFF_LOOPBACK) != 0)
		return false;
	return at->ifa_addr->sa_family == AF_INET || at->ifa_addr->sa_family == AF_INET6;
}

static int addresses(struct hatch_address *out, size_t max)
{
	struct ifaddrs *all;
	size_t count = 0;
	if (getifaddrs(&all) != 0)
		return HATCH_EPORT;
	for (struct ifaddrs *at = all; at != NULL && count < max; at = at->ifa_next)
		if (is_ours(at))
			hx_bsd_address(&out[count++], at->ifa_addr);
	freeifaddrs(all);
	return (int)count;
}

/* ---- the processor: what mbedTLS itself looks for ---- */

#if defined(__x86_64__) || defined(__i386__)
static bool fast_aes(void)
{
	return __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul");
}
#elif defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
static bool fast_aes(void)
{
	return (getauxval(AT_HWCAP) & HWCAP_AES) != 0;
}
#else
static bool fast_aes(void)
{
	return false;
}
#endif

/* ---- files ---- */

static bool is_inside(const char *dir, const char *path)
{
	char *root = realpath(dir, NULL), *real = realpath(path, NULL);
	size_t len = root == NULL ? 0 : strlen(root);
	bool inside = root != NULL && real != NULL && strncmp(real, root, len) == 0 &&
		      (len == 1 || real[len] == '/' || real[len] == '\0');
	free(root);
	free(real);
	return inside;
}

static uint32_t process(void)
{
	return (uint32_t)getpid();
}

/* ---- log ---- */

static void log_line(enum hatch_level level, const char *line)
{
	const char *mark = level == HATCH_ERROR  ? "error: "
			   : level == HATCH_WARN ? "warning: "
						 : "";
	fprintf(stderr, "hatch: %s%s\n", mark, line);
}

const struct hatch_port hatch_default_port = {
	HX_BSD_NET,
	.wait = hx_bsd_wait,
	.now_ms = now_ms,
	.unix_time = unix_time,
	.alloc = alloc,
	.free = free,
	.heap = heap,
	.random = random_bytes,
	.store_get = hx_store_get,
	.store_put = hx_store_put,
	.spawn = spawn,
	.join = join,
	.lock_open = lock_open,
	.lock = lock,
	.unlock = unlock,
	.lock_close = lock_close,
	.signal_open = signal_open,
	.signal_give = signal_give,
	.signal_wait = signal_wait,
	.signal_close = signal_close,
	.addresses = addresses,
	.log = log_line,
	.cpu_ns = cpu_ns,
	.fast_aes = fast_aes,
	.process = process,
	.is_inside = is_inside,
};

#endif
