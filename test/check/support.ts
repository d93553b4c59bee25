/** Captures, lines by value, and what a checker finds in a text. */
import { readFileSync } from 'node:fs';
import { LineSplitter } from '../../src/base/lines.ts';
import { type CheckFinding, TextChecker, type VmaLine } from '../../src/check/text-checker.ts';

export const CAPTURES = [
  'bash.maps',
  'python3.maps',
  'node.maps',
  'node-churn.start.maps',
  'node-churn.ready.maps',
] as const;

/** The bytes of a capture as a binary string. */
export function capture(name: string): string {
  return readFileSync(new URL(`../../scenarios/captures/${name}`, import.meta.url), 'latin1');
}

export interface Checked {
  readonly findings: readonly CheckFinding[];
  readonly vmas: readonly VmaLine[];
  readonly texts: number;
}

/** @param chunk bytes handed over at a time */
export function checked(text: string | Uint8Array, chunk = 1 << 16): Checked {
  const findings: CheckFinding[] = [];
  const vmas: VmaLine[] = [];
  const checker = new TextChecker({
    finding: (finding) => findings.push(finding),
    vma: (vma) => vmas.push(vma),
  });
  const lines = new LineSplitter((line, number, cut) => checker.line(line, number, cut));
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  for (let at = 0; at < bytes.length; at += chunk) lines.push(bytes.subarray(at, at + chunk));
  if (lines.end()) checker.cutShort(lines.count);
  checker.endText();
  return { findings, vmas, texts: checker.texts };
}

export function linesOf(text: string): VmaLine[] {
  return [...checked(text).vmas];
}

/** `overlap 2:1` of each finding. */
export function places(text: string): string[] {
  return checked(text).findings.map(({ kind, line, column }) => `${kind} ${line}:${column}`);
}

/** An anonymous line of these pages. */
export function anon(start: number, end: number, perms = 'rw-p'): string {
  const hex = (page: number) => (page * 4096).toString(16).padStart(8, '0');
  return `${hex(start)}-${hex(end)} ${perms} 00000000 00:00 0 \n`;
}
