/**
 * The form of a scenario: one valibot schema for the types, the checks and the published JSON
 * Schema.
 *
 * All defaults are here. Rules that need more than one place of the file (a tag that must exist,
 * VMAs that must not overlap) or a list of the caller (strategies, costs) are checked in
 * `validate.ts`.
 */
import * as v from 'valibot';
import { about } from '../../base/forms.ts';
import { OperationSchema } from './operations.ts';
import {
  Address,
  AnonName,
  count,
  DurationSchema,
  DurationString,
  exactlyOne,
  FileSchema,
  FixedDurationSchema,
  keys,
  oneWord,
  PAGES,
  PATH,
  PERMS,
  Perms,
  pageCount,
  SelectorSchema,
  sizeOf,
  Tag,
  TaskName,
  TEXT,
  whole,
  YES_OR_NO,
} from './schema-parts.ts';

export const FromSchema = keys('an item of vmas', {
  from: about('A file with maps text.', v.pipe(v.string(PATH), v.minLength(1, PATH))),
  tag: about('A name for selectors.', v.optional(Tag)),
  touched: about(
    'Whether its private memory has been written to; then it has an anon_vma.',
    v.optional(v.boolean(YES_OR_NO), false),
  ),
});

const PERMS_LIST = 'a list of permissions';
export const ExplicitSchema = keys('an item of vmas', {
  start: about('The first address.', Address),
  pages: about('Length of each copy.', pageCount()),
  perms: about(
    'Permissions; a list is applied to the copies in turn, again and again.',
    v.optional(
      v.union(
        [Perms, v.pipe(v.array(Perms, PERMS), v.minLength(1, PERMS_LIST))],
        `${PERMS}, or a list of them`,
      ),
      'rw-p',
    ),
  ),
  tag: about('A name for selectors; all copies have it.', v.optional(Tag)),
  repeat: about('Number of copies, one after the other.', v.optional(count('copies'), 1)),
  gap: about(
    'Unmapped pages between copies.',
    v.optional(whole('a number of pages of 0 or more', 0, PAGES), 0),
  ),
  file: about('The mapped file; without it the memory is anonymous.', v.optional(FileSchema)),
  name: about('Printed as [anon:NAME].', v.optional(AnonName)),
  touched: about(
    'Whether the memory has been written to; then it has an anon_vma.',
    v.optional(v.boolean(YES_OR_NO), false),
  ),
});

export const VmaEntrySchema = v.union(
  [v.string(), FromSchema, ExplicitSchema],
  'a line of maps text, {from: FILE} or {start, pages, perms}',
);

export const CHURN_NAMES = [
  'split-merge',
  'resize',
  'remap',
  'merge-churn',
  'exact-mremap',
  'map-unmap',
  'flip-pair',
] as const;

/** Tasks of all readers and writers together. */
export const TASKS_MAX = 65_536;
const taskShape = {
  count: about(
    'Number of equal tasks; if more than 1, they are named NAME/0, NAME/1, …',
    v.optional(count('tasks', TASKS_MAX), 1),
  ),
  start: about(
    'Time of the start; default 0; if count is more than 1, drawn from [0, think or every).',
    v.optional(DurationSchema),
  ),
  cpu: about(
    'The CPU to which the task is pinned; default: the CPU with the fewest tasks.',
    v.optional(whole('the index of a CPU, from 0', 0)),
  ),
  nice: about(
    'The nice value, as in nice(1); it has an effect if tasks share a CPU.',
    v.optional(whole('a nice value of -20 to 19', -20, 19), 0),
  ),
};

export const ReaderSchema = keys('a reader', {
  name: about('The name of the reader in results.', TaskName),
  strategy: about(
    'NAME[:key=value[,key=value…]], or the path of a .js or .mjs file.',
    v.optional(v.string('the name of a strategy'), 'mmap-lock'),
  ),
  passes: about('How often the reader reads the whole file.', v.optional(count('passes'), 1)),
  buffer: about('Bytes that each read() asks for.', v.optional(sizeOf(1), 65536)),
  think: about('Pause between passes; default 0.', v.optional(DurationSchema)),
  every: about(
    'Time from the start of a pass to the start of the next; instead of think.',
    v.optional(DurationSchema),
  ),
  readOn: about(
    'After a read() that returned 0, the reader waits and reads again; the result is part of the ' +
      'text. mmap-lock:end=pending has the positions of Linux 5.7 to 6.0.',
    v.optional(
      keys('readOn: {times, after}', {
        times: v.optional(count('times'), 1),
        after: v.optional(DurationSchema, 0),
      }),
    ),
  ),
  ...taskShape,
});

const INSTANT = 'an instant in quotes, as the log writes its times, such as "1795355396.667718"';
const PATHS = 'a path, or a list of paths';
const PATH_LIST = 'a list of paths';
const SPEED = 'a speed: a number above 0, or max';

/** Recorded calls. All keys but the first mean nothing without it. */
const traceShape = {
  trace: about(
    'Logs of strace, perf trace or perf script; several for the files of strace -ff.',
    v.optional(
      v.union([v.string(), v.pipe(v.array(v.string(), PATHS), v.minLength(1, PATHS))], PATHS),
    ),
  ),
  speed: about(
    'Replay this many times as fast as recorded (default 1); max: no waiting between calls.',
    v.optional(
      v.union(
        [v.pipe(v.number(), v.gtValue(0, SPEED), v.maxValue(1e9, SPEED)), v.literal('max')],
        SPEED,
      ),
    ),
  ),
  from: about(
    'For trace: only calls that returned after this instant.',
    v.optional(v.string(INSTANT)),
  ),
  until: about(
    'For trace: only calls that returned at or before this instant.',
    v.optional(v.string(INSTANT)),
  ),
  process: about(
    'For trace: the process of the log to replay; default the first.',
    v.optional(whole('the number of a process', 1)),
  ),
  touched: about(
    'For trace: whether private memory is written to once it is writable; default all.',
    v.optional(oneWord(['all', 'none'])),
  ),
  filesFrom: about(
    'For trace: further maps texts, for device and inode of mapped files.',
    v.optional(v.array(v.string(PATH), PATH_LIST)),
  ),
};
export const TRACE_KEYS = ['speed', 'from', 'until', 'process', 'touched', 'filesFrom'] as const;

const SELECTOR_PAIR = 'a pair of selectors: [LOW, HIGH]';
export const WriterSchema = exactlyOne(
  keys('a writer', {
    name: about('The name of the writer in results.', TaskName),
    program: about(
      'Operations, repeated in order.',
      v.optional(
        v.pipe(
          v.array(OperationSchema, 'a list of operations'),
          v.minLength(1, 'a list of at least one operation'),
        ),
      ),
    ),
    churn: about('A program that has a name.', v.optional(oneWord(CHURN_NAMES))),
    ...traceShape,
    vma: about(
      'The ranges that the churn changes; default: every VMA of at least 3 pages, pick random.',
      v.optional(SelectorSchema),
    ),
    vmas: about(
      'For flip-pair: the low and the high range.',
      v.optional(v.pipe(v.array(SelectorSchema, SELECTOR_PAIR), v.length(2, SELECTOR_PAIR))),
    ),
    every: about(
      'Time from the start of an operation to the start of the next; instead of think. With ' +
        'flip-pair: the pause after each pair of calls.',
      v.optional(DurationSchema),
    ),
    region: about(
      'For map-unmap: the region to change; at the start it is mapped rw-p, in addition to vmas.',
      v.optional(
        keys('a region: {start, pages}', {
          start: about('The first address.', Address),
          pages: about('The length.', pageCount()),
        }),
      ),
    ),
    think: about('Pause after each operation; default 0.', v.optional(DurationSchema)),
    ops: about(
      'Stop after this many operations; default: never.',
      v.optional(whole('a number of operations of 0 or more', 0)),
    ),
    ...taskShape,
  }),
  ['program', 'churn', 'trace'],
  'a writer has one of program, churn and trace',
);

const COST = 'a cost: ns, text such as 235ns, or for a share a number from 0 to 1';
const CostSchema = v.union([v.pipe(v.number(COST), v.minValue(0, COST)), DurationString], COST);
const DrawnCostSchema = v.union(
  [
    ...CostSchema.options,
    about(
      'The minimum plus a log-normal value.',
      keys('a distribution', {
        min: about('The minimum.', FixedDurationSchema),
        p50: about('The median.', FixedDurationSchema),
        p99: about('The 99th percentile.', FixedDurationSchema),
      }),
    ),
  ],
  `${COST}, or {min, p50, p99}`,
);

const PRESET = 'the name of a preset';
export const CostsSchema = v.union(
  [
    v.string(PRESET),
    v.objectWithRest(
      {
        preset: v.optional(v.string(PRESET), 'server'),
        from: about(
          'A file of mapsim calibrate -o; costs beside from override those of the file.',
          v.optional(v.string('the path of a file')),
        ),
        wakeup: v.optional(DrawnCostSchema),
        wakeupSend: v.optional(DrawnCostSchema),
        interrupt: v.optional(DrawnCostSchema),
      },
      CostSchema,
    ),
  ],
  'a preset, or {preset: NAME, COST: ns, …}',
);

const JITTER = 'the sigma of a log-normal: a number from 0 to 1';

export const MachineSchema = keys('a machine', {
  cpus: about('Number of CPUs; default: a CPU for every task.', v.optional(count('CPUs', 4096))),
  rwsem: about(
    'Kind of mmap_lock: rwsem as in the kernel; fifo: strictly first come, first served.',
    v.optional(oneWord(['rwsem', 'fifo']), 'rwsem'),
  ),
  preempt: about(
    'Preemption; none: a task in the kernel leaves its CPU only when it sleeps or returns to ' +
      'user space.',
    v.optional(oneWord(['full', 'none']), 'full'),
  ),
  taskSize: about(
    'The end of user space; default: derived from the start text and the traces.',
    v.optional(Address),
  ),
  pageSize: about(
    'The unit of pages, page, newPages and gap; default: derived from the start text.',
    v.optional(oneWord(['4k', '8k', '16k', '64k'])),
  ),
  hz: about(
    'Timer ticks per second.',
    v.optional(whole('a tick rate of 1 to 10000', 1, 10_000), 250),
  ),
  costs: about('The cost of each primitive: docs/costs.md.', v.optional(CostsSchema, 'server')),
  jitter: about(
    "How much costs vary from call to call; default: the preset's; 0: not at all.",
    v.optional(v.pipe(v.number(JITTER), v.minValue(0, JITTER), v.maxValue(1, JITTER))),
  ),
  hogs: about(
    'Tasks that only use up CPU time.',
    v.optional(
      v.array(
        keys('a hog', {
          cpu: about('The CPU of the hog.', whole('the index of a CPU, from 0', 0)),
          run: about('The hog computes for this time, then sleeps.', DurationSchema),
          sleep: about('Time between two runs.', v.optional(DurationSchema, 0)),
          nice: taskShape.nice,
          count: about('Number of equal hogs.', v.optional(count('tasks', TASKS_MAX), 1)),
        }),
        'a list of hogs',
      ),
      [],
    ),
  ),
});

const LIST = 'a list';
export const ScenarioSchema = v.pipe(
  keys('a scenario: keys and values, the first of them "mapsim: 1"', {
    $schema: about('The JSON Schema, for editors.', v.optional(v.string(TEXT))),
    mapsim: about(
      'Version of the format.',
      v.literal(1, '1, the only format that this version of mapsim reads'),
    ),
    about: about('One sentence that says what to look for.', v.optional(v.string(TEXT))),
    seed: about(
      'All random numbers follow from the seed; --seed replaces it.',
      v.optional(
        v.union([v.string(), v.pipe(v.number(), v.safeInteger())], 'a seed: text or an integer'),
        '0',
      ),
    ),
    duration: about('Limit on simulated time.', v.optional(FixedDurationSchema)),
    machine: about('CPUs, costs, and the kind of mmap_lock.', v.optional(MachineSchema, {})),
    vmas: about('The address space at the start.', v.optional(v.array(VmaEntrySchema, LIST), [])),
    readers: about('Tasks that print maps.', v.optional(v.array(ReaderSchema, LIST), [])),
    writers: about(
      'Tasks that change the address space.',
      v.optional(v.array(WriterSchema, LIST), []),
    ),
    failOn: about(
      'Each expression says what fails the run, as --fail-on does.',
      v.optional(v.array(v.string('an expression such as "falseGaps>0"'), LIST), []),
    ),
    require: about(
      'Each expression says what has to hold, as --require does.',
      v.optional(v.array(v.string('an expression such as "falseGaps==0"'), LIST), []),
    ),
  }),
  v.title('mapsim scenario'),
  v.description('How Linux prints /proc/PID/maps while writers change the address space.'),
);

export type VmaEntry = v.InferOutput<typeof VmaEntrySchema>;
export type ExplicitVma = v.InferOutput<typeof ExplicitSchema>;
export type ReaderArgs = v.InferOutput<typeof ReaderSchema>;
export type WriterArgs = v.InferOutput<typeof WriterSchema>;
export type MachineArgs = v.InferOutput<typeof MachineSchema>;
export type ScenarioArgs = v.InferOutput<typeof ScenarioSchema>;
