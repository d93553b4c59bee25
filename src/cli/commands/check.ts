/** `mapsim check`: checks maps texts against the kernel's guarantees and lists VMAs that differ. */

import { EXIT, UserError } from '../../base/errors.ts';
import { MapsCheck, VmaReader } from '../../check/maps-check.ts';
import type { VmaLine } from '../../check/text-checker.ts';
import type { CommandContext } from '../command.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { procMaps, readProcMaps } from '../process-maps.ts';
import { chunksOf } from '../streams.ts';

export async function check(
  paths: readonly string[],
  options: OptionsOf<'check'>,
  context: CommandContext,
): Promise<number> {
  const { pid, format } = options;
  const sources = paths.length + Number(pid !== undefined);
  if (sources === 0) throw new UserError('check: give a file, - or --pid');
  if (paths.filter((path) => path === '-').length + Number(options.against === '-') > 1) {
    throw new UserError('check: standard input can be read only once');
  }
  const against = options.against === undefined ? null : await readVmas(options.against, context);
  const stdout = new Output(context.io.stdout, 'standard output');
  /** Text that waits for the chunk to be done. */
  let pieces: string[] = [];
  const found = new MapsCheck(against, (line) => {
    if (format === 'text') pieces.push(line);
  });
  const write = async (): Promise<void> => {
    const text = pieces.join('');
    pieces = [];
    if (text !== '') await stdout.write(text);
  };
  const file = async (
    path: string,
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<void> => {
    const one = found.begin(path === '-' ? 'stdin' : path);
    for await (const chunk of chunks) {
      one.push(chunk);
      await write();
    }
    for (const words of one.end()) context.messages.note(words);
    await write();
  };
  for (const path of paths) await file(path, chunksOf(path, context.io));
  if (pid !== undefined) await file(procMaps(pid), [readProcMaps(pid)]);
  if (format === 'json') await stdout.write(found.json());
  else if (options.quiet !== true || found.failed) await stdout.write(found.summary());
  await stdout.flush();
  return found.failed ? EXIT.failed : EXIT.done;
}

/** The VMAs of the one text of a file. */
async function readVmas(path: string, context: CommandContext): Promise<readonly VmaLine[]> {
  const reader = new VmaReader(path);
  for await (const chunk of chunksOf(path, context.io)) reader.push(chunk);
  return reader.end();
}
