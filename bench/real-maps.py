"""Maps as many regions as it is told, then reads /proc/self/maps to the end whenever asked.

Started by real-maps.ts with one argument, JSON: regions, pages, passes, path (null: anonymous),
bufferBytes. For each line on standard input a line on standard output: what the passes took.
"""
import ctypes
import json
import os
import sys
import time

PROT_READ, PROT_WRITE, MAP_PRIVATE, MAP_ANONYMOUS = 1, 2, 2, 32


def map_regions(regions, pages, path):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int,
                          ctypes.c_int, ctypes.c_long]
    flags, fd = MAP_PRIVATE | MAP_ANONYMOUS, -1
    if path is not None:
        flags, fd = MAP_PRIVATE, os.open(path, os.O_RDONLY)
    for i in range(regions):
        prot = PROT_READ | (PROT_WRITE if i % 2 else 0)  # neighbours that differ do not merge
        if libc.mmap(None, pages * 4096, prot, flags, fd, 0) == ctypes.c_void_p(-1).value:
            raise OSError(ctypes.get_errno(), f"mmap of region {i}")


def read_once(buffer):
    """As `cat` does: open, read() until one returns 0, close."""
    fd = os.open("/proc/self/maps", os.O_RDONLY)
    size = 0
    while True:
        got = os.readv(fd, [buffer])
        if got == 0:
            break
        size += got
    os.close(fd)
    return size


def main():
    job = json.loads(sys.argv[1])
    map_regions(job["regions"], job["pages"], job["path"])
    buffer = bytearray(job["bufferBytes"])
    with open("/proc/self/maps", "rb") as maps:
        lines = sum(1 for _ in maps)
    for _ in sys.stdin:
        wall, cpu, size = time.perf_counter_ns(), time.process_time_ns(), 0
        for _ in range(job["passes"]):
            size += read_once(buffer)
        cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
        units = {"lines": lines * job["passes"], "bytes": size}
        print(json.dumps({"cpuNs": cpu, "wallNs": wall, "units": units}), flush=True)


main()
