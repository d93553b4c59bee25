/**
 * A buffer of bytes that grows as needed and is written four bytes at a time. A line of maps has
 * some fifty bytes, and one store per byte would be the largest cost of formatting.
 *
 * A word holds four bytes, the first in the lowest bits. It is always stored whole: surplus bytes
 * lie after the text and are overwritten by the next store.
 */
import { grownBytes } from './grow.ts';

/** Bytes that a word may reach beyond the end of what is meant. */
const OVERHANG = 3;

/** A text as words, the last one filled up with zeros. */
export interface WordText {
  readonly length: number; // bytes
  readonly words: Int32Array;
}

/** @param text a binary string, one char a byte */
export function wordText(text: string): WordText {
  const bytes = new Uint8Array(Math.ceil(text.length / 4) * 4);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const view = new DataView(bytes.buffer);
  const words = new Int32Array(bytes.length / 4);
  for (let i = 0; i < words.length; i++) words[i] = view.getInt32(4 * i, true);
  return { length: text.length, words };
}

/** Four characters as a word. */
export function word(text: string): number {
  return wordText(text).words[0]!;
}

export class ByteBuffer {
  bytes = new Uint8Array(4096);
  /** Of the same memory, for words. */
  view = new DataView(this.bytes.buffer);
  /** Valid bytes. */
  length = 0;

  /** Room for so many bytes more, and for words that hang over. */
  reserve(more: number): void {
    const needed = this.length + more + OVERHANG;
    if (needed <= this.bytes.length) return;
    const grown = grownBytes(this.bytes, needed);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  append(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }
}

/** Stores a text at `at`, for which there must be room; returns where it ends. */
export function putText(view: DataView, at: number, { words, length }: WordText): number {
  for (let i = 0; i < words.length; i++) view.setInt32(at + 4 * i, words[i]!, true);
  return at + length;
}
