/** Parts of a saved world as bytes: equal bytes have one number, and a number brings them back. */
import { ByteInterner } from '../base/byte-interner.ts';
import { Packer, Unpacker } from '../base/packed.ts';

export class Portions {
  readonly #packer = new Packer();
  readonly #unpacker = new Unpacker();
  readonly #bytes = new ByteInterner();

  /** Bytes of memory that they take. */
  get held(): number {
    return this.#bytes.held;
  }

  /** An empty packer: whoever has filled it asks for the `number` of what is in it. */
  begin(): Packer {
    this.#packer.reset();
    return this.#packer;
  }

  number(): number {
    return this.#bytes.idOf(this.#packer.bytes, this.#packer.length);
  }

  /** The number of a portion that begins with another flag; `first` is the flag. */
  withFlag(number: number, first: boolean): number {
    const p = this.begin();
    const { bytes } = this.#bytes;
    p.flag(first);
    p.append(bytes, this.#bytes.at(number) + 1, this.#bytes.at(number + 1));
    return this.number();
  }

  /** At the beginning of a portion; good until the next call. */
  open(number: number): Unpacker {
    this.#unpacker.reset(this.#bytes.bytes, this.#bytes.at(number));
    return this.#unpacker;
  }
}
