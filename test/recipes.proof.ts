/**
 * The recipes of CONTRIBUTING.md, followed in a copy of the source: the files that a recipe names
 * are all that it takes, and what is added works.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COPY = mkdtempSync(join(tmpdir(), 'mapsim-recipes-'));
const LOG = join(COPY, 'operations.ndjson');

/** A change of a file: its whole text, or what is put in front of (or behind) a piece of it. */
type Edit =
  | string
  | readonly (readonly [piece: string, inFrontOrBehind: string, what?: 'behind'])[];

interface Recipe {
  readonly edits: Readonly<Record<string, Edit>>;
  /** Arguments, and what the output has in it. */
  readonly shows: readonly [argv: readonly string[], output: string | RegExp];
}

const source = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const world = (rest: string): string => {
  const path = join(COPY, `${Math.abs(hash(rest))}.yaml`);
  writeFileSync(
    path,
    `mapsim: 1\nvmas: [{start: "0x10000", pages: 9, perms: rw-p}]\nreaders: [{name: r, passes: 2}]\n${rest}`,
  );
  return path;
};

function hash(text: string): number {
  return [...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, 7);
}

const RECIPES: Readonly<Record<string, Recipe>> = {
  'A reader strategy': {
    edits: {
      'src/readers/planted.ts': source('src/readers/mmap-lock-vma.ts')
        .replaceAll('mmap-lock-vma', 'planted')
        .replaceAll('mmapLockVma', 'planted'),
      'src/readers/index.ts': [
        ['import { type RcuPageOptions', "import { planted } from './planted.ts';\n"],
        [
          "  {\n    name: 'mmap-lock-all',",
          "  { name: 'planted', aliases: [], summary: 's', source: 't', options: [], make: () => planted },\n",
        ],
      ],
    },
    shows: [['run', world(''), '--strategy=planted'], '# strategy: planted'],
  },
  'A call that writers make': {
    edits: {
      'src/mm/plan.ts': [["  | { readonly call: 'fork' }", "  | { readonly call: 'planted' }\n"]],
      'src/mm/costs.ts': [['  fork: ns(', "  planted: ns([1000, 1000], 'judgement'),\n"]],
      'src/scenario/load/operations.ts': [
        [
          '  fork: unplaced(',
          "  planted: unplaced('Plant.', 'no arguments: {}', {}, () => ({ call: 'planted' })),\n",
        ],
      ],
      'src/writers/planted.ts': source('src/writers/fork.ts')
        .replaceAll("'fork'", "'planted'")
        .replaceAll('forkCall', 'plantedCall'),
      'src/writers/index.ts': [
        ['import { forkCall }', "import { plantedCall } from './planted.ts';\n"],
        ['  fork: forkCall,', '  planted: plantedCall,\n'],
      ],
    },
    shows: [
      ['run', world('writers: [{name: w, ops: 3, program: [{planted: {}}]}]'), `--ops-log=${LOG}`],
      '"operation":"planted"',
    ],
  },
  'A churn': {
    edits: {
      'src/scenario/scenario.ts': [[" | 'merge-churn'", " | 'planted'"]],
      'src/scenario/load/schema.ts': [["  'merge-churn',", "  'planted',\n"]],
      'src/scenario/load/churns.ts': [
        ["  'merge-churn':", "  planted: { keys: ['vma'], pages: 3 },\n"],
      ],
      'src/writers/churns.ts': [
        [
          "      case 'merge-churn':",
          "      case 'planted':\n        return this.#resize(this.#round(churn.selector));\n",
        ],
      ],
    },
    shows: [
      ['run', world('writers: [{name: w, ops: 4, churn: planted}]'), `--ops-log=${LOG}`],
      '"operation":"mremap"',
    ],
  },
  'A format of reports': {
    edits: {
      'src/report/planted.ts': source('src/report/csv.ts')
        .replaceAll("name: 'csv'", "name: 'planted'")
        .replaceAll('const csv:', 'const planted:'),
      'src/report/index.ts': [
        ['import type { Format }', "import { planted } from './planted.ts';\n"],
        [', markdown]', ', planted'],
      ],
      'src/cli/options.ts': [["'markdown'] as const;", "'planted', "]],
    },
    shows: [['run', world(''), '--format=planted'], ',mmap-lock,'],
  },
  'A command, and its options': {
    edits: {
      'src/cli/commands/planted.ts': `
import type { CommandContext } from '../command.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';

export async function planted(
  word: string,
  { times }: OptionsOf<'planted'>,
  { io }: CommandContext,
): Promise<number> {
  const stdout = new Output(io.stdout, 'standard output');
  await stdout.write(word.repeat(times));
  await stdout.flush();
  return 0;
}
`,
      'src/cli/help.ts': [
        [
          '  schema: {',
          "  planted: { name: 'planted', operands: 'WORD', purpose: 'p', examples: [], more: () => '' },\n",
        ],
      ],
      'src/cli/option-tables.ts': [
        ['  quiet,\n  RUN_OPTIONS,', '  option,\n  wholeNumber,\n'],
        [
          '  schema: [],',
          "  planted: [option('model', '--times <N>', 't').argParser(wholeNumber(1, 9)).default(2)],\n",
        ],
      ],
      'src/cli/main.ts': [
        [
          '  schema: async',
          "  planted: async () => (await import('./commands/planted.ts')).planted,\n",
        ],
      ],
    },
    shows: [['planted', 'seed', '--times=3'], /^(?:seed){3}$/],
  },
  'A cost': {
    edits: {
      'src/mm/costs.ts': [
        ['  forkPerVma: ns(', "  plantedCost: ns([5_000_000, 5_000_000], 'judgement'),\n"],
      ],
      'src/mm/mmap-lock.ts': [['  k.spend(', '  k.spend(k.costs.plantedCost);\n']],
    },
    shows: [['run', world(''), '--format=json'], /"simulatedNs": ?[0-9]{8}/],
  },
  'A metric': {
    edits: {
      'src/compare/metrics.ts': [
        [
          "  share(['tornPasses',",
          "  count(['planted', 'a planted figure'], { events: () => 7, of: lines, things: 'lines' }),\n",
        ],
      ],
    },
    shows: [
      ['compare', world(''), '--strategies=mmap-lock,rcu-page', '--seeds=1..3', '--jobs=1'],
      'planted',
    ],
  },
};

/** The files of `Touches …` in the section of a recipe. */
function touched(title: string): string[] {
  const section = source('CONTRIBUTING.md').split(`### ${title}\n`)[1]!.split('\n### ')[0]!;
  const sentence = /^Touches [\s\S]*?(?=\.\n|, and the file)/m.exec(section)![0];
  return [...sentence.matchAll(/`(src\/[^`]+)`/g)].map(([, path]) =>
    path!.replace('NAME', 'planted'),
  );
}

function apply(path: string, edit: Edit): void {
  const file = join(COPY, path);
  if (typeof edit === 'string') {
    writeFileSync(file, edit);
    return;
  }
  let text = readFileSync(file, 'utf8');
  for (const [piece, put] of edit) {
    expect(text, path).toContain(piece);
    text = text.replace(piece, () => put + piece);
  }
  writeFileSync(file, text);
}

beforeAll(async () => {
  for (const name of ['src', 'scripts', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, name), join(COPY, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(COPY, 'node_modules'));
  for (const { edits } of Object.values(RECIPES)) {
    for (const [path, edit] of Object.entries(edits)) apply(path, edit);
  }
  await build({
    entryPoints: { main: join(COPY, 'src/cli/start.ts') },
    bundle: true,
    keepNames: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    outdir: join(COPY, 'dist'),
    logLevel: 'error',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
});

function mapsim(argv: readonly string[]): string {
  const call = `import('${join(COPY, 'dist/main.js')}').then(({ main, processIo }) => main(process.argv.slice(1), processIo()))`;
  const output = execFileSync(process.execPath, ['-e', call, '--', ...argv], { encoding: 'utf8' });
  return argv.includes(`--ops-log=${LOG}`) ? readFileSync(LOG, 'utf8') : output;
}

test('with all of them the types are right', () => {
  const config = { extends: './tsconfig.json', include: ['src'] };
  writeFileSync(join(COPY, 'tsconfig.src.json'), JSON.stringify(config));

  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--noEmit', '-p', join(COPY, 'tsconfig.src.json')]);
});

describe.each(Object.entries(RECIPES))('%s', (title, { edits, shows: [argv, output] }) => {
  test('takes the files that the recipe names', () => {
    const named = touched(title);
    const also = Object.keys(edits).filter((path) => !named.includes(path));

    expect(named.filter((path) => !(path in edits))).toEqual([]);
    // The step that pays a cost is wherever it is.
    expect(also).toEqual(title === 'A cost' ? ['src/mm/mmap-lock.ts'] : []);
  });

  test('works', () => {
    expect(mapsim(argv)).toMatch(output);
  });
});
