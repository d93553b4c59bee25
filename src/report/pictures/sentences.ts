/** The texts in pictures of a pass: titles, cuts, counts. */
import { counted } from '../../base/counted.ts';
import { printable } from '../../base/printable.ts';
import { EVENT, type PassStory, type RunTrace } from '../../world/run-trace.ts';
import { type Division, operationsBetween, proofOf } from './division.ts';

/** Operations that a sentence names; of more it says how many. */
const OPERATIONS_MAX = 2;

/** Microseconds with as many digits as tell apart what differs by a few ns. */
export function timeWords(ns: number): string {
  return (ns / 1000).toFixed(ns < 1e6 ? 2 : 1);
}

/** With a unit, one to four digits. */
export function durationWords(ns: number): string {
  const [size, unit] =
    ns >= 1e9 ? [1e9, 's'] : ns >= 1e6 ? [1e6, 'ms'] : ns >= 1e3 ? [1e3, 'µs'] : [1, 'ns'];
  return `${Number((ns / (size as number)).toPrecision(3))} ${unit}`;
}

/** `S0, S2 and S4` */
export function listed(words: readonly string[]): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** The states that supply pieces, in their order, each once. */
function suppliers({ pieces }: Division): string[] {
  return [...new Set(pieces.map(({ state }) => (state === null ? 'no state' : `S${state}`)))];
}

export function findingTitle(story: PassStory, division: Division): string {
  if (!story.pass.finished) return 'A pass that the end of the run cut off';
  if (!story.pass.torn) {
    const [only] = suppliers(division);
    return division.states.length === 1
      ? 'A whole text: the state did not change'
      : `A whole text: all of it is ${only}, one of ${counted(division.states.length, 'state')}`;
  }
  const from = suppliers(division);
  if (from.length > 1) return `A torn text: pieces of ${listed(from)}`;
  return `A torn text: its pieces are of ${from[0]}, but do not follow each other there`;
}

/** Attempts and fallbacks of the pass, as the events have them. */
export function attemptsOf(trace: RunTrace, story: PassStory) {
  const { events } = trace;
  const counts = { failed: 0, fallbacks: 0, waitNs: 0 };
  for (let i = 0; i < events.count; i++) {
    if (events.task[i] !== story.task) continue;
    if (events.fromNs[i]! < story.pass.startNs || events.toNs[i]! > story.pass.endNs) continue;
    if (events.kind[i] === EVENT.failed) counts.failed++;
    if (events.kind[i] === EVENT.fallback) counts.fallbacks++;
    if (events.kind[i] === EVENT.waitRead) counts.waitNs += events.toNs[i]! - events.fromNs[i]!;
  }
  return counts;
}

/** One sentence with the counts by their names. */
export function passSentence(trace: RunTrace, story: PassStory): string {
  const { failed, fallbacks } = attemptsOf(trace, story);
  const { cutsAtPage, cutsInPage, cuts } = story.pass.tearing;
  const where =
    cuts === 0
      ? 'no cut'
      : `${counted(cuts, 'cut')} (${cutsAtPage} between pages, ${cutsInPage} inside a page)`;
  const { strategy } = trace.tasks[story.task]!;
  return (
    `pass ${story.pass.index} of ${story.pass.reader}, ${printable(strategy ?? '')}, seed ${printable(trace.seed)}: ` +
    `${where}, ${counted(failed - fallbacks, 'retry', 'retries')}, ` +
    `${fallbacks === 0 ? 'no fallback' : counted(fallbacks, 'fallback')}`
  );
}

function stateName(state: number | null | undefined): string {
  return state == null ? 'no state' : `S${state}`;
}

/** `cut 1, inside a page: S0 to S2, past mprotect(…)` @param spell how calls are written */
export function cutSentence(
  division: Division,
  story: PassStory,
  index: number,
  spell = (call: string): string => call,
): string {
  const operations = operationsBetween(division, story, division.cuts[index]!);
  const past = operations.map(({ call }) => spell(call));
  return cutWords(division, index, past.length === 0 ? '' : `, past ${someOf(past)}`);
}

/** Where there is little room: the last call, and how many others there are. */
export function shortCut(
  division: Division,
  story: PassStory,
  index: number,
  spell: (call: string) => string,
): string {
  const operations = operationsBetween(division, story, division.cuts[index]!);
  const last = operations.at(-1);
  if (last === undefined) return cutWords(division, index, '');
  const several = `${counted(operations.length, 'call')}, last `;
  const past = operations.length === 1 ? 'past ' : several;
  return cutWords(division, index, `, ${past}${spell(last.call)}`);
}

function cutWords(division: Division, index: number, past: string): string {
  const cut = division.cuts[index]!;
  const { pieces } = division;
  const above = pieces.find(({ to }) => to === cut.line);
  const below = pieces.find(({ from }) => from === cut.line);
  const where = cut.inPage ? 'inside a page' : 'between pages';
  const from = above === undefined ? 'the beginning' : stateName(above.state);
  const to = below === undefined ? 'the end' : stateName(below.state);
  return `cut ${index + 1}, ${where}: ${from} to ${to}${past}`;
}

function someOf(operations: readonly string[]): string {
  if (operations.length <= OPERATIONS_MAX + 1) return listed(operations);
  const more = operations.length - OPERATIONS_MAX;
  return listed([...operations.slice(0, OPERATIONS_MAX), `${more} more operations`]);
}

/** Which lines show that the two sides of a cut are of different states. */
export function proofSentence(division: Division, story: PassStory, index: number): string {
  const cut = division.cuts[index]!;
  const { above, below } = proofOf(division, story, cut);
  const up = division.pieces.find(({ to }) => to === cut.line);
  const down = division.pieces.find(({ from }) => from === cut.line);
  const parts: string[] = [];
  if (above !== null) parts.push(`line ${above + 1} is not in ${stateName(down?.state)}`);
  if (below !== null) parts.push(`line ${below + 1} is not in ${stateName(up?.state)}`);
  if (parts.length === 0)
    return `lines ${cut.line} and ${cut.line + 1} follow each other in no state`;
  return listed(parts);
}
