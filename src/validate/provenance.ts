/**
 * The sources of the figures, and the figures that are inputs of the model. Both lists are printed
 * with the Markdown table.
 */

/** Names in the column `source`, and their meaning. */
export const SOURCES: readonly (readonly [string, string])[] = [
  [
    'guest 6.18',
    'measured by this project: Linux 6.18.44 (PREEMPT_DYNAMIC, HZ=250, per-VMA locks) in a ' +
      'nested KVM guest with 2 CPUs of an AMD EPYC at 2.6 GHz; writer on CPU 0, reader on CPU 1; ' +
      'medians of several runs. This kernel reads maps under per-VMA locks; smaps and numa_maps, which it ' +
      'reads under mmap_lock, represent the old design. The items are those of the notes of the measurement',
  ],
  [
    'proc-mmap_sem-test',
    'published runs of github.com/paulmckrcu/proc-mmap_sem-test on other machines (100 runs of ' +
      '10 s); only orders and ratios are compared',
  ],
  ['v6.18 …', 'no figure: follows from the source of the kernel'],
];

/**
 * The costs of `vm-epyc` are measured costs, so a claim that reads such a cost back proves only
 * that the parts add up. Nothing else was fitted.
 */
export const GIVEN: readonly string[] = [
  'the calls of writers, PROCMAP_QUERY and the characters of a path: each is a measured cost, or ' +
    'lies between two measured costs',
  'formatAnon: chosen so that a line with everything around it takes 250 ns',
  'cacheLineMove: fitted to the overlaps and backward lines at 20k and 99k calls/s, within ' +
    'the range of a ping-pong of two CPUs; their growth with the rate of calls, and their position in ' +
    'the text, are not given',
  'timeSlice: the value of v6.18 for two CPUs, ended by a tick of 4 ms',
];
