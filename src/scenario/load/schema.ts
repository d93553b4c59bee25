/**
 * The form of a scenario: one valibot schema for the types, the checks and the published JSON
 * Schema.
 *
 * Defaults live here. What needs more than one place of the file to judge (a tag that must exist,
 * VMAs that must not overlap) or a list that the caller brings (strategies, costs) is left to
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
  tag: about('For selectors.', v.optional(Tag)),
  touched: about(
    'Whether its private memory has been written to, so that it has an anon_vma.',
    v.optional(v.boolean(YES_OR_NO), false),
  ),
});

const PERMS_LIST = 'a list of permissions';
export const ExplicitSchema = keys('an item of vmas', {
  start: about('The first address.', Address),
  pages: about('Length of each copy.', pageCount()),
  perms: about(
    'A list is gone through again and again over the copies.',
    v.optional(
      v.union(
        [Perms, v.pipe(v.array(Perms, PERMS), v.minLength(1, PERMS_LIST))],
        `${PERMS}, or a list of them`,
      ),
      'rw-p',
    ),
  ),
  tag: about('For selectors; all copies share it.', v.optional(Tag)),
  repeat: about('How many copies lie one after the other.', v.optional(count('copies'), 1)),
  gap: about(
    'Unmapped pages between copies.',
    v.optional(whole('a number of pages of 0 or more', 0, PAGES), 0),
  ),
  file: about('What is mapped; without it the memory is anonymous.', v.optional(FileSchema)),
  name: about('Printed as [anon:NAME].', v.optional(AnonName)),
  touched: about(
    'Whether the memory has been written to, so that it has an anon_vma.',
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

const TASKS_MAX = 65_536;
const taskShape = {
  count: about('More than 1: tasks NAME/0, NAME/1, …', v.optional(count('tasks', TASKS_MAX), 1)),
  start: about(
    'Default 0; where count is more than 1, drawn from [0, think or every).',
    v.optional(DurationSchema),
  ),
  cpu: about(
    'The CPU that the task is pinned to; default: the one with the fewest tasks.',
    v.optional(whole('the index of a CPU, from 0', 0)),
  ),
  nice: about(
    'As of nice(1); it matters where tasks share a CPU.',
    v.optional(whole('a nice value of -20 to 19', -20, 19), 0),
  ),
};

export const ReaderSchema = keys('a reader', {
  name: about('As results name it.', TaskName),
  strategy: about(
    'NAME[:key=value[,key=value…]], or the path of a .js or .mjs file.',
    v.optional(v.string('the name of a strategy'), 'mmap-lock'),
  ),
  passes: about('How often it reads the whole file.', v.optional(count('passes'), 1)),
  buffer: about('Bytes that each read() asks for.', v.optional(sizeOf(1), 65536)),
  think: about('Pause between passes; default 0.', v.optional(DurationSchema)),
  every: about(
    'From the start of a pass to the start of the next, in place of think.',
    v.optional(DurationSchema),
  ),
  readOn: about(
    'After the read() that returned 0 it waits, and reads on; what comes is part of the text. ' +
      'mmap-lock:end=pending has the positions of Linux 5.7 to 6.0.',
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
    'So many times as fast as recorded (default 1); max: no waiting between calls.',
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
    'For trace: which process of the log; default the first.',
    v.optional(whole('the number of a process', 1)),
  ),
  touched: about(
    'For trace: whether private memory is written to once it is writable; default all.',
    v.optional(oneWord(['all', 'none'])),
  ),
  filesFrom: about(
    'For trace: further maps texts that tell device and inode of mapped files.',
    v.optional(v.array(v.string(PATH), PATH_LIST)),
  ),
};
export const TRACE_KEYS = ['speed', 'from', 'until', 'process', 'touched', 'filesFrom'] as const;

const SELECTOR_PAIR = 'a pair of selectors: [LOW, HIGH]';
export const WriterSchema = exactlyOne(
  keys('a writer', {
    name: about('As results name it.', TaskName),
    program: about(
      'Operations, repeated in order.',
      v.optional(
        v.pipe(
          v.array(OperationSchema, 'a list of operations'),
          v.minLength(1, 'a list of at least one operation'),
        ),
      ),
    ),
    churn: about('A program by name.', v.optional(oneWord(CHURN_NAMES))),
    ...traceShape,
    vma: about(
      'What the churn works on; default: every VMA of at least 3 pages, pick random.',
      v.optional(SelectorSchema),
    ),
    vmas: about(
      'For flip-pair.',
      v.optional(v.pipe(v.array(SelectorSchema, SELECTOR_PAIR), v.length(2, SELECTOR_PAIR))),
    ),
    every: about(
      'From the start of an operation to the start of the next, in place of think. With flip-pair: ' +
        'the pause after each pair of calls.',
      v.optional(DurationSchema),
    ),
    region: about(
      'For map-unmap: starts mapped rw-p, beside what vmas says.',
      v.optional(
        keys('a region: {start, pages}', {
          start: about('The first address.', Address),
          pages: about('Its length.', pageCount()),
        }),
      ),
    ),
    think: about('Pause after each operation; default 0.', v.optional(DurationSchema)),
    ops: about(
      'Stop after so many operations; default: never.',
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
      'The least plus a log-normal.',
      keys('a distribution', {
        min: about('The least.', FixedDurationSchema),
        p50: about('The median.', FixedDurationSchema),
        p99: about('What 99 of 100 lie below.', FixedDurationSchema),
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
          'A file that mapsim calibrate -o has written; costs beside it win.',
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
  cpus: about('Default: a CPU for every task.', v.optional(count('CPUs', 4096))),
  rwsem: about('How mmap_lock queues.', v.optional(oneWord(['rwsem', 'fifo']), 'rwsem')),
  preempt: about(
    'none: a task in the kernel gives up its CPU only when it sleeps or returns to user space.',
    v.optional(oneWord(['full', 'none']), 'full'),
  ),
  taskSize: about(
    'Where user space ends. Default: what the start text and traces tell.',
    v.optional(Address),
  ),
  pageSize: about(
    'What pages, page, newPages and gap count in. Default: what the start text tells.',
    v.optional(oneWord(['4k', '8k', '16k', '64k'])),
  ),
  hz: about(
    'Timer ticks a second.',
    v.optional(whole('a tick rate of 1 to 10000', 1, 10_000), 250),
  ),
  costs: about('What each primitive costs: docs/costs.md.', v.optional(CostsSchema, 'server')),
  jitter: about(
    "How much costs vary from call to call; default: the preset's; 0: not at all.",
    v.optional(v.pipe(v.number(JITTER), v.minValue(0, JITTER), v.maxValue(1, JITTER))),
  ),
  hogs: about(
    'Tasks that only use up CPU time.',
    v.optional(
      v.array(
        keys('a hog', {
          cpu: about('Where it runs.', whole('the index of a CPU, from 0', 0)),
          run: about('It computes so long, then sleeps.', DurationSchema),
          sleep: about('Between two runs.', v.optional(DurationSchema, 0)),
          nice: taskShape.nice,
          count: about('So many equal ones.', v.optional(count('tasks', TASKS_MAX), 1)),
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
    $schema: about('For editors.', v.optional(v.string(TEXT))),
    mapsim: about(
      'Version of the format.',
      v.literal(1, '1, the only format that this mapsim knows'),
    ),
    about: about('One sentence: what to look for.', v.optional(v.string(TEXT))),
    seed: about(
      'Where all chance comes from; --seed replaces it.',
      v.optional(
        v.union([v.string(), v.pipe(v.number(), v.safeInteger())], 'a seed: text or an integer'),
        '0',
      ),
    ),
    duration: about('Limit on simulated time.', v.optional(FixedDurationSchema)),
    machine: about('CPUs, costs, and how locks queue.', v.optional(MachineSchema, {})),
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
