/** Completion, and what else is made of the tables of commands and options. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt, ROOT } from './spawn.ts';
import { aDirectory, mapsim } from './support.ts';

beforeAll(ensureBuilt);

/** What bash offers for the last of these words. */
function offered(script: string, words: readonly string[]): string[] {
  const asked = `source ${script}
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mapsim; echo "\${COMPREPLY[*]}"`;
  return execFileSync('bash', ['-c', asked, 'bash', ...words], { encoding: 'utf8' })
    .trim()
    .split(' ');
}

test('completion: bash completes commands, options, their words and scenarios', async () => {
  const { stdout } = await mapsim(['completion', 'bash']);
  const script = join(aDirectory({ mapsim: stdout }), 'mapsim');

  expect(offered(script, ['mapsim', 'ex'])).toEqual(['explore']);
  expect(offered(script, ['mapsim', 'run', '--su'])).toContain('--summary');
  expect(offered(script, ['mapsim', 'run', '--summary', '=', 'st'])).toEqual(['stdout', 'stderr']);
  expect(offered(script, ['mapsim', 'run', '--summary', 'n'])).toEqual(['none']);
  expect(offered(script, ['mapsim', 'run', '@qui'])).toEqual(['@quiet']);
  expect(offered(script, ['mapsim', 'run', '--strategy', 'vma'])).toEqual(['vma-lock']);
  expect(offered(script, ['mapsim', 'run', 'file'])).toEqual(['']);
});

test.each(['zsh', 'fish'])('completion: %s gets every command and option', async (shell) => {
  const { code, stdout } = await mapsim(['completion', shell]);

  expect(code).toBe(0);
  for (const text of ['validate-model', 'fail-on', 'rcu-retry3', '@explore/flip']) {
    expect(stdout).toContain(text);
  }
});

test('completion: another shell is refused', async () => {
  expect(await mapsim(['completion', 'fihs'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'mapsim: error: no completion for the shell fihs; did you mean fish?\n',
  });
});

test('the man page has every command', async () => {
  const page = readFileSync(join(ROOT, 'dist/mapsim.1'), 'utf8');
  const { stdout } = await mapsim(['--help']);
  const names = [...stdout.matchAll(/^ {2}([a-z-]+) {2,}[A-Z]/gm)].map(([, name]) => name!);

  expect(names.length).toBeGreaterThan(15);
  for (const name of names) {
    expect(page).toContain(`\n.SS mapsim ${name.replaceAll('-', '\\-')} `);
  }
  expect(page).toMatch(/^[\n -~]*$/);
});

test('THIRD-PARTY.txt has the licence of each package that is bundled', () => {
  const notices = readFileSync(join(ROOT, 'dist/THIRD-PARTY.txt'), 'utf8');
  const chunks: readonly { modules: readonly string[] }[] = JSON.parse(
    readFileSync(join(ROOT, 'dist/chunks.json'), 'utf8'),
  );
  const packages = new Set(
    chunks.flatMap(({ modules }) =>
      modules.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
    ),
  );

  expect(packages).toContain('commander');
  for (const name of packages) expect(notices).toMatch(new RegExp(`^${name} [0-9.]+ \\(`, 'm'));
  expect(notices.match(/Permission|permission/g)!.length).toBeGreaterThanOrEqual(packages.size);
});

test('-v and version are --version', async () => {
  const { stdout } = await mapsim(['--version']);

  expect(stdout).toMatch(/^mapsim \d+\.\d+\.\d+\n$/);
  expect((await mapsim(['-v'])).stdout).toBe(stdout);
  expect((await mapsim(['version'])).stdout).toBe(stdout);
});

test('strategies NAME describes one, as it is listed or as it is chosen', async () => {
  const { stdout } = await mapsim(['strategies', 'rcu-retry3']);

  expect(stdout).toMatch(/^rcu-retryN: /);
  expect(stdout).toContain('\noptions   mstart=');
  expect((await mapsim(['strategies', 'rcu-retryN'])).stdout).toBe(stdout);
  expect((await mapsim(['strategies', 'uprobes'])).stdout).toMatch(/^rcu-once: /);
  expect((await mapsim(['run', '@quiet', '--strategy=rcu-retryN'])).stderr).toContain(
    'did you mean "rcu-retry3"?',
  );
});

test('help terms is the glossary', async () => {
  const { code, stdout } = await mapsim(['help', 'terms']);

  expect(code).toBe(0);
  expect(stdout.match(/^[a-z].*: /gim)!.length).toBeGreaterThan(29);
  expect(stdout).toMatch(/^fallback: taking mmap_lock after/m);
});
