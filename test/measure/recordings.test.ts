/**
 * Recordings of a real kernel (Linux 6.18, November 2026), judged on every system: pass by pass as
 * the slow twin of the oracle judges them, with the states that the definition holds possible.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecording } from '../../src/cli/measure-recording.ts';
import { kernelStates } from '../../src/measure/agreement.ts';
import { type CallTimes, readBurst, readStates } from '../../src/measure/frames.ts';
import { Lines } from '../../src/measure/lines.ts';
import { Measured } from '../../src/measure/measured.ts';
import { makePlan } from '../../src/measure/plan.ts';
import { ReaderJudge } from '../../src/measure/tally.ts';
import { WholeStates } from '../../src/measure/whole-states.ts';
import { mapsim } from '../cli/support.ts';
import { bruteJudge } from '../support/brute-oracle.ts';
import { scenarioOf } from './support.ts';

const FOLDER = join(import.meta.dirname, 'recordings');
/** The slow twin takes a millisecond or more for each. */
const TORN_MAX = 80;

interface Parsed {
  readonly start: string;
  readonly end: string;
  readonly rest: string;
}

const linesOf = (text: string): Parsed[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.endsWith('[vsyscall]'))
    .map((line) => {
      const [, start, end, rest] = /^(\S+)-(\S+) (.*)$/.exec(line)!;
      return { start: start!.padStart(16, '0'), end: end!.padStart(16, '0'), rest: rest! };
    });

/** States possible at some instant: each from the start of its call to the end of the next. */
function possible({ startNs, endNs, count }: CallTimes, from: number, to: number): number[] {
  return Array.from({ length: count + 1 }, (_, calls) => calls).filter(
    (calls) =>
      (calls === 0 || startNs[calls - 1]! <= to) && (calls === count || endNs[calls]! >= from),
  );
}

/** Addresses by their order: between two neighbours nothing begins or ends. */
function judgeSlowly(states: readonly string[], text: string, pageOf: readonly number[]) {
  const all = [text, ...states].map(linesOf);
  const addresses = [...new Set(all.flat().flatMap(({ start, end }) => [start, end]))].sort();
  const order = new Map(addresses.map((address, i) => [address, i]));
  const names = new Map<string, number>();
  const numbered = all.map((lines) =>
    lines.map(({ start, end, rest }) => {
      if (!names.has(rest)) names.set(rest, names.size);
      const name = names.get(rest)!;
      return {
        start: order.get(start)!,
        end: order.get(end)!,
        perms: name,
        offset: 0,
        device: 0,
        name,
      };
    }),
  );
  const [printed, ...states_] = numbered;
  const mapped = (lines: typeof printed & {}) =>
    addresses.map((_, page) => lines.some(({ start, end }) => start <= page && page < end));
  return bruteJudge({
    states: states_.map((lines) => ({ text: lines, mapped: mapped(lines) })),
    trees: [],
    lines: printed!,
    pageOf,
    endPage: pageOf.at(-1)!,
    gate: true,
  });
}

function recorded(name: string) {
  const recording = readRecording(join(FOLDER, name), '/');
  const scenario = scenarioOf(readFileSync(join(FOLDER, `${name}.yaml`)));
  const { burstNs, seed } = recording.facts;
  const plan = makePlan(scenario, seed, new Lines(), { burstNs });
  const kernel = recording.states.map((frame) => kernelStates(plan, readStates(frame)));
  return { plan, kernel, burst: readBurst(recording.bursts[0]!) };
}

test.each([
  ['moves', { torn: 50, overlaps: 0, gaps: 50 }],
  ['merges', { torn: 50, overlaps: 50, gaps: 0 }],
])('%s: each torn pass is judged as the slow twin judges it', (name, least) => {
  const { plan, kernel, burst } = recorded(name);
  const [log] = burst.readers;
  const [times] = burst.writers;
  const { states } = kernel[0]!;
  const { count } = plan.writers[0]!;
  const after = (calls: number) => states.after(calls === 0 ? 0 : ((calls - 1) % count) + 1);
  const parts = [{ states, territory: null }];
  const first = Buffer.from(burst.firstText).toString('latin1');
  const whole = new WholeStates(plan.lines, parts, first, plan.ranges);
  const seen = { torn: 0, overlaps: 0, gaps: 0 };

  for (let pass = 0; pass < log!.passes && seen.torn < TORN_MAX; pass++) {
    const read = log!.firstRead[pass]!;
    const last = read + log!.reads[pass]! - 1;
    const [startNs, endNs] = [log!.readStartNs[read]!, log!.readEndNs[last]!];
    const from = log!.textFrom[pass]!;
    const bytes = log!.text.subarray(from, from + log!.textBytes[pass]!);
    const text = Buffer.from(bytes).toString('latin1');
    const judge = new ReaderJudge({
      lines: plan.lines,
      whole,
      writers: [{ ...times!, after }],
      callOf: (_w, call) => plan.writers[0]!.calls.calls[call % count]!,
      query: false,
      bufferBytes: 65_536,
      onFinding: () => {},
    });
    judge.take({
      index: pass,
      startNs,
      endNs,
      text: bytes,
      reads: log!.readBytes.subarray(read, last),
    });
    const { judged } = judge.tally;

    const numbers = new Set(possible(times!, startNs, endNs).map(after));
    const texts = [...numbers].map((state) => whole.textOf([state]));
    const same = texts.some(
      (one) => linesOf(one).length === linesOf(text).length && text.startsWith(one),
    );
    expect(judged.tornPasses).toBe(same ? 0 : 1);
    if (same) continue;
    const pageOf = linesOf(text).map(() => 0); // a text of one page
    const wanted = judgeSlowly(texts, text, pageOf);

    expect(judged).toMatchObject({
      cuts: wanted.cuts,
      cutsInPage: wanted.cutsInPage,
      cutsAtPage: wanted.cutsAtPage,
      alienLines: wanted.alienLines,
      overlaps: wanted.overlaps,
      backwards: wanted.backwards,
      duplicates: wanted.duplicates,
      gaps: wanted.falseGaps + wanted.transientGaps,
    });
    seen.torn++;
    seen.overlaps += wanted.overlaps > 0 ? 1 : 0;
    seen.gaps += judged.gaps > 0 ? 1 : 0;
  }

  for (const key of ['torn', 'overlaps', 'gaps'] as const) {
    expect(seen[key]).toBeGreaterThanOrEqual(least[key]);
  }
});

test.each(['moves', 'merges'])('%s: a burst ends in the state that its calls lead to', (name) => {
  const { plan, kernel, burst } = recorded(name);
  const measured = new Measured(plan, kernel, { query: [false], evidence: 1 });

  measured.take(burst);

  expect([measured.wrongEnds, measured.errnoDiffers]).toEqual([0, 0]);
  expect(measured.sum.readers.tally.unjudged).toBe(0);
});

test('measure --from prints both columns on any system', async () => {
  const argv = ['measure', join(FOLDER, 'merges.yaml'), '--for=40ms', '--costs=vm-epyc-2026'];

  const { code, stdout } = await mapsim([...argv, `--from=${join(FOLDER, 'merges')}`]);

  expect(code).toBe(0);
  expect(stdout).toMatch(/^overlaps +\d\S* +\d\S* +\d/m);
  expect(stdout).toContain('backward: reader monitor');
});
