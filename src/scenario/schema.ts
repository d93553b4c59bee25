/**
 * The form of a scenario: one zod schema for the types, the checks and the published JSON Schema.
 *
 * Defaults live here. What needs more than one place of the file to judge (a tag that must exist,
 * VMAs that must not overlap) or a list that the caller brings (strategies, costs) is left to
 * `validate.ts`.
 */
import * as z from 'zod';
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
} from './schema-parts.ts';

export const FromSchema = keys('an item of vmas', {
  from: z.string({ error: PATH }).min(1, { error: PATH }).describe('A file with maps text.'),
  tag: Tag.optional().describe('For selectors.'),
  touched: z.boolean({ error: 'true or false' }).default(false),
});

export const ExplicitSchema = keys('an item of vmas', {
  start: Address,
  pages: pageCount(),
  perms: z
    .union([Perms, z.array(Perms, { error: PERMS }).min(1, { error: 'a list of permissions' })], {
      error: `${PERMS}, or a list of them`,
    })
    .default('rw-p')
    .describe('A list is gone through again and again over the copies.'),
  tag: Tag.optional().describe('For selectors; all copies share it.'),
  repeat: count('copies').default(1),
  gap: whole('a number of pages of 0 or more', 0, PAGES)
    .default(0)
    .describe('Unmapped pages between copies.'),
  file: FileSchema.optional(),
  name: AnonName.optional().describe('Printed as [anon:NAME].'),
  touched: z
    .boolean({ error: 'true or false' })
    .default(false)
    .describe('Whether the memory has been written to, so that it has an anon_vma.'),
});

export const VmaEntrySchema = z
  .union([z.string(), FromSchema, ExplicitSchema], {
    error: 'a line of maps text, {from: FILE} or {start, pages, perms}',
  })
  .meta({ id: 'vmas' });

const placeShape = {
  at: Address.optional(),
  vma: SelectorSchema.optional(),
  page: whole('the index of a page, from 0', 0, PAGES)
    .optional()
    .describe('First page in the picked range; default 0.'),
  pages: pageCount().optional().describe('Default with vma: to the end of the range.'),
};
const heldShape = {
  hold: DurationSchema.optional().describe('Time inside the write section, instead of the cost.'),
};

function placed<S extends z.ZodRawShape>(what: string, shape: S) {
  const schema = keys(what, { ...placeShape, ...shape, ...heldShape });
  return exactlyOne(schema, ['at', 'vma'], 'a place has one of at and vma');
}

const flag = (what: string) => z.boolean({ error: 'true or false' }).default(false).describe(what);

const operationShape = {
  munmap: placed('the arguments of munmap', {}).optional(),
  mprotect: placed('the arguments of mprotect', { perms: Perms }).optional(),
  name: placed('the arguments of name', { name: AnonName.nullable() }).optional(),
  mmap: keys('the arguments of mmap', {
    ...placeShape,
    perms: Perms.default('rw-p'),
    file: FileSchema.optional(),
    name: AnonName.optional(),
    touched: flag('The pages are written to after the call.'),
    ...heldShape,
  })
    .describe('With a place MAP_FIXED; without, the highest free gap below the mmap base.')
    .optional(),
  mremap: placed('the arguments of mremap', {
    newPages: pageCount().optional().describe('Default: as many as before.'),
    to: Address.optional().describe('MREMAP_FIXED here.'),
    mayMove: flag('MREMAP_MAYMOVE.'),
    dontUnmap: flag('MREMAP_DONTUNMAP.'),
  }).optional(),
  brk: keys('the arguments of brk', {
    pages: whole('a number of pages, negative to shrink', -PAGES, PAGES),
    ...heldShape,
  }).optional(),
  fork: keys('the arguments of fork: {}', heldShape).optional(),
  growStack: keys('the arguments of growStack', {
    pages: pageCount().default(1),
    ...heldShape,
  }).optional(),
  hold: DurationSchema.optional().describe('Take mmap_lock for write so long, change nothing.'),
  pause: DurationSchema.optional().describe('Think. This is no operation.'),
  restore: z.literal(true, { error: 'true' }).optional().describe('Undo the last operation.'),
};
export const OPERATION_NAMES = Object.keys(operationShape);

export const OperationSchema = exactlyOne(
  keys('an operation', operationShape),
  OPERATION_NAMES,
  `an operation has one key, its name: ${OPERATION_NAMES.join(', ')}`,
).meta({ id: 'operation' });

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
  count: count('tasks', TASKS_MAX).default(1).describe('More than 1: tasks NAME/0, NAME/1, …'),
  start: DurationSchema.default(0),
  cpu: whole('the index of a CPU, from 0', 0).optional(),
  nice: whole('a nice value of -20 to 19', -20, 19).default(0),
};

export const ReaderSchema = keys('a reader', {
  name: TaskName,
  strategy: z
    .string({ error: 'the name of a strategy' })
    .default('mmap-lock')
    .describe('NAME[:key=value[,key=value…]], or the path of a .js or .mjs file.'),
  passes: count('passes').default(1),
  buffer: sizeOf(1).default(65536).describe('Bytes that each read() asks for.'),
  think: DurationSchema.default(0).describe('Between passes.'),
  ...taskShape,
}).meta({ id: 'reader' });

const INSTANT = 'an instant in quotes, as the log writes its times, such as "1795355396.667718"';
const PATHS = 'a path, or a list of paths';

/** Recorded calls. All keys but the first mean nothing without it. */
const traceShape = {
  trace: z
    .union([z.string(), z.array(z.string(), { error: PATHS }).min(1, { error: PATHS })], {
      error: PATHS,
    })
    .optional()
    .describe('Logs of strace, perf trace or perf script; several for the files of strace -ff.'),
  speed: z
    .union(
      [z.number().gt(0, { error: 'a speed: a number above 0, or max' }).max(1e9), z.literal('max')],
      { error: 'a speed: a number above 0, or max' },
    )
    .optional()
    .describe('So many times as fast as recorded (default 1); max: no waiting between calls.'),
  from: z
    .string({ error: INSTANT })
    .optional()
    .describe('For trace: only calls that returned after this instant.'),
  until: z
    .string({ error: INSTANT })
    .optional()
    .describe('For trace: only calls that returned at or before this instant.'),
  process: whole('the number of a process', 1)
    .optional()
    .describe('For trace: which process of the log; default the first.'),
  touched: z
    .enum(['all', 'none'], { error: 'all or none' })
    .optional()
    .describe('For trace: whether private memory is written to once it is writable; default all.'),
  filesFrom: z
    .array(z.string({ error: PATH }), { error: 'a list of paths' })
    .optional()
    .describe('For trace: further maps texts that tell device and inode of mapped files.'),
};
export const TRACE_KEYS = ['speed', 'from', 'until', 'process', 'touched', 'filesFrom'] as const;

export const WriterSchema = exactlyOne(
  keys('a writer', {
    name: TaskName,
    program: z
      .array(OperationSchema, { error: 'a list of operations' })
      .min(1, { error: 'a list of at least one operation' })
      .optional()
      .describe('Operations, repeated in order.'),
    churn: z.enum(CHURN_NAMES).optional().describe('A program by name.'),
    ...traceShape,
    vma: SelectorSchema.optional().describe(
      'What the churn works on; default: every VMA of at least 3 pages, pick random.',
    ),
    vmas: z
      .array(SelectorSchema, { error: 'a pair of selectors: [LOW, HIGH]' })
      .length(2, { error: 'a pair of selectors: [LOW, HIGH]' })
      .optional()
      .describe('For flip-pair.'),
    every: DurationSchema.optional().describe('For flip-pair: the pause after each pair of calls.'),
    region: keys('a region: {start, pages}', { start: Address, pages: pageCount() })
      .optional()
      .describe('For map-unmap: starts mapped rw-p, beside what vmas says.'),
    think: DurationSchema.default(0).describe('After each operation.'),
    ops: whole('a number of operations of 0 or more', 0)
      .optional()
      .describe('Stop after so many operations; default: never.'),
    ...taskShape,
  }),
  ['program', 'churn', 'trace'],
  'a writer has one of program, churn and trace',
).meta({ id: 'writer' });

const COST = 'a cost: ns, text such as 235ns, or for a share a number from 0 to 1';
const CostSchema = z.union([z.number({ error: COST }).min(0, { error: COST }), DurationString], {
  error: COST,
});

export const CostsSchema = z
  .union(
    [
      z.string({ error: 'the name of a preset' }),
      z
        .object({ preset: z.string({ error: 'the name of a preset' }).default('server') })
        .catchall(CostSchema),
    ],
    { error: 'a preset, or {preset: NAME, COST: ns, …}' },
  )
  .meta({ id: 'costs' });

export const MachineSchema = keys('a machine', {
  cpus: count('CPUs', 4096).optional().describe('Default: a CPU for every task.'),
  rwsem: z.enum(['rwsem', 'fifo']).default('rwsem').describe('How mmap_lock queues.'),
  preempt: z.enum(['full', 'none']).default('full'),
  hz: whole('a tick rate of 1 to 10000', 1, 10_000).default(250),
  costs: CostsSchema.default('server'),
  hogs: z
    .array(
      keys('a hog', {
        cpu: whole('the index of a CPU, from 0', 0),
        run: DurationSchema,
        sleep: DurationSchema.default(0),
        nice: taskShape.nice,
        count: count('tasks', TASKS_MAX).default(1),
      }),
      { error: 'a list of hogs' },
    )
    .default([])
    .describe('Tasks that only use up CPU time.'),
}).meta({ id: 'machine' });

export const ScenarioSchema = keys('a scenario: keys and values, the first of them "mapsim: 1"', {
  $schema: z.string({ error: TEXT }).optional().describe('For editors.'),
  mapsim: z
    .literal(1, { error: '1, the only format that this mapsim knows' })
    .describe('Version of the format.'),
  about: z.string({ error: TEXT }).optional().describe('One sentence: what to look for.'),
  seed: z.union([z.string(), z.int()], { error: 'a seed: text or an integer' }).default('0'),
  duration: FixedDurationSchema.optional().describe('Limit on simulated time.'),
  machine: MachineSchema.prefault({}),
  vmas: z
    .array(VmaEntrySchema, { error: 'a list' })
    .default([])
    .describe('The address space at the start.'),
  readers: z.array(ReaderSchema, { error: 'a list' }).default([]),
  writers: z.array(WriterSchema, { error: 'a list' }).default([]),
  failOn: z
    .array(z.string({ error: 'an expression such as "falseGaps>0"' }), { error: 'a list' })
    .default([])
    .describe('Each expression says what fails the run, as --fail-on does.'),
}).meta({
  title: 'mapsim scenario',
  description: 'How Linux prints /proc/PID/maps while writers change the address space.',
});

export type VmaEntry = z.output<typeof VmaEntrySchema>;
export type ExplicitVma = z.output<typeof ExplicitSchema>;
export type FileArgs = z.output<typeof FileSchema>;
export type SelectorArgs = z.output<typeof SelectorSchema>;
export type OperationArgs = z.output<typeof OperationSchema>;
export type DurationArgs = z.output<typeof DurationSchema>;
export type ReaderArgs = z.output<typeof ReaderSchema>;
export type WriterArgs = z.output<typeof WriterSchema>;
export type MachineArgs = z.output<typeof MachineSchema>;
export type ScenarioArgs = z.output<typeof ScenarioSchema>;
