/** Texts judged against lists of states: the oracle's definitions, read aloud by its slow twin. */
import { expect, test } from 'vitest';
import { TextJudge } from '../../src/measure/judge.ts';
import { Lines } from '../../src/measure/lines.ts';
import { bruteJudge } from '../support/brute-oracle.ts';
import { Rng } from '../support/rng.ts';

const PAGES = 16;
const BASE = 0x10000;

interface Vma {
  readonly start: number;
  readonly end: number;
  readonly write: boolean;
}

function aState(rng: Rng): Vma[] {
  const vmas: Vma[] = [];
  for (let page = rng.below(3); page < PAGES - 3; ) {
    const end = page + 1 + rng.below(3);
    vmas.push({ start: page, end, write: rng.below(2) === 0 });
    page = end + rng.below(2);
  }
  return vmas;
}

/** One of the state's neighbours: one VMA cut, joined, dropped or of another protection. */
function changed(rng: Rng, state: readonly Vma[]): Vma[] {
  if (state.length === 0) return aState(rng);
  const at = rng.below(state.length);
  const vma = state[at]!;
  const { start, end, write } = vma;
  const cut =
    start + 1 < end
      ? [
          { start, end: start + 1, write },
          { start: start + 1, end, write: !write },
        ]
      : [];
  const parts = [cut, [{ start, end, write: !write }], []][rng.below(3)]!;
  return [...state.slice(0, at), ...parts, ...state.slice(at + 1)];
}

const textOf = ({ start, end, write }: Vma): string => {
  const hex = (page: number) => `${(BASE + page).toString(16)}000`;
  return `${hex(start)}-${hex(end)} r${write ? 'w' : '-'}-p 00000000 00:00 0 \n`;
};

/** Pieces of several states, one after the other. */
function aText(rng: Rng, states: readonly (readonly Vma[])[]): Vma[] {
  const text: Vma[] = [];
  for (let left = 1 + rng.below(4); left > 0; left--) {
    const state = states[rng.below(states.length)]!;
    const from = rng.below(state.length + 1);
    text.push(...state.slice(from, from + 1 + rng.below(4)));
  }
  return rng.below(3) === 0 ? text : text.sort((a, b) => a.start - b.start);
}

function brute(
  states: readonly (readonly Vma[])[],
  text: readonly Vma[],
  pageOf: readonly number[],
  endPage: number,
) {
  const line = ({ start, end, write }: Vma) => {
    return { start, end, perms: write ? 3 : 1, offset: 0, device: 0, name: 0 };
  };
  const mapped = (state: readonly Vma[]) =>
    Array.from({ length: PAGES }, (_, page) => state.some((v) => v.start <= page && page < v.end));
  return bruteJudge({
    states: states.map((state) => ({ text: state.map(line), mapped: mapped(state) })),
    trees: states.map(mapped),
    lines: text.map(line),
    pageOf,
    endPage,
    gate: false,
  });
}

test('2000 random texts are judged as the slow twin of the oracle judges them', () => {
  const rng = new Rng('timed judge');
  const seen = { torn: 0, overlaps: 0, gaps: 0 };
  for (let i = 0; i < 2000; i++) {
    const states = [aState(rng)];
    for (let more = rng.below(5); more > 0; more--) states.push(changed(rng, states.at(-1)!));
    const text = aText(rng, states);
    const pageOf: number[] = [];
    for (let page = 0, line = 0; line < text.length; line++) {
      page += rng.below(3) === 0 ? 1 : 0;
      pageOf.push(page);
    }
    const endPage = (pageOf.at(-1) ?? 0) + rng.below(2);
    const lines = new Lines();
    const ids = (state: readonly Vma[]) => Int32Array.from(state, (vma) => lines.idOf(textOf(vma)));

    const judged = { ids: ids(text), pageOf: Int32Array.from(pageOf), endPage, gate: false };
    const verdict = new TextJudge(lines).judge(judged, states.map(ids));
    const { falseGaps, transientGaps, ...wanted } = brute(states, text, pageOf, endPage);

    const { gaps, ...found } = verdict;
    expect({ ...found, gaps: gaps.length / 2 }).toEqual({
      ...wanted,
      gaps: wanted.torn ? falseGaps + transientGaps : 0,
    });
    seen.torn += verdict.torn ? 1 : 0;
    seen.overlaps += verdict.overlaps;
    seen.gaps += gaps.length / 2;
  }
  expect(Math.min(seen.torn, seen.overlaps, seen.gaps)).toBeGreaterThan(300);
});
