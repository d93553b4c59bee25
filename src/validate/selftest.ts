/**
 * Claims from the races of the kernel's own test of maps: a writer changes the two VMAs at a page
 * border and restores them, while a reader reads with a buffer of one page.
 *
 * The test compares the last line before the border and the first line after it. It accepts three
 * pairs: both changed, both restored, or the last line changed and the first line with the whole
 * restored VMA.
 *
 * Source: v6.18 tools/testing/selftests/proc/proc-maps-race.c.
 */
import { leastOf } from '../base/extremes.ts';
import { latin1Of } from '../base/latin1.ts';
import type { PassRecord } from '../world/outcome.ts';
import type { Claim, ClaimGroup } from './claim.ts';
import type { Lab } from './lab.ts';

/** scenarios/selftest-*.yaml has ranges of 3 pages without gaps; 83 lines fill the first page. */
const FIRST_PAGE = 0x7f0000000000 / 4096;
const BORDER = 82;

function line(page: number, pages: number, perms: string): string {
  const hex = (p: number): string => (p * 4096).toString(16);
  return `${hex(page)}-${hex(page + pages)} ${perms} 00000000 00:00 0 `;
}

const AT = FIRST_PAGE + 3 * BORDER;
const RESTORED = { last: line(AT, 3, 'r--p'), first: line(AT + 3, 3, 'rw-p') };

export const RACES = {
  split: { last: line(AT, 1, 'r-xp'), first: line(AT + 1, 2, 'r--p') },
  resize: { last: line(AT, 1, 'r--p'), first: RESTORED.first },
  remap: { last: line(AT, 1, 'r--p'), first: line(AT + 1, 1, 'rw-p') },
} as const;
type Race = keyof typeof RACES;

/** Number of passes with each pair; the kernel's test fails if `refused` is not 0. */
interface Borders {
  readonly modified: number;
  readonly restored: number;
  /** The last line changed, the first line with the whole restored VMA. */
  readonly repeated: number;
  readonly refused: number;
}

export function borders(passes: readonly PassRecord[], race: Race): Borders {
  const found = { modified: 0, restored: 0, repeated: 0, refused: 0 };
  const changed = RACES[race];
  for (const { text } of passes) {
    const lines = latin1Of(text).split('\n');
    const [last, first] = [lines[BORDER], lines[BORDER + 1]];
    if (last === RESTORED.last && first === RESTORED.first) found.restored++;
    else if (last === changed.last && first === changed.first) found.modified++;
    else if (last === changed.last && first === RESTORED.last) found.repeated++;
    else found.refused++;
  }
  return found;
}

/** All passes of the race under a strategy. */
export function race(lab: Lab, which: Race, strategy: string): Borders {
  return lab.once(`selftest ${which} ${strategy}`, () => {
    const shipped = lab.shipped(`selftest-${which}`);
    const readers = shipped.readers.map((r) => ({ ...r, passes: lab.choose(80, r.passes) }));
    const outcome = lab.run(
      { ...shipped, readers },
      { strategy: lab.strategy(strategy), texts: true },
    );
    const finished = outcome.passes.filter((pass) => pass.finished);
    return borders(finished, which);
  });
}

/**
 * The strategies that promise an accepted pair and finish their passes. rcu-unchecked promises
 * nothing; rcu-retry, rcu-page and query-rcu never finish a pass if a writer hardly pauses.
 */
const RACING = [
  'mmap-lock',
  'rcu-retry3',
  'rcu-once',
  'rcu-page3',
  'vma-lock',
  'mmap-lock-vma',
  'mmap-lock-all',
  'query',
  'query-vma',
] as const;

const asserted = (which: Race): Claim => ({
  id: `selftest-${which}`,
  claim: `at a page border the ${which} race shows only pairs that the kernel's test accepts`,
  source: 'v6.18 tools/testing/selftests/proc/proc-maps-race.c',
  target: 'both lines changed, both restored, or a changed line and then the whole restored VMA',
  how: `scenario selftest-${which}, ${RACING.length} strategies, at most 80 passes or 50 ms each`,
  tolerance: {
    words: 'no other pair; each of the three occurs; at least 11 passes under each strategy',
    holds: (refused, fewest, ...occur) =>
      refused === 0 && fewest! > 10 && occur.every((n) => n > 0),
  },
  simulate(lab) {
    const each = RACING.map((strategy) => race(lab, which, strategy));
    const sum = (key: keyof Borders): number => each.reduce((total, b) => total + b[key], 0);
    return {
      simulated:
        `${sum('modified')} changed, ${sum('restored')} restored, ${sum('repeated')} repeated, ` +
        `${sum('refused')} other`,
      figures: [
        sum('refused'),
        leastOf(each.map((b) => b.modified + b.restored + b.repeated)),
        sum('modified'),
        sum('restored'),
        sum('repeated'),
      ],
    };
  },
});

export const SELFTEST: ClaimGroup = {
  title: "The kernel's own test",
  claims: (['split', 'resize', 'remap'] as const).map(asserted),
};
