/**
 * Times of a log as ns since its first line. Logs give seconds since the epoch (strace -ttt), the
 * time of day (-t, -tt), the time since the line before (-r), seconds since boot (perf script) or
 * ms since the start (perf trace); the first line shows which form it is. A time that no log can
 * have is an error, because all arithmetic here is exact.
 */
import { UserError } from '../base/errors.ts';

/** 2^53 ns, 104 days: beyond it numbers are no longer exact. */
const SPAN_NS_MAX = Number.MAX_SAFE_INTEGER;

const DAY_NS = 86_400_000_000_000;
/** strace -r: a time below this is no date. */
const EPOCH_MIN_SECONDS = 1e8;
const EPOCH_MAX_SECONDS = 1e11;

type Kind = 'none' | 'seconds' | 'day' | 'relative' | 'ms';

export class Clock {
  #kind: Kind = 'none';
  #baseSeconds = 0;
  #baseNs = 0;
  #lastNs = 0;

  get kind(): Kind {
    return this.#kind;
  }

  /** ns of the last line. */
  get lastNs(): number {
    return this.#lastNs;
  }

  /** @param text of a line of strace */
  strace(text: string): number {
    if (text.includes(':')) return this.#note(this.#ofDay(text));
    const seconds = Number.parseInt(text, 10);
    const absolute = seconds >= EPOCH_MIN_SECONDS && seconds < EPOCH_MAX_SECONDS;
    // A relative time before it was a first line that had been cut.
    if (this.#kind === 'none' || (absolute && this.#kind === 'relative')) {
      this.#start(absolute ? 'seconds' : 'relative', text);
      return this.#note(0);
    }
    if (this.#kind === 'relative') return this.#note(this.#lastNs + secondsNs(text));
    return this.#note(this.#ofSeconds(text));
  }

  /** @param text seconds.fraction of perf script */
  perfScript(text: string): number {
    if (this.#kind === 'none') this.#start('seconds', text);
    return this.#note(this.#ofSeconds(text));
  }

  /** @param text ms.fraction of perf trace */
  perfTrace(text: string): number {
    if (this.#kind === 'none') this.#kind = 'ms';
    return this.#note(millisecondsNs(text));
  }

  /**
   * An instant that the user writes: as the log writes its times. To be asked after the log was
   * read.
   * @returns ns since the first line, or what is wrong with it
   */
  instant(text: string): number | string {
    if (this.#kind === 'day' && /^[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$/.test(text)) {
      const ns = dayNs(text) - this.#baseNs;
      return ns < 0 ? ns + DAY_NS : ns;
    }
    if (!/^[0-9]+(\.[0-9]+)?$/.test(text))
      return `is no time as this log writes them (${this.#as()})`;
    if (this.#kind === 'seconds') return this.#ofSeconds(text);
    if (this.#kind === 'ms') return Math.round(Number(text) * 1e6);
    return `cannot be found: this log has ${this.#as()}`;
  }

  #as(): string {
    switch (this.#kind) {
      case 'seconds':
        return 'seconds such as 1795355396.667718';
      case 'day':
        return 'times of day such as 16:44:08.246063';
      case 'ms':
        return 'ms since its start such as 24.667';
      case 'relative':
        return 'times since the line before only';
      case 'none':
        return 'no times';
    }
  }

  #note(ns: number): number {
    this.#lastNs = possible(ns);
    return ns;
  }

  #start(kind: Kind, text: string): void {
    this.#kind = kind;
    this.#baseSeconds = Number.parseInt(text, 10);
    this.#baseNs = fractionOnlyNs(text);
  }

  #ofSeconds(text: string): number {
    const seconds = Number.parseInt(text, 10);
    return (seconds - this.#baseSeconds) * 1e9 + fractionOnlyNs(text) - this.#baseNs;
  }

  #ofDay(text: string): number {
    const ns = dayNs(text);
    if (this.#kind === 'none') {
      this.#kind = 'day';
      this.#baseNs = ns;
    }
    const since = ns - this.#baseNs;
    // Past midnight, if it is more than half a day earlier than the line before.
    const days = Math.ceil((this.#lastNs - DAY_NS / 2 - since) / DAY_NS);
    return since + Math.max(0, days) * DAY_NS;
  }
}

/** ns behind the point; digits beyond nine are dropped. */
function fractionOnlyNs(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : Number(text.slice(point + 1, point + 10).padEnd(9, '0'));
}

/** ns of a duration in seconds, `0.000012`. @throws UserError */
export function secondsNs(text: string): number {
  return possible(Number.parseInt(text, 10) * 1e9 + fractionOnlyNs(text));
}

/** ns of ms, `0.005`. @throws UserError */
export function millisecondsNs(text: string): number {
  return possible(Math.round(Number(text) * 1e6));
}

function possible(ns: number): number {
  if (Math.abs(ns) <= SPAN_NS_MAX) return ns;
  throw new UserError('a time that no log can have: more than 104 days from its first line');
}

function dayNs(text: string): number {
  const [hours, minutes, seconds] = text.split(':');
  return (Number(hours) * 3600 + Number(minutes) * 60) * 1e9 + secondsNs(seconds!);
}
