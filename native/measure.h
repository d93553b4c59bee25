/* The common part of measure.c and calibrate.c. */
#ifndef MEASURE_H
#define MEASURE_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdint.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/ioctl.h>

#define PAGE 4096UL

typedef uint64_t u64;
typedef uint32_t u32;
typedef int32_t i32;

/* struct procmap_query of Linux 6.11, spelt out for older headers. */
struct procmap_query_args {
	u64 size, query_flags, query_addr;
	u64 vma_start, vma_end, vma_flags, vma_page_size, vma_offset, inode;
	u32 dev_major, dev_minor, vma_name_size, build_id_size;
	u64 vma_name_addr, build_id_addr;
};
#define PROCMAP_QUERY_CALL _IOWR('f', 17, struct procmap_query_args)
#define QUERY_COVERING_OR_NEXT 0x10

u64 now(void);
/* Reports the fault to the process that started the program, and ends the program with its children. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* Memory that children share, or fail(). */
void *shared(size_t bytes);
void pin(int cpu);
/* In a child: dies with the parent. */
void die_with(pid_t parent);
void calibrate(int writer_cpu, int reader_cpu, const char *directory);
void send_frame(const char *tag, const void *bytes, size_t length);
#endif
