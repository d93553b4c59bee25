/**
 * Checks maps texts: lists the faults of each text, the VMAs that differ from another text, and the
 * total counts. Bytes come in chunks, so a text does not have to fit into memory.
 */
import { counted } from '../base/counted.ts';
import { UserError } from '../base/errors.ts';
import { LineSplitter } from '../base/lines.ts';
import { jsonOf } from '../base/printable.ts';
import { describeFound, describeSkipped } from '../scenario/load/found-lines.ts';
import { MapsFinder } from '../scenario/load/maps-finder.ts';
import { compareVmas } from './compare.ts';
import { describeDifference, describeFinding, differenceRecord } from './describe.ts';
import {
  type CheckFinding,
  FINDING_KINDS,
  type FindingKind,
  TextChecker,
  type VmaLine,
} from './text-checker.ts';

const CHECK_SCHEMA = 'mapsim/check@1';
/** At most this many findings and differences are listed; all are counted. */
const LISTED_MAX = 1000;
/** At most this many VMAs of a text are stored for the comparison. */
const VMAS_MAX = 1_000_000;

/** Takes the bytes of one file, chunk by chunk. */
interface FileCheck {
  push(chunk: Uint8Array): void;
  /** @returns notes that say how the maps lines were found */
  end(): readonly string[];
}

export class MapsCheck {
  /** The VMAs with which the texts are compared. */
  readonly #against: readonly VmaLine[] | null;
  readonly #tell: (line: string) => void;
  readonly counts = Object.fromEntries(FINDING_KINDS.map((kind) => [kind, 0])) as Record<
    FindingKind,
    number
  >;
  differences = 0;
  texts = 0;
  lines = 0;
  vmas = 0;
  /** Findings and differences in the form of the JSON document. */
  readonly listed: Record<string, unknown>[] = [];

  /** @param tell receives each finding and difference as a line of text with its newline */
  constructor(against: readonly VmaLine[] | null, tell: (line: string) => void) {
    this.#against = against;
    this.#tell = tell;
  }

  /** @param file name of the file, for messages */
  begin(file: string): FileCheck {
    let here: VmaLine[] = [];
    const against = this.#against;
    const checker = new TextChecker({
      finding: (finding) => this.#found(file, finding),
      ...(against === null
        ? {}
        : {
            vma: (vma) => {
              if (here.length < VMAS_MAX) here.push(vma);
            },
            textEnd: () => {
              this.#compare(file, here, against);
              here = [];
            },
          }),
    });
    const finder = new MapsFinder((text, number, cut) => checker.line(text, number, cut));
    const lines = new LineSplitter((text, number, cut) => finder.line(text, number, cut));
    return {
      push: (chunk) => lines.push(chunk),
      end: () => {
        const isCut = lines.end();
        finder.end();
        if (isCut && finder.isCutAt(lines.count)) checker.cutShort(lines.count);
        checker.endText();
        this.texts += checker.texts;
        this.lines += lines.count;
        this.vmas += checker.vmas;
        return [...describeFound(file, finder.report), ...describeSkipped(file, finder.report)];
      },
    };
  }

  /** True if anything was found, or if there was no text. */
  get failed(): boolean {
    const findings = Object.values(this.counts).reduce((sum, count) => sum + count, 0);
    return findings + this.differences > 0 || this.texts === 0;
  }

  /** The last line of the report. */
  summary(): string {
    const faults = FINDING_KINDS.filter((kind) => this.counts[kind] > 0).map(
      (kind) => `${this.counts[kind]} ${kind}`,
    );
    const different = this.#against === null ? [] : [counted(this.differences, 'difference')];
    const verdict = [...faults, ...different].join(', ') || 'nothing wrong';
    return `# ${counted(this.texts, 'text')}, ${counted(this.vmas, 'VMA')}: ${this.texts === 0 && faults.length === 0 ? 'nothing to check' : verdict}\n`;
  }

  /** The document `mapsim/check@1`. */
  json(): string {
    const document = {
      schema: CHECK_SCHEMA,
      ok: !this.failed,
      texts: this.texts,
      lines: this.lines,
      vmas: this.vmas,
      counts: {
        ...this.counts,
        ...(this.#against === null ? {} : { differences: this.differences }),
      },
      listed: this.listed,
    };
    return `${jsonOf(document, null, 2)}\n`;
  }

  #found(file: string, finding: CheckFinding): void {
    this.counts[finding.kind]++;
    this.#tell(`${describeFinding(file, finding)}\n`);
    if (this.listed.length < LISTED_MAX) this.listed.push({ file, ...finding });
  }

  #compare(file: string, here: readonly VmaLine[], there: readonly VmaLine[]): void {
    for (const difference of compareVmas(here, there)) {
      this.differences++;
      this.#tell(`${describeDifference(difference)}\n`);
      if (this.listed.length < LISTED_MAX) {
        this.listed.push({ file, ...differenceRecord(difference) });
      }
    }
  }
}

/** Reads the VMAs of a file with exactly one text, with which other texts are then compared. */
export class VmaReader {
  readonly #path: string;
  readonly #vmas: VmaLine[] = [];
  #first: CheckFinding | null = null;
  readonly #checker = new TextChecker({
    finding: (finding) => {
      if (finding.kind === 'field') this.#first ??= finding;
    },
    vma: (vma) => {
      if (this.#vmas.length < VMAS_MAX) this.#vmas.push(vma);
    },
  });
  readonly #finder = new MapsFinder((text, number, cut) => this.#checker.line(text, number, cut));
  readonly #lines = new LineSplitter((text, number, cut) => this.#finder.line(text, number, cut));

  /** @param path for messages */
  constructor(path: string) {
    this.#path = path;
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  /** @throws UserError if a line cannot be parsed, or if there is more than one text */
  end(): readonly VmaLine[] {
    this.#lines.end();
    this.#finder.end();
    this.#checker.endText();
    const first = this.#first;
    if (first !== null) throw new UserError(`--against: ${describeFinding(this.#path, first)}`);
    if (this.#checker.texts > 1) {
      throw new UserError(
        `--against: ${this.#path} contains ${counted(this.#checker.texts, 'text')}, but exactly 1 is needed`,
      );
    }
    return this.#vmas;
  }
}
