/** Claims about texts and the results of the running kernel: a table, Markdown, JSON. */
import { jsonOf } from '../base/printable.ts';
import type { LookedAt } from '../measure/text-claims.ts';
import { markdownTable } from './markdown.ts';
import { table } from './table.ts';

const HEAD = ['id', 'claim', 'recorded', 'this kernel', 'verdict'];

const row = ({ claim, found, holds }: LookedAt): string[] => [
  claim.id,
  claim.claim,
  claim.recorded,
  found,
  holds ? 'holds' : 'DIFFERS',
];

export function textClaimsReport(
  format: 'text' | 'json' | 'markdown',
  kernel: string,
  looked: readonly LookedAt[],
): string {
  if (format === 'json') {
    const claims = looked.map(({ claim: { id, claim, recorded }, found, holds }) => {
      return { id, claim, recorded, found, holds };
    });
    return `${jsonOf({ kernel, claims }, null, 2)}\n`;
  }
  const rows = looked.map(row);
  const body = format === 'text' ? table(HEAD, rows) : [...markdownTable(HEAD, rows, 5)].join('');
  const holding = looked.filter(({ holds }) => holds).length;
  return `Linux ${kernel}: ${holding} of ${looked.length} claims about texts hold.\n\n${body}`;
}
