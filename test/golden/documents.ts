/**
 * Runs the commands that the documents show, and writes down what they print.
 *
 * In a block marked `console`, a line that begins with `$ ` is a command, and what follows is all
 * that it prints, on either stream; a line `…` stands for lines that were cut. A block marked `sh`
 * is commands whose output is not shown; they must succeed, as must commands in running text. All
 * commands of a document run in one directory, in order, with the built program as `mapsim`.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BIN, ROOT } from '../cli/spawn.ts';

export const CUT = '…';

/** What a command shown in a document can see of the repository. */
const VISIBLE = ['bin', 'bench', 'docs', 'examples', 'scenarios', 'schema', 'package.json'];

/** Files that documents speak of as the reader's own, and what they are here. */
const STAND_INS = { 'storm.yaml': 'scenarios/split-merge.yaml' };

export interface Sandbox {
  /** @returns what the command prints, and its exit code */
  run(command: string): { readonly text: string; readonly code: number | null };
  remove(): void;
}

/**
 * @param installed where `mapsim` is in an empty folder; otherwise it is the built one, and the
 * folder is like a checkout
 */
export function aSandbox(installed: string | null = null): Sandbox {
  const top = mkdtempSync(join(tmpdir(), 'mapsim-docs-'));
  const programs = join(top, 'bin');
  const cwd = join(top, 'checkout');
  mkdirSync(programs);
  mkdirSync(cwd);
  if (installed === null) {
    for (const name of VISIBLE) symlinkSync(join(ROOT, name), join(cwd, name));
    for (const [name, real] of Object.entries(STAND_INS)) {
      symlinkSync(join(ROOT, real), join(cwd, name));
    }
  }
  program(join(programs, 'mapsim'), `exec '${process.execPath}' '${installed ?? BIN}' "$@"`);
  program(join(programs, 'npx'), 'exec "$@"');
  const env = { PATH: `${programs}:${process.env.PATH}`, HOME: top, LC_ALL: 'C.UTF-8' };
  const seen = new Map<string, { text: string; code: number | null }>();
  return {
    run: (command) => {
      const before = seen.get(command);
      if (before !== undefined) return before;
      const argv = ['-c', `exec 2>&1\n${command}`];
      const { stdout, status } = spawnSync('bash', argv, { cwd, env, encoding: 'utf8' });
      const result = { text: stdout, code: status };
      seen.set(command, result);
      return result;
    },
    remove: () => rmSync(top, { recursive: true }),
  };
}

function program(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

/** What a test cannot or need not run again, and why. */
const NOT_RUN: readonly (readonly [RegExp, string])[] = [
  [/^(npm|git|node --) ?/, 'sets up, or runs the tests that this one is among'],
  [/^npx biome|^npx vitest|^npx tsc/, 'part of npm run check'],
  [/--pid/, 'needs a process of the reader; test/cli/capture.test.ts has one of its own'],
  [/^mapsim (measure|calibrate)/, 'differs from run to run; test/cli/measure.proof.ts measures'],
  [/^mapsim validate-model/, 'takes long; test/validate runs its claims'],
];

/** Commands of a document whose output it does not show, and that fail. */
export function failedCommands(document: string, sandbox: Sandbox): readonly object[] {
  // 1 is an answer: an expression held, a search found what it looked for.
  return silentCommands(document)
    .filter((command) => !NOT_RUN.some(([form]) => form.test(command)))
    .map((command) => ({ command, ...sandbox.run(command) }))
    .filter(({ code }) => code !== 0 && code !== 1);
}

/** The document as it should be: every output shown is what its command prints now. */
export function renewed(document: string, sandbox: Sandbox): string {
  return document.replace(/^```console\n([\s\S]*?)^```$/gm, (_block, body: string) => {
    const [preface, ...shown] = body.split(/^(?=\$ )/m);
    const sessions = preface === '' || preface === undefined ? shown : [preface, ...shown];
    return `\`\`\`console\n${sessions.map((one) => renewedSession(one, sandbox)).join('')}\`\`\``;
  });
}

function renewedSession(session: string, sandbox: Sandbox): string {
  const match = /^\$ ((?:.*\\\n)*.*)\n([\s\S]*)$/.exec(session);
  if (match === null) throw new Error(`a console block begins with "$ ": ${session}`);
  const [, command, shown] = match;
  const { text } = sandbox.run(command!);
  return `$ ${command}\n${matches(shown!, text) ? shown : recut(shown!, text)}`;
}

/** Whether `text` is `shown`, or becomes it when lines are cut where `shown` says so. */
export function matches(shown: string, text: string): boolean {
  const [first, ...rest] = shown.split(new RegExp(`^${CUT}\n`, 'm'));
  if (rest.length === 0) return shown === text;
  if (!text.startsWith(first!)) return false;
  let at = first!.length;
  const last = rest.pop()!;
  for (const part of rest) {
    const found = part === '' ? at : `\n${text}`.indexOf(`\n${part}`, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/**
 * `text` with as many lines at its begin and end as were shown before, and between them what still
 * begins and ends with the same lines.
 */
function recut(shown: string, text: string): string {
  const parts = shown.split(new RegExp(`^${CUT}\n`, 'm')).map((part) => part.split(/(?<=\n)/));
  if (parts.length === 1) return text;
  const lines = text.split(/(?<=\n)/);
  const [head, ...rest] = parts.map((part) => part.filter((line) => line !== ''));
  const tail = rest.pop()!;
  const end = lines.length - tail.length;
  if (head!.length >= end) return text;
  const kept = lines.slice(0, head!.length);
  let at = head!.length;
  for (const part of rest) {
    const from = lines.indexOf(part[0] ?? '', at);
    const to = nearestTo(lines, part.at(-1) ?? '', from + part.length - 1);
    if (from < 0 || to < from || to >= end) continue;
    kept.push(`${CUT}\n`, ...lines.slice(from, to + 1));
    at = to + 1;
  }
  return [...kept, `${CUT}\n`, ...lines.slice(end)].join('');
}

/** Where the line stands that is nearest to this place, or -1. */
function nearestTo(lines: readonly string[], line: string, place: number): number {
  let best = -1;
  for (const [at, other] of lines.entries()) {
    if (other === line && (best < 0 || Math.abs(at - place) < Math.abs(best - place))) best = at;
  }
  return best;
}

/** Commands whose output is not shown: those of `sh` blocks, and `mapsim …` in running text. */
export function silentCommands(document: string): string[] {
  const commands: string[] = [];
  for (const [, body] of document.matchAll(/^```sh\n([\s\S]*?)^```$/gm)) {
    if (body!.startsWith('#!')) continue; // a script, shown as a whole
    const lines = body!.replaceAll('\\\n', ' ').split('\n');
    commands.push(...lines.map((line) => line.replace(/\s+#.*$/, '').trim()).filter(isCommand));
  }
  for (const [, code] of proseOf(document).matchAll(/`(mapsim [^`]+)`/g)) {
    const verb = /^mapsim ([a-z-]+)$/.exec(code!)?.[1];
    if (verb !== undefined)
      commands.push(`mapsim help ${verb}`); // is named, not shown
    else if (!isForm(code!)) commands.push(code!.replaceAll('\\|', '|'));
  }
  return [...new Set(commands)];
}

/** A document without its blocks; code that goes on in the next line is in one. */
export function proseOf(document: string): string {
  const prose = document.replace(/^```[\s\S]*?^```$/gm, '');
  return prose.replace(/`[^`]+`/g, (code) => code.replace(/\s*\n\s*/g, ' '));
}

const isCommand = (line: string): boolean => line !== '' && !line.startsWith('#');

/** A word in capitals or an ellipsis stands for what the reader puts there. */
const isForm = (code: string): boolean => /(^|[\s=[/])[A-Z]{2,}|…|\.\.\./.test(code);
