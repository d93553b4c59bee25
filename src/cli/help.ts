/**
 * The help of each command: one sentence, examples, options, then more text. This file has every
 * text that does not belong to a single option.
 */
import type { Command, Help, Option } from 'commander';
import { wrap } from '../base/wrap.ts';
import { exitCodes } from './help-exit-codes.ts';
import { MEASURE_COMMANDS } from './help-measure.ts';
import { REAL_INPUT_COMMANDS } from './help-real-input.ts';

export interface CommandText {
  readonly name: string;
  readonly operands: string;
  /** One sentence. */
  readonly purpose: string;
  readonly examples: readonly string[];
  /** Further paragraphs, after the options: made when they are asked for. */
  readonly more: () => string;
}

export const OVERVIEW = `\
mapsim simulates how Linux prints /proc/PID/maps while other threads change the
address space: the text that a reader gets, its cost, and whether it is torn.

  mapsim run @split-merge --strategy=rcu-retry3
  mapsim strategies

mapsim --help lists the commands; mapsim run --help lists the options of run.
`;

const FAIL_ON = `An expression of --fail-on says what fails, an expression of --require what has
to hold; failOn: and require: of the scenario have the same form:
  TERM OP (NUMBER[%|ns|us|ms|s] | TERM)
  TERM is [NUMBER*][STRATEGY:]METRIC[/METRIC]
  such as p99(writer.opNs)<10*mmap-lock:p99(writer.opNs)
OP is one of > >= < <= == !=. METRIC is a count that a run prints, passes (the
number of finished passes), or an aggregate (min mean p50 p90 p99 max) of
passNs, readNs, writer.opNs, writer.lockWaitNs or writer.drainWaitNs over all
readers or all writers, such as p99(passNs). 0/0 is 0, n/0 is infinite. An
aggregate of no values fails.
`;

const COMPARE_MORE = `\
Every strategy runs with the same seeds, and so against the same writers. Tables have the
median over the seeds (shares: over all seeds together), its 95 % interval, and the difference
from the first strategy, seed by seed. ? marks a difference that is not statistically
significant at 5 % for the whole table (Wilcoxon, McNemar, Mann-Whitney; Holm's correction).
Differences of shares are computed over all seeds together, in percentage points (pp). The end
of the output states the result in words. With --exit-code, the exit code is 4 if the seeds are
too few to show any difference.

Saved results (.json, .ndjson) are compared strategy by strategy with the first file, seed by
seed if the seeds are the same. --fail-on then judges the last file; FILE:STRATEGY:METRIC
names another file. Over many runs, expressions sum counts and pool times.

Saved sweeps (.ndjson of mapsim sweep) are compared point by point: runs are matched by point,
strategy and seed. With one sweep, its strategies are compared. Tables show the grid; the other
formats (-o x.json, x.csv) have the interval and p of each point. The end of the output says
what all points together show, and where the sweeps differ most. --fail-on judges each point and
takes only counts, because sweeps save no times; --exit-code judges all points together.
`;

const MERGE_MORE = `\
Each FILE is the NDJSON of a sweep. Files of different sweeps are refused. If runs are
missing, nothing is written (exit code 4), unless --allow-partial is given.
`;

const SWEEP_MORE = `\
GRID is a scenario with an additional key sweep:, which lists values for places of the
scenario:
  sweep:
    writers[0].think: [1us, 10us, 100us]
    vmas[0].repeat: {from: 100, to: 10000, factor: 10}    # or step: 500
    strategies: [mmap-lock, rcu-retry3]
    seeds: 20
Runs are numbered by point (the last place changes first), strategy, seed. Records are written
in this order for every --jobs. Shard i of n has every n-th run, starting with the i-th. auto
reads MAPSIM_SHARD (i/n); SLURM_ARRAY_TASK_ID with _COUNT, _MIN and _STEP; JOB_COMPLETION_INDEX
with MAPSIM_SHARDS; or CI_NODE_INDEX with CI_NODE_TOTAL. Records are written as runs end: to
continue a sweep that was killed, use --resume and the same -o.
`;

const SEARCH = `A search ignores start, think, pause, duration, costs, CPUs and nice; hold keeps its write
section open for one step; every value of a random pick is tried. With rwsem: rwsem a task that
waits for mmap_lock may get it at any moment when the lock is free; with fifo tasks get the lock
in the order in which they asked for it.
`;

const FIND = `What --find takes:
  torn cuts cutsAtPage cutsInPage alienLines overlaps backwards falseGaps
  transientGaps duplicates staleNames
                             such a fault in a text, or a number: "cuts>1"
  attempts>N retries>N       more than N attempts or retries at one record (or page)
  retry fallback             a record printed after a retry or a fallback
  use-after-free null-dereference leak sleep-in-rcu lock-order deadlock
                             such a fault of the simulated kernel
  livelock                   a cycle in which writer and reader take steps, but no record is made
  starved                    such a cycle while the reader retries a record, or sleeps
  hang                       a reader loops for ever, and no step of another task ends the loop
`;

const RECORDED = `The record of a timed run contains its seed and strategy; replay prints what the run printed.
With --carry-to, each operation of a writer begins at its recorded time.
`;

const STEP_MORE = `\
Commands are read from standard input, one per line. Enter takes the next step in the order of a
timed run, so that Enter alone leads to the text of mapsim run. The name of a task takes one step
of this task. until retry, until fallback, until cut and until vma ADDRESS take steps until this
happens. text prints what each reader has printed so far in its current pass. The other commands
are back [N], states, why, schedule, save FILE, help and quit.
`;

const REPORT_MORE = `\
INPUT is the JSON of run, compare, explore, census or replay, the NDJSON of sweep, or a report,
which contains its data. The page is one file that loads nothing else. It is complete without
scripts; only the page of a finding has a script, to step through the finding.
`;

const PLAYGROUND_MORE = `\
The page simulates in the browser with the code of this program: for the same scenario, seed
and strategy it has the same text and counts, and it shows the command line that prints them.
The page loads nothing else; it works from disk and from a server. It cannot contain traces or
strategies in files.
`;

const TIMELINE_MORE = `\
In the text column, a text is whole if one column of beads is joined from the first line to the
last. The format text has 72 columns of ASCII, suitable for a commit message; other characters,
such as those in names of VMAs, are shown as ?. With --pass=retry, fallback, torn or starved it
marks the deciding rows and explains them. Open perfetto files with https://ui.perfetto.dev;
several strategies are groups of processes in one file.
`;

export const COMMANDS = {
  run: {
    name: 'run',
    operands: 'SCENARIO',
    purpose: 'Simulate a scenario; print the maps text of one pass, then the counts.',
    examples: [
      'mapsim run @split-merge --strategy=rcu-retry3',
      'mapsim run @split-merge --pass=torn --strategy=rcu-retry',
      'mapsim run @quiet --summary=none | diff - expected.maps',
      'mapsim run @resize --fail-on "falseGaps>0" --format=json',
      'mapsim run @split-merge --record=run.ndjson',
    ],
    more: () => `SCENARIO is a YAML or JSON file, or - for standard input. smaps and page faults are
outside the model: docs/inputs.md says how a scenario can imitate them. The key readOn of a
reader makes it read on after the end of the text.\n\n${FAIL_ON}\n${exitCodes('run')}`,
  },
  compare: {
    name: 'compare',
    operands: 'SCENARIO...',
    purpose: 'Compare reader strategies over many seeds, or compare saved results.',
    examples: [
      'mapsim compare @split-merge --strategies=mmap-lock,rcu-retry3 --seeds=20',
      'mapsim compare s.yaml -o new.json --fail-on "rcu-retry3:fallbacks/passes>1%"',
      'mapsim compare baseline.json new.json --exit-code',
      'mapsim compare before.ndjson after.ndjson --metrics=passNs   # of sweep -o',
    ],
    more: () => `${COMPARE_MORE}\n${FAIL_ON}\n${exitCodes('compare')}`,
  },
  sweep: {
    name: 'sweep',
    operands: 'GRID',
    purpose: 'Run a scenario over a grid of values, strategies and seeds; one record per run.',
    examples: [
      'mapsim sweep @examples/grid --metrics=tornPasses',
      'mapsim sweep @examples/grid -o all.ndjson',
      'mapsim sweep grid.yaml --shard=1/2 -o s1.ndjson',
      'mapsim sweep grid.yaml -o all.ndjson --resume',
    ],
    more: () => `${SWEEP_MORE}\n${exitCodes('sweep')}`,
  },
  merge: {
    name: 'merge',
    operands: 'FILE...',
    purpose: 'Merge the shards of a sweep into the file that one sweep would have written.',
    examples: ['mapsim merge s*.ndjson -o all.ndjson', 'mapsim merge s*.ndjson --format=csv'],
    more: () => `${MERGE_MORE}\n${exitCodes('merge')}`,
  },
  explore: {
    name: 'explore',
    operands: 'SCENARIO',
    purpose: 'Try every order of steps of a small scenario and show what can happen.',
    examples: [
      'mapsim explore @explore/split-merge --strategy=vma-lock --find falseGaps',
      'mapsim explore @explore/split-merge --strategy=rcu-retry3',
      'mapsim explore @bash --random=100 --bias=churn --max-depth=2000',
    ],
    more: () => `${SEARCH}\n${FIND}\n${exitCodes('explore')}`,
  },
  replay: {
    name: 'replay',
    operands: 'SCENARIO',
    purpose: 'Follow a schedule step by step and show the resulting text.',
    examples: [
      'mapsim replay @explore/split-merge --strategy=vma-lock --schedule 1:0x12.1.0',
      'mapsim replay finding.yaml',
      'mapsim replay finding.yaml --carry-to=rcu-retry3',
      'mapsim replay @split-merge --schedule run.ndjson   # of run --record',
    ],
    more: () => `${RECORDED}\n${SEARCH}\n${exitCodes('replay')}`,
  },
  census: {
    name: 'census',
    operands: 'SCENARIO',
    purpose: 'List every text that a strategy can print, its tearing, and a schedule for it.',
    examples: [
      'mapsim census @explore/split-merge --strategy=rcu-retry',
      'mapsim census @explore/split-merge --strategy=vma-lock --against=mmap-lock',
    ],
    more: () => `${SEARCH}\n${exitCodes('census')}`,
  },
  step: {
    name: 'step',
    operands: 'SCENARIO',
    purpose: 'Run a small scenario step by step, as in a debugger: you are the scheduler.',
    examples: [
      'mapsim step @explore/split-merge --strategy=rcu-retry3',
      "echo 'until retry' | mapsim step @explore/split-merge --strategy=rcu-retry3",
    ],
    more: () => `${STEP_MORE}\n${exitCodes('step')}`,
  },
  report: {
    name: 'report',
    operands: 'INPUT...',
    purpose: 'Make one HTML page of saved results: costs, tearing, tails, findings.',
    examples: [
      'mapsim report new.json all.ndjson -o report.html',
      'mapsim report finding.json -o finding.html',
      'mapsim report report.html --svg pictures',
    ],
    more: () => `${REPORT_MORE}\n${exitCodes('report')}`,
  },
  timeline: {
    name: 'timeline',
    operands: 'SCENARIO',
    purpose: 'Draw what happened in one pass: steps, locks, waits, retries, states, the text.',
    examples: [
      'mapsim timeline @bash --strategy=rcu-retry3 -o torn.svg',
      'mapsim timeline @bash --strategy=rcu-retry3 --format=text --pass=retry',
      'mapsim timeline @split-merge --strategy=mmap-lock,rcu-retry3 -o lanes.svg',
      'mapsim timeline @bash --view=addresses -o addresses.svg',
      'mapsim timeline @bash --format=perfetto --duration=1ms -o trace.json.gz',
    ],
    more: () => `${TIMELINE_MORE}\n${exitCodes('timeline')}`,
  },
  playground: {
    name: 'playground',
    operands: '',
    purpose: 'Write a web page that simulates, with sliders and with you as the scheduler.',
    examples: [
      'mapsim playground -o playground.html',
      'mapsim playground --scenario @resize -o resize.html',
    ],
    more: () => `${PLAYGROUND_MORE}\n${exitCodes('playground')}`,
  },
  ...REAL_INPUT_COMMANDS,
  ...MEASURE_COMMANDS,
  validate: {
    name: 'validate',
    operands: 'SCENARIO...',
    purpose: 'Validate scenario files without running them and report every error.',
    examples: ['mapsim validate @bash mine.yaml', 'generate | mapsim validate -'],
    more: () => exitCodes('validate'),
  },
  'validate-model': {
    name: 'validate-model',
    operands: '',
    purpose: 'Compare simulated figures with those of a real kernel.',
    examples: ['mapsim validate-model', 'mapsim validate-model --long --format=markdown'],
    more: () => exitCodes('validateModel'),
  },
  schema: {
    name: 'schema',
    operands: '[NAME]',
    purpose: 'Print the JSON Schema of scenarios, or of the JSON that a command writes.',
    examples: ['mapsim schema > scenario.v1.schema.json', 'mapsim schema compare'],
    more: () =>
      `NAME is scenario (the default), run, sweep, record (of run --record), compare, explore\n(also for census), replay or measure.\n\n${exitCodes('list')}`,
  },
  strategies: {
    name: 'strategies',
    operands: '[NAME]',
    purpose: 'List the reader strategies with their guarantees, options and sources.',
    examples: ['mapsim strategies', 'mapsim strategies rcu-retry3'],
    more: () => `Options are written NAME:key=value, and docs/model.md says what they mean. Of mmap-lock,
end=pending leaves the position at the end of the text as Linux 5.7 to 6.0 did; a reader with
readOn shows the difference.

${exitCodes('list')}`,
  },
  scenarios: {
    name: 'scenarios',
    operands: '[NAME]',
    purpose: 'List the scenarios that come with mapsim, print one, or copy one.',
    examples: [
      'mapsim scenarios',
      'mapsim run @bash --strategy=rcu-retry3',
      'mapsim scenarios bash -o mine',
    ],
    more: () => `Every command that reads a scenario accepts @NAME for a shipped scenario.

${exitCodes('list')}`,
  },
  init: {
    name: 'init',
    operands: '',
    purpose: 'Write a commented scenario to start from; it runs as it is.',
    examples: [
      'mapsim init -o mine.yaml && mapsim run mine.yaml --pass=torn',
      'mapsim init --json',
      'mapsim init --from start.maps -o real.yaml',
    ],
    more: () => `docs/scenario.md describes every key of a scenario.

${exitCodes('import')}`,
  },
  completion: {
    name: 'completion',
    operands: 'SHELL',
    purpose: 'Print a script that completes commands, options and names in a shell.',
    examples: [
      'mapsim completion bash > ~/.local/share/bash-completion/completions/mapsim',
      'mapsim completion zsh > ~/.zfunc/_mapsim',
      'mapsim completion fish > ~/.config/fish/completions/mapsim.fish',
    ],
    more: () => `SHELL is bash, zsh or fish. zsh needs the folder in its fpath.

${exitCodes('list')}`,
  },
  final: {
    name: 'final',
    operands: 'SCENARIO',
    purpose: 'Run only the writers and print the resulting address space as maps text.',
    examples: ['mapsim final @resize', 'mapsim final program.yaml | diff - expected'],
    more: () =>
      `SCENARIO is a YAML or JSON file, or - for standard input.\n\n${exitCodes('final')}`,
  },
} as const satisfies Record<string, CommandText>;

const WIDTH = 80;

/** The help of one command, or of the program itself. */
export function formatHelp(command: Command, helper: Help): string {
  const text = Object.values(COMMANDS).find(({ name }) => name === command.name());
  if (text === undefined) return programHelp();
  const usage = ['mapsim', text.name, '[options]', text.operands].filter((word) => word !== '');
  return [
    `${text.purpose}\n`,
    `Examples:\n${text.examples.map((line) => `  ${line}\n`).join('')}`,
    `Usage: ${usage.join(' ')}\n`,
    ...optionGroups(command, helper),
    reflowed(text.more()),
  ].join('\n');
}

/** Of the program itself: flags, description. */
export const ROOT_OPTIONS = [
  ['-V, --version', 'print the version'],
  ['-h, --help', 'print this help'],
] as const;

/** The help of the program itself, which lists the commands. */
export function programHelp(): string {
  const commands = Object.values(COMMANDS).map(({ name, purpose }) => [name, purpose] as const);
  return [
    OVERVIEW.split('\n\n').slice(0, 2).join('\n\n').concat('\n'),
    'Usage: mapsim COMMAND [options] [operands]\n',
    `Commands:\n${columns(commands)}`,
    `Global options:\n${columns(ROOT_OPTIONS)}`,
    reflowed(exitCodes('root')),
  ].join('\n');
}

function optionGroups(command: Command, helper: Help): string[] {
  const groups = new Map<string, Option[]>();
  for (const option of helper.visibleOptions(command)) {
    const heading = option.helpGroupHeading ?? 'Global options:';
    groups.set(heading, [...(groups.get(heading) ?? []), option]);
  }
  return [...groups].map(([heading, options]) => {
    const rows = options.map((o) => [o.flags, helper.optionDescription(o)] as const);
    return `${heading}\n${columns(rows)}`;
  });
}

/** Fills running text to the width; a line that begins with blanks stays a line of its own. */
export function reflowed(text: string, width = WIDTH): string {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const last = lines.length - 1;
    const isText = (one: string | undefined) => one !== undefined && /^\S/.test(one);
    const goesOn = isText(line) && isText(lines[last]) && !lines[last]!.endsWith(':');
    if (goesOn) lines[last] += ` ${line}`;
    else lines.push(line);
  }
  return lines.flatMap((line) => wrapped(line, width)).join('\n');
}

/** Wraps a long line: it continues under its second column, or four blanks further in. */
function wrapped(line: string, width: number): string[] {
  const hang = /^ +\S+(?: \S+)* {2,}(?=\S)/.exec(line)?.[0].length;
  const indent = hang ?? (/^ +/.exec(line)?.[0].length ?? -4) + 4;
  const out: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const at = rest.lastIndexOf(' ', width);
    if (at <= indent) break;
    out.push(rest.slice(0, at));
    rest = ' '.repeat(indent) + rest.slice(at + 1);
  }
  return [...out, rest];
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const first = 22;
  const lines = rows.map(([left, right]) => {
    const wrapped = wrap(right, WIDTH - first - 2, 0).join(`\n${' '.repeat(first + 2)}`);
    return `  ${left.padEnd(first - 2)}  ${wrapped}\n`;
  });
  return lines.join('');
}
