/*
 * Runs the writers and readers of a plan on the running kernel, and returns what happened.
 *
 * Commands are lines on standard input, results are frames on standard output: a tag of 8 bytes, a length of
 * 8 bytes, the payload. A plan has only numbers: it contains no names or paths of a scenario.
 *
 *   plan … end        replaces the plan
 *   states            makes the calls of each writer one by one, while no other task runs, and returns the text of
 *                     the kernel after each: the states without any model
 *   burst NS          waits up to NS for a quiet moment, then runs the plan for its duration: a target with one thread for each writer, a process for each
 *                     reader and hog; hands out when each call and read() began, how long it took, and all texts
 *   calibrate W R DIR costs of single primitives (calibrate.c)
 *
 * It touches no process but its own children, which die with it, and no address outside the plan's ranges.
 */
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TASKS_MAX 16
#define FILES_MAX 1024
#define RANGES_MAX 4096
#define HOGS_MAX 64
#define TURNS_MAX 4096
#define MICROSECOND 1000ULL
#define MILLISECOND 1000000ULL
#define SECOND 1000000000ULL

/* ---- the plan ------------------------------------------------------------------------------ */

enum kind { MMAP, MUNMAP, MPROTECT, MREMAP };
/* What happens after a writer's last call. */
enum ending { BURST_ENDS, LOOP, WRITER_ENDS };

struct call {
	u64 at, pages, to, newpages, offset, think;
	int kind, prot, shared, file, flags, touched;
};
struct vma { u64 start, pages, offset; int prot, shared, file, touched; };
struct range { u64 start, end; };
struct turns { u64 *ns; u32 count; };
struct writer { int cpu, nice, loop; u64 start, log, calls_max, count; struct call *calls; };
struct reader { int cpu, nice, query; u64 buffer, passes, start; struct turns think; };
struct hog { int cpu, nice; struct turns turns; };

static struct {
	struct range ranges[RANGES_MAX]; u32 range_count;
	struct vma *vmas; u32 vma_count, vma_room;
	int files[FILES_MAX]; u32 file_count;
	struct writer writers[TASKS_MAX]; u32 writer_count;
	struct reader readers[TASKS_MAX]; u32 reader_count;
	struct hog hogs[HOGS_MAX]; u32 hog_count;
	u64 duration, text_bytes, spin, gate; u32 foreign_permille;
} plan;

/* ---- what the processes of a burst share --------------------------------------------------- */

struct call_log { u64 start; u32 took; i32 error; };
struct read_log { u64 start; u32 took, bytes; };
struct pass_log { u64 text; u32 bytes, first_read, reads, unused; };

struct control {
	_Atomic u32 ready, go, stop, over, idle, failed;
	u64 begin;
	char message[256];
	_Atomic u64 logged[TASKS_MAX];
	struct { u64 passes, reads, bytes; u32 full; } read[TASKS_MAX];
};
static struct control *control;
static struct call_log *call_logs[TASKS_MAX];
static struct read_log *read_logs[TASKS_MAX];
static struct pass_log *pass_logs[TASKS_MAX];
static char *texts[TASKS_MAX];
static u64 text_room, reads_room, passes_room;

static pid_t children[TASKS_MAX + HOGS_MAX + 1];
static u32 child_count;
static int in_child;

u64 now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * SECOND + (u64)t.tv_nsec;
}

static void write_all(const void *bytes, size_t length)
{
	const char *at = bytes;
	while (length > 0) {
		ssize_t n = write(1, at, length);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) _exit(3); /* nobody listens any more */
		at += n;
		length -= (size_t)n;
	}
}

static void frame_head(const char *tag, u64 length)
{
	char head[16] = { 0 };
	memcpy(head, tag, strnlen(tag, 8));
	memcpy(head + 8, &length, 8);
	write_all(head, 16);
}

void send_frame(const char *tag, const void *bytes, size_t length)
{
	frame_head(tag, length);
	write_all(bytes, length);
}

static void end_children(void)
{
	for (u32 i = 0; i < child_count; i++) kill(children[i], SIGKILL);
	for (u32 i = 0; i < child_count; i++) waitpid(children[i], NULL, 0);
	child_count = 0;
}

void fail(const char *format, ...)
{
	char text[256];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	if (in_child) {
		if (control != NULL && atomic_fetch_add(&control->failed, 1) == 0)
			memcpy(control->message, text, sizeof text);
		_exit(3);
	}
	end_children();
	send_frame("FAIL", text, strlen(text));
	_exit(3);
}

void *shared(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) fail("no memory: %zu bytes: %s", bytes, strerror(errno));
	return p;
}

static void *grown(void *old, size_t bytes)
{
	void *p = realloc(old, bytes);
	if (p == NULL) fail("no memory: %zu bytes", bytes);
	return p;
}

void pin(int cpu)
{
	cpu_set_t set;
	if (cpu < 0) return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof set, &set) != 0) fail("CPU %d cannot be had: %s", cpu, strerror(errno));
}

void die_with(pid_t parent)
{
	in_child = 1;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) _exit(3);
}

/* A child that hears of nobody, and of its parent's death alone. */
static pid_t child(void)
{
	pid_t parent = getpid(), pid = fork();
	if (pid < 0) fail("fork: %s", strerror(errno));
	if (pid > 0) {
		children[child_count++] = pid;
		return pid;
	}
	die_with(parent);
	child_count = 0;
	close(0);
	return 0;
}

static void niceness(int value)
{
	if (setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), value) != 0) fail("nice %d: %s", value, strerror(errno));
}

static void wait_for_go(void)
{
	atomic_fetch_add(&control->ready, 1);
	while (control->go == 0) syscall(SYS_futex, &control->go, FUTEX_WAIT, 0, NULL, NULL, 0);
}

/* Short waits are spun: a timer's wake-up would take longer. */
static void wait_until(u64 end)
{
	u64 at = now();
	if (at >= end) return;
	if (end - at > plan.spin) {
		struct timespec t = { (time_t)(end / SECOND), (long)(end % SECOND) };
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
	}
	while (now() < end) continue;
}

/* ---- reading the plan ---------------------------------------------------------------------- */

struct words { char *word[16]; int count; const char *line; };

static u64 number(const struct words *w, int i, int base)
{
	char *end;
	errno = 0;
	if (i >= w->count) fail("plan: a number is missing: %s", w->word[0]);
	u64 value = strtoull(w->word[i], &end, base);
	if (*end != 0 || errno != 0) fail("plan: no number: %s", w->word[i]);
	return value;
}
static u64 decimal(const struct words *w, int i) { return number(w, i, 10); }
static u64 address(const struct words *w, int i) { return number(w, i, 16); }
static int integer(const struct words *w, int i)
{
	int negative = i < w->count && w->word[i][0] == '-';
	struct words copy = *w;
	if (negative) copy.word[i]++;
	int value = (int)decimal(&copy, i);
	return negative ? -value : value;
}

static int prot_of(const char *perms)
{
	return (perms[0] == 'r' ? PROT_READ : 0) | (perms[1] == 'w' ? PROT_WRITE : 0) | (perms[2] == 'x' ? PROT_EXEC : 0);
}

static const char *perms(const struct words *w, int i)
{
	if (i >= w->count || strlen(w->word[i]) != 4) fail("plan: no permissions");
	return w->word[i];
}

/* Nothing of the plan reaches beyond its ranges. */
static u64 inside(u64 start, u64 pages)
{
	for (u32 i = 0; i < plan.range_count; i++)
		if (start >= plan.ranges[i].start && pages <= (plan.ranges[i].end - start) / PAGE &&
		    start < plan.ranges[i].end) return start;
	fail("plan: %lx is outside its ranges", (unsigned long)start);
}

static void add_turn(struct turns *t, u64 ns)
{
	if (t->count == TURNS_MAX) fail("plan: more than %d durations", TURNS_MAX);
	if (t->ns == NULL) t->ns = grown(NULL, TURNS_MAX * sizeof *t->ns);
	t->ns[t->count++] = ns;
}

static int file_of(const struct words *w, int i)
{
	int file = integer(w, i);
	if (file >= (int)plan.file_count) fail("plan: file %d is not open", file);
	return file;
}

static void add_vma(const struct words *w)
{
	if (plan.vma_count == plan.vma_room) {
		plan.vma_room = plan.vma_room * 2 + 64;
		plan.vmas = grown(plan.vmas, plan.vma_room * sizeof *plan.vmas);
	}
	struct vma *v = &plan.vmas[plan.vma_count++];
	v->start = address(w, 1);
	v->pages = decimal(w, 2);
	v->prot = prot_of(perms(w, 3));
	v->shared = w->word[3][3] == 's';
	v->file = file_of(w, 4);
	v->offset = decimal(w, 5) * PAGE;
	v->touched = integer(w, 6);
	inside(v->start, v->pages);
}

static void add_call(const struct words *w, int kind)
{
	struct writer *writer = &plan.writers[plan.writer_count - 1];
	if (plan.writer_count == 0 || writer->count == writer->calls_max) fail("plan: a call of no writer");
	struct call c = { .kind = kind, .file = -1 };
	int next = 3;
	c.at = address(w, 1);
	c.pages = decimal(w, 2);
	inside(c.at, c.pages);
	if (kind == MMAP || kind == MPROTECT) {
		c.prot = prot_of(perms(w, 3));
		c.shared = w->word[3][3] == 's';
		next = 4;
	}
	if (kind == MMAP) {
		c.file = file_of(w, 4);
		c.offset = decimal(w, 5) * PAGE;
		c.touched = integer(w, 6);
		next = 7;
	}
	if (kind == MREMAP) {
		c.newpages = decimal(w, 3);
		c.flags = integer(w, 4);
		c.to = address(w, 5);
		inside(c.flags & MREMAP_FIXED ? c.to : c.at, c.newpages);
		next = 6;
	}
	c.think = decimal(w, next);
	writer->calls[writer->count++] = c;
}

static void add_writer(const struct words *w)
{
	if (plan.writer_count == TASKS_MAX) fail("plan: more than %d writers", TASKS_MAX);
	struct writer *x = &plan.writers[plan.writer_count++];
	x->cpu = integer(w, 1);
	x->nice = integer(w, 2);
	x->loop = integer(w, 3);
	x->start = decimal(w, 4);
	x->log = decimal(w, 5);
	x->calls_max = decimal(w, 6);
	x->count = 0;
	x->calls = grown(x->calls, (x->calls_max + 1) * sizeof *x->calls);
}

static void add_reader(const struct words *w)
{
	if (plan.reader_count == TASKS_MAX) fail("plan: more than %d readers", TASKS_MAX);
	struct reader *x = &plan.readers[plan.reader_count++];
	if (w->count < 2) fail("plan: a reader of no kind");
	x->query = strcmp(w->word[1], "query") == 0;
	x->buffer = decimal(w, 2);
	x->passes = decimal(w, 3);
	x->cpu = integer(w, 4);
	x->nice = integer(w, 5);
	x->start = decimal(w, 6);
	x->think.count = 0;
}

static void add_hog(const struct words *w)
{
	if (plan.hog_count == HOGS_MAX) fail("plan: more than %d hogs", HOGS_MAX);
	struct hog *x = &plan.hogs[plan.hog_count++];
	x->cpu = integer(w, 1);
	x->nice = integer(w, 2);
	x->turns.count = 0;
}

static void forget_plan(void)
{
	for (u32 i = 0; i < plan.file_count; i++) close(plan.files[i]);
	plan.range_count = plan.vma_count = plan.file_count = plan.writer_count = plan.reader_count = plan.hog_count = 0;
	plan.spin = plan.gate = 0;
}

static void take_file(const char *path)
{
	if (plan.file_count == FILES_MAX) fail("plan: more than %d open files", FILES_MAX);
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) fail("%s: %s", path, strerror(errno));
	plan.files[plan.file_count++] = fd;
}

static void take_line(char *line)
{
	struct words w = { .count = 0, .line = line };
	if (strncmp(line, "file ", 5) == 0) {
		take_file(line + 5);
		return;
	}
	for (char *at = strtok(line, " "); at != NULL && w.count < 16; at = strtok(NULL, " ")) w.word[w.count++] = at;
	if (w.count == 0) return;
	const char *what = w.word[0];
	if (strcmp(what, "munmap") == 0) add_call(&w, MUNMAP);
	else if (strcmp(what, "mprotect") == 0) add_call(&w, MPROTECT);
	else if (strcmp(what, "mmap") == 0) add_call(&w, MMAP);
	else if (strcmp(what, "mremap") == 0) add_call(&w, MREMAP);
	else if (strcmp(what, "vma") == 0) add_vma(&w);
	else if (strcmp(what, "writer") == 0) add_writer(&w);
	else if (strcmp(what, "reader") == 0) add_reader(&w);
	else if (strcmp(what, "hog") == 0) add_hog(&w);
	else if (strcmp(what, "think") == 0 && plan.reader_count > 0)
		add_turn(&plan.readers[plan.reader_count - 1].think, decimal(&w, 1));
	else if (strcmp(what, "turn") == 0 && plan.hog_count > 0)
		add_turn(&plan.hogs[plan.hog_count - 1].turns, decimal(&w, 1));
	else if (strcmp(what, "range") == 0 && plan.range_count < RANGES_MAX)
		plan.ranges[plan.range_count++] = (struct range){ address(&w, 1), address(&w, 2) };
	else if (strcmp(what, "duration") == 0) plan.duration = decimal(&w, 1);
	else if (strcmp(what, "text") == 0) plan.text_bytes = decimal(&w, 1);
	else if (strcmp(what, "spin") == 0) plan.spin = decimal(&w, 1);
	else if (strcmp(what, "foreign") == 0) plan.foreign_permille = (u32)decimal(&w, 1);
	else fail("plan: unknown line: %s", what);
}

/* ---- the address space --------------------------------------------------------------------- */

static void touch(u64 start, u64 pages)
{
	for (u64 i = 0; i < pages; i++) *(volatile char *)(start + i * PAGE) = 1;
}

static int mapping(int shared_memory, int file)
{
	return (shared_memory ? MAP_SHARED : MAP_PRIVATE) | (file < 0 ? MAP_ANONYMOUS : 0);
}

/*
 * The VMAs of the plan, rising. Neighbours that are alike stay two, as the scenario has them: while the second one
 * is made, MADV_DONTFORK keeps the first apart, and each then has an anon_vma of its own.
 */
static void make_vmas(void)
{
	for (u32 i = 0; i < plan.vma_count; i++) {
		struct vma *v = &plan.vmas[i], *before = i > 0 ? v - 1 : NULL;
		int apart = before != NULL && before->start + before->pages * PAGE == v->start && v->touched;
		int wanted = v->touched ? v->prot | PROT_READ | PROT_WRITE : v->prot;
		int fd = v->file < 0 ? -1 : plan.files[v->file];
		if (apart) madvise((void *)before->start, before->pages * PAGE, MADV_DONTFORK);
		void *p = mmap((void *)v->start, v->pages * PAGE, wanted, mapping(v->shared, v->file) | MAP_FIXED_NOREPLACE, fd, (off_t)v->offset);
		if (p != (void *)v->start) fail("mmap of %lu pages at %lx: %s", (unsigned long)v->pages, (unsigned long)v->start, p == MAP_FAILED ? strerror(errno) : "taken");
		if (v->touched) touch(v->start, v->pages);
		if (wanted != v->prot && mprotect(p, v->pages * PAGE, v->prot) != 0) fail("mprotect: %s", strerror(errno));
		if (apart) madvise((void *)before->start, before->pages * PAGE, MADV_DOFORK);
	}
}

static int make_call(const struct call *c)
{
	long result;
	void *at = (void *)c->at;
	switch (c->kind) {
	case MMAP:
		result = (long)mmap(at, c->pages * PAGE, c->prot, mapping(c->shared, c->file) | MAP_FIXED, c->file < 0 ? -1 : plan.files[c->file], (off_t)c->offset);
		break;
	case MUNMAP:
		result = munmap(at, c->pages * PAGE);
		break;
	case MPROTECT:
		result = mprotect(at, c->pages * PAGE, c->prot);
		break;
	default:
		result = (long)mremap(at, c->pages * PAGE, c->newpages * PAGE, c->flags, (void *)c->to);
	}
	return result == -1 ? errno : 0;
}

/* What an mmap() has made is written to, where the plan says so. */
static void touch_new(const struct call *c)
{
	if (c->touched && (c->prot & PROT_WRITE)) touch(c->at, c->pages);
}

struct bytes { char *at; size_t length, room; };

static void reserve(struct bytes *b, size_t more)
{
	if (b->length + more <= b->room) return;
	b->room = (b->length + more) * 2;
	b->at = grown(b->at, b->room);
}
static void put(struct bytes *b, const void *from, size_t length)
{
	reserve(b, length);
	memcpy(b->at + b->length, from, length);
	b->length += length;
}
static void put_u32(struct bytes *b, u32 value) { put(b, &value, 4); }

/* The whole text of a process's maps. */
static void read_maps(const char *path, struct bytes *into)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	if (fd < 0) fail("%s: %s", path, strerror(errno));
	into->length = 0;
	do {
		reserve(into, 1 << 16);
		n = read(fd, into->at + into->length, 1 << 16);
		if (n < 0) fail("%s: %s", path, strerror(errno));
		into->length += (size_t)n;
	} while (n > 0);
	close(fd);
}

static u64 hex(const char *at, const char **end)
{
	u64 value = 0;
	for (;; at++) {
		if (*at >= '0' && *at <= '9') value = value * 16 + (u64)(*at - '0');
		else if (*at >= 'a' && *at <= 'f') value = value * 16 + (u64)(*at - 'a' + 10);
		else break;
	}
	if (end != NULL) *end = at;
	return value;
}

/* Whether [start, end) lies in the plan's ranges; `partly`: with a page of it. */
static int in_ranges(u64 start, u64 end, int partly)
{
	for (u32 i = 0; i < plan.range_count; i++) {
		const struct range *r = &plan.ranges[i];
		if (partly ? start < r->end && end > r->start : start >= r->start && start < r->end) return 1;
	}
	return 0;
}

/* Keeps the lines that lie in the plan's ranges. */
static void keep_ranges(struct bytes *text, int partly)
{
	size_t to = 0;
	for (size_t from = 0; from < text->length;) {
		char *line = text->at + from, *end = memchr(line, '\n', text->length - from);
		size_t length = end == NULL ? text->length - from : (size_t)(end - line) + 1;
		const char *dash;
		u64 start = hex(line, &dash);
		if (in_ranges(start, hex(dash + 1, NULL), partly)) {
			memmove(text->at + to, line, length);
			to += length;
		}
		from += length;
	}
	text->length = to;
}

/* ---- the states, without a model ----------------------------------------------------------- */

/* What a text and the next have in common, in whole lines. */
static void put_difference(struct bytes *out, const struct bytes *a, const struct bytes *b)
{
	size_t least = a->length < b->length ? a->length : b->length, head = 0, tail = 0, i;
	for (i = 0; i < least && a->at[i] == b->at[i]; i++)
		if (a->at[i] == '\n') head = i + 1;
	for (i = 0; i < least - head && a->at[a->length - 1 - i] == b->at[b->length - 1 - i];) {
		i++;
		if (i == least - head || a->at[a->length - 1 - i] == '\n') tail = i;
	}
	/* At the head the tail may begin inside a line of the longer one. */
	while (tail > 0 && ((a->length > tail && a->at[a->length - tail - 1] != '\n') || (b->length > tail && b->at[b->length - tail - 1] != '\n'))) tail--;
	put_u32(out, (u32)head);
	put_u32(out, (u32)tail);
	put_u32(out, (u32)(b->length - head - tail));
	put(out, b->at + head, b->length - head - tail);
}

static void do_states(u32 index)
{
	struct writer *w = &plan.writers[index];
	struct bytes out = { 0 }, texts_of[2] = { { 0 }, { 0 } };
	u32 current = 0;
	make_vmas();
	read_maps("/proc/self/maps", &texts_of[0]);
	keep_ranges(&texts_of[0], 0);
	put_u32(&out, index);
	put_u32(&out, (u32)w->count);
	put_u32(&out, (u32)texts_of[0].length);
	put(&out, texts_of[0].at, texts_of[0].length);
	for (u64 i = 0; i < w->count; i++) {
		int error = make_call(&w->calls[i]);
		if (error == 0) touch_new(&w->calls[i]);
		struct bytes *old = &texts_of[current], *new = &texts_of[current = !current];
		read_maps("/proc/self/maps", new);
		keep_ranges(new, 0);
		put_u32(&out, (u32)error);
		put_difference(&out, old, new);
	}
	send_frame("STATES", out.at, out.length);
	_exit(0);
}

/* Waits for a child that does something by itself. */
static void wait_for(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
	child_count--;
	if (control->failed) fail("%s", control->message);
	if (status != 0) fail("a child ended with status %x", (unsigned)status);
}

static void states(void)
{
	for (u32 i = 0; i < plan.writer_count; i++) {
		pid_t pid = child();
		if (pid == 0) do_states(i);
		wait_for(pid);
	}
}

static void costs(int writer_cpu, int reader_cpu, const char *directory)
{
	pid_t pid = child();
	if (pid == 0) {
		calibrate(writer_cpu, reader_cpu, directory);
		_exit(0);
	}
	wait_for(pid);
}

/* ---- a burst ------------------------------------------------------------------------------- */

static char stacks[TASKS_MAX][65536] __attribute__((aligned(65536)));

static void *run_writer(void *argument)
{
	u32 index = (u32)(uintptr_t)argument;
	struct writer *w = &plan.writers[index];
	struct call_log *log = call_logs[index];
	u64 done = 0;
	pin(w->cpu);
	niceness(w->nice);
	prctl(PR_SET_TIMERSLACK, 1);
	wait_for_go();
	wait_until(control->begin + w->start);
	for (u64 next = 0; !control->stop; next++) {
		if (next == w->count) {
			if (w->loop != LOOP) break;
			next = 0;
		}
		const struct call *c = &w->calls[next];
		u64 before = now();
		int error = make_call(c);
		u64 after = now();
		log[done] = (struct call_log){ before - control->begin, (u32)(after - before), error };
		control->logged[index] = ++done;
		if (error == 0 && c->touched) touch_new(c);
		if (done == w->log) break;
		if (c->think > 0) wait_until(after + c->think);
	}
	if (w->loop != WRITER_ENDS && (done == w->log || !control->stop)) control->over = 1;
	atomic_fetch_add(&control->idle, 1);
	return NULL;
}

static pid_t start_target(size_t log_bytes)
{
	pid_t pid = child();
	if (pid > 0) return pid;
	close(1);
	if (log_bytes > 0) touch((u64)call_logs[0], (log_bytes + PAGE - 1) / PAGE);
	make_vmas();
	for (u32 i = 0; i < plan.writer_count; i++) {
		pthread_attr_t attributes;
		pthread_t thread;
		pthread_attr_init(&attributes);
		pthread_attr_setstack(&attributes, stacks[i], sizeof stacks[i]);
		if (pthread_create(&thread, &attributes, run_writer, (void *)(uintptr_t)i) != 0) fail("a thread cannot be made");
	}
	atomic_fetch_add(&control->ready, 1);
	for (;;) pause();
}

/* What PROCMAP_QUERY has answered; the name follows, in whole words. */
struct answer { u64 start, end, offset, inode; u32 flags, major, minor, name; };
#define NAME_ROOM 4096

/* One pass by ioctl(); false when there is no room left. */
static int query_pass(u32 index, int fd, u64 *used, u64 *reads, struct pass_log *pass)
{
	static char name[NAME_ROOM];
	u64 at = 0;
	for (;;) {
		struct procmap_query_args q = { .size = sizeof q, .query_flags = QUERY_COVERING_OR_NEXT, .query_addr = at, .vma_name_size = sizeof name, .vma_name_addr = (u64)name };
		if (*reads == reads_room || *used + sizeof(struct answer) + NAME_ROOM > text_room) return 0;
		u64 before = now();
		int result = ioctl(fd, PROCMAP_QUERY_CALL, &q);
		u64 after = now();
		if (result != 0 && errno != ENOENT) fail("PROCMAP_QUERY: %s", strerror(errno));
		read_logs[index][(*reads)++] = (struct read_log){ before - control->begin, (u32)(after - before), result == 0 };
		pass->reads++;
		if (result != 0) return 1;
		struct answer a = { q.vma_start, q.vma_end, q.vma_offset, q.inode, (u32)q.vma_flags, q.dev_major, q.dev_minor, q.vma_name_size };
		memcpy(texts[index] + *used, &a, sizeof a);
		memcpy(texts[index] + *used + sizeof a, name, q.vma_name_size);
		*used += sizeof a + (q.vma_name_size + 7UL) / 8 * 8;
		at = q.vma_end;
	}
}

static int read_pass(u32 index, int fd, u64 *used, u64 *reads, struct pass_log *pass)
{
	u64 buffer = plan.readers[index].buffer;
	for (;;) {
		if (*reads == reads_room || *used + buffer > text_room) return 0;
		u64 before = now();
		ssize_t n = read(fd, texts[index] + *used, buffer);
		u64 after = now();
		if (n < 0) fail("read of maps: %s", strerror(errno));
		read_logs[index][(*reads)++] = (struct read_log){ before - control->begin, (u32)(after - before), (u32)n };
		pass->reads++;
		if (n == 0) return 1;
		*used += (u64)n;
	}
}

static void run_reader(u32 index, pid_t target)
{
	struct reader *r = &plan.readers[index];
	u64 used = 0, reads = 0, passes = 0;
	char path[64];
	close(1);
	snprintf(path, sizeof path, "/proc/%d/maps", (int)target);
	touch((u64)texts[index], text_room / PAGE);
	touch((u64)read_logs[index], reads_room * sizeof(struct read_log) / PAGE);
	touch((u64)pass_logs[index], passes_room * sizeof(struct pass_log) / PAGE);
	pin(r->cpu);
	niceness(r->nice);
	prctl(PR_SET_TIMERSLACK, 1);
	wait_for_go();
	wait_until(control->begin + r->start);
	u64 end = control->begin + plan.duration;
	while (passes < r->passes && passes < passes_room && !control->over && now() < end) {
		struct pass_log *pass = &pass_logs[index][passes];
		*pass = (struct pass_log){ used, 0, (u32)reads, 0, 0 };
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0) fail("%s: %s", path, strerror(errno));
		int whole = r->query ? query_pass(index, fd, &used, &reads, pass) : read_pass(index, fd, &used, &reads, pass);
		close(fd);
		if (!whole) break;
		pass->bytes = (u32)(used - pass->text);
		control->read[index].passes = ++passes;
		control->read[index].reads = reads;
		control->read[index].bytes = used;
		if (r->think.count > 0) wait_until(now() + r->think.ns[(passes - 1) % r->think.count]);
	}
	control->read[index].full = passes < r->passes && !control->over && now() < end;
	_exit(0);
}

static void run_hog(const struct hog *h)
{
	close(1);
	pin(h->cpu);
	niceness(h->nice);
	wait_for_go();
	for (u32 i = 0;; i = (i + 1) % (h->turns.count / 2)) {
		u64 end = now() + h->turns.ns[2 * i];
		while (now() < end) continue;
		u64 ns = h->turns.ns[2 * i + 1];
		struct timespec t = { (time_t)(ns / SECOND), (long)(ns % SECOND) };
		if (ns > 0) nanosleep(&t, NULL);
	}
}

/* CPU time that anybody has used, a hypervisor included. */
static u64 busy_ns(void)
{
	unsigned long v[8] = { 0 };
	FILE *f = fopen("/proc/stat", "r");
	if (f == NULL) return 0;
	int n = fscanf(f, "cpu %lu %lu %lu %lu %lu %lu %lu %lu", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]);
	fclose(f);
	return n < 7 ? 0 : (v[0] + v[1] + v[2] + v[5] + v[6] + v[7]) * (SECOND / (u64)sysconf(_SC_CLK_TCK));
}

static u64 own_ns(void)
{
	u64 sum = 0;
	for (u32 i = 0; i <= child_count; i++) {
		clockid_t clock = CLOCK_PROCESS_CPUTIME_ID;
		struct timespec t;
		if (i < child_count && clock_getcpuclockid(children[i], &clock) != 0) continue;
		if (clock_gettime(clock, &t) == 0) sum += (u64)t.tv_sec * SECOND + (u64)t.tv_nsec;
	}
	return sum;
}

/* CPU time of the children that have ended. */
static u64 ended_ns(void)
{
	struct rusage r;
	getrusage(RUSAGE_CHILDREN, &r);
	return ((u64)r.ru_utime.tv_sec + (u64)r.ru_stime.tv_sec) * SECOND + ((u64)r.ru_utime.tv_usec + (u64)r.ru_stime.tv_usec) * MICROSECOND;
}

static void sleep_ns(u64 ns)
{
	struct timespec t = { (time_t)(ns / SECOND), (long)(ns % SECOND) };
	nanosleep(&t, NULL);
}

/* Waits for a moment at which others use little. */
static void gate(void)
{
	for (u64 end = now() + plan.gate; now() < end;) {
		u64 busy = busy_ns(), own = own_ns(), began = now();
		sleep_ns(200 * MILLISECOND);
		u64 others = busy_ns() - busy, mine = own_ns() - own;
		others = others > mine ? others - mine : 0;
		if (others * 1000 <= (now() - began) * plan.foreign_permille) return;
	}
}

/* Looks after the children until so many readers have ended; without readers for so long. */
static void look_after(u64 until, u32 readers)
{
	u32 ended = 0;
	while (readers == 0 ? now() < until && !control->over : ended < readers) {
		int status;
		struct pollfd input = { .fd = 0 };
		pid_t pid = waitpid(-1, &status, WNOHANG);
		if (control->failed) fail("%s", control->message);
		if (pid > 0) {
			if (status != 0 || pid == children[0]) fail("a child ended with status %x", (unsigned)status);
			for (u32 i = 1; i < child_count; i++) if (children[i] == pid) children[i] = children[--child_count];
			ended++;
			continue;
		}
		if (poll(&input, 1, 0) > 0 && (input.revents & POLLHUP)) fail("nobody is left to report to");
		if (now() > until + plan.duration + 5 * SECOND) fail("a burst took twice its time");
		sleep_ns(2 * MILLISECOND);
	}
}

static void put_answer(struct bytes *out, const struct answer *a, const char *name)
{
	char line[160];
	int n = snprintf(line, sizeof line, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", (unsigned long)a->start, (unsigned long)a->end, a->flags & 1 ? 'r' : '-', a->flags & 2 ? 'w' : '-', a->flags & 4 ? 'x' : '-', a->flags & 8 ? 's' : 'p', (unsigned long)a->offset, a->major, a->minor, (unsigned long)a->inode);
	put(out, line, (size_t)n);
	if (a->name > 1) {
		while (n++ < 72) put(out, " ", 1);
		put(out, " ", 1);
		put(out, name, a->name - 1);
	}
	put(out, "\n", 1);
}

/* Answers become lines, as a tool would print them. */
static void print_answers(u32 index, struct bytes *out)
{
	out->length = 0;
	for (u64 i = 0; i < control->read[index].passes; i++) {
		struct pass_log *pass = &pass_logs[index][i];
		struct read_log *log = &read_logs[index][pass->first_read];
		u64 at = pass->text, end = at + pass->bytes;
		pass->text = out->length;
		for (; at < end; log++) {
			struct answer *a = (struct answer *)(texts[index] + at);
			size_t before = out->length;
			put_answer(out, a, (char *)(a + 1));
			log->bytes = (u32)(out->length - before);
			at += sizeof *a + (a->name + 7UL) / 8 * 8;
		}
		pass->bytes = (u32)(out->length - pass->text);
	}
}

static void put_padded(struct bytes *b, const void *from, size_t length)
{
	static const char zeros[8];
	put(b, from, length);
	put(b, zeros, (8 - length % 8) % 8);
}

/*
 * Frame: u64 foreign permille, wall ns, room was full, writers, readers, bytes of the texts at the start and at the
 * end; these texts; for each writer u64 n and its calls; for each reader u64 reads, passes, bytes, and all three.
 */
static void send_burst(u64 foreign, u64 wall, const struct bytes *first, const struct bytes *last)
{
	struct bytes out = { 0 }, lines = { 0 };
	u64 head[7] = { foreign, wall, control->over, plan.writer_count, plan.reader_count, first->length, last->length };
	for (u32 i = 0; i < plan.reader_count; i++) head[2] |= control->read[i].full ? 2 : 0;
	put(&out, head, sizeof head);
	put_padded(&out, first->at, first->length);
	put_padded(&out, last->at, last->length);
	for (u32 i = 0; i < plan.writer_count; i++) {
		u64 n = control->logged[i];
		put(&out, &n, 8);
		put(&out, call_logs[i], n * sizeof(struct call_log));
	}
	for (u32 i = 0; i < plan.reader_count; i++) {
		const char *text = texts[i];
		u64 counts[3] = { control->read[i].reads, control->read[i].passes, control->read[i].bytes };
		if (plan.readers[i].query) {
			print_answers(i, &lines);
			text = lines.at;
			counts[2] = lines.length;
		}
		put(&out, counts, sizeof counts);
		put(&out, read_logs[i], counts[0] * sizeof(struct read_log));
		put(&out, pass_logs[i], counts[1] * sizeof(struct pass_log));
		put_padded(&out, text, counts[2]);
	}
	send_frame("BURST", out.at, out.length);
	free(out.at);
	free(lines.at);
}

static void wait_ready(u32 count)
{
	u64 end = now() + 60 * SECOND;
	while (control->ready < count) {
		int status;
		if (control->failed) fail("%s", control->message);
		if (waitpid(-1, &status, WNOHANG) > 0 && !control->failed) fail("a child ended with status %x before the burst", (unsigned)status);
		if (now() > end) fail("the children of a burst were not ready in a minute");
		sleep_ns(MILLISECOND);
	}
}

static void burst(void)
{
	struct bytes first = { 0 }, last = { 0 };
	size_t logs = 0, log_bytes, reader_bytes;
	char path[64];
	for (u32 i = 0; i < plan.writer_count; i++) logs += plan.writers[i].log + 1;
	log_bytes = logs * sizeof(struct call_log);
	struct call_log *log = logs > 0 ? shared(log_bytes) : NULL;
	memset((void *)control, 0, sizeof *control);
	for (u32 i = 0; i < plan.writer_count; i++) {
		call_logs[i] = log + (i > 0 ? (size_t)(call_logs[i - 1] - log) + plan.writers[i - 1].log + 1 : 0);
	}
	pid_t target = start_target(log_bytes);
	text_room = plan.text_bytes / PAGE * PAGE;
	reads_room = text_room / 1024 + 1024;
	passes_room = text_room / 256 + 1024;
	reader_bytes = text_room + reads_room * sizeof(struct read_log) + passes_room * sizeof(struct pass_log);
	for (u32 i = 0; i < plan.reader_count; i++) {
		texts[i] = shared(reader_bytes);
		read_logs[i] = (struct read_log *)(texts[i] + text_room);
		pass_logs[i] = (struct pass_log *)(read_logs[i] + reads_room);
		if (child() == 0) run_reader(i, target);
	}
	for (u32 i = 0; i < plan.hog_count; i++) if (child() == 0) run_hog(&plan.hogs[i]);
	wait_ready(plan.writer_count + 1 + plan.reader_count + plan.hog_count);
	snprintf(path, sizeof path, "/proc/%d/maps", (int)target);
	read_maps(path, &first);
	gate();
	u64 ended = ended_ns(), own = own_ns(), busy = busy_ns(), began = now();
	control->begin = began + 2 * MILLISECOND;
	control->go = 1;
	syscall(SYS_futex, &control->go, FUTEX_WAKE, 1 << 20, NULL, NULL, 0);
	look_after(control->begin + plan.duration, plan.reader_count);
	control->stop = 1;
	u64 wall = now() - began, others = busy_ns() - busy;
	u64 mine = own_ns() - own + ended_ns() - ended;
	while (control->idle < plan.writer_count && now() < began + 2 * plan.duration + 5 * SECOND) sleep_ns(MILLISECOND);
	read_maps(path, &last);
	end_children();
	others = others > mine ? others - mine : 0;
	send_burst(others * 1000 / wall, wall, &first, &last);
	free(first.at);
	free(last.at);
	for (u32 i = 0; i < plan.reader_count; i++) munmap(texts[i], reader_bytes);
	if (log != NULL) munmap(log, log_bytes);
}

/* ---- commands ------------------------------------------------------------------------------ */

/* The line that maps has of a file. */
static void put_file_line(int fd, struct bytes *text, struct bytes *out)
{
	void *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED) fail("mmap of a file: %s", strerror(errno));
	read_maps("/proc/self/maps", text);
	for (char *line = text->at, *end = line + text->length; line < end;) {
		char *next = memchr(line, '\n', (size_t)(end - line));
		next = next == NULL ? end : next + 1;
		if (hex(line, NULL) == (u64)p) put(out, line, (size_t)(next - line));
		line = next;
	}
	munmap(p, PAGE);
}

static u32 lines_of(const struct bytes *text)
{
	u32 count = 0;
	for (size_t i = 0; i < text->length; i++) count += text->at[i] == '\n';
	return count;
}

/*
 * Whether addresses are randomised, how many files are open, how many lines of this process lie in the plan's
 * ranges; then what maps says of each file, those lines, and all lines where there are some.
 */
static void tell_plan(int randomised)
{
	struct bytes text = { 0 }, all = { 0 }, out = { 0 };
	put_u32(&out, (u32)randomised);
	put_u32(&out, plan.file_count);
	put_u32(&out, 0);
	for (u32 i = 0; i < plan.file_count; i++) put_file_line(plan.files[i], &text, &out);
	read_maps("/proc/self/maps", &all);
	read_maps("/proc/self/maps", &text);
	keep_ranges(&text, 1);
	u32 taken = lines_of(&text);
	memcpy(out.at + 8, &taken, 4);
	put(&out, text.at, text.length);
	if (taken > 0) put(&out, all.at, all.length);
	send_frame("PLAN", out.at, out.length);
	free(text.at);
	free(all.at);
	free(out.at);
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	int reading = 0, randomised = (personality(0xffffffff) & ADDR_NO_RANDOMIZE) == 0;
	if (getuid() != geteuid() || getgid() != getegid()) return 3;
	/* Randomised addresses may lie where the scenario's are; some containers forbid to do without. */
	if (randomised && argc < 2 && personality(ADDR_NO_RANDOMIZE) >= 0) {
		char *again[] = { argv[0], "again", NULL };
		execv("/proc/self/exe", again);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	/* What is large comes and goes by itself, so that the heap looks alike in every burst. */
	mallopt(M_MMAP_THRESHOLD, 1 << 16);
	control = shared(sizeof *control);
	while ((length = getline(&line, &room, stdin)) > 0) {
		int writer_cpu, reader_cpu, at;
		unsigned long gate_ns;
		if (line[length - 1] == '\n') line[--length] = 0;
		if (strcmp(line, "plan") == 0) {
			forget_plan();
			reading = 1;
		} else if (strcmp(line, "end") == 0) {
			reading = 0;
			tell_plan(randomised);
		} else if (reading) take_line(line);
		else if (strcmp(line, "states") == 0) states();
		else if (sscanf(line, "burst %lu", &gate_ns) == 1) {
			plan.gate = gate_ns;
			burst();
		}
		else if (sscanf(line, "calibrate %d %d %n", &writer_cpu, &reader_cpu, &at) == 2) costs(writer_cpu, reader_cpu, line + at);
		else fail("unknown command: %s", line);
	}
	return 0;
}
