/**
 * Times of a log as ns since its first line. Logs give seconds since the epoch (strace -ttt), the
 * time of day (-t, -tt), the time since the line before (-r), seconds since boot (perf script) or
 * ms since the start (perf trace); the first line shows which form it is. A time that no log can
 * have is an error, because all arithmetic here is exact.
 */
import { UserError } from '../base/errors.ts';

/** 2^53 ns (104 days): larger numbers are not exact. */
const SPAN_NS_MAX = Number.MAX_SAFE_INTEGER;

const DAY_NS = 86_400_000_000_000;
/** A time below this is no date, so it is a relative time of strace -r. */
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

  /** Time of the last line in ns. */
  get lastNs(): number {
    return this.#lastNs;
  }

  /** @param text time in a line of strace */
  strace(text: string): number {
    if (text.includes(':')) return this.#note(this.#ofDay(text));
    const seconds = Number.parseInt(text, 10);
    const absolute = seconds >= EPOCH_MIN_SECONDS && seconds < EPOCH_MAX_SECONDS;
    // A relative time before it comes from a first line that was cut.
    if (this.#kind === 'none' || (absolute && this.#kind === 'relative')) {
      this.#start(absolute ? 'seconds' : 'relative', text);
      return this.#note(0);
    }
    if (this.#kind === 'relative') return this.#note(this.#lastNs + secondsNs(text));
    return this.#note(this.#ofSeconds(text));
  }

  /** @param text time in a line of perf script, `seconds.fraction` */
  perfScript(text: string): number {
    if (this.#kind === 'none') this.#start('seconds', text);
    return this.#note(this.#ofSeconds(text));
  }

  /** @param text time in a line of perf trace, `ms.fraction` */
  perfTrace(text: string): number {
    if (this.#kind === 'none') this.#kind = 'ms';
    return this.#note(millisecondsNs(text));
  }

  /**
   * Converts an instant that the user writes in the form of the log's times. Call it after the log
   * has been read.
   * @returns ns since the first line, or a message that says what is wrong with the text
   */
  instant(text: string): number | string {
    if (this.#kind === 'day' && /^[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$/.test(text)) {
      const ns = dayNs(text) - this.#baseNs;
      return ns < 0 ? ns + DAY_NS : ns;
    }
    if (!/^[0-9]+(\.[0-9]+)?$/.test(text))
      return `is not a time in the form of this log (${this.#as()})`;
    if (this.#kind === 'seconds') return this.#ofSeconds(text);
    if (this.#kind === 'ms') return Math.round(Number(text) * 1e6);
    return `cannot be found, because this log has ${this.#as()}`;
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
        return 'only times since the line before';
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
    // If it is more than half a day earlier than the line before, midnight has passed.
    const days = Math.ceil((this.#lastNs - DAY_NS / 2 - since) / DAY_NS);
    return since + Math.max(0, days) * DAY_NS;
  }
}

/** The digits after the point as ns; digits after the ninth are dropped. */
function fractionOnlyNs(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : Number(text.slice(point + 1, point + 10).padEnd(9, '0'));
}

/** A duration in seconds, such as `0.000012`, as ns. @throws UserError */
export function secondsNs(text: string): number {
  return possible(Number.parseInt(text, 10) * 1e9 + fractionOnlyNs(text));
}

/** A duration in ms, such as `0.005`, as ns. @throws UserError */
export function millisecondsNs(text: string): number {
  return possible(Math.round(Number(text) * 1e6));
}

function possible(ns: number): number {
  if (Math.abs(ns) <= SPAN_NS_MAX) return ns;
  throw new UserError(
    'a time that is impossible in a log: more than 104 days after its first line',
  );
}

function dayNs(text: string): number {
  const [hours, minutes, seconds] = text.split(':');
  return (Number(hours) * 3600 + Number(minutes) * 60) * 1e9 + secondsNs(seconds!);
}
