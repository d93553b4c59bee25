/**
 * Claims about VMAs that move while they are read, and about the hole that MREMAP_FIXED leaves in
 * the middle of its write section.
 */
import { latin1Of } from '../base/latin1.ts';
import { type Claim, showPercent } from './claim.ts';
import type { Lab } from './lab.ts';
import { GUEST, guest, LOOP_JITTER, looping, PROGRAM, regions, writer } from './spaces.ts';

const LOW = '0x7f0000000000';
const HIGH = '0x7f9000000000';

const moved: Claim = {
  id: 'moved-vma',
  claim: 'a VMA that one mremap moves can be missing from a text or appear in it twice',
  source: `${GUEST} 18`,
  target: 'missing from 20.6 % of texts, twice in 20.2 %',
  how: 'every 100 us 7 pages move between two places 1000 VMAs apart, vma-lock',
  tolerance: { share: 0.25, of: [0.206, 0.202] },
  simulate(lab) {
    const passes = lab.choose(500, 3000);
    const { passes: texts } = lab.run(
      {
        machine: guest(),
        vmas: [{ start: LOW, pages: 7, perms: 'rw-p', tag: 'mover' }, regions(1000)],
        readers: [looping('vma-lock', { passes, think: { uniform: [0, '200us'] } })],
        writers: [
          writer({
            think: '100us',
            program: [
              { mremap: { at: LOW, pages: 7, to: HIGH, mayMove: true } },
              { mremap: { at: HIGH, pages: 7, to: LOW, mayMove: true } },
            ],
          }),
        ],
      },
      { texts: true },
    );
    const times = texts.map(({ text }) => seen(latin1Of(text)));
    const share = (n: number): number => times.filter((t) => t === n).length / times.length;
    return {
      simulated: `missing from ${showPercent(share(0))}, twice in ${showPercent(share(2))}`,
      figures: [share(0), share(2)],
    };
  },
};

const seen = (text: string): number =>
  [LOW, HIGH].filter((place) => text.includes(`${place.slice(2)}-`)).length;

/** Gaps where every committed state has memory, found while a writer loops without a pause. */
function holes(lab: Lab, strategy: string, how: 'mremap' | 'mmap'): { share: number; n: number } {
  const what =
    how === 'mremap'
      ? { churn: 'exact-mremap', vma: { tag: 'region', pick: 'random' } }
      : { program: [{ mmap: { vma: { tag: 'region', pick: 'random' }, pages: 3 } }] };
  const run = lab.once(`holes ${strategy} ${how}`, () =>
    lab.run({
      machine: guest(),
      duration: `${lab.choose(60, 1000)}ms`,
      vmas: [regions(100), ...PROGRAM],
      readers: [looping(strategy)],
      writers: [writer({ think: LOOP_JITTER, ...what })],
    }),
  );
  const n = run.tearing.transientGaps;
  return { share: n / run.totals.passesFinished, n };
}

const exactMremap: Claim = {
  id: 'transient-gaps',
  claim:
    'MREMAP_FIXED over exactly one VMA makes a hole visible in the middle of its write section',
  source: `${GUEST} 19`,
  target: '35 % of passes while the writer loops without a pause',
  how: 'exact-mremap without a pause, 100 regions, vma-lock; gaps per pass',
  tolerance: { factor: 2, of: 0.35 },
  simulate(lab) {
    const { share } = holes(lab, 'vma-lock', 'mremap');
    return { simulated: showPercent(share), figures: [share] };
  },
};

const noHoles: Claim = {
  id: 'transient-gaps-none',
  claim: 'MAP_FIXED over exactly one VMA shows no hole, and a reader under mmap_lock sees none',
  source: `${GUEST} 19`,
  target: 'none',
  how: 'mmap over exactly one VMA under vma-lock; exact-mremap under mmap-lock',
  tolerance: { exactly: [0, 0] },
  simulate(lab) {
    const found = [holes(lab, 'vma-lock', 'mmap').n, holes(lab, 'mmap-lock', 'mremap').n];
    return { simulated: found.join(' and '), figures: found };
  },
};

export const HOLE_CLAIMS: readonly Claim[] = [moved, exactMremap, noHoles];
