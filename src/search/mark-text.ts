/** Marks the faults of a text of a search, line by line. */
import { LINE_FIELDS } from '../mm/line.ts';
import { type GapMark, type LineMark, markGaps, markLines } from '../oracle/text-marks.ts';
import type { CutLine } from '../oracle/verdict.ts';
import { formatText } from '../proc/format.ts';
import { TEARING_KEYS, type Tearing } from '../world/outcome.ts';
import { rangeOf } from '../world/spelling.ts';
import { type Gap, LINE_FAULTS, type MarkedLine, type MarkedText } from './search-outcome.ts';
import type { FinishedText, SearchWorld } from './search-world.ts';

/** The words of results for what is counted. */
const GAP_KINDS = { falseGaps: 'false', transientGaps: 'transient' } as const;

/** What the oracle keeps of a pass, which it forgets when it has judged the text. */
export interface PassSets {
  readonly states: number;
  readonly committed: number;
  readonly trees: number;
}

export function passSets(world: SearchWorld, reader: number): PassSets {
  const { states, committed, trees } = world.oracle.passes[reader]!;
  return { states, committed, trees };
}

export function tearingOf({ verdict }: FinishedText): Tearing {
  const entries = TEARING_KEYS.map((key) => [
    key,
    key === 'tornPasses' ? Number(verdict.torn) : verdict[key],
  ]);
  return Object.fromEntries(entries) as Tearing;
}

/** @param sets of the pass, as they were just before its text was judged */
export function markText(world: SearchWorld, text: FinishedText, sets: PassSets): MarkedText {
  const { oracle, kernel } = world;
  const count = text.lines.length / LINE_FIELDS;
  const written = text.text.split('\n').slice(0, -1);
  const view = oracle.viewOf(sets);
  const { states } = view;
  const marks = markLines(text.lines, count, written.length > count, states);
  const gaps = markGaps(text.lines, count, view);
  const reader = world.world.readers[text.reader]!;
  const { cutLines } = text.verdict;
  return {
    reader: reader.name,
    pass: reader.passIndex,
    text: text.text,
    lines: written.map((line, i) => markedLine(line, i, { mark: marks[i]!, cutLines, gaps })),
    end: { cut: cutAt(cutLines, written.length), gaps: gapsAt(gaps, written.length) },
    torn: text.verdict.torn,
    tearing: tearingOf(text),
    states: states.map((lines) => {
      const numbers = Float64Array.from(lines.flatMap((line) => line.split('/').map(Number)));
      return formatText(
        numbers,
        lines.length,
        kernel,
        written.length > count ? kernel.mm.gateLine : null,
      );
    }),
  };
}

function markedLine(
  text: string,
  index: number,
  means: { mark: LineMark; cutLines: readonly CutLine[]; gaps: readonly GapMark[] },
): MarkedLine {
  const { mark, cutLines, gaps } = means;
  const keys = Object.keys(LINE_FAULTS) as (keyof typeof LINE_FAULTS)[];
  return {
    text,
    states: mark.states,
    faults: keys.filter((key) => mark.faults.has(key)).map((key) => LINE_FAULTS[key]),
    cut: cutAt(cutLines, index),
    gaps: gapsAt(gaps, index),
  };
}

function cutAt(cutLines: readonly CutLine[], line: number): 'atPage' | 'inPage' | null {
  const cut = cutLines.find((candidate) => candidate.line === line);
  if (cut === undefined) return null;
  return cut.inPage ? 'inPage' : 'atPage';
}

function gapsAt(gaps: readonly GapMark[], line: number): Gap[] {
  return gaps
    .filter((gap) => gap.line === line)
    .map(({ kind, startPage, endPage }) => ({
      kind: GAP_KINDS[kind],
      range: rangeOf(startPage, endPage),
    }));
}
