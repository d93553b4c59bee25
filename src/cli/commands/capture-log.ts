/**
 * Which of the texts read while strace ran go with its log: at the beginning the first, at the end
 * the last during whose reading no call about memory was under way.
 */
import type { Trace } from '../../trace/call.ts';
import { readTrace } from '../../trace/read-trace.ts';
import type { Recording, TimedText } from '../strace-run.ts';

interface MatchedLog {
  readonly trace: Trace;
  readonly start: Buffer;
  readonly end: Buffer;
  /** As the log writes its times. */
  readonly from: string;
  readonly until: string;
  readonly warnings: readonly string[];
}

export function matchLog(log: Uint8Array, name: string, recording: Recording): MatchedLog {
  const files = [{ name, bytes: log }];
  const whole = readTrace(files);
  const sinceFirst = originMs(log);
  const busy = ({ beforeMs, afterMs }: TimedText): boolean => {
    const fromNs = (beforeMs - sinceFirst) * 1e6;
    const toNs = (afterMs - sinceFirst) * 1e6;
    return whole.calls.some((call) => call.startNs <= toNs && call.endNs >= fromNs);
  };
  const warnings: string[] = [];
  const pick = (texts: readonly TimedText[], what: string): TimedText => {
    const calm = texts.find((text) => !busy(text));
    if (calm !== undefined) return calm;
    warnings.push(
      `a call was under way at each reading of the text at the ${what}: it may not fit`,
    );
    return texts[0]!;
  };
  const start = pick(recording.starts, 'start');
  const end = pick([...recording.ends].reverse(), 'end');
  const from = seconds(start.afterMs);
  const until = seconds(end.beforeMs);
  const trace = whole.calls.length === 0 ? whole : readTrace(files, { from, until, process: null });
  return { trace, start: start.text, end: end.text, from, until, warnings };
}

/** strace -ttt */
function seconds(ms: number): string {
  return `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}000`;
}

/** ms since the epoch of the first line of the log; 0 where it is empty. */
function originMs(log: Uint8Array): number {
  const head = Buffer.from(log.buffer, log.byteOffset, Math.min(log.length, 200)).toString(
    'latin1',
  );
  const match = /([0-9]{9,}\.[0-9]{6})/.exec(head);
  return match === null ? 0 : Number(match[1]) * 1000;
}
