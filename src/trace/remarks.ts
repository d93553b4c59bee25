/**
 * Counts the lines and calls that are not replayed, by kind, each with its first place. The number
 * of kinds is limited; further kinds are only summed.
 *
 * A remark on a call counts only if the call belongs to the replayed process. This is known at the
 * end of the log, so until then each thread has its own counts.
 */
import { ownText } from '../base/latin1.ts';
import type { Remark } from './call.ts';

const KINDS_MAX = 100;
const OTHERS = 'other things';
const EXAMPLE_MAX = 160;

export class Remarks {
  readonly #kinds = new Map<string, { -readonly [K in keyof Remark]: Remark[K] }>();

  add(what: string, file: string, line: number, text: string): void {
    const known = this.#kinds.get(what);
    if (known !== undefined) {
      known.count++;
    } else if (this.#kinds.size < KINDS_MAX) {
      const example = text.trim().slice(0, EXAMPLE_MAX);
      this.#kinds.set(what, { what, count: 1, file, line, example });
    } else {
      const rest = this.#kinds.get(OTHERS);
      if (rest !== undefined) rest.count++;
      else this.#kinds.set(OTHERS, { what: OTHERS, count: 1, file, line, example: '' });
    }
  }

  /** The kinds in the order of their first place. */
  list(): Remark[] {
    return [...this.#kinds.values()];
  }
}

/** The first KINDS_MAX kinds; the others are summed as one. */
export function bounded(remarks: readonly Remark[]): Remark[] {
  const kept = remarks.slice(0, KINDS_MAX);
  const rest = remarks.slice(KINDS_MAX);
  if (rest.length === 0) return kept;
  const count = rest.reduce((sum, remark) => sum + remark.count, 0);
  return [...kept, { ...rest[0]!, what: OTHERS, count, example: '' }];
}

/** The call that a remark is about. */
export interface Remarked {
  readonly thread: number;
  /** Index of the call in the log. */
  readonly index: number;
  readonly endNs: number;
}

/**
 * At most this many kinds over all threads; further kinds are counted for all processes together.
 */
const OWNED_MAX = 10_000;

interface Owned {
  readonly remark: { -readonly [K in keyof Remark]: Remark[K] };
  readonly call: Remarked;
}

export class CallRemarks {
  readonly #owned = new Map<string, Owned>();
  readonly #others: Remarks;

  /** @param others receives the kinds above the limit */
  constructor(others: Remarks) {
    this.#others = others;
  }

  /** @param call with the epoch of its thread, which changes with execve */
  add(
    what: string,
    call: Remarked & { readonly epoch: number },
    { file, line, text }: { readonly file: string; readonly line: number; readonly text: string },
  ): void {
    const key = `${call.thread}/${call.epoch} ${what}`;
    const known = this.#owned.get(key);
    if (known !== undefined) known.remark.count++;
    else if (this.#owned.size >= OWNED_MAX) this.#others.add(what, file, line, text);
    else {
      const example = ownText(text.trim().slice(0, EXAMPLE_MAX));
      this.#owned.set(key, { call, remark: { what, count: 1, file, line, example } });
    }
  }

  /** The remarks on calls that are replayed, summed over the threads. */
  list(isReplayed: (call: Remarked) => boolean): Remark[] {
    const kinds = new Map<string, Owned['remark']>();
    for (const { call, remark } of this.#owned.values()) {
      if (!isReplayed(call)) continue;
      const known = kinds.get(remark.what);
      if (known !== undefined) known.count += remark.count;
      else kinds.set(remark.what, { ...remark });
    }
    return [...kinds.values()];
  }
}
