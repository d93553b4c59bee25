/**
 * Whole numbers packed into bytes and back: small ones take one byte, in either sign.
 *
 * Zigzag, then base 128, low digits first. Numbers up to 2^53 in size.
 */
import { grownBytes } from './grow.ts';

export class Packer {
  bytes = new Uint8Array(1024);
  length = 0;

  reset(): void {
    this.length = 0;
  }

  put(value: number): void {
    if (this.length + 9 > this.bytes.length) this.bytes = grownBytes(this.bytes, this.length + 9);
    // The sign becomes the lowest bit.
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    while (rest >= 128) {
      this.bytes[this.length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  flag(value: boolean): void {
    this.put(value ? 1 : 0);
  }

  /** Bytes that have been packed already. */
  append(bytes: Uint8Array, from: number, to: number): void {
    const end = this.length + to - from;
    if (end > this.bytes.length) this.bytes = grownBytes(this.bytes, end);
    for (let i = from; i < to; i++) this.bytes[this.length++] = bytes[i]!;
  }

  list(values: readonly number[]): void {
    this.put(values.length);
    for (let i = 0; i < values.length; i++) this.put(values[i]!);
  }
}

export class Unpacker {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;

  reset(bytes: Uint8Array, at: number): void {
    this.bytes = bytes;
    this.at = at;
  }

  get(): number {
    let digit = this.bytes[this.at++]!;
    if (digit < 128) return digit & 1 ? -(digit + 1) / 2 : digit / 2;
    let zigzag = digit - 128;
    let scale = 128;
    do {
      digit = this.bytes[this.at++]!;
      zigzag += (digit & 127) * scale;
      scale *= 128;
    } while (digit >= 128);
    return zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
  }

  flag(): boolean {
    return this.get() === 1;
  }

  list(into: number[]): void {
    const length = this.get();
    if (into.length !== length) into.length = length;
    for (let i = 0; i < length; i++) into[i] = this.get();
  }
}
