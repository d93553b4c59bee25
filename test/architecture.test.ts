/**
 * The arrangement of the source, held by a test: who may import whom, what may be used where, and
 * the manner of the files. A rule that has to give way is changed here, in the same commit.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Message } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../src/cli/help.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * How a folder may use another: anything, types alone, or values of these files and types of all.
 */
type Use = 'all' | 'types' | readonly string[];

/** `⇐`: what a folder may import besides itself. Nothing else is allowed, types included. */
const MAY_IMPORT: Readonly<Record<string, Readonly<Record<string, Use>>>> = {
  base: {},
  sim: { base: 'all' },
  mm: { base: 'all', sim: 'all' },
  proc: { base: 'all', sim: 'all', mm: 'all' },
  // Of the printing loop a strategy sees the contract alone.
  readers: { base: 'all', sim: 'all', mm: 'all', proc: ['strategy.ts'] },
  trace: { base: 'all' },
  writers: { base: 'all', sim: 'all', mm: 'all', scenario: 'types', trace: 'all' },
  // It watches: what a line is made of, and nothing that could steer.
  oracle: { base: 'all', mm: ['line.ts'] },
  // What a call is, and how protections are written.
  scenario: { base: 'all', mm: ['layout.ts', 'line.ts', 'perms.ts', 'plan.ts'], trace: 'all' },
  check: { base: 'all', scenario: 'all' },
  // Where everything meets; nothing of searches.
  world: {
    base: 'all',
    sim: 'all',
    mm: 'all',
    proc: 'all',
    readers: 'all',
    writers: 'all',
    oracle: 'all',
    scenario: 'all',
    trace: 'all',
  },
  // It saves what there is of the kernel, of tasks and of what the oracle knows.
  state: {
    base: 'all',
    sim: 'all',
    mm: 'all',
    proc: ['reader.ts'],
    writers: 'types',
    oracle: 'types',
    world: 'types',
  },
  // The scheduler tells the rwsem who left a CPU; a fault of the simulated kernel ends a run. A
  // livelock is a state that comes again.
  run: {
    base: 'all',
    sim: 'all',
    mm: ['rwsem.ts', 'kernel-fault.ts'],
    proc: ['reader.ts', 'strategy.ts'],
    readers: ['index.ts'],
    writers: 'types',
    scenario: 'all',
    world: 'all',
    state: ['regions.ts'],
  },
  search: {
    base: 'all',
    sim: 'all',
    mm: 'all',
    proc: ['format.ts', 'reader.ts', 'strategy.ts'],
    readers: ['index.ts'],
    writers: 'types',
    oracle: 'all',
    scenario: 'all',
    state: 'all',
    world: 'all',
  },
  // Plans for native/, and judging by times: of the model a line's fields and the planned calls.
  measure: {
    base: 'all',
    mm: ['layout.ts', 'line.ts', 'plan.ts'],
    oracle: 'all',
    scenario: 'all',
    world: ['quiet-calls.ts', 'outcome.ts'],
  },
  // Figures of several outcomes.
  compare: { base: 'all', world: ['outcome.ts'] },
  // Claims about a real kernel beside runs.
  validate: { base: 'all', scenario: 'all', run: 'all', world: 'types' },
  draw: { base: 'all' },
  report: {
    base: 'all',
    draw: 'all',
    world: ['outcome.ts', 'run-trace.ts'],
    measure: 'all',
    search: 'types',
    compare: 'all',
    validate: 'all',
  },
  // The commands as functions, without files, streams, threads and clocks.
  library: {
    base: 'all',
    sim: 'all',
    mm: ['costs.ts'],
    proc: ['strategy.ts'],
    readers: 'all',
    trace: ['read-trace.ts'],
    scenario: 'all',
    world: 'all',
    run: 'all',
    search: 'all',
    compare: 'all',
    check: 'all',
    report: 'all',
  },
  // Where it all meets once more, for a page: the one place with elements and timers.
  playground: {
    base: 'all',
    sim: 'all',
    readers: ['index.ts'],
    scenario: 'all',
    world: 'all',
    run: 'all',
    search: 'all',
    compare: 'all',
    draw: 'all',
    report: 'all',
    library: ['load-env.ts'],
  },
};

/** Folders that may use anything. */
const FREE = new Set(['cli', '']);

/** Packages and modules of Node, by folder; the command line may use any. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  base: ['seedrandom/lib/alea.js', 'valibot'],
  scenario: ['yaml', 'valibot', '@noble/hashes/sha2.js', '@noble/hashes/utils.js'],
  compare: ['valibot'],
  report: ['cli-table3', 'string-width', '@noble/hashes/sha2.js'],
  draw: ['d3-scale'],
  playground: ['yaml', '@noble/hashes/sha2.js', '@noble/hashes/utils.js'],
};

/** Longer than that a file has two ideas in it. */
const LINES_MAX = 500;

function filesBelow(folder: string, suffix: RegExp): string[] {
  if (!statSync(join(ROOT, folder), { throwIfNoEntry: false })) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((name) => suffix.test(name))
    .sort();
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const SOURCES = filesBelow('src', /\.ts$/);
const CODE = [
  ...SOURCES,
  ...['test', 'bench', 'scripts'].flatMap((f) => filesBelow(f, /\.m?[tj]s$/)),
];

const folderOf = (path: string): string => {
  const parts = path.split('/');
  return parts.length > 2 ? parts[1]! : '';
};

interface Import {
  readonly line: number;
  readonly target: string;
  readonly types: boolean;
}

/** Every import and re-export of a file; `types`: nothing of it is there at run time. */
function importsOf(path: string): Import[] {
  const text = read(path);
  const found: Import[] = [];
  const statement = /^(?:import|export)\s+(type\s+)?(?:([^'";]*?)\s*from\s*)?'([^']+)'/gm;
  for (const match of text.matchAll(statement)) {
    const [, typeWord, names = '', target] = match;
    const listed = names.startsWith('{') ? names.slice(1, -1).split(',') : [names];
    const types =
      typeWord !== undefined ||
      (names !== '' && listed.every((n) => n.trim() === '' || n.trim().startsWith('type ')));
    const line = text.slice(0, match.index).split('\n').length;
    found.push({ line, target: target!, types });
  }
  for (const match of text.matchAll(/\bimport\('([^']+)'\)/g)) {
    const line = text.slice(0, match.index).split('\n').length;
    found.push({ line, target: match[1]!, types: false });
  }
  return found;
}

function violation(path: string, { line, target, types }: Import): string | null {
  const from = folderOf(path);
  if (FREE.has(from)) return null;
  const where = `${path}:${line}: ${from} imports ${target}`;
  if (!target.startsWith('.')) {
    if (target.startsWith('node:') && types) return null;
    return MAY_USE[from]?.includes(target) ? null : `${where}, a package that it may not use`;
  }
  const file = posix.normalize(posix.join(dirname(path), target));
  const to = folderOf(file);
  if (to === from) return null;
  const use = MAY_IMPORT[from]?.[to];
  if (use === undefined) return `${where}: ${from} may not know ${to === '' ? 'it' : to}`;
  if (use === 'all' || types) return null;
  if (use !== 'types' && use.includes(posix.relative(`src/${to}`, file))) return null;
  return `${where}: types alone, or values of ${use === 'types' ? 'nothing' : use.join(', ')}`;
}

/** Groups of files that import each other, each in order; Tarjan's algorithm. */
function circlesOf(files: readonly string[]): string[][] {
  const low = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string): number => {
    const index = low.size;
    low.set(path, index);
    open.push(path);
    let least = index;
    for (const { target } of importsOf(path)) {
      const next = posix.normalize(posix.join(dirname(path), target));
      if (!target.startsWith('.') || !files.includes(next)) continue;
      if (!low.has(next)) least = Math.min(least, visit(next));
      else if (open.includes(next)) least = Math.min(least, low.get(next)!);
    }
    low.set(path, least);
    if (least < index) return least;
    const circle = open.splice(open.indexOf(path));
    if (circle.length > 1) circles.push(circle.sort());
    return least;
  };
  for (const path of files) if (!low.has(path)) visit(path);
  return circles.sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
}

/** The code of a file without comments, and without what stands in quotes. */
function bare(text: string): string {
  const token =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
  return text.replace(token, (found) => found.replace(/[^\n]/g, ' '));
}

/** Places of a pattern, as file:line. */
function places(files: readonly string[], pattern: RegExp, of = (text: string) => text): string[] {
  return files.flatMap((path) =>
    of(read(path))
      .split('\n')
      .flatMap((text, i) => (pattern.test(text) ? [`${path}:${i + 1}: ${text.trim()}`] : [])),
  );
}

describe('who may import whom', () => {
  test('every folder of src has its rule', () => {
    const folders = new Set(SOURCES.map(folderOf));

    expect([...folders].filter((f) => !FREE.has(f) && !(f in MAY_IMPORT))).toEqual([]);
  });

  test('nothing is imported that the rule of its folder does not name', () => {
    const found = SOURCES.flatMap((path) => importsOf(path).map((one) => violation(path, one)));

    expect(found.filter((v) => v !== null)).toEqual([]);
  });

  test('ARCHITECTURE.md draws the same arrows', () => {
    const drawn = read('ARCHITECTURE.md').matchAll(/^ {2}(\w+)\/ +⇐ (\w+(?: \w+)*)/gm);
    const arrows = [...drawn].map(([, from, to]) => [from, to!.split(' ').sort()]);
    const rules = Object.entries(MAY_IMPORT).map(([from, to]) => [from, Object.keys(to).sort()]);

    expect(Object.fromEntries(arrows)).toEqual(
      Object.fromEntries([...rules, ['base', ['nothing']], ['cli', ['everything']]]),
    );
  });

  test('no rule allows what nobody does', () => {
    const used = new Set(
      SOURCES.flatMap((path) =>
        importsOf(path).map(({ target }) => {
          const file = posix.normalize(posix.join(dirname(path), target));
          return `${folderOf(path)} ${folderOf(file)}`;
        }),
      ),
    );
    const allowed = Object.entries(MAY_IMPORT).flatMap(([from, to]) =>
      Object.keys(to).map((name) => `${from} ${name}`),
    );

    expect(allowed.filter((arrow) => !used.has(arrow))).toEqual([]);
  });

  test('a strategy does not know its siblings: the registry alone does', () => {
    const siblings = SOURCES.filter(
      (path) => folderOf(path) === 'readers' && path !== 'src/readers/index.ts',
    ).flatMap((path) =>
      importsOf(path)
        .filter(({ target }) => target.startsWith('./'))
        .map(({ line, target }) => `${path}:${line}: ${target}`),
    );

    expect(siblings).toEqual([]);
  });

  test('files form no circle, not even of types', () => {
    expect(circlesOf(SOURCES)).toEqual([]);
  });

  test('src/cli/commands has a file for each command, and no other', () => {
    const names = filesBelow('src/cli/commands', /\.ts$/).map((path) =>
      posix.basename(path, '.ts'),
    );

    expect(names.sort()).toEqual(Object.keys(COMMANDS).sort());
  });

  test('the rules form no circle', () => {
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      Object.keys(MAY_IMPORT[from] ?? {}).some((next) => {
        if (next === to) return true;
        if (seen.has(next)) return false;
        seen.add(next);
        return reaches(next, to, seen);
      });

    expect(Object.keys(MAY_IMPORT).filter((folder) => reaches(folder, folder))).toEqual([]);
  });
});

/** Names that a file declares and exports, types too. */
function exportsOf(path: string): string[] {
  const declaration =
    /^export (?:abstract )?(?:async )?(?:const|function\*?|class|interface|type|let) (\w+)/gm;
  return [...new Set([...read(path).matchAll(declaration)].map(([, name]) => name!))];
}

/** Every `FILE#NAME` that a file imports or re-exports by name; `FILE#*`: it takes all. */
function importedNames(path: string): string[] {
  const fileOf = (target: string) => posix.normalize(posix.join(dirname(path), target));
  const listed = (names: string, target: string) =>
    names.split(',').map((name) => {
      const [bare] = name
        .trim()
        .replace(/^type /, '')
        .split(/ as |:/);
      return `${fileOf(target)}#${bare!.trim()}`;
    });
  const text = read(path);
  const named = /(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s*'(\.[^']+)'/g;
  const whole = /import \* as \w+ from '(\.[^']+)'/g;
  const late = /(?:const \{([^}]*)\} = await )?import\(\s*'(\.[^']+)'\s*\)/g;
  return [
    ...[...text.matchAll(named)].flatMap(([, names, target]) => listed(names!, target!)),
    ...[...text.matchAll(whole)].map(([, target]) => `${fileOf(target!)}#*`),
    ...[...text.matchAll(late)].flatMap(([, names, target]) => listed(names ?? '*', target!)),
  ];
}

describe('names', () => {
  test('every step has a name that does not depend on what its function is called', () => {
    expect(places(SOURCES, /: \w*Step(<\w+>)? = (\(|async|function)/, bare)).toEqual([]);
  });

  const named = SOURCES.filter((path) => path !== 'src/index.ts');

  test('what is exported is used elsewhere', () => {
    const used = new Set(CODE.flatMap(importedNames));
    const unused = named
      .flatMap((path) => exportsOf(path).map((name) => `${path}#${name}`))
      .filter((name) => !used.has(name) && !used.has(name.replace(/#.*/, '#*')));

    expect(unused).toEqual([]);
  });

  test('an exported name means one thing', () => {
    const files = new Map<string, string[]>();
    for (const path of named) {
      for (const name of exportsOf(path)) files.set(name, [...(files.get(name) ?? []), path]);
    }
    // A function of the library is called as the command that does the same, with its options.
    const isCommand = (name: string): boolean =>
      name === 'load' || name.toLowerCase().replace(/options$/, '') in COMMANDS;
    const isOne = (name: string, [first, second, ...more]: readonly string[]): boolean =>
      second === undefined ||
      (more.length === 0 &&
        isCommand(name) &&
        first!.startsWith('src/cli/') &&
        second.startsWith('src/library/'));
    const twice = [...files].filter(([name, paths]) => !isOne(name, paths));

    expect(twice.map(([name, paths]) => `${name}: ${paths.join(', ')}`)).toEqual([]);
  });
});

describe('the model knows no clock, no chance but its streams, no terminal', () => {
  const model = SOURCES.filter((path) => folderOf(path) !== 'cli');

  test.each([
    ['Math.random', /\bMath\s*\.\s*random\b/],
    ['Date', /\bDate\b/],
    ['console', /\bconsole\b/],
    ['process', /(?<![.\w])process\s*[.[]/],
    ['Buffer', /\bBuffer\b/],
  ])('no %s outside src/cli', (_name, pattern) => {
    expect(places(model, pattern, bare)).toEqual([]);
  });

  test.each([
    ['performance', /\bperformance\b/],
    ['timers', /\b(setTimeout|setInterval|setImmediate|queueMicrotask)\b/],
  ])('no %s outside src/cli and src/playground', (_name, pattern) => {
    const still = model.filter((path) => folderOf(path) !== 'playground');

    expect(places(still, pattern, bare)).toEqual([]);
  });
});

test('what is below src/cli is bundled for a browser, which has no Node modules', async () => {
  const core = SOURCES.filter((path) => folderOf(path) !== 'cli');

  const bundled = await build({
    stdin: { contents: core.map((path) => `import './${path}';`).join('\n'), resolveDir: ROOT },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    // As in scripts/bundle.mjs.
    alias: { '@colors/colors/safe': join(ROOT, 'scripts/nothing.cjs') },
    write: false,
    metafile: true,
    logLevel: 'silent',
  }).catch((error: { errors: readonly Message[] }) => error.errors.map(({ text }) => text));

  expect(bundled).toMatchObject({ errors: [], warnings: [] });
});

describe('the manner of the files', () => {
  test('each opens with a comment that says what it is', () => {
    const without = [...SOURCES, ...CODE.filter((f) => !/\.(test|proof)\.ts$/.test(f))].filter(
      (path) => !/^(#!.*\n)?(\/\*\*|\/\/)/.test(read(path)),
    );

    expect(without).toEqual([]);
  });

  test('no list is spread over the arguments of Math.min or Math.max: a long one does not fit', () => {
    const spread = SOURCES.filter((path) =>
      /\bMath\.(min|max)\([^;]*?\.\.\./.test(bare(read(path))),
    );

    expect(spread).toEqual([]);
  });

  test('no comment is wider than 100 columns (of code the formatter takes care)', () => {
    const wide = CODE.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, i) =>
          /^\s*(\*|\/\*|\/\/)/.test(line) && [...line].length > 100 ? [`${path}:${i + 1}`] : [],
        ),
    );

    expect(wide).toEqual([]);
  });

  test(`no source file is longer than ${LINES_MAX} lines`, () => {
    const long = SOURCES.map((path) => ({ path, lines: read(path).split('\n').length - 1 })).filter(
      ({ lines }) => lines > LINES_MAX,
    );

    expect(long).toEqual([]);
  });

  test('no marker is left behind', () => {
    const markers = new RegExp(
      `\\b(${['TO-DO', 'FIX-ME', 'X-XX'].join('|').replaceAll('-', '')})\\b`,
    );

    expect(places(CODE, markers)).toEqual([]);
  });

  test('no any, and no test that is skipped or alone', () => {
    expect(places(CODE, /(:|<|\bas) any\b/, bare)).toEqual([]);
    expect(places(CODE, /\b(test|it|describe)\.(skip|only|todo)\b/, bare)).toEqual([]);
  });

  test('nothing names the machine or the place where it was written', () => {
    // Put together here, so that this file does not name them either.
    const words = [
      ...['work', 'farm'].map((dir) => `/${dir}/[a-z.]`),
      ['\\.\\.', 'shared'].join('/'),
      ['\\.', 'library'].join(''),
      ...['studio', 'bench'].map((what) => ['farm', what].join('-')),
    ];
    const everything = [
      ...CODE,
      ...['bin', 'docs', 'examples', 'scenarios', 'schema'].flatMap((f) =>
        filesBelow(f, /\.(m?[tj]s|md|ya?ml|json|maps|strace|sh|txt|time)$/),
      ),
      ...readdirSync(ROOT).filter((name) => /\.(md|json|ts)$/.test(name)),
    ];

    expect(places(everything, new RegExp(words.join('|')))).toEqual([]);
  });
});
