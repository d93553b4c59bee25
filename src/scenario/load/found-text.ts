/**
 * The maps text inside a file, with the line number in the file for each of its lines, so that
 * faults are shown at their place.
 */
import { latin1Of } from '../../base/latin1.ts';
import { LineSplitter } from '../../base/lines.ts';
import { SourceText, type Span } from './faults.ts';
import { MapsFinder } from './maps-finder.ts';

type OnLine = (text: string, number: number, cut: boolean) => void;

export interface FoundText {
  /** A character for each byte. */
  readonly text: string;
  /** It is another text than that of the file. */
  readonly changed: boolean;
  readonly report: MapsFinder['report'];
  /** Lines of the file. */
  readonly lines: number;
  /** The file ends within a line of maps. */
  readonly isCut: boolean;
  /** Of a part of `text`. */
  span(start: number, end: number): Span;
}

/** @param name of the file, for messages @param each hears of each line of the text */
export function findMapsText(name: string, bytes: Uint8Array, each?: OnLine): FoundText {
  const { finder, count, isOpen } = read(bytes, each ?? (() => {}));
  const { report, changed } = finder;
  const isCut = isOpen && finder.isCutAt(count);
  const found = { changed, report, lines: count, isCut };
  if (!changed) {
    const source = new SourceText(name, latin1Of(bytes));
    return { ...found, text: source.text, span: (start, end) => source.span(start, end) };
  }
  const kept: string[] = [];
  const numbers: number[] = [];
  read(bytes, (text, number) => {
    kept.push(text, '\n');
    numbers.push(number);
  });
  const source = new SourceText(name, kept.join(''));
  const span = (start: number, end: number): Span => {
    const own = source.span(start, end);
    return { ...own, line: numbers[own.line - 1] ?? count };
  };
  return { ...found, text: source.text, span };
}

function read(bytes: Uint8Array, onLine: OnLine) {
  const finder = new MapsFinder(onLine);
  const lines = new LineSplitter((text, number, cut) => finder.line(text, number, cut));
  lines.push(bytes);
  const isOpen = lines.end();
  finder.end();
  return { finder, count: lines.count, isOpen };
}
