import { expect, test } from 'vitest';
import { Progress, type ProgressChoice } from '../../src/cli/progress.ts';
import { anIo, Sink } from './support.ts';

/** What is on stderr after updates at these times, in ms since the start. */
function shown(
  choice: ProgressChoice,
  timesMs: readonly number[],
  world: { tty?: boolean; ci?: boolean; fraction?: (ms: number) => number | null } = {},
): string {
  const env = world.ci === true ? { CI: '1' } : {};
  const io = anIo({ stderr: new Sink(world.tty ?? false), env });
  const progress = new Progress(io, choice, 0);
  for (const ms of timesMs) {
    const fraction = world.fraction?.(ms) ?? null;
    progress.update(ms, () => ({ events: ms * 1000, simulatedNs: ms * 1e5, fraction }));
  }
  progress.clear();
  return io.stderr.text;
}

const ERASE = '\r\u001b[K';

test('progress: nothing before the first second is over', () => {
  for (const choice of ['auto', 'always', 'json'] as const) {
    expect(shown(choice, [0, 500, 999], { tty: true })).toBe('');
  }
});

test('progress: on a terminal a line is redrawn at most ten times a second', () => {
  const times = Array.from({ length: 2000 }, (_, i) => i); // one update a ms, for two seconds

  const text = shown('auto', times, { tty: true });

  expect(text.split(ERASE)).toHaveLength(1 + 10 + 1);
  expect(text.endsWith(ERASE)).toBe(true);
  expect(text).not.toContain('\n');
});

test('progress: the line tells how far, how many events, how much simulated time', () => {
  const text = shown('auto', [1500], { tty: true, fraction: () => 0.428 });

  expect(text).toBe(`${ERASE}mapsim: 42 %, 1.5 million events, 150.0 ms simulated${ERASE}`);
});

test('progress: auto says nothing in a pipe or where CI is set', () => {
  expect(shown('auto', [1500, 60_000])).toBe('');
  expect(shown('auto', [1500, 60_000], { tty: true, ci: true })).toBe('');
  expect(shown('none', [1500, 60_000], { tty: true })).toBe('');
});

test('progress: always redraws on any terminal', () => {
  expect(shown('always', [1500], { tty: true, ci: true })).toContain(ERASE);
});

test('progress: always prints a plain line for every tenth elsewhere', () => {
  const times = Array.from({ length: 100 }, (_, i) => 1000 + i * 10);

  const lines = shown('always', times, { fraction: (ms) => (ms - 1000) / 1000 }).split('\n');

  expect(lines).toHaveLength(9 + 1);
  expect(lines[0]).toMatch(/^mapsim: 10 %, /);
  expect(lines[8]).toMatch(/^mapsim: 90 %, /);
});

test('progress: always prints a plain line every 30 s where the length is not known', () => {
  const times = Array.from({ length: 95 }, (_, i) => i * 1000);

  const lines = shown('always', times).split('\n');

  expect(lines).toEqual([
    expect.stringMatching(/^mapsim: 30\.0 million events, /),
    expect.stringMatching(/^mapsim: 60\.0 million events, /),
    expect.stringMatching(/^mapsim: 90\.0 million events, /),
    '',
  ]);
});

test('progress: json is one record a second', () => {
  const times = Array.from({ length: 35 }, (_, i) => i * 100);

  const lines = shown('json', times, { fraction: () => 0.5 })
    .trimEnd()
    .split('\n');

  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[0]!)).toEqual({
    type: 'progress',
    events: 1_000_000,
    simulatedNs: 100_000_000,
    fraction: 0.5,
  });
});
