/** `mapsim explore` and `replay` of what it found, as commands. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './spawn.ts';
import { aDirectory, mapsim, Sink } from './support.ts';

const small = (name: string): string => join(ROOT, 'scenarios/explore', name);
const BORDER = join(ROOT, 'examples/border.yaml');

interface Step {
  readonly task: number;
  readonly name: string;
  readonly effects: readonly string[];
}

/** What a finding and a replay have in common. */
interface Course {
  readonly schedule: string;
  readonly steps: readonly Step[];
  readonly texts: readonly { readonly text: string; readonly torn: boolean }[];
}

async function json(argv: readonly string[], cwd = '/nonexistent') {
  const { code, stdout } = await mapsim([...argv, '--format=json'], { cwd });
  return { code, value: JSON.parse(stdout) };
}

describe('the answer', () => {
  test.each([
    ['found', ['--find=overlaps'], 1, 'overlaps: possible'],
    ['proven absent', ['--find=alienLines'], 0, 'alienLines: impossible'],
    ['stopped by a bound', ['--find=alienLines', '--max-states=50'], 4, 'alienLines: not found'],
    ['sampled', ['--find=alienLines', '--random=5'], 4, 'alienLines: not found'],
    ['without a question', [], 0, 'exhaustive: '],
  ])('%s has its exit code', async (_, argv, code, line) => {
    const said = await mapsim(['explore', BORDER, '--strategy=vma-lock', ...argv]);

    expect(said.code).toBe(code);
    expect(said.stdout).toContain(line);
  });

  test('as JSON it has what scripts rely on', async () => {
    const argv = ['explore', BORDER, '--strategy=vma-lock', '--find=overlaps'];
    const { value } = await json(argv);

    expect(value).toMatchObject({
      schema: 'mapsim/explore@1',
      complete: false,
      bound: null,
      store: { kind: 'exact', lossBound: 0 },
      reduce: 'private',
      findings: [{ class: 'overlaps', schedule: expect.stringMatching(/^1:/) }],
    });
    expect(value.states).toBeGreaterThan(100);
    expect(value.transitions).toBeGreaterThan(value.states);
    expect(value.findings[0].text).toBe(value.findings[0].texts[0].text);
    expect(value.findings[0].steps.length).toBeGreaterThan(20);
    expect(value.texts.length).toBeGreaterThan(1);
  });

  test('a limit that leaves nothing out is no bound', async () => {
    const mmapLock = ['explore', BORDER, '--strategy=mmap-lock'];
    const whole = (await json(mmapLock)).value;
    const limited = async (limit: string, n: number) => {
      const { code, value } = await json([...mmapLock, `--${limit}=${n}`]);
      return { code, bound: value.bound, states: value.states };
    };
    const { states, depth } = whole;

    const all = { code: 0, bound: null, states };
    expect(await limited('max-states', states)).toEqual(all);
    expect(await limited('max-depth', depth)).toEqual(all);
    const most = { code: 4, bound: 'max-states', states: states - 1 };
    expect(await limited('max-states', states - 1)).toEqual(most);
    expect(await limited('max-depth', depth - 1)).toMatchObject({ code: 4, bound: 'max-depth' });
  });

  test('breadth first is claimed where it holds', async () => {
    const line = async (...limits: string[]) => {
      const argv = ['explore', BORDER, '--strategy=vma-lock', '--find=torn', ...limits];
      return (await mapsim(argv)).stdout.replace(/\s+/g, ' ');
    };

    expect(await line()).toContain('breadth first, so nothing shorter finds it');
    expect(await line('--preemptions=2')).toContain('nothing with fewer preemptions finds it');
    expect(await line('--store=hash')).toContain('--store=hash may have lost a shorter way to it');
  });

  test('a retry and a fallback are looked for, and seen until the record is out', async () => {
    const found = async (strategy: string, find: string) => {
      const argv = ['explore', BORDER, `--strategy=${strategy}`, `--find=${find}`];
      const { code, stdout, stderr } = await mapsim(argv);
      return { code, text: stdout.replace(/\s+/g, ' ') + stderr };
    };

    const retry = await found('rcu-retry3', 'retry');
    expect(retry.code).toBe(1);
    expect(retry.text).toMatch(
      /a record that is printed after 1 retry: .*fails: sequence.*mm_lock_seq is 2, sample 2 .*prints 10000000-10002000 r--p 00000000 00:00 0 mapsim replay/,
    );
    const fallback = await found('rcu-retry0', 'fallback');
    expect(fallback.text).toMatch(
      /printed after 0 retries and a fallback to mmap_lock: .*mmap_lock held for read.*prints 10000000-10002000 r--p 00000000 00:00 0 mapsim replay/,
    );
    // The writer makes one call, so one record is tried twice and no more.
    expect(await found('rcu-retry3', 'fallback')).toMatchObject({ code: 0 });
    expect(await found('rcu-retry3', 'retries>1')).toMatchObject({ code: 0 });
    expect(await found('rcu-retry0', 'fallbacks>0')).toMatchObject({ code: 1 });
    expect(await found('rcu-retry0', 'retry')).toMatchObject({ code: 0 });
    expect((await found('rcu-retry0', 'fallbacks>1')).text).toContain('at most one fallback');
    expect((await found('rcu-retry0', 'retires>1')).text).toContain('did you mean "retries"?');
  });

  test('columns fit into the terminal', async () => {
    const argv = ['explore', BORDER, '--strategy=vma-lock', '--find=torn', '--color=never'];
    const shown = await mapsim(argv, { stdout: new Sink(true) });
    const widths = shown.stdout.split('\n').filter((line) => /^=+ {2}=+$/.test(line));

    expect(widths.map((line) => line.length)).toEqual([80]);
  });

  test('numbers may be written with an exponent', async () => {
    const argv = ['explore', BORDER, '--max-states=5e1', '--preemptions=0e0', '--find=cuts>1e0'];
    const { value } = await json(argv);

    expect(value.limits).toMatchObject({ maxStates: 50, preemptions: 0 });
  });

  test('ends with what it has found when the memory that it may take is used up', async () => {
    const argv = ['explore', small('race-remap.yaml'), '--strategy=vma-lock'];
    const { code, value } = await json([...argv, '--max-memory=1M']);

    expect(code).toBe(4);
    expect(value).toMatchObject({ complete: false, bound: 'max-memory' });
    expect(value.states).toBeGreaterThan(100);
  });

  test('is the same with each reduction, of more states with fewer', async () => {
    const states = async (...reduce: string[]): Promise<number> => {
      const argv = ['explore', BORDER, '--strategy=rcu-retry3', '--find=alienLines', ...reduce];
      const { code, value } = await json(argv);
      expect(code).toBe(0);
      return value.states;
    };
    const none = await states('--reduce=none');

    expect(await states('--no-reduce')).toBe(none);
    expect(await states('--reduce=private')).toBeLessThan(none);
    expect(await states()).toBe(await states('--reduce=private'));
  });

  test.each([
    [['--reduce=some'], 'It is one of private, none.'],
    [['--reduce=all'], 'The reduction by ranges was removed; use private.'],
    [['--reduce=ranges'], 'The reduction by ranges was removed; use private.'],
    [['--jobs=1'], '--jobs needs --random'],
    [['--reduce=none', '--random=5'], '--reduce has no effect with --random'],
    [['--max-memory=lots'], 'It is a size such as 512M or 8G (1 or more).'],
    [['--random=5', '--max-memory=1G'], '--max-memory has no effect with --random'],
    [['--random=5', '--max-states=9'], '--max-states has no effect with --random'],
    [['--save=f'], '--save writes the schedule of a finding: name the finding with --find'],
    [['--find=livelock', '--preemptions=2'], 'needs any number of --preemptions'],
    [['--max-states=1e18'], 'such as 1000000 or 1e6, and at most 9007199254740991 (2^53 - 1).'],
    [
      ['--preemptions=1e9'],
      'a whole number of 0 or more, such as 1000000 or 1e6, and at most 1000000.',
    ],
    [['--random=1e15'], 'and at most 1000000000.'],
    [['--find=cuts>1000001'], 'the number is at most 1000000'],
    [['--find=attempts>1e99'], 'to attempts>1000'],
    [['--find=attempts=2'], 'to attempts>1000'],
    [['--find=cuts=1'], 'did you mean "cuts==1"?'],
    [['--find=cuts>x'], '"x" is not a whole number of 0 or more'],
    [['--find=falseGap'], 'did you mean "falseGaps"?'],
    [['--find=attempts>0'], 'attempts>1 (more than the one that each record takes)'],
  ])('%j is refused', async (argv, message) => {
    const { code, stderr } = await mapsim(['explore', BORDER, ...argv]);

    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('a finding replays to the same text', () => {
  test.each([
    ['split-merge.yaml', 'vma-lock', 'falseGaps'],
    ['split-merge.yaml', 'rcu-unchecked', 'alienLines'],
    ['split-merge-pages.yaml', 'mmap-lock', 'overlaps'],
    ['special.yaml', 'rcu-retry:bug-compat=stale-name', 'use-after-free'],
    ['never-rests.yaml', 'rcu-retry', 'livelock'],
    ['race-remap.yaml', 'rcu-retry3', 'torn'],
    ['one-write.yaml', 'rcu-page:wait=none', 'attempts>2'],
  ])('%s, %s: %s, as JSON and as text', async (file, strategy, find) => {
    const argv = [small(file), `--strategy=${strategy}`];
    const { code, value } = await json(['explore', ...argv, `--find=${find}`]);
    const [finding] = value.findings as Course[];
    const asText = await mapsim(['explore', ...argv, `--find=${find}`]);

    const schedule = `--schedule=${finding!.schedule}`;
    const replayed = await json(['replay', ...argv, schedule]);
    const text = await mapsim(['replay', ...argv, schedule]);

    const { steps, texts } = replayed.value as Course;
    expect(code).toBe(1);
    expect({ steps, texts }).toEqual({ steps: finding!.steps, texts: finding!.texts });
    const columns = (all: string): string =>
      all.slice(all.indexOf('\nCPU 0'), all.indexOf('\nmapsim replay') >>> 0);
    expect(columns(`${text.stdout}\n`).trim()).toBe(columns(asText.stdout).trim());
  });
});

describe('census', () => {
  test('has a schedule for each text that prints it, no longer than that of the finding', async () => {
    const argv = [small('split-merge.yaml'), '--strategy=vma-lock'];
    const { value } = await json(['census', ...argv]);
    const found = await json(['explore', ...argv, '--find=backwards']);
    const texts = value.texts as { text: string; tearing: object; schedule: string }[];
    const replayed: Course[] = [];
    for (const { schedule } of texts) {
      replayed.push((await json(['replay', ...argv, `--schedule=${schedule}`])).value);
    }

    expect(texts.length).toBeGreaterThan(4);
    expect(replayed.map((course) => course.texts)).toMatchObject(
      texts.map(({ text, tearing }) => [{ text, tearing }]),
    );
    const [finding] = found.value.findings;
    const same = texts.find(({ text }) => text === finding.text)!;
    expect(same.schedule).toBe(finding.schedule);
  });
});

describe('a saved finding', () => {
  test('replays, and is carried to another strategy with the same steps of the writer', async () => {
    const cwd = aDirectory();
    const find = ['--strategy=vma-lock', '--find=falseGaps', '--save=found.yaml'];
    const found = await mapsim(['explore', small('split-merge.yaml'), ...find], { cwd });
    const replayed = await json(['replay', 'found.yaml'], cwd);

    expect(found.code).toBe(1);
    expect(replayed.code).toBe(0);
    const writers = (course: Course) =>
      course.steps.filter(({ task }) => task === 1).map(({ name }) => name);
    const before = writers(replayed.value);
    expect(before.length).toBeGreaterThan(20);
    for (const strategy of ['mmap-lock', 'rcu-retry3', 'rcu-page', 'query-vma']) {
      const carried = await json(['replay', 'found.yaml', `--carry-to=${strategy}`], cwd);

      expect(carried.code).toBe(0);
      expect(carried.value.strategy).toBe(strategy);
      expect(writers(carried.value).slice(0, before.length)).toEqual(before);
      expect((carried.value as Course).texts).toHaveLength(1);
    }
  });

  test.each([
    ['-', 'found.yaml', 'a scenario from a file, not from -'],
    ['in.yaml', '-', 'standard output has the result'],
    ['in.yaml', 'in.yaml', 'this is the scenario itself'],
    ['in.yaml', './link.yaml', 'this is the scenario itself'],
    ['in.yaml', 'folder', 'cannot write folder: it is a directory'],
    ['in.yaml', 'no/such.yaml', 'cannot write no/such.yaml: no such file or directory'],
  ])('of %s cannot be written to %s: nothing is searched', async (input, save, message) => {
    const text = readFileSync(BORDER, 'utf8');
    const cwd = aDirectory({ 'in.yaml': text });
    mkdirSync(join(cwd, 'folder'));
    symlinkSync('in.yaml', join(cwd, 'link.yaml'));
    const argv = ['explore', input, '--find=torn', '--strategy=vma-lock', `--save=${save}`];

    const { code, stdout, stderr } = await mapsim(argv, { cwd, stdin: text });

    expect(code).toBe(message.startsWith('cannot write') ? 3 : 2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(readdirSync(cwd).sort()).toEqual(['folder', 'in.yaml', 'link.yaml']);
    expect(readFileSync(join(cwd, 'in.yaml'), 'utf8')).toBe(text);
  });

  test('is not written where there is none', async () => {
    const cwd = aDirectory();
    const argv = ['explore', BORDER, '--strategy=mmap-lock', '--find=torn', '--save=f.yaml'];

    const { code, stderr } = await mapsim(argv, { cwd });

    expect(code).toBe(0);
    expect(stderr).toContain('there is no finding, so f.yaml is not written');
    expect(existsSync(join(cwd, 'f.yaml'))).toBe(false);
  });
});

describe('a schedule that ends in a kernel fault is carried', () => {
  const TAIL = small('unmapped-tail.yaml');
  const AT_THE_COPY = '--schedule=1:0x15.1x12.0x8';

  test('as what its writers did until then, to readers that survive it', async () => {
    const cwd = aDirectory();
    const stale = '--strategy=rcu-retry:bug-compat=stale-name';
    const find = [stale, '--find=use-after-free', '--save=uaf.yaml'];
    await mapsim(['explore', small('special.yaml'), ...find], { cwd });
    const saved = await json(['replay', 'uaf.yaml', '--carry-to=rcu-retry'], cwd);
    const faulty = '--strategy=rcu-retry:bug-compat=null-copy';
    const given = await json(['replay', TAIL, faulty, AT_THE_COPY, '--carry-to=vma-lock']);

    for (const { code, value } of [saved, given]) {
      expect(code).toBe(0);
      expect(value).toMatchObject({ fits: true, fault: null });
      expect((value as Course).texts).toHaveLength(1);
      expect((value as Course).steps.some(({ task }) => task === 1)).toBe(true);
    }
  });

  test('to the fault, where the other strategy meets one', async () => {
    const carry = [
      '--strategy=rcu-retry',
      AT_THE_COPY,
      '--carry-to=rcu-retry:bug-compat=null-copy',
    ];
    const { code, value } = await json(['replay', TAIL, ...carry]);

    expect(code).toBe(0);
    expect(value).toMatchObject({ fits: true, fault: { kind: 'null-dereference' } });
  });
});

describe('replay --schedule', () => {
  const replay = (schedule: string, more: Parameters<typeof mapsim>[1] = {}, path = BORDER) =>
    mapsim(['replay', path, '--strategy=vma-lock', '--schedule', schedule], more);

  test.each([
    ['0x17.1x18', 'there is no such file; as a schedule it lacks its version, 1:0x17.1x18'],
    ['1:0x1000000000', 'more than 10000000 steps, after "1:"'],
    ['1:', '--schedule: the schedule has no steps'],
    ['1:0x0', '--schedule: the schedule has no steps'],
  ])('%s is refused', async (schedule, message) => {
    const { code, stdout, stderr } = await replay(schedule);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('- is standard input: a schedule, or what was saved', async () => {
    const asWord = await replay('1:0x17.1x18.0x24');
    const saved = `${readFileSync(BORDER, 'utf8')}\nx-schedule: {schedule: "1:0x17.1x18.0x24"}\n`;

    expect(asWord.code).toBe(0);
    expect(await replay('-', { stdin: '1:0x17.1x18.0x24\n' })).toEqual(asWord);
    expect(await replay('-', { stdin: saved })).toEqual(asWord);
  });

  test('- is refused where the scenario is standard input', async () => {
    const { code, stderr } = await replay('-', { stdin: '1:0' }, '-');

    expect(code).toBe(2);
    expect(stderr).toContain('only one of scenario and --schedule can be standard input');
  });
});
