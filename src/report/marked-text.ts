/** Prints a text that a search has found, with the faults beside each line. */
import { mostOf } from '../base/extremes.ts';
import { wrap } from '../base/wrap.ts';
import type { Gap, MarkedLine, MarkedText } from '../search/search-outcome.ts';
import type { Paint } from './report.ts';

const FAULT_WORDS = {
  alien: 'in no state',
  staleName: 'in no state with this name',
  overlap: 'overlaps the line before',
  backwards: 'starts below the line before',
  duplicate: 'starts where a line before did',
} as const;

interface MarkedView {
  readonly paint: Paint;
  /** That a line may take; what is beside a line stands below it where both do not fit. */
  readonly columns: number;
}

/** Lines that end with a newline. */
export function markedText(marked: MarkedText, { paint, columns }: MarkedView): string {
  const out: string[] = [];
  const several = marked.states.length > 1;
  const width = Math.max(0, mostOf(marked.lines.map((line) => line.text.length)));
  out.push(`${marked.reader} has printed (pass ${marked.pass}):`);
  for (const line of marked.lines) {
    out.push(...between(line, paint));
    const remark = remarkOf(line, several);
    const paintIt = paintOf(line, paint);
    if (remark === '') out.push(`  ${line.text}`);
    else if (2 + width + 2 + remark.length <= columns) {
      out.push(`  ${line.text.padEnd(width)}  ${paintIt(remark)}`);
    } else out.push(`  ${line.text}`, ...wrap(`      ${remark}`, columns, 9).map(paintIt));
  }
  out.push(...between(marked.end, paint));
  if (several || marked.torn) {
    out.push(several ? 'states of the pass:' : 'the only state of the pass:');
    for (const [i, state] of marked.states.entries()) {
      const lines = state.split('\n').slice(0, -1);
      if (lines.length === 0) out.push(`  ${i}:  (empty)`);
      lines.forEach((line, at) => {
        out.push(`  ${at === 0 ? `${i}:` : ' '.repeat(`${i}:`.length)} ${line}`);
      });
    }
  }
  out.push(verdictLine(marked));
  return out.map((line) => `${line.trimEnd()}\n`).join('');
}

function paintOf(line: MarkedLine, paint: Paint): (text: string) => string {
  return line.faults.length > 0 ? paint.fault : paint.remark;
}

function remarkOf({ states, faults }: MarkedLine, several: boolean): string {
  const words: string[] = faults.map((fault) => FAULT_WORDS[fault]);
  const known = states !== null && states.length > 0 && several;
  if (known) words.unshift(`state ${states.join(' ')}`);
  return words.length === 0 ? '' : `<- ${words.join('; ')}`;
}

function between(
  { cut, gaps }: { readonly cut: MarkedLine['cut']; readonly gaps: readonly Gap[] },
  paint: Paint,
): string[] {
  const lines: string[] = [];
  if (cut !== null)
    lines.push(`  -- cut ${cut === 'inPage' ? 'inside the page' : 'between two read() calls'} --`);
  for (const { kind, range } of gaps) {
    const meanwhile =
      kind === 'false' ? 'mapped all the time' : 'mapped in every state of the pass';
    lines.push(`  -- ${kind} gap: ${range} is missing, ${meanwhile} --`);
  }
  return lines.map((line) => paint.fault(line));
}

function verdictLine({ torn, tearing }: MarkedText): string {
  if (!torn) return 'not torn: it is the text of one state';
  const counts = Object.entries(tearing).filter(([key, n]) => n > 0 && key !== 'tornPasses');
  return `torn: ${counts.map(([key, n]) => `${key} ${n}`).join(', ')}`;
}
