/** `explore --save`: a scenario with nothing in it that the finding does not need. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { CommandContext } from '../../src/cli/command.ts';
import { load } from '../../src/cli/load.ts';
import { Messages } from '../../src/cli/messages.ts';
import type { OptionsOf } from '../../src/cli/option-tables.ts';
import { FindingFile, rawScenario } from '../../src/cli/save-finding.ts';
import type { Means } from '../../src/cli/search-request.ts';
import { smallestWorld } from '../../src/cli/smaller-world.ts';
import { parseQuestion } from '../../src/search/questions.ts';
import { aRequest, aSearch } from '../support/search.ts';
import { ensureBuilt, ROOT, spawnMapsim } from './spawn.ts';
import { aDirectory, anIo, mapsim } from './support.ts';

const AMPLE = `\
mapsim: 1
about: One border moves; the rest is there for nothing.
vmas:
  - {start: "0x10000000", pages: 3, perms: r--p, tag: low}
  - {start: "0x10003000", pages: 3, perms: rw-p}
  - {start: "0x20000000", pages: 1, perms: r--p, repeat: 2, gap: 1}
readers: [{name: reader, passes: 2}]
writers:
  - name: writer
    ops: 2
    program:
      - {mprotect: {vma: {tag: low}, page: 2, pages: 1, perms: rw-p}}
      - {mprotect: {at: "0x20000000", pages: 1, perms: rw-p}}
  - {name: idle, ops: 1, program: [{fork: {}}]}
`;
const OWN = join(ROOT, 'examples/strategy/pass-budget.mjs');
const OVERLAPS = ['explore', 'ample.yaml', '--strategy=vma-lock', '--find=overlaps'];

async function saved(argv: readonly string[]) {
  const cwd = aDirectory({ 'ample.yaml': AMPLE });
  const said = await mapsim([...argv, '--save=f.yaml'], { cwd });
  const text = readFileSync(join(cwd, 'f.yaml'), 'utf8');
  return { cwd, said, text, tree: parse(text) };
}

describe('a saved finding', () => {
  beforeAll(ensureBuilt);

  test('has the tasks, operations, passes and VMAs that it needs, and says what it has not', async () => {
    const { text, tree } = await saved(OVERLAPS);

    expect(tree).toMatchObject({
      vmas: [{ tag: 'low' }, { start: '0x10003000' }],
      readers: [{ name: 'reader', passes: 1, strategy: 'vma-lock' }],
      writers: [{ name: 'writer', ops: 1, program: [{ mprotect: { page: 2 } }] }],
    });
    expect(tree.writers).toHaveLength(1);
    expect(tree.vmas).toHaveLength(2);
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '# Left out of ample.yaml, which the finding does not need:',
      '#   writer idle',
      '#   operations of writer, except 1',
      '#   mprotect of writer',
      '#   2 VMAs from 0x20000000',
      '#   passes of reader, except 1',
    ]);
  });

  test('is printed as it is in the world that was asked about', async () => {
    const { said } = await saved(OVERLAPS);
    const cwd = aDirectory({ 'ample.yaml': AMPLE });

    expect(said).toEqual(await mapsim(OVERLAPS, { cwd }));
  });

  test.each([
    ['of a search', ['--find=overlaps'], 'overlaps'],
    ['of random walks', ['--find=overlaps', '--random=1000', '--bias=churn'], 'overlaps'],
    ['of states that are kept as hashes', ['--find=torn', '--store=hash'], 'cuts'],
  ])('%s replays to the same kind of tearing in a fresh process', async (_, find, kind) => {
    const { cwd, tree } = await saved(['explore', 'ample.yaml', '--strategy=vma-lock', ...find]);
    const { code, stdout } = await spawnMapsim(['replay', join(cwd, 'f.yaml'), '--format=json']);

    expect(code).toBe(0);
    const { fits, texts } = JSON.parse(stdout);
    expect(fits).toBe(true);
    expect(texts.at(-1).tearing[kind]).toBeGreaterThan(0);
    expect(tree.writers).toHaveLength(1);
    expect(tree.vmas).toHaveLength(2);
  });

  test('is the same file each time', async () => {
    expect((await saved(OVERLAPS)).text).toBe((await saved(OVERLAPS)).text);
  });

  test('of a livelock replays round and round without the VMA that nobody looks at', async () => {
    const world = join(ROOT, 'scenarios/explore/never-rests.yaml');
    const argv = ['explore', world, '--strategy=rcu-retry', '--find=livelock'];
    const { cwd, tree } = await saved(argv);
    const { stdout } = await mapsim(['replay', 'f.yaml', '--format=json'], { cwd });

    expect(tree.vmas).toEqual([]);
    expect(JSON.parse(stdout).cycleFrom).toEqual(expect.any(Number));
  });

  test('is saved as far as it had come where an interrupt ends the leaving out', async () => {
    const cwd = aDirectory({ 'ample.yaml': AMPLE });
    const io = anIo({ cwd });
    const context = { io, messages: new Messages(io, true) } as unknown as CommandContext;
    const loaded = await load('ample.yaml', context);
    if (!loaded.ok) throw new Error('it does not load');
    // The request is read for each search anew: the third is interrupted.
    let searches = 0;
    const request = {
      ...aRequest('vma-lock'),
      get find() {
        searches++;
        return parseQuestion('overlaps');
      },
    };
    const outcome = aSearch(loaded.scenario, 'vma-lock', { find: 'overlaps' });
    const interrupt = {
      get caught() {
        return searches > 2 ? 'SIGINT' : null;
      },
    };
    const options = { strategy: 'vma-lock', format: 'text', color: 'never', progress: 'none' };
    const means = { options, context, interrupt, directory: cwd } as unknown as Means;
    const source = { path: 'ample.yaml', tree: await rawScenario('ample.yaml', loaded.bytes) };
    const file = new FindingFile('f.yaml', source, options as OptionsOf<'explore'>, context);
    const whole = { tree: file.tree, scenario: loaded.scenario, outcome };

    const small = await smallestWorld('ample.yaml', whole, request, means);
    file.finish(small);

    expect(small.leftOut).toEqual(['writer idle']);
    expect(readFileSync(join(cwd, 'f.yaml'), 'utf8')).toMatch(
      /^# Left out of ample.yaml, .*: More parts may be unnecessary; the reduction was cut short\.\n/,
    );
  });

  test('names many parts that were left out by their number', async () => {
    const argv = ['explore', 'capture.yaml', '--find=attempts>1', '--save=f.yaml'];
    const capture = join(ROOT, 'scenarios/captures/bash.maps');
    const writer = '{name: w, ops: 1, program: [{munmap: {vma: {index: 3}}}]}';
    const cwd = aDirectory({
      'capture.yaml': `\
mapsim: 1
vmas: [{from: ${capture}}]
readers: [{name: r, strategy: vma-lock}]
writers: [${writer}]
`,
    });
    const { code } = await mapsim(argv, { cwd });
    const text = readFileSync(join(cwd, 'f.yaml'), 'utf8');

    expect(code).toBe(1);
    expect(text).toMatch(/^(#.*\n){21}# {3}and \d+ more\nmapsim: 1\n/);
    expect(parse(text).vmas.length).toBeLessThan(6);
  });

  test('names the files of the scenario from its own directory, and instants as they are', async () => {
    const log = '100 1795366151.5 munmap(0x10000000, 4096) = 0 <0.000022>\n';
    const cwd = aDirectory({
      'in/log.strace': log,
      'in/own.mjs': `export { default } from ${JSON.stringify(OWN)};`,
      'in/world.yaml': `\
mapsim: 1
vmas: [{start: "0x10000000", pages: 1}]
readers: [{name: r, strategy: own.mjs}]
writers: [{name: w, trace: [log.strace], from: "1795366151.0", until: "1795366152.0"}]
`,
    });
    const find = ['--find=attempts>1', '--save=out/f.yaml', '--allow-code'];
    mkdirSync(join(cwd, 'out'));
    const found = await mapsim(['explore', 'in/world.yaml', ...find], { cwd });
    const tree = parse(readFileSync(join(cwd, 'out/f.yaml'), 'utf8'));
    const replayed = await mapsim(['replay', 'out/f.yaml', '--allow-code'], { cwd });

    expect(found.code).toBe(1);
    expect(tree.readers[0].strategy).toBe('../in/own.mjs');
    expect(tree.writers[0]).toMatchObject({ trace: ['../in/log.strace'], from: '1795366151.0' });
    expect(replayed.code).toBe(0);
  });

  test('is the world itself where nothing can go', async () => {
    const border = join(ROOT, 'examples/border.yaml');
    const { text } = await saved(['explore', border, '--strategy=vma-lock', '--find=overlaps']);

    expect(text).toMatch(/^mapsim: 1\n/);
  });
});
