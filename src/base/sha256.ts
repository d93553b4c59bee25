/**
 * SHA-256, so that a scenario and a text have the mark that sha256sum prints, also in a page that
 * came over plain HTTP, where browsers offer none.
 *
 * Source: FIPS 180-4, "Secure Hash Standard", sections 4.1.2, 5.1.1, 5.3.3 and 6.2.
 */

const BLOCK = 64;
/** Of a block that ends with the length of the message: what comes before it. */
const LENGTH_AT = 56;

/** First 32 bits of the fractional parts of a root of the first primes. */
function rootsOfPrimes(count: number, root: (prime: number) => number): Int32Array {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p > 0)) primes.push(n);
  return Int32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32);
}

const START = rootsOfPrimes(8, Math.sqrt);
const ROUND = rootsOfPrimes(64, Math.cbrt);

export class Sha256 {
  readonly #state = START.slice();
  readonly #words = new Int32Array(BLOCK);
  readonly #block = new Uint8Array(BLOCK);
  readonly #view = new DataView(this.#block.buffer);
  #inBlock = 0;
  #bytes = 0;

  update(bytes: Uint8Array): this {
    this.#bytes += bytes.length;
    for (let from = 0; from < bytes.length; ) {
      const part = bytes.subarray(from, from + BLOCK - this.#inBlock);
      this.#block.set(part, this.#inBlock);
      this.#inBlock += part.length;
      from += part.length;
      if (this.#inBlock === BLOCK) this.#compress();
    }
    return this;
  }

  /** Ends the message. */
  digest(): Uint8Array {
    const bits = this.#bytes * 8;
    this.update(Uint8Array.of(0x80));
    while (this.#inBlock !== LENGTH_AT) this.update(Uint8Array.of(0));
    this.#view.setUint32(LENGTH_AT, Math.floor(bits / 2 ** 32));
    this.#view.setUint32(LENGTH_AT + 4, bits);
    this.#compress();
    const digest = new DataView(new ArrayBuffer(this.#state.length * 4));
    this.#state.forEach((word, i) => {
      digest.setInt32(i * 4, word);
    });
    return new Uint8Array(digest.buffer);
  }

  hex(): string {
    return Array.from(this.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  #compress(): void {
    this.#inBlock = 0;
    const w = this.#words;
    for (let t = 0; t < 16; t++) w[t] = this.#view.getInt32(t * 4);
    for (let t = 16; t < BLOCK; t++) {
      const x = w[t - 15]!;
      const y = w[t - 2]!;
      const s0 = rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3);
      const s1 = rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10);
      w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0;
    }
    const state = this.#state;
    let a = state[0]!;
    let b = state[1]!;
    let c = state[2]!;
    let d = state[3]!;
    let e = state[4]!;
    let f = state[5]!;
    let g = state[6]!;
    let h = state[7]!;
    for (let t = 0; t < BLOCK; t++) {
      const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[t]! + w[t]!) | 0;
      const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0]! += a;
    state[1]! += b;
    state[2]! += c;
    state[3]! += d;
    state[4]! += e;
    state[5]! += f;
    state[6]! += g;
    state[7]! += h;
  }
}

function rotated(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}
