/**
 * Reads saved results for a report: the JSON documents of run, compare, explore, census and replay,
 * the NDJSON of sweep, and reports, which contain their documents.
 */
import { UserError } from '../../base/errors.ts';
import type { Comparison } from '../../compare/comparison.ts';
import type { GroupVerdict } from '../../compare/verdict.ts';
import type { Counters, Summary, Tearing } from '../../world/outcome.ts';
import { PASS_SCHEMA, type PassDocument, passTrace } from './pass-data.ts';

/** Of a run: what compare and sweep keep of each. */
export interface RunDocument {
  readonly strategy?: string;
  readonly seed: string;
  readonly complete: boolean;
  readonly ended: string;
  readonly totals: Counters;
  readonly tearing: Tearing;
  readonly passNs: Summary;
  readonly writer: { readonly opNs: Summary; readonly lockWaitNs: Summary };
  readonly point?: Readonly<Record<string, unknown>>;
}

/** value, count, value, count, …, rising. */
interface PoolDocument {
  readonly values?: readonly number[];
}

export interface CompareDocument {
  readonly schema: string;
  readonly tool: string;
  readonly complete: boolean;
  readonly scenarios: readonly {
    readonly name: string;
    /** Of a sweep; null: all its points together. */
    readonly point?: Readonly<Record<string, unknown>> | null;
    /** Versions before verdicts saved none. */
    readonly comparison: (Comparison & { readonly verdict?: readonly GroupVerdict[] }) | null;
    readonly groups: readonly {
      readonly label: string;
      readonly strategy: string;
      readonly pool?: Readonly<Record<string, PoolDocument>> | null;
      readonly runs: readonly RunDocument[];
    }[];
  }[];
  readonly failOn: readonly { readonly text?: string; readonly failed: boolean }[];
}

export interface SweepDocument {
  readonly schema: string;
  readonly tool: string;
  readonly grid: { readonly name: string };
  readonly axes: readonly { readonly path: string; readonly values: readonly unknown[] }[];
  readonly strategies: readonly string[] | null;
  readonly seeds: readonly string[] | null;
  readonly units: number;
  readonly runs: readonly RunDocument[];
}

interface MarkedLineDocument {
  readonly text: string;
  readonly states: readonly number[] | null;
  readonly faults: readonly string[];
  readonly cut: 'atPage' | 'inPage' | null;
  readonly gaps: readonly { readonly kind: string; readonly range: string }[];
}

export interface TextDocument {
  readonly reader: string;
  readonly torn: boolean;
  readonly lines: readonly MarkedLineDocument[];
  readonly states: readonly string[];
}

export interface CourseDocument {
  readonly schedule: string;
  readonly switches: number;
  readonly cycleFrom: number | null;
  readonly fault: { readonly kind: string; readonly message: string } | null;
  readonly deadlock: boolean;
  readonly steps: readonly {
    readonly task: number;
    readonly name: string;
    readonly effects: readonly string[];
  }[];
  readonly texts: readonly TextDocument[];
}

interface PossibleDocument {
  readonly reader: string;
  readonly text: string;
  readonly torn: boolean;
  readonly intact: boolean;
  readonly tearing: Tearing;
  readonly schedule: string;
}

export interface SearchDocument {
  readonly schema: string;
  readonly tool: string;
  readonly scenario: { readonly name: string };
  readonly strategy: string;
  readonly tasks: readonly { readonly name: string; readonly kind: 'reader' | 'writer' }[];
  readonly states: number | null;
  readonly complete: boolean;
  /** What kept something from being looked at. */
  readonly bound: string | null;
  readonly asked: readonly string[];
  readonly findings: readonly (CourseDocument & {
    readonly class: string;
    readonly what: string;
  })[];
  readonly texts: readonly PossibleDocument[];
  readonly against?: {
    readonly strategy: string;
    readonly onlyHere?: readonly PossibleDocument[];
    readonly onlyThere?: readonly PossibleDocument[];
    readonly notSeenThere?: readonly PossibleDocument[];
    readonly notSeenHere?: readonly PossibleDocument[];
  } | null;
}

export interface ReplayDocument extends CourseDocument {
  readonly schema: string;
  readonly tool: string;
  readonly scenario: { readonly name: string };
  readonly strategy: string;
  readonly tasks: SearchDocument['tasks'];
}

export interface RunResultDocument {
  readonly schema: string;
  readonly tool: string;
  readonly scenario: { readonly name: string };
  readonly strategy: string;
  readonly seed: string;
  readonly complete: boolean;
  readonly ended: string;
  readonly totals: Counters;
  readonly tearing: Tearing;
  readonly failOn: readonly { readonly expression: string; readonly failed: boolean }[];
  readonly readers: readonly { readonly name: string; readonly passNs: Summary }[];
  readonly writers: readonly {
    readonly name: string;
    readonly opNs: Summary;
    readonly lockWaitNs: Summary;
  }[];
  readonly passes: readonly { readonly text: string; readonly torn: boolean }[];
}

export type ReportDocument =
  | { readonly kind: 'run'; readonly document: RunResultDocument }
  | { readonly kind: 'compare'; readonly document: CompareDocument }
  | { readonly kind: 'sweep'; readonly document: SweepDocument }
  | { readonly kind: 'search'; readonly document: SearchDocument }
  | { readonly kind: 'replay'; readonly document: ReplayDocument }
  | { readonly kind: 'pass'; readonly document: PassDocument };

const KINDS = {
  'mapsim/run@1': 'run',
  'mapsim/compare@1': 'compare',
  'mapsim/explore@1': 'search',
  'mapsim/replay@1': 'replay',
} as const;

export const DATA_ID = 'mapsim-data';
const DATA = new RegExp(`<script type="application/json" id="${DATA_ID}">([^<]*)</script>`);

/** @param file as the user wrote it @throws UserError for what is no result */
export function readDocuments(text: string, file: string): readonly ReportDocument[] {
  if (/^\s*<!doctype html>/i.test(text)) return fromReport(text, file);
  if (/^\s*\{\s*"type":\s*"header"/.test(text)) return [fromSweep(text, file)];
  return [documentOf(parsed(text, file), file)];
}

function fromReport(html: string, file: string): readonly ReportDocument[] {
  const data = DATA.exec(html)?.[1];
  if (data === undefined) {
    throw new UserError(
      `${file}: a page without the data of a report (was it made with --no-data?)`,
    );
  }
  const documents = parsed(data, file) as readonly unknown[];
  return documents.map((document) => documentOf(document, file));
}

function fromSweep(text: string, file: string): ReportDocument {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const records = lines.map((line, i) => parsed(line, `${file}:${i + 1}`) as { type?: string });
  const [header] = records;
  const { schema } = header as { schema?: string };
  if (schema !== 'mapsim/sweep@1') throw unknown(file, schema);
  const runs = records.filter(({ type }) => type === 'run');
  return { kind: 'sweep', document: { ...header, runs } as unknown as SweepDocument };
}

function documentOf(document: unknown, file: string): ReportDocument {
  const { schema } = (document ?? {}) as { schema?: string };
  if (schema === 'mapsim/sweep@1') return { kind: 'sweep', document: document as SweepDocument };
  if (schema === PASS_SCHEMA) return { kind: 'pass', document: wholePass(document, file) };
  if (schema === undefined || !Object.hasOwn(KINDS, schema)) throw unknown(file, schema);
  return { kind: KINDS[schema as keyof typeof KINDS], document } as ReportDocument;
}

/** @throws UserError where no picture can be made of it */
function wholePass(document: unknown, file: string): PassDocument {
  try {
    passTrace(document as PassDocument);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`${file}: the data of its pass are damaged: ${why}`);
  }
  return document as PassDocument;
}

function unknown(file: string, schema: string | undefined): UserError {
  const what = schema === undefined ? 'this is not a result of mapsim' : `its schema is ${schema}`;
  return new UserError(
    `${file}: ${what}; a report takes the JSON of run, compare, explore, census and replay, ` +
      'the NDJSON of sweep, and reports',
  );
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`${where}: this is not JSON`);
  }
}
