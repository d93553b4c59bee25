/*
 * Measures the costs of the primitives that user space can measure: medians of many short loops, in ns. It prints
 * one line "name value" for each; `sigmaPermille` is the sigma of the logarithm of the time of an undisturbed call.
 */
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOPS 41
#define CALLS 500
#define PASSES 61
#define WAKES 2000
/* Waits for mmap_lock or for a VMA last 1 to 2 us; the call that begins to sleep takes some 700 ns of this. */
#define ASLEEP 2000
#define SIZE(n) ((size_t)(n) * PAGE)

static char report[4096];
static size_t reported;

static void tell(const char *name, double ns)
{
	reported += (size_t)snprintf(report + reported, sizeof report - reported, "%s %.0f\n", name, ns < 0 ? 0 : ns);
}

static int rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double percentile(double *values, int count, double part)
{
	qsort(values, (size_t)count, sizeof *values, rising);
	return values[(int)(part * (count - 1))];
}
static double median(double *values, int count) { return percentile(values, count, 0.5); }

/* One call of a pair: mean ns of each over CALLS of them, the median of LOOPS such means. */
typedef void pair_call(char *at, int i);
static void pair(pair_call *first, pair_call *second, char *at, double result[2])
{
	double means[2][LOOPS];
	for (int loop = 0; loop < LOOPS; loop++) {
		u64 sum[2] = { 0, 0 };
		for (int i = 0; i < CALLS; i++) {
			u64 a = now();
			first(at, i);
			u64 b = now();
			second(at, i);
			sum[1] += now() - b;
			sum[0] += b - a;
		}
		means[0][loop] = (double)sum[0] / CALLS;
		means[1][loop] = (double)sum[1] / CALLS;
	}
	result[0] = median(means[0], LOOPS);
	result[1] = median(means[1], LOOPS);
}

static void nothing(char *at, int i) { (void)at, (void)i; }
static void get_parent(char *at, int i) { (void)at, (void)i; syscall(SYS_getppid); }
static void map(char *at, int i) { (void)i; mmap(at, SIZE(4), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0); }
static void unmap(char *at, int i) { (void)i; munmap(at, SIZE(4)); }
static void split(char *at, int i) { (void)i; mprotect(at + PAGE, PAGE, PROT_READ); }
static void join(char *at, int i) { (void)i; mprotect(at + PAGE, PAGE, PROT_READ | PROT_WRITE); }
static void to_read(char *at, int i) { (void)i; mprotect(at, SIZE(3), PROT_READ); }
static void to_write(char *at, int i) { (void)i; mprotect(at, SIZE(3), PROT_READ | PROT_WRITE); }
static void shrink(char *at, int i) { (void)i; mremap(at, SIZE(3), PAGE, 0); }
static void grow(char *at, int i) { (void)i; mremap(at, PAGE, SIZE(3), 0); }
static void move(char *at, int i) { (void)i; mremap(at, SIZE(3), SIZE(3), MREMAP_MAYMOVE | MREMAP_FIXED, at + SIZE(64)); }
static void move_back(char *at, int i) { (void)i; mremap(at + SIZE(64), SIZE(3), SIZE(3), MREMAP_MAYMOVE | MREMAP_FIXED, at); }
static void over(char *at, int i) { (void)i; mmap(at + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0); }
static void over_back(char *at, int i) { (void)i; mmap(at + PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0); }
static void more_heap(char *at, int i) { (void)at, (void)i; (void)!sbrk((intptr_t)PAGE); }
static void less_heap(char *at, int i) { (void)at, (void)i; (void)!sbrk(-(intptr_t)PAGE); }

static char maps_path[64];
static void open_close(char *at, int i) { (void)at, (void)i; close(open(maps_path, O_RDONLY)); }

static void fresh(char *at, int prot, unsigned long pages)
{
	munmap(at, SIZE(128));
	if (mmap(at, SIZE(pages), prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at) fail("mmap: %s", strerror(errno));
}

/* A free place that nothing else will take. */
static char *free_place(void)
{
	char *at = mmap(NULL, SIZE(4096), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED) fail("no memory for the calibration");
	munmap(at, SIZE(4096));
	return at + SIZE(1024);
}

/* The time of one mprotect(): its middle and how far it varies, as the sigma of a log-normal. */
static void variation(char *at)
{
	enum { N = 20000 };
	double *values = malloc(N * sizeof *values);
	if (values == NULL) fail("no memory for the calibration");
	for (int i = 0; i < N; i++) {
		u64 a = now();
		if (i & 1) join(at, i); else split(at, i);
		double ns = (double)(now() - a);
		values[i] = ns > 1 ? ns : 1;
	}
	/* Splits and merges take different times: each for itself. The middle half of a log-normal is 1.349 sigma wide. */
	double sigma = 0;
	for (int which = 0; which < 2; which++) {
		double *half = malloc(N / 2 * sizeof *half);
		if (half == NULL) fail("no memory for the calibration");
		for (int i = 0; i < N / 2; i++) half[i] = values[2 * i + which];
		double low = percentile(half, N / 2, 0.25), high = percentile(half, N / 2, 0.75);
		sigma += log(high / low) / 1.349 / 2;
		free(half);
	}
	free(values);
	tell("sigmaPermille", sigma * 1000);
}

/* Written pages amid others, as a hole in an arena: the first write to one, and what freeing it adds to munmap(). */
static void written_pages(char *at, double unmapped)
{
	enum { PAGES = 32 };
	double faults[LOOPS], frees[LOOPS];
	fresh(at, PROT_READ | PROT_WRITE, 2 * PAGES);
	for (int i = 0; i < 2 * PAGES; i++) *(volatile char *)(at + SIZE(i)) = 1;
	char *hole = at + SIZE(PAGES / 2);
	for (int loop = 0; loop < LOOPS; loop++) {
		u64 a = now();
		munmap(hole, SIZE(PAGES));
		u64 b = now();
		mmap(hole, SIZE(PAGES), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		u64 c = now();
		for (int i = 0; i < PAGES; i++) *(volatile char *)(hole + SIZE(i)) = 1;
		faults[loop] = (double)(now() - c) / PAGES;
		frees[loop] = ((double)(b - a) - unmapped) / PAGES;
	}
	munmap(at, SIZE(128));
	tell("pageFault", median(faults, LOOPS));
	tell("pageFree", median(frees, LOOPS));
}

static pid_t sleeper(int anon, int file, int fd)
{
	int pipes[2];
	char x;
	pid_t parent = getpid();
	if (pipe(pipes) != 0) fail("pipe: %s", strerror(errno));
	pid_t pid = fork();
	if (pid < 0) fail("fork: %s", strerror(errno));
	if (pid == 0) {
		die_with(parent);
		char *at = mmap(NULL, SIZE(anon + file), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (at == MAP_FAILED) _exit(3);
		munmap(at, SIZE(anon + file));
		for (int i = 0; i < anon; i++) mmap(at + SIZE(i), PAGE, i & 1 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		for (int i = 0; i < file; i++) mmap(at + SIZE(i), PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
		if (write(pipes[1], "x", 1) != 1) _exit(3);
		for (;;) pause();
	}
	if (read(pipes[0], &x, 1) != 1) fail("a child of the calibration did not start");
	close(pipes[0]);
	close(pipes[1]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* CPU time of this thread: a pass may take longer than others let it run in one piece. */
static u64 own_time(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (u64)t.tv_sec * 1000000000ULL + (u64)t.tv_nsec;
}

/* The median time of a pass over all lines. */
static double pass(pid_t pid, int query)
{
	static char text[1 << 16];
	double values[PASSES];
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) fail("%s: %s", path, strerror(errno));
	for (int i = 0; i < PASSES; i++) {
		ssize_t n;
		u64 at = 0, began;
		lseek(fd, 0, SEEK_SET);
		began = own_time();
		if (query) {
			struct procmap_query_args q = { 0 };
			for (;; at = q.vma_end) {
				q = (struct procmap_query_args){ .size = sizeof q, .query_flags = 0x10, .query_addr = at };
				if (ioctl(fd, PROCMAP_QUERY_CALL, &q) != 0) break;
			}
		} else do n = read(fd, text, sizeof text); while (n > 0);
		values[i] = (double)(own_time() - began);
	}
	close(fd);
	return median(values, PASSES);
}

/* ns a line, as the slope between few and many. */
static double slope(int few, int many, int query, int fd)
{
	pid_t a = sleeper(fd < 0 ? few : 0, fd < 0 ? 0 : few, fd), b = sleeper(fd < 0 ? many : 0, fd < 0 ? 0 : many, fd);
	double first = pass(a, query), second = pass(b, query);
	end(a);
	end(b);
	return (second - first) / (many - few);
}

/* A temporary file whose path has about so many characters. */
static int named_file(const char *directory, int length, size_t *chars, char *path, size_t room)
{
	int n = snprintf(path, room, "%s/mapsim-%d-", directory, (int)getpid());
	while (n < length && n < (int)room - 1) path[n++] = 'x';
	path[n] = 0;
	int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, PAGE) != 0) fail("%s: %s", path, strerror(errno));
	unlink(path);
	*chars = (size_t)n + strlen(" (deleted)");
	return fd;
}

/* Locks, tree and copy take this of a line; the model has them apart. */
#define LINE_REST 28
#define LOOKUP_AND_LOCK 75

struct bell { _Atomic u32 word, at; _Atomic u64 woke; };

/* Above the least that single calls reach by chance: what 99 of 100 take at least. */
#define LEAST 0.01

/* What a wake-up call costs above one that finds nobody, and how long after its end the sleeper on another CPU runs. */
static void wakes(int sleeper_cpu, double *delay, double *call, u64 asleep)
{
	static double delays[WAKES], calls[WAKES], bare[WAKES];
	struct bell *bell = shared(PAGE);
	pid_t parent = getpid(), pid = fork();
	u32 count = 0;
	if (pid < 0) fail("fork: %s", strerror(errno));
	if (pid == 0) {
		die_with(parent);
		pin(sleeper_cpu);
		for (u32 i = 1; i <= WAKES; i++) {
			bell->at = i;
			while (bell->word < i) syscall(SYS_futex, &bell->word, FUTEX_WAIT, i - 1, NULL, NULL, 0);
			bell->woke = now();
		}
		_exit(0);
	}
	for (u32 i = 1; i <= WAKES; i++) {
		while (bell->at != i) sched_yield();
		for (u64 until = now() + asleep; now() < until;) continue;
		u64 a = now();
		bell->word = i;
		long woken = syscall(SYS_futex, &bell->word, FUTEX_WAKE, 1, NULL, NULL, 0);
		u64 b = now();
		while (bell->woke < a) sched_yield();
		u64 c = now();
		syscall(SYS_futex, &bell->at, FUTEX_WAKE, 1, NULL, NULL, 0);
		bare[i - 1] = (double)(now() - c);
		if (woken != 1) continue; /* it was not asleep yet */
		calls[count] = (double)(b - a);
		delays[count++] = (double)bell->woke - (double)b;
	}
	waitpid(pid, NULL, 0);
	munmap(bell, PAGE);
	if (count == 0) fail("a sleeper on CPU %d never sleeps", sleeper_cpu);
	double nobody = median(bare, WAKES);
	for (u32 i = 0; i < count; i++) calls[i] -= nobody;
	const double shares[3] = { LEAST, 0.5, 0.99 };
	for (int i = 0; i < 3; i++) {
		delay[i] = percentile(delays, count, shares[i]);
		call[i] = percentile(calls, count, shares[i]);
	}
}

/* Lines that two CPUs change in turn, none next to another. */
#define LINES 512
#define LINE_APART 256
#define ROUNDS 64

/* How long an atomic takes on a line that the other CPU changed last, above one on a line of its own. */
static double line_move(int other_cpu)
{
	_Atomic u32 *turn = shared(PAGE);
	char *lines = shared(LINES * LINE_APART);
	double values[2][ROUNDS];
	pid_t parent = getpid(), pid = fork();
	if (pid < 0) fail("fork: %s", strerror(errno));
	if (pid == 0) {
		die_with(parent);
		pin(other_cpu);
		for (u32 round = 0; round < ROUNDS; round++) {
			while (*turn != 2 * round + 1) continue;
			for (u32 i = 0; i < LINES; i++) (*(_Atomic u32 *)(lines + i * LINE_APART))++;
			*turn = 2 * round + 2;
		}
		_exit(0);
	}
	for (u32 round = 0; round < ROUNDS; round++) {
		*turn = 2 * round + 1;
		while (*turn != 2 * round + 2) continue;
		for (int own = 0; own < 2; own++) {
			u64 a = now();
			/* Each atomic says where the next one is, so that they cannot overlap. */
			for (u32 n = 0, i = 0; n < LINES; n++) {
				u32 value = atomic_fetch_add((_Atomic u32 *)(lines + i * LINE_APART), 1);
				i = (5 * i + 1 + (value >> 31)) % LINES;
			}
			values[own][round] = (double)(now() - a) / LINES;
		}
	}
	waitpid(pid, NULL, 0);
	munmap((void *)turn, PAGE);
	munmap(lines, LINES * LINE_APART);
	return median(values[0], ROUNDS) - median(values[1], ROUNDS);
}

/* Two that yield to each other on one CPU. */
static double context_switch(double system_call)
{
	double values[LOOPS];
	pid_t parent = getpid(), pid = fork();
	if (pid < 0) fail("fork: %s", strerror(errno));
	if (pid == 0) {
		die_with(parent);
		for (;;) sched_yield();
	}
	for (int loop = 0; loop < LOOPS; loop++) {
		u64 began = now();
		for (int i = 0; i < CALLS; i++) sched_yield();
		values[loop] = (double)(now() - began) / CALLS;
	}
	end(pid);
	return median(values, LOOPS) / 2 - system_call;
}

static void texts(double system_call, const char *directory)
{
	char path[512];
	double r[2], file[2];
	size_t chars[2];
	pid_t pid = sleeper(100, 0, -1);
	snprintf(maps_path, sizeof maps_path, "/proc/%d/maps", (int)pid);
	pair(open_close, nothing, NULL, r);
	tell("openClose", r[0]);
	end(pid);
	tell("formatAnon", slope(100, 2000, 0, -1) - LINE_REST);
	for (int k = 0; k < 2; k++) {
		int fd = named_file(directory, k ? 200 : 40, &chars[k], path, sizeof path);
		file[k] = slope(100, 1100, 0, fd);
		close(fd);
	}
	double character = (file[1] - file[0]) / (double)(chars[1] - chars[0]);
	tell("formatFile", file[0] - character * (double)chars[0] - LINE_REST);
	tell("formatPathChar", character);
	double query = slope(100, 2000, 1, -1);
	if (query > 0) tell("queryCall", query - system_call - LOOKUP_AND_LOCK);
}

static void calls(double clock)
{
	char *at = free_place();
	double r[2];
	pair(map, unmap, at, r);
	tell("mmap", r[0] - clock);
	tell("munmap", r[1] - clock);
	/* Page tables of its own: calls on memory that was never written to have none to look through. */
	written_pages(at + SIZE(1024), r[1]);
	fresh(at, PROT_READ | PROT_WRITE, 3);
	pair(split, join, at, r);
	tell("mprotect", (r[0] + r[1]) / 2 - clock);
	variation(at);
	pair(to_read, to_write, at, r);
	tell("mprotectWhole", (r[0] + r[1]) / 2 - clock);
	pair(to_write, nothing, at, r);
	tell("mprotectNothing", r[0] - clock);
	pair(shrink, grow, at, r);
	tell("mremap", (r[0] + r[1]) / 2 - clock);
	pair(move, move_back, at, r);
	tell("mremapMove", (r[0] + r[1]) / 2 - clock);
	fresh(at, PROT_READ | PROT_WRITE, 3);
	pair(over, over_back, at, r);
	tell("mmapOver", (r[0] + r[1]) / 2 - clock);
	munmap(at, SIZE(128));
	pair(more_heap, less_heap, at, r);
	tell("brk", (r[0] + r[1]) / 2 - clock);
}

void calibrate(int writer_cpu, int reader_cpu, const char *directory)
{
	double r[2], delay[3], call[3];
	reported = 0;
	pin(reader_cpu);
	pair(nothing, nothing, NULL, r);
	double clock = r[0];
	pair(get_parent, nothing, NULL, r);
	double system_call = r[0] - clock;
	tell("syscall", system_call);
	texts(system_call, directory);
	pin(writer_cpu);
	calls(clock);
	tell("contextSwitch", context_switch(system_call));
	if (writer_cpu != reader_cpu) {
		pin(reader_cpu);
		tell("cacheLineMove", line_move(writer_cpu));
		wakes(writer_cpu, delay, call, ASLEEP);
		tell("wakeupMin", delay[0]);
		tell("wakeup", delay[1]);
		tell("wakeupP99", delay[2]);
		tell("wakeupSendMin", call[0]);
		tell("wakeupSend", call[1]);
		tell("wakeupSendP99", call[2]);
	}
	send_frame("COSTS", report, reported);
}
