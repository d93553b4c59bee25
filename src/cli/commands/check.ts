/** `mapsim check`: whether maps texts are what the kernel promises, and how they differ as VMAs. */

import { counted } from '../../base/counted.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import { LineSplitter } from '../../base/lines.ts';
import { jsonOf } from '../../base/printable.ts';
import { compareVmas, type VmaDifference } from '../../check/compare.ts';
import { describeDifference, describeFinding, differenceRecord } from '../../check/describe.ts';
import { describeFound, MapsFinder } from '../../check/maps-finder.ts';
import {
  type CheckFinding,
  FINDING_KINDS,
  type FindingKind,
  TextChecker,
  type VmaLine,
} from '../../check/text-checker.ts';
import type { CommandContext, QuietOptions } from '../command.ts';
import type { Messages } from '../messages.ts';
import { Output } from '../output.ts';
import { procMaps, readProcMaps } from '../process-maps.ts';
import { chunksOf } from '../streams.ts';

export interface CheckOptions extends QuietOptions {
  readonly pid?: number;
  readonly against?: string;
  readonly format: 'text' | 'json';
}

export const CHECK_SCHEMA = 'mapsim/check@1';
/** Findings and differences that JSON lists; the counts are of all. */
const LISTED_MAX = 1000;
/** VMAs of one text that --against keeps. */
const VMAS_MAX = 1_000_000;

export async function check(
  paths: readonly string[],
  options: CheckOptions,
  context: CommandContext,
): Promise<number> {
  const sources = paths.length + Number(options.pid !== undefined);
  if (sources === 0) throw new UserError('check: name a file, - or --pid');
  if (paths.filter((path) => path === '-').length + Number(options.against === '-') > 1) {
    throw new UserError('check: standard input can be read only once');
  }
  const there = options.against === undefined ? null : await readVmas(options.against, context);
  const run = new CheckRun(there, options, context);
  for (const path of paths) await run.file(path, chunksOf(path, context.io));
  if (options.pid !== undefined) {
    await run.file(procMaps(options.pid), [readProcMaps(options.pid)]);
  }
  return run.finish();
}

/** The VMAs of the one text of a file. */
async function readVmas(path: string, context: CommandContext): Promise<VmaLine[]> {
  const vmas: VmaLine[] = [];
  let first: CheckFinding | null = null;
  const checker = new TextChecker({
    finding: (finding) => {
      if (finding.kind === 'field') first ??= finding;
    },
    vma: (vma) => {
      if (vmas.length < VMAS_MAX) vmas.push(vma);
    },
  });
  const finder = new MapsFinder((text, number, cut) => checker.line(text, number, cut));
  const lines = new LineSplitter((text, number, cut) => finder.line(text, number, cut));
  for await (const chunk of chunksOf(path, context.io)) lines.push(chunk);
  lines.end();
  finder.end();
  checker.endText();
  if (first !== null) throw new UserError(`--against: ${describeFinding(path, first)}`);
  if (checker.texts > 1) {
    throw new UserError(
      `--against: ${path} holds ${counted(checker.texts, 'text')}: which one is meant?`,
    );
  }
  return vmas;
}

class CheckRun {
  readonly #there: readonly VmaLine[] | null;
  readonly #options: CheckOptions;
  readonly #stdout: Output;
  readonly #messages: Messages;
  readonly #counts = Object.fromEntries(FINDING_KINDS.map((kind) => [kind, 0])) as Record<
    FindingKind,
    number
  >;
  #differences = 0;
  #texts = 0;
  #lines = 0;
  #vmas = 0;
  readonly #listed: Record<string, unknown>[] = [];
  /** Text that waits for the chunk to be done. */
  #pieces: string[] = [];

  constructor(there: readonly VmaLine[] | null, options: CheckOptions, context: CommandContext) {
    this.#there = there;
    this.#options = options;
    this.#stdout = new Output(context.io.stdout, 'standard output');
    this.#messages = context.messages;
  }

  async file(
    path: string,
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const shown = path === '-' ? 'stdin' : path;
    let here: VmaLine[] = [];
    const checker = new TextChecker({
      finding: (finding) => this.#found(shown, finding),
      ...(this.#there === null
        ? {}
        : {
            vma: (vma) => {
              if (here.length < VMAS_MAX) here.push(vma);
            },
            textEnd: () => {
              this.#compare(shown, here);
              here = [];
            },
          }),
    });
    const finder = new MapsFinder((text, number, cut) => checker.line(text, number, cut));
    const lines = new LineSplitter((text, number, cut) => finder.line(text, number, cut));
    for await (const chunk of chunks) {
      lines.push(chunk);
      await this.#write();
    }
    const isCut = lines.end();
    finder.end();
    if (isCut && finder.report.last === lines.count) checker.cutShort(lines.count);
    checker.endText();
    for (const words of describeFound(shown, finder.report)) this.#messages.note(words);
    this.#texts += checker.texts;
    this.#lines += lines.count;
    this.#vmas += checker.vmas;
    await this.#write();
  }

  async finish(): Promise<number> {
    const findings = Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
    const failed = findings + this.#differences > 0 || this.#texts === 0;
    if (this.#options.format === 'json') await this.#stdout.write(this.#json(failed));
    else if (this.#options.quiet !== true || failed) await this.#stdout.write(this.#summary());
    await this.#stdout.flush();
    return failed ? EXIT.failed : EXIT.done;
  }

  #found(file: string, finding: CheckFinding): void {
    this.#counts[finding.kind]++;
    if (this.#options.format === 'text') this.#pieces.push(`${describeFinding(file, finding)}\n`);
    else if (this.#listed.length < LISTED_MAX) this.#listed.push({ file, ...finding });
  }

  #compare(file: string, here: readonly VmaLine[]): void {
    for (const difference of compareVmas(here, this.#there!)) this.#differs(file, difference);
  }

  #differs(file: string, difference: VmaDifference): void {
    this.#differences++;
    if (this.#options.format === 'text') {
      this.#pieces.push(`${describeDifference(difference)}\n`);
    } else if (this.#listed.length < LISTED_MAX) {
      this.#listed.push({ file, ...differenceRecord(difference) });
    }
  }

  async #write(): Promise<void> {
    if (this.#pieces.length === 0) return;
    const text = this.#pieces.join('');
    this.#pieces = [];
    await this.#stdout.write(text);
  }

  #summary(): string {
    const faults = FINDING_KINDS.filter((kind) => this.#counts[kind] > 0).map(
      (kind) => `${this.#counts[kind]} ${kind}`,
    );
    const different = this.#there === null ? [] : [counted(this.#differences, 'difference')];
    const verdict = [...faults, ...different].join(', ') || 'nothing wrong';
    return `# ${counted(this.#texts, 'text')}, ${counted(this.#vmas, 'VMA')}: ${this.#texts === 0 ? 'nothing to check' : verdict}\n`;
  }

  #json(failed: boolean): string {
    const document = {
      schema: CHECK_SCHEMA,
      ok: !failed,
      texts: this.#texts,
      lines: this.#lines,
      vmas: this.#vmas,
      counts: {
        ...this.#counts,
        ...(this.#there === null ? {} : { differences: this.#differences }),
      },
      listed: this.#listed,
    };
    return `${jsonOf(document, null, 2)}\n`;
  }
}
