/** What of the playground is neither page nor worker: addresses, sliders, command lines. */
import { expect, test } from 'vitest';
import { compareCommand, replayCommand, runCommands } from '../../src/playground/commands.ts';
import { fragmentOf, readFragment, type Shared } from '../../src/playground/fragment.ts';
import { changesFor, knobsOf, limitOf, withLimit } from '../../src/playground/knobs.ts';
import { loadGiven } from '../../src/playground/load.ts';
import { PRESETS } from '../../src/playground/presets.ts';
import { Scheduler } from '../../src/playground/scheduler.ts';
import { startElement, withScenario } from '../../src/playground/start-data.ts';
import { yamlBlock } from '../../src/playground/yaml-block.ts';
import { Strategies } from '../../src/readers/index.ts';
import { shippedText } from './support.ts';

const SHARED: Shared = {
  scenario: null,
  text: 'mapsim: 1 # ünïcode "</script>"\n',
  seed: '7',
  strategies: 'rcu-retry3,vma-lock:sample=before,end-check=on',
  scheduler: { strategy: 'rcu-retry3', schedule: '1:0x12.1c3.0' },
};

test('an address gives back what was put into it', async () => {
  const fragment = await fragmentOf(SHARED);

  expect(fragment).toMatch(/^1\.[\w-]+$/);
  expect(await readFragment(fragment)).toEqual(SHARED);
});

test('an address of a hundred equal lines is short', async () => {
  const text = 'vmas: []\n'.repeat(100);

  expect((await fragmentOf({ ...SHARED, text })).length).toBeLessThan(320);
});

test.each([
  ['2.AAAA', 'it does not begin with 1.'],
  ['1.%%%%', 'it has invalid characters'],
  ['1.AAAA', 'it is cut short, or too long'],
])('the address %s is refused: %s', async (fragment, message) => {
  await expect(readFragment(fragment)).rejects.toThrow(message);
});

test('an address that lacks a part, or holds too much, is refused', async () => {
  const { seed: _, ...partial } = SHARED;
  const bomb = { ...SHARED, text: 'a'.repeat(2_000_000) };

  await expect(fragmentOf(partial as Shared).then(readFragment)).rejects.toThrow(
    'a part is missing',
  );
  await expect(fragmentOf(bomb).then(readFragment)).rejects.toThrow('too long');
});

const TEXT = `mapsim: 1
# a comment that stays
machine: {cpus: 2}
vmas:
  - {start: "0x10000000", pages: 3, repeat: 4, tag: a}
readers:
  - {name: r, buffer: 4k}
  - {name: q}
writers:
  - {name: w, churn: resize, think: {exp: 10us}}
`;
const given = { path: 'scenario.yaml', text: TEXT, files: {} };
const load = (edit: Parameters<typeof loadGiven>[1] = null, text = TEXT) =>
  loadGiven({ ...given, text }, edit, () => yamlBlock);

test('sliders stand where the scenario says', () => {
  const loaded = load();

  expect(loaded.ok && knobsOf(loaded.tree)).toEqual({
    pause: 10_000,
    vmas: 4,
    buffer: 4096,
    cpus: 2,
  });
  expect(knobsOf({ vmas: [], writers: [{ every: '1us' }] })).toEqual({
    pause: null,
    vmas: null,
    buffer: null,
    cpus: 1,
  });
});

test.each([
  ['pause', 200_000, TEXT.replace('10us', '200us')],
  ['vmas', 40, TEXT.replace('repeat: 4', 'repeat: 40')],
  ['buffer', 512, TEXT.replace('4k}', '512}').replace('{name: q}', '{name: q, buffer: 512}')],
  ['cpus', 5, TEXT.replace('cpus: 2', 'cpus: 5')],
] as const)('the slider %s changes its value and nothing else of the text', (knob, value, text) => {
  expect(load({ knob, value })).toMatchObject({ ok: true, text });
});

test('a slider of a value that the text leaves out puts it there', () => {
  const text = 'mapsim: 1\nreaders: [{name: r}]\nwriters: [{name: w, program: [{hold: 1us}]}]\n';

  expect(load({ knob: 'cpus', value: 2 }, text)).toMatchObject({
    ok: true,
    text: `${text}machine:\n  cpus: 2\n`,
  });
  expect(changesFor({}, { knob: 'pause', value: 1 })).toEqual([]);
});

test('faults have their places, and a file that a page lacks is one', () => {
  const faulty = load(null, 'mapsim: 1\nvmas:\n  - {from: x.maps}\nreaders: [{nam: r}]\n');

  expect(!faulty.ok && faulty.faults.map(({ line, column }) => [line, column])).toEqual([
    [3, 12],
    [4, 12],
  ]);
  expect(!faulty.ok && faulty.faults[0]?.text).toContain('the page cannot read files');
});

test('the N of a list of strategies', () => {
  expect(limitOf('vma-lock,rcu-retry3:scope=read')).toBe(3);
  expect(limitOf('rcu-retry,vma-lock')).toBeNull();
  expect(limitOf('rcu-retry0..5')).toBeNull(); // a range has no one N
  expect(withLimit('rcu-retry3:scope=read,rcu-page2,rcu-once', 5)).toBe(
    'rcu-retry5:scope=read,rcu-page5,rcu-once',
  );
});

test('command lines name a shipped scenario, and put any other text into a file first', () => {
  const strategies = ['rcu-retry3', 'vma-lock:end-check=on'];
  const own = { scenario: null, text: "it's\nEOF\n", strategies, seed: '2' };

  expect(runCommands({ ...own, scenario: '@playground/torn', seed: '' })).toBe(
    'mapsim run @playground/torn --strategy=rcu-retry3\n' +
      'mapsim run @playground/torn --strategy=vma-lock:end-check=on',
  );
  expect(runCommands(own)).toBe(
    "cat > scenario.yaml <<'EOF_'\nit's\nEOF\nEOF_\n" +
      'mapsim run scenario.yaml --strategy=rcu-retry3 --seed=2\n' +
      'mapsim run scenario.yaml --strategy=vma-lock:end-check=on --seed=2',
  );
  expect(compareCommand(own, { seeds: 20, durationNs: 50_000_000 })).toBe(
    'mapsim compare scenario.yaml --strategies=rcu-retry3,vma-lock:end-check=on --seeds=20 --duration=50ms',
  );
  expect(
    replayCommand({ scenario: 'a b.yaml', text: '' }, { strategy: 'rcu-once', schedule: '1:0x2' }),
  ).toBe("mapsim replay 'a b.yaml' --strategy=rcu-once --schedule 1:0x2");
});

test.each(PRESETS)('the preset $name loads, and its strategies exist', ({ name, strategies }) => {
  const text = shippedText(`playground/${name}`);
  const loaded = load(null, text);

  expect(loaded).toMatchObject({ ok: true, text, notes: [] });
  expect(Object.values(loaded.ok ? knobsOf(loaded.tree) : {})).not.toContain(null);
  expect(strategies).not.toBe('');
});

test.each([
  ['no task', 'mapsim: 1\nduration: 1ms\n', 0],
  ['40 readers', 'mapsim: 1\nreaders: [{name: r, count: 40, passes: 2}]\n', 40],
])('a scenario with %s can be taken in the hand', (_, text, tasks) => {
  const loaded = load(null, text);
  if (!loaded.ok) throw new Error(loaded.faults[0]!.text);
  const scheduler = new Scheduler(loaded.scenario, null, new Strategies());
  const view = scheduler.view([]);
  if (tasks > 0) scheduler.take(0);

  expect(view.tasks).toHaveLength(tasks);
  expect(scheduler.view([]).steps).toBe(Math.min(tasks, 1));
});

test('a name in a scenario does not end the element that holds it', () => {
  const page = startElement({ scenarios: [], start: null });
  const scenario = { name: '</script>', given: { ...given, text: '<!-- $& </script>' } };
  const with1 = withScenario(page, scenario, '');

  expect(with1.match(/<\/script>/g)).toHaveLength(1);
  expect(with1).toContain('\\u003c!-- $\\u0026 \\u003c/script\\u003e');
});
