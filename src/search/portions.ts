/** Parts of a saved world as bytes: equal bytes have one number, and a number brings them back. */
import { ByteInterner } from '../base/byte-interner.ts';
import { Packer, Unpacker } from '../base/packed.ts';

/**
 * Kinds of portions. Only plain ones hold numbers that mean the same in all of them and in every
 * process; those of other kinds number texts, steps, plans or the like. Writers have a kind each.
 */
export const PLAIN = 0;
export const OF_COMMITTED = 1;
export const OF_MM = 2;
export const OF_PASS = 3;
export const OF_READER = 4;
export const OF_FIRST_WRITER = 5;

export class Portions {
  readonly #packer = new Packer();
  readonly #unpacker = new Unpacker();
  readonly #bytes = new ByteInterner();

  /** They are numbered from 0 on. */
  get count(): number {
    return this.#bytes.count;
  }

  /** A hash of what is in one. */
  hashOf(number: number): number {
    return this.#bytes.hashOf(number);
  }

  /** Bytes of memory that they take. */
  get held(): number {
    return this.#bytes.held;
  }

  /** An empty packer: whoever has filled it asks for the `number` of what is in it. */
  begin(): Packer {
    this.#packer.reset();
    return this.#packer;
  }

  /** Portions of two kinds have two numbers, whatever is in them: the kind stands at the end. */
  number(kind = PLAIN): number {
    this.#packer.put(kind);
    return this.#number();
  }

  #number(): number {
    return this.#bytes.idOf(this.#packer.bytes, this.#packer.length);
  }

  /** The number of a portion that begins with another flag; `first` is the flag. */
  withFlag(number: number, first: boolean): number {
    const p = this.begin();
    const { bytes } = this.#bytes;
    p.flag(first);
    p.append(bytes, this.#bytes.at(number) + 1, this.#bytes.at(number + 1));
    return this.#number();
  }

  /** At the beginning of a portion; good until the next call. */
  open(number: number): Unpacker {
    this.#unpacker.reset(this.#bytes.bytes, this.#bytes.at(number));
    return this.#unpacker;
  }
}
