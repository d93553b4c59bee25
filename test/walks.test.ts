/**
 * The two walks of ARCHITECTURE.md: the program is bundled with a note at the begin of each
 * function that they name, and run; its first calls are in their order.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), 'mapsim-walks-'));

interface Stop {
  readonly name: string;
  /** Below src/. */
  readonly path: string;
}

const idOf = ({ name, path }: Stop): string => `${name} in ${path}`;

/** The numbered stops of a chapter. */
function walk(chapter: string): Stop[] {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const section = text.split(`## ${chapter}\n`)[1]!.split('\n## ')[0]!;
  const stops = section.matchAll(/^\d+\. `(\w+)` in `([\w/.-]+)`/gm);
  return [...stops].map(([, name, path]) => ({ name: name!, path: path! }));
}

const TO_THE_LINE = walk('From a line of a scenario to a printed line');
const TO_THE_FINDING = walk('From the options of explore to the finding');

/** `() => …`, or the step in `named('m_start', () => …)`. */
function arrowOf(given: ts.Expression | undefined): ts.ArrowFunction | undefined {
  const last = given !== undefined && ts.isCallExpression(given) ? given.arguments.at(-1) : given;
  return last !== undefined && ts.isArrowFunction(last) ? last : undefined;
}

/** Where the body of each function of this name begins, and whether it is an expression. */
function bodiesOf(file: ts.SourceFile, name: string): { at: number; end: number | null }[] {
  const found: { at: number; end: number | null }[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) &&
      node.name?.getText(file) === name &&
      node.body !== undefined
    ) {
      found.push({ at: node.body.getStart(file) + 1, end: null });
    }
    const arrow =
      ts.isVariableDeclaration(node) && node.name.getText(file) === name
        ? arrowOf(node.initializer)
        : undefined;
    if (arrow !== undefined) {
      const { body } = arrow;
      if (ts.isBlock(body)) found.push({ at: body.getStart(file) + 1, end: null });
      else found.push({ at: body.getStart(file), end: body.end });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The text of a file, in which the functions say that they are called. */
function noted(path: string, text: string): string {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext);
  const stops = [...TO_THE_LINE, ...TO_THE_FINDING].filter((stop) =>
    path.endsWith(`src/${stop.path}`),
  );
  const notes = stops.flatMap((stop) => {
    const bodies = bodiesOf(file, stop.name);
    if (bodies.length === 0) throw new Error(`there is no function ${idOf(stop)}`);
    const note = `globalThis.called?.(${JSON.stringify(idOf(stop))})`;
    return bodies.flatMap(({ at, end }) =>
      end === null
        ? [{ at, put: `${note};` }]
        : [
            { at, put: `(${note}, ` },
            { at: end, put: ')' },
          ],
    );
  });
  let out = text;
  for (const { at, put } of notes.sort((a, b) => b.at - a.at)) {
    out = out.slice(0, at) + put + out.slice(at);
  }
  return out;
}

beforeAll(async () => {
  await build({
    entryPoints: { main: join(ROOT, 'src/cli/start.ts') },
    bundle: true,
    keepNames: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    outdir: FOLDER,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    plugins: [
      {
        name: 'notes',
        setup({ onLoad }) {
          onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
            contents: noted(path.replaceAll('\\', '/'), readFileSync(path, 'utf8')),
            loader: 'ts',
          }));
        },
      },
    ],
  });
  writeFileSync(
    join(FOLDER, 'call.mjs'),
    `const first = new Set();
globalThis.called = (id) => first.add(id);
const { main, processIo } = await import('./main.mjs');
process.exitCode = await main(process.argv.slice(2), processIo());
process.stderr.write(JSON.stringify([...first]));
`,
  );
});

/** The stops in the order of their first calls. */
function called(argv: readonly string[]): string[] {
  const program = `node ${join(FOLDER, 'call.mjs')} ${argv.join(' ')} 2>&1 >/dev/null || true`;
  const output = execFileSync('sh', ['-c', program], { cwd: ROOT, encoding: 'utf8' });
  return JSON.parse(output.split('\n').at(-1)!) as string[];
}

test('run: from a line of a scenario to a printed line in ten steps', () => {
  const path = join(FOLDER, 'world.yaml');
  const line = '00010000-00019000 rw-p 00000000 00:00 0';
  const writer =
    '{name: w, ops: 30, think: 1us, program: [{munmap: {at: "0x10000", pages: 1}}, {restore: true}]}';
  writeFileSync(
    path,
    `mapsim: 1\nvmas: ["${line}"]\nreaders: [{name: r, passes: 30}]\nwriters: [${writer}]\n`,
  );

  const order = called(['run', path]);

  expect(TO_THE_LINE).toHaveLength(10);
  expect(order.filter((id) => TO_THE_LINE.map(idOf).includes(id))).toEqual(TO_THE_LINE.map(idOf));
});

test('explore: from the options to the finding in ten steps', () => {
  const order = called([
    'explore',
    'scenarios/explore/split-merge.yaml',
    '--find=torn',
    '--strategy=rcu-unchecked',
  ]);

  expect(TO_THE_FINDING).toHaveLength(10);
  expect(order.filter((id) => TO_THE_FINDING.map(idOf).includes(id))).toEqual(
    TO_THE_FINDING.map(idOf),
  );
});

test('the glossary of ARCHITECTURE.md has thirty words or so, in order', () => {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const section = text.split('## Words\n')[1]!.split('\n## ')[0]!;
  const words = [...section.matchAll(/^\| ([a-z]+) \| /gm)].map(([, word]) => word!).slice(1);

  expect(words).toEqual([...words].sort());
  expect(words.length).toBeGreaterThanOrEqual(30);
});
