/** The outputs of `sweep` and `merge`: their destinations and formats. */
import { UserError } from '../base/errors.ts';
import { chooseMetrics } from '../compare/metrics.ts';
import type { SweepFormat } from '../report/sweep.ts';
import { sweepFormats } from '../report/sweep-formats.ts';
import { type Io, lineWidthOf } from './io.ts';
import type { OptionsOf } from './option-tables.ts';
import { chooseOutputs, type NamedOutput } from './outputs.ts';

type SweepOutputOptions = Pick<OptionsOf<'sweep'>, 'format' | 'metrics' | 'output' | 'bars'>;

interface SweepOutputs {
  readonly files: readonly NamedOutput<SweepFormat>[];
  /** Null: files have it all. */
  readonly stdout: SweepFormat | null;
}

/** Of text in files, which is the same everywhere. */
const FILE_COLUMNS = 80;

/** @param names files of `-o` that are written as records come */
export function sweepOutputs(
  names: readonly string[],
  { format, metrics, output, bars }: SweepOutputOptions,
  { stdout }: Io,
): SweepOutputs {
  const chosen = metrics === undefined ? null : chooseMetrics(metrics);
  const files = chooseOutputs(names, sweepFormats(chosen, FILE_COLUMNS));
  const isTable = (name: string) => name !== 'ndjson' && (chosen !== null || name !== 'csv');
  const alone = output === undefined;
  const answers = chosen !== null || (alone && (stdout.isTTY === true || bars === true));
  const name = format ?? (answers ? 'text' : 'ndjson');
  if (chosen !== null && name === 'ndjson') {
    throw new UserError('--metrics makes tables: use --format=text, markdown or csv, not ndjson');
  }
  const asked = format !== undefined || !files.some((file) => isTable(file.format.name));
  if (!alone && !(isTable(name) && asked)) return { files, stdout: null };
  const columns = lineWidthOf(stdout);
  return { files, stdout: sweepFormats(chosen, columns).find((each) => each.name === name)! };
}

/** Files that `sweep` writes as records come, and standard output. */
export function recordOutputs(options: SweepOutputOptions, io: Io): SweepOutputs {
  const files = (options.output ?? []).filter((name) => !/\.html$/i.test(name));
  return sweepOutputs(files, options, io);
}

/** Standard output is free, since files have it all, or it has tables of text. */
export function hasRoomForBars(stdout: SweepFormat | null): boolean {
  return stdout === null || stdout.name === 'text';
}
