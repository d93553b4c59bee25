/**
 * `mapsim init`: writes a scenario to start from, which runs as it is, with a comment for each key.
 * In JSON, which has no comments, the comments are values of keys that begin with x-.
 */

import { EXIT, UserError } from '../../base/errors.ts';
import { jsonOf, printable } from '../../base/printable.ts';
import { wrap } from '../../base/wrap.ts';
import { findMapsText } from '../../scenario/load/found-text.ts';
import { loadYaml } from '../../scenario/load/parse.ts';
import type { CommandContext } from '../command.ts';
import { readInput, writeWhole } from '../files.ts';
import { loadBytes } from '../load.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { readProcMaps } from '../process-maps.ts';

export async function init(options: OptionsOf<'init'>, context: CommandContext): Promise<number> {
  const { io, messages } = context;
  const { from } = options;
  const output = options.output === '-' ? undefined : options.output;
  const lines = from === undefined ? null : linesOf(from, io.cwd);
  const asJson = options.json ?? output?.endsWith('.json') ?? false;
  const text = Buffer.from(asJson ? json(lines, from) : yaml(lines, from));
  const path = output ?? (asJson ? 'scenario.json' : 'scenario.yaml');
  const loaded = loadBytes({ path, bytes: text, yaml: await loadYaml() }, context);
  if (!loaded.ok) return loaded.exitCode;
  if (output === undefined) {
    const stdout = new Output(io.stdout, 'standard output');
    await stdout.write(text);
    await stdout.flush();
    return EXIT.done;
  }
  writeWhole(output, text, io.cwd);
  messages.note(`wrote ${output}`);
  messages.note(`next: mapsim run ${output}`);
  return EXIT.done;
}

/** Lines of the maps text of a process, or of a file. */
function linesOf(from: string, cwd: string): string[] {
  const bytes = /^[0-9]+$/.test(from) ? readProcMaps(Number(from)) : readInput(from, cwd);
  const found = findMapsText(from, Buffer.from(bytes));
  const text = Buffer.from(found.text, 'latin1').toString('utf8');
  if (text.includes('\ufffd'))
    throw new UserError(`--from ${from}: contains a path that is not UTF-8`);
  const lines = text.split('\n').filter((line) => /^[0-9a-f]+-[0-9a-f]+ /.test(line));
  if (lines.length === 0) throw new UserError(`--from ${from}: contains no line of maps text`);
  return lines;
}

const ABOUT = {
  made: '500 mappings, 20,000 splits and merges of them a second, and a monitor.',
  real: 'A real address space, a made-up writer, and a monitor.',
} as const;

const COLUMNS = 80;

const NOTES = {
  duration: 'the run ends after this simulated time, or when the readers have made their passes',
  gap: 'unmapped pages between the copies; without a gap, neighbours can merge',
  tag: 'a name for selectors',
  strategy: 'mapsim strategies lists them; --strategy on the command line replaces this one',
  passes: 'how often maps is read; 1 if left out',
  every: 'from the start of a pass to the start of the next; think: 10ms pauses after a pass',
  think: 'a pause after each operation, drawn each time; 50 us on average',
  pick: 'which of the tagged ranges; the default is first, which is always the same range',
  page: 'the page inside the range, from 0',
  restore: 'undoes the last operation with the call that a program would use',
} as const;

/** A comment that does not fit behind its key stands above it. */
function withComments(text: string): string {
  const fitted = (line: string): string[] => {
    const [, indent = '', key = '', note = ''] = /^( *)(.*?) # (.*)$/.exec(line) ?? [];
    if (line.length <= COLUMNS || note === '') return [line];
    return [...wrap(`${indent}# ${note}`, COLUMNS, indent.length).map(commented), indent + key];
  };
  const commented = (line: string): string => line.replace(/^( *)(?![ #])/, '$1# ');
  return text.split('\n').flatMap(fitted).join('\n');
}

function yaml(lines: readonly string[] | null, from: string | undefined): string {
  return withComments(`mapsim: 1
about: ${lines === null ? ABOUT.made : ABOUT.real}
seed: 1
duration: 1s # ${NOTES.duration}
vmas:
${lines === null ? MADE : `  # from ${printable(from ?? '')}\n${lines.map((line) => `  - ${jsonOf(line)}\n`).join('')}`}readers:
  - name: monitor
    strategy: rcu-retry3 # ${NOTES.strategy}
    passes: 100 # ${NOTES.passes}
    every: 10ms # ${NOTES.every}
writers:
  - name: churn
    think: { exp: 50us } # ${NOTES.think}
${lines === null ? PROGRAM : '    churn: merge-churn # mprotect of one page of a random mapping, and back\n'}`);
}

const MADE = `  - start: "0x7f0000000000" # an address, in quotes
    pages: 3
    repeat: 500
    gap: 1 # ${NOTES.gap}
    perms: rw-p
    tag: data # ${NOTES.tag}
`;

const PROGRAM = `    program: # repeated in order
      - mprotect:
          vma: { tag: data, pick: random } # ${NOTES.pick}
          page: 1 # ${NOTES.page}
          pages: 1
          perms: r--p
      - restore: true # ${NOTES.restore}
`;

function json(lines: readonly string[] | null, from: string | undefined): string {
  const data = {
    start: '0x7f0000000000',
    pages: 3,
    repeat: 500,
    gap: 1,
    'x-gap': NOTES.gap,
    perms: 'rw-p',
    tag: 'data',
    'x-tag': NOTES.tag,
  };
  const mprotect = {
    vma: { tag: 'data', pick: 'random', 'x-pick': NOTES.pick },
    page: 1,
    'x-page': NOTES.page,
    pages: 1,
    perms: 'r--p',
  };
  const program = [{ mprotect }, { restore: true, 'x-restore': NOTES.restore }];
  const scenario = {
    mapsim: 1,
    about: lines === null ? ABOUT.made : ABOUT.real,
    seed: 1,
    duration: '1s',
    'x-duration': NOTES.duration,
    ...(from === undefined ? {} : { 'x-from': from }),
    vmas: lines ?? [data],
    readers: [
      {
        name: 'monitor',
        strategy: 'rcu-retry3',
        'x-strategy': NOTES.strategy,
        passes: 100,
        'x-passes': NOTES.passes,
        every: '10ms',
        'x-every': NOTES.every,
      },
    ],
    writers: [
      {
        name: 'churn',
        think: { exp: '50us' },
        'x-think': NOTES.think,
        ...(lines === null ? { program } : { churn: 'merge-churn' }),
      },
    ],
  };
  return `${jsonOf(scenario, null, 2)}\n`;
}
