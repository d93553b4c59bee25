/**
 * The sources of the figures, and the figures that are inputs of the model; printed with every
 * table.
 */

/** Names in the column of sources, and what they stand for. */
export const SOURCES: readonly (readonly [string, string])[] = [
  [
    'guest 6.18',
    'measured by this project: Linux 6.18.44 (PREEMPT_DYNAMIC, HZ=250, per-VMA locks) in a ' +
      'nested KVM guest with 2 CPUs of an AMD EPYC at 2.6 GHz; writer on CPU 0, reader on CPU 1; ' +
      'medians of several runs. maps is read under per-VMA locks there; smaps and numa_maps, still under ' +
      'mmap_lock, stand for the old design. Items as in the notes of the measurement',
  ],
  [
    'proc-mmap_sem-test',
    'published runs of github.com/paulmckrcu/proc-mmap_sem-test on other machines (100 runs of ' +
      '10 s): orders and ratios only',
  ],
  ['v6.18 …', 'no figure: what the source of the kernel says must be so'],
];

/**
 * The costs of `vm-epyc` are the measured ones, so a claim that reads such a cost back proves only
 * that the parts add up. Nothing else was fitted.
 */
export const GIVEN: readonly string[] = [
  'the calls of writers, PROCMAP_QUERY and the characters of a path: each a measured cost, or ' +
    'one between two measured ones',
  'formatAnon: such that a line takes 250 ns with everything around it',
  'cacheLineMove: fitted to the overlaps and backward lines at 20k and 99k calls/s, within what ' +
    'a ping-pong of two CPUs allows; how they grow with the calls, and where they lie, is not given',
  'timeSlice: what v6.18 has for two CPUs, ended by a tick of 4 ms',
];
