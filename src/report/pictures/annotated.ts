/**
 * A text with a margin: left of each line are the state of its piece and the state in which the
 * line was read, right of it the proof of a cut; between pieces are the operations between their
 * states.
 */

import { wrap } from '../../base/wrap.ts';
import type { PassStory } from '../../world/run-trace.ts';
import { divide, pieceOf, proofOf } from './division.ts';
import { cutSentence, proofSentence } from './sentences.ts';

/**
 * Lines that end with a newline, as characters of one byte each.
 * @param columns that a line may take, but for a line of the text itself
 */
export function annotatedText(story: PassStory, columns: number): string {
  const division = divide(story);
  const { cuts, pieces, readIn } = division;
  const proofs = new Map<number, string>();
  cuts.forEach((cut, i) => {
    const { above, below } = proofOf(division, story, cut);
    const up = pieces.find(({ to }) => to === cut.line)?.state;
    const down = pieces.find(({ from }) => from === cut.line)?.state;
    if (above !== null) proofs.set(above, `<- not in S${down} (cut ${i + 1})`);
    if (below !== null) proofs.set(below, `<- not in S${up} (cut ${i + 1})`);
  });
  const width = Math.max(2, `S${division.states.length - 1}`.length);
  const out: string[] = [];
  for (let line = 0; line <= story.lines.length; line++) {
    const cut = cuts.findIndex((each) => each.line === line);
    if (cut >= 0) {
      const said = `${cutSentence(division, story, cut)}; ${proofSentence(division, story, cut)}`;
      out.push(...wrap(said, columns - 2).map((part) => `# ${part}`));
    }
    const printed = story.lines[line];
    if (printed === undefined) break;
    const state = pieces[pieceOf(division, line)]?.state;
    const piece = (state == null ? '?' : `S${state}`).padEnd(width);
    const read = `S${readIn[line]}`.padEnd(width);
    const margin = `${piece} ${read} | `;
    const text = story.texts[printed.text]!;
    const proof = proofs.get(line);
    if (proof === undefined) out.push(margin + text);
    else if (margin.length + text.length + 2 + proof.length <= columns) {
      out.push(`${margin}${text}  ${proof}`);
    } else out.push(margin + text, `${'|'.padStart(margin.length - 1)}     ${proof}`);
  }
  return out.map((line) => `${line}\n`).join('');
}
