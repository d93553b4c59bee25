/**
 * Claims about maps texts that can be checked on the running kernel: the claims of `validate-model`
 * that need no time and no rate.
 */
import { mostOf } from '../base/extremes.ts';
import { latin1Of } from '../base/latin1.ts';
import type { Burst, ReaderLog } from './frames.ts';
import { pagesOfLines, pagesOfReads } from './pages.ts';
import type { JudgedKey, Tally } from './tally.ts';

interface MeasuredText {
  readonly burst: Burst;
  readonly tally: Tally;
}

export interface TextClaim {
  readonly id: string;
  /** A sentence in the present tense. */
  readonly claim: string;
  /** The recorded figure. */
  readonly recorded: string;
  /** A scenario document. */
  readonly scenario: object;
  /** Returns the result on this kernel, and whether the claim holds. */
  readonly look: (measured: MeasuredText) => { readonly found: string; readonly holds: boolean };
}

const MANY = { start: '0x7f1000000000', pages: 1, repeat: 830, gap: 1 };
const REGIONS = { start: '0x7f1000000000', pages: 3, repeat: 100, gap: 1, perms: 'rw-p', tag: 'a' };
const PICK = { tag: 'a', pick: 'random' };

const quiet = (reader: object): object => ({
  mapsim: 1,
  vmas: [MANY],
  readers: [{ name: 'r', strategy: 'vma-lock', ...reader }],
});

const churned = (churn: string): object => ({
  mapsim: 1,
  vmas: [REGIONS],
  readers: [{ name: 'r', strategy: 'vma-lock' }],
  writers: [{ name: 'w', churn, vma: PICK, think: '3us' }],
});

/** The sizes of the read() calls of the first pass that returned bytes, and its text. */
function firstPass({ readers }: Burst): { readonly reads: number[]; readonly text: string } {
  const log: ReaderLog = readers[0]!;
  const first = log.firstRead[0]!;
  const reads = [...log.readBytes.subarray(first, first + log.reads[0]! - 1)];
  const from = log.textFrom[0]!;
  return { reads, text: latin1Of(log.text.subarray(from, from + log.textBytes[0]!)) };
}

const lengthsOf = (text: string): number[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.length + 1);

function wholePages({ burst }: MeasuredText) {
  const { reads, text } = firstPass(burst);
  const lengths = lengthsOf(text);
  const wanted = [...pagesOfLines(lengths, 65_536).pageOf];
  const pages = [...pagesOfReads(lengths, reads).pageOf];
  const holds = pages.join() === wanted.join() && mostOf(reads) <= 4095;
  return { found: `${reads.length} reads of up to ${mostOf(reads)} bytes`, holds };
}

function smallReads({ burst }: MeasuredText) {
  const { reads } = firstPass(burst);
  const others = new Set(reads.slice(0, -1));
  const found = `all except the last return ${[...others].join(', ')} bytes`;
  return { found, holds: others.size === 1 && others.has(100) };
}

/** @param wanted whether the count must be above 0 */
function counted(key: JudgedKey, wanted: boolean) {
  return ({ tally }: MeasuredText) => {
    const count = tally.judged[key];
    return { found: `${count} in ${tally.passes} passes`, holds: count > 0 === wanted };
  };
}

export const TEXT_CLAIMS: readonly TextClaim[] = [
  {
    id: 'chunk-whole-records',
    claim: 'a read() returns as many whole lines as fit into 4095 bytes',
    recorded: '4067 bytes with each size of buffer',
    scenario: quiet({ buffer: 65_536 }),
    look: wholePages,
  },
  {
    id: 'chunk-small-buffer',
    claim: 'a read() fills a smaller buffer to the last byte, even in the middle of a line',
    recorded: 'all except the last return 100 bytes with a buffer of 100 bytes',
    scenario: quiet({ buffer: 100 }),
    look: smallReads,
  },
  {
    id: 'gate-line',
    claim: 'a walk with PROCMAP_QUERY does not return the line [vsyscall]',
    recorded: 'only in maps',
    scenario: quiet({ strategy: 'query-vma' }),
    look: ({ burst }) => {
      const { text } = firstPass(burst);
      const found = text.includes('[vsyscall]');
      return {
        found: `${found ? 'found' : 'not found'} in ${lengthsOf(text).length} lines`,
        holds: !found,
      };
    },
  },
  {
    id: 'overlaps-merges',
    claim: 'merges by mprotect cause lines that overlap',
    recorded: '17 in 1000 passes at 99k calls/s',
    scenario: churned('merge-churn'),
    look: counted('overlaps', true),
  },
  {
    id: 'aliens-none',
    claim: 'every line is in a state',
    recorded: 'no other line in 681,594 passes',
    scenario: churned('merge-churn'),
    look: counted('alienLines', false),
  },
  {
    id: 'growth-no-backwards',
    claim: 'an mremap that grows a VMA causes no backward line',
    recorded: 'overlaps only',
    scenario: churned('resize'),
    look: counted('backwards', false),
  },
  {
    id: 'fixed-mremap-hole',
    claim: 'MREMAP_FIXED over one VMA makes a hole visible',
    recorded: 'in 35 % of passes',
    scenario: churned('exact-mremap'),
    look: counted('gaps', true),
  },
  {
    id: 'tear-in-read',
    claim: 'texts are torn inside one read()',
    recorded: '97 % of overlaps',
    scenario: churned('merge-churn'),
    look: counted('cutsInPage', true),
  },
];

/** A claim with the result on this kernel. */
export interface LookedAt {
  readonly claim: TextClaim;
  readonly found: string;
  readonly holds: boolean;
}
